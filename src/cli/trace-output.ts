// Opens the trace of a run in the format that its name asks for, and ends it with what is known when the run is over.

import type { LookOptions } from "../scenarios/run-options.js";
import type { OverlaySample, RunReport } from "../scenarios/run-report.js";
import type { RunView } from "../scenarios/run-view.js";
import type { Scenario } from "../scenarios/scenario.js";
import { traceHeader } from "../trace/json-lines.js";
import type { RecordFilter } from "../trace/native/record-filter.js";
import type { Marker, MetricRows, NodeFacts } from "../trace/native/run-facts.js";
import { NodeTraceOutput } from "../trace/native/node-trace-output.js";
import { TraceFileWriter } from "../trace/node-trace-file.js";
import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import { packageVersion } from "./package-facts.js";
import { filterOf, isNative } from "./trace-options.js";

/** What a run's end tells its trace. */
export interface TraceEnd {
  readonly endMicros: number;
  readonly digest: string | null;
  readonly ending: string;
  /** Null when the run broke. */
  readonly report: RunReport | null;
}

/** A trace that is being written. */
export interface TraceOutput extends RecordSink {
  /** Writes what was gathered. Throws `TraceFileError`. */
  flush(): void;
  close(end: TraceEnd): void;
}

export interface TraceOutputOptions {
  readonly path: string;
  readonly scenario: Scenario;
  readonly scenarioText: string;
  readonly look: LookOptions;
  readonly view: RunView;
}

/** Opens a trace. Throws `TraceFileError` and `UsageError`. */
export function openTrace(options: TraceOutputOptions): TraceOutput {
  const { path, scenario, scenarioText, look, view } = options;
  const { name, seed, nodeCount } = scenario;
  const version = packageVersion();
  const keepsKind = (kind: RecordKind): boolean =>
    look.traceContents || kind !== RecordKind.content;
  const only = look.traceOnly === null ? null : filterOf(look.traceOnly, view);
  if (!isNative(path)) {
    const header = traceHeader({ scenario: name, seed, version, nodeCount });
    return new LinesOutput(new TraceFileWriter(path, header, view), { only, keepsKind });
  }
  const restrictions = [
    ...(look.traceOnly === null ? [] : [look.traceOnly.text]),
    ...(look.flightRecorderMicros === null ? [] : ["flight recorder"]),
  ];
  const output = new NodeTraceOutput(path, {
    run: {
      ...{ scenario: name, seed, version, nodeCount, scenarioText },
      only: restrictions.length === 0 ? null : restrictions.join(", "),
    },
    nodes: nodeFacts(view),
    words: view,
    only,
    windowMicros: look.flightRecorderMicros,
  });
  return new NativeOutput(output, keepsKind);
}

/** Which records a trace gets. A kind that nobody wants is not even made. */
interface KeptRecords {
  readonly only: RecordFilter | null;
  readonly keepsKind: (kind: RecordKind) => boolean;
}

/** JSON Lines, of some records or of all. */
class LinesOutput implements TraceOutput {
  readonly kinds: readonly RecordKind[];
  readonly #writer: TraceFileWriter;
  readonly #only: RecordFilter | null;

  constructor(writer: TraceFileWriter, { only, keepsKind }: KeptRecords) {
    this.kinds = writer.kinds.filter(keepsKind);
    this.#writer = writer;
    this.#only = only;
  }

  accept(record: RunRecord): void {
    if (this.#only === null || this.#only.keeps(record)) this.#writer.accept(record);
  }

  flush(): void {
    this.#writer.flush();
  }

  close({ endMicros, digest, ending }: TraceEnd): void {
    this.#writer.close({ endMicros, digest, ending });
  }
}

/** The native format, which also takes what the report found. */
class NativeOutput implements TraceOutput {
  readonly kinds: readonly RecordKind[];
  readonly #output: NodeTraceOutput;

  constructor(output: NodeTraceOutput, keepsKind: KeptRecords["keepsKind"]) {
    this.kinds = output.kinds.filter(keepsKind);
    this.#output = output;
  }

  accept(record: RunRecord): void {
    this.#output.accept(record);
  }

  flush(): void {
    this.#output.flush();
  }

  close({ endMicros, digest, ending, report }: TraceEnd): void {
    const markers = report === null ? [] : failedExpectations(report, endMicros);
    this.#output.close({
      ...{ endMicros, digest, ending, markers },
      metrics: report === null ? [] : overlayMetrics(report),
      isWanted: report === null || ending !== "complete" || markers.length > 0,
    });
  }
}

function failedExpectations({ expectations }: RunReport, endMicros: number): Marker[] {
  return expectations
    .filter(({ holds }) => !holds)
    .map(({ name, observed, expected, firstBreak }) => ({
      timeMicros: firstBreak?.timeMicros ?? endMicros,
      kind: "expectation",
      name,
      node: -1,
      text: `${observed}; expected ${expected}`,
    }));
}

/** The samples of each overlay as rows of numbers: `members inDegree.mean`. */
function overlayMetrics({ overlay }: RunReport): MetricRows[] {
  return Object.entries(overlay).flatMap(([name, { samples }]) => {
    const [first] = samples;
    if (first === undefined) return [];
    const paths = numberPaths(first);
    const rows = samples.map((sample) => {
      const numbers = new Map(numberPaths(sample));
      return [sample.timeMicros, ...paths.map(([path]) => numbers.get(path) ?? null)];
    });
    return [{ names: paths.map(([path]) => `${name} ${path}`), rows }];
  });
}

/** The numbers in a sample, with the fields that lead to them. */
function numberPaths(sample: OverlaySample): (readonly [path: string, value: number])[] {
  const found: (readonly [string, number])[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "number" && path !== "timeMicros") found.push([path, value]);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    for (const [name, inner] of Object.entries(value)) {
      walk(inner, path === "" ? name : `${path}.${name}`);
    }
  };
  walk(sample, "");
  return found;
}

function nodeFacts(view: RunView): NodeFacts {
  const indexes = Array.from({ length: view.nodeCount }, (_, node) => node);
  return {
    names: indexes.map((node) => view.nodeName(node)),
    classNames: indexes.map((node) => view.className(node)),
    regionNames: indexes.map((node) => view.regionName(node)),
  };
}
