// Which line of the scenario a reason comes from: a trace names the rule, and keeps the scenario's text.

import type { TraceReader } from "./trace-reader.js";

/** A reason, with the scenario's line that has it where exactly one has. */
export function ruleOf(reader: TraceReader, reason: string): string {
  // The name of an event is its kind and a hash, unless the scenario gave it one.
  const kind = reason.replace(/-[0-9a-f]{8}$/, "");
  const lines = reader.run.scenarioText.split("\n");
  const word = new RegExp(`(^|[^\\w-])${escape(kind)}([^\\w-]|$)`);
  const found = lines.flatMap((line, i) => (word.test(withoutComment(line)) ? [i] : []));
  const [at] = found;
  if (at === undefined || found.length > 1) return reason;
  return `${reason}, line ${at + 1} of the scenario: ${(lines[at] ?? "").trim()}`;
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, "");
}

function escape(text: string): string {
  return text.replace(/[^\w-]/g, "\\$&");
}
