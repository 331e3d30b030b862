// Protocols that a scenario brings along: `use: ./my-gossip.js` names a module beside it. Their definitions must be known
// before the scenario can be checked, so they are looked for in the bare YAML.

import { LineCounter, isScalar, parseDocument, visit } from "yaml";
import { ScenarioError } from "./scenario-error.js";
import type { Advice } from "./written-values.js";
import type { SourcePosition } from "./scenario.js";

/** A module that a scenario names. */
export interface NamedModule {
  /** The path as written. */
  readonly written: string;
  readonly position: SourcePosition;
  readonly sourceLine: string;
}

/** The modules that a text names, each once, in order. None where the text is no YAML: whoever parses it says so. */
export function namedModules(text: string): NamedModule[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const modules = new Map<string, NamedModule>();
  if (document.errors.length > 0) return [];
  // Aliases are not followed: what they stand for is visited where it is written.
  visit(document, {
    Pair: (_key, { key, value }) => {
      if (!isScalar(key) || key.value !== "use" || !isScalar(value)) return;
      const written = value.value;
      if (typeof written !== "string" || !/^\.\.?\//u.test(written) || modules.has(written)) return;
      const { line, col: column } = lineCounter.linePos(value.range?.[0] ?? 0);
      const sourceLine = text.split(/\r?\n/u)[line - 1] ?? "";
      modules.set(written, { written, position: { line, column }, sourceLine });
    },
  });
  return [...modules.values()];
}

/** The error for a module that cannot be used. */
export function moduleError(
  file: string,
  { written, position, sourceLine }: NamedModule,
  problem: string,
  { expected, remedy }: Advice,
): ScenarioError {
  const message = `${written} ${problem}`;
  return new ScenarioError(file, [
    { message, expected, remedy, path: "use", position, sourceLine },
  ]);
}
