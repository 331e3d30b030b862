// Rules and degradations that say whom but not what: they would run and do nothing. Looked for in what was written,
// since a chance of 0% that is written, perhaps by a param, is one.

import type { ProblemLog } from "./problem-log.js";
import type { SourcePath } from "./scenario-source.js";

const CONDITIONS = ["loss", "duplicate", "corrupt", "reorder", "delay"] as const;

/** Notes every rule of the network and every degradation without a condition. */
export function checkEmptyConditions(data: unknown, log: ProblemLog): void {
  listAt(data, ["network", "rules"]).forEach((rule, i) => {
    checkOne(rule, ["network", "rules", i], log);
  });
  listAt(data, ["events"]).forEach((event, i) => {
    if (valueAt(event, "do") === "degrade") checkOne(event, ["events", i], log);
  });
}

function checkOne(written: unknown, path: SourcePath, log: ProblemLog): void {
  if (CONDITIONS.some((condition) => valueAt(written, condition) !== undefined)) return;
  log.report(path, "does not say what happens to messages", {
    expected: `at least one of ${CONDITIONS.join(", ")}`,
    remedy: "write one of them, or remove the whole",
  });
}

function listAt(data: unknown, keys: readonly string[]): readonly unknown[] {
  const value = keys.reduce(valueAt, data);
  return Array.isArray(value) ? value : [];
}

function valueAt(data: unknown, key: string): unknown {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, key)) return undefined;
  return (data as Readonly<Record<string, unknown>>)[key];
}
