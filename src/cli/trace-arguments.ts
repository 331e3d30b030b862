// What `trace` can be told, and by which of its actions: an option that would do nothing is a mistake of whoever typed
// it, and is refused.

import type { SpanArguments } from "./trace-span.js";
import { UsageError } from "./usage-error.js";

export const TRACE_ACTIONS = ["stats", "cat", "head", "slice", "export", "verify"] as const;
export type TraceAction = (typeof TRACE_ACTIONS)[number];

/** What a trace can be exported as. */
export const EXPORT_FORMATS = [
  ...(["jsonl", "csv", "parquet", "chrome", "pcapng", "gexf", "graphml"] as const),
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface TraceArguments extends SpanArguments {
  readonly action: TraceAction;
  readonly file: string;
  readonly out: string | undefined;
  readonly format: ExportFormat | undefined;
  readonly count: string | undefined;
  readonly at: string | undefined;
  readonly overlay: string | undefined;
}

type TraceOption = Exclude<keyof TraceArguments, "action" | "file">;

/** Names of all options, to guess what a misspelt one was to be. */
export const TRACE_OPTIONS: readonly TraceOption[] = [
  ...(["from", "to", "kinds", "nodes", "out", "format", "count", "at", "overlay"] as const),
];

const SPAN = ["from", "to", "kinds", "nodes"] as const;
const OUTPUT = ["out", "format"] as const;

const ACTION_OPTIONS: Readonly<Record<TraceAction, readonly TraceOption[]>> = {
  stats: [],
  cat: SPAN,
  head: [...SPAN, "count"],
  slice: [...SPAN, "out"],
  export: [...SPAN, ...OUTPUT, "at", "overlay"],
  verify: [],
};

const FORMAT_OPTIONS: Readonly<Record<ExportFormat, readonly TraceOption[]>> = {
  jsonl: [...SPAN, ...OUTPUT],
  csv: [...SPAN, ...OUTPUT],
  parquet: [...SPAN, ...OUTPUT],
  chrome: [...SPAN, ...OUTPUT],
  pcapng: ["from", "to", "nodes", ...OUTPUT],
  gexf: ["from", "to", "at", "overlay", ...OUTPUT],
  graphml: ["at", "overlay", ...OUTPUT],
};

/** Throws `UsageError` for an option that the action does not have. */
export function refuseForActions(given: TraceArguments): void {
  refuseOthers(given, ACTION_OPTIONS[given.action], `trace ${given.action}`);
}

/** Throws `UsageError` for an option that the format does not have, and for two that contradict each other. */
export function refuseForFormat(given: TraceArguments, format: ExportFormat): void {
  refuseOthers(given, FORMAT_OPTIONS[format], `--format ${format}`);
  const { at, from, to } = given;
  if (at === undefined || (from === undefined && to === undefined)) return;
  const remedy = "leave out --at for a span of time, or --from and --to for an instant";
  throw new UsageError("--at", at, "no --from or --to beside it", remedy);
}

function refuseOthers(
  given: TraceArguments,
  options: readonly TraceOption[],
  command: string,
): void {
  for (const option of TRACE_OPTIONS) {
    const value = given[option];
    if (value === undefined || options.includes(option)) continue;
    const known = options.map((one) => `--${one}`).join(", ");
    const remedy = known === "" ? "leave it out: it takes no options" : `it takes ${known}`;
    throw new UsageError(`--${option}`, value, `an option of ${command}`, remedy);
  }
}

/** The format that was asked for, by name or by the end of the file's name. Throws `UsageError`. */
export function formatOf({ format, out }: Pick<TraceArguments, "format" | "out">): ExportFormat {
  if (format !== undefined) return format;
  const named = EXPORT_FORMATS.find((ending) => out?.endsWith(`.${ending}`) === true);
  if (named !== undefined) return named;
  if (out?.endsWith(".json") === true) return "chrome";
  const remedy = `formats are ${EXPORT_FORMATS.join(", ")}`;
  throw new UsageError("--format", "", "a format, or an --out FILE that ends in one", remedy);
}
