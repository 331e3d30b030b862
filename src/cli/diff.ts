// peerscape diff: where two traces part, and how differently they end.

import type { CommandModule } from "yargs";
import { plural, showCount, showSeconds } from "../trace/show-quantity.js";
import type { NetworkState } from "../trace/native/network-state.js";
import { firstDifference } from "../trace/native/trace-difference.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { countRecords } from "../trace/native/trace-statistics.js";
import { describeLine, traceLine } from "../trace/trace-line.js";
import { ExitCode } from "./exit-code.js";
import { withTrace } from "./trace-file.js";

/** What `diff` can be told. */
export interface DiffArguments {
  readonly a: string;
  readonly b: string;
}

/** Records shown before and after the place where two traces part. */
const CONTEXT_RECORDS = 5;

/** Answers in words; the exit code is 0 when the traces have the same records, 1 when not. */
export async function diff(given: DiffArguments): Promise<number> {
  return await withTrace(given.a, async (a) => {
    return await withTrace(given.b, async (b) => {
      const index = await firstDifference(a, b);
      if (index === null) {
        process.stdout.write(`the same ${plural(a.recordCount, "record")}\n`);
        return ExitCode.ok;
      }
      const lines = [
        ...(await context(a, b, index)),
        ...(await counts(a, b)),
        ...(await overlays(a, b)),
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
      return ExitCode.failed;
    });
  });
}

async function context(a: TraceReader, b: TraceReader, index: number): Promise<string[]> {
  const from = Math.max(0, index - CONTEXT_RECORDS);
  const common = await recordLines(a, from, index);
  const ofA = await recordLines(a, index, index + CONTEXT_RECORDS + 1);
  const ofB = await recordLines(b, index, index + CONTEXT_RECORDS + 1);
  return [
    `${plural(index, "record")} are the same; the traces part at record ${showCount(index)}`,
    ...common.map((line) => `  ${line}`),
    ...(ofA.length === 0 ? ["- (the first trace ends)"] : ofA.map((line) => `- ${line}`)),
    ...(ofB.length === 0 ? ["+ (the second trace ends)"] : ofB.map((line) => `+ ${line}`)),
  ];
}

/** The records from one number up to and without another, in words. */
async function recordLines(reader: TraceReader, from: number, to: number): Promise<string[]> {
  const lines: string[] = [];
  if (from >= to || from >= reader.recordCount) return lines;
  await reader.visit(from, (record, index) => {
    if (index >= to) return false;
    const line = traceLine(record, reader);
    // Two records that read the same may differ in their event, or in what caused it.
    const keys = `event ${line.event.join(":")} by ${line.cause.join(":")}`;
    lines.push(`${describeLine(line)} [${keys}]`);
    return true;
  });
  return lines;
}

async function counts(a: TraceReader, b: TraceReader): Promise<string[]> {
  const ofA = await countRecords(a);
  const ofB = await countRecords(b);
  const lines: string[] = [];
  for (const part of ["kinds", "sent", "dropped"] as const) {
    const first = new Map(ofA[part]);
    const second = new Map(ofB[part]);
    for (const word of new Set([...first.keys(), ...second.keys()])) {
      const [one, other] = [first.get(word) ?? 0, second.get(word) ?? 0];
      const what = part === "kinds" ? word : `${part} ${word}`;
      if (one !== other) lines.push(`  ${what}: ${showCount(one)} and ${showCount(other)}`);
    }
  }
  return lines.length === 0 ? [] : ["counts that differ", ...lines];
}

async function overlays(a: TraceReader, b: TraceReader): Promise<string[]> {
  const endMicros = Math.min(a.endMicros, b.endMicros);
  // Asked one after the other: each is a copy of its own.
  const first = await a.stateAt(endMicros);
  const second = await b.stateAt(endMicros);
  const lines = [`the networks at ${showSeconds(endMicros)}`];
  lines.push(`  ${liveCount(first)} and ${liveCount(second)} nodes live`);
  for (const name of new Set([...first.views.keys(), ...second.views.keys()])) {
    const linksA = links(first, name);
    const linksB = links(second, name);
    const shared = [...linksA].filter((link) => linksB.has(link)).length;
    const only = `${linksA.size - shared} in the first alone, ${linksB.size - shared} in the second`;
    lines.push(`  ${name}: ${plural(shared, "link")} in both, ${only}`);
  }
  return lines;
}

function liveCount(state: NetworkState): number {
  return [...state.statuses.keys()].filter((node) => state.isLive(node)).length;
}

function links(state: NetworkState, overlay: string): Set<string> {
  const found = new Set<string>();
  for (const [node, peers] of state.views.get(overlay) ?? []) {
    for (const peer of peers) found.add(`${node} ${peer}`);
  }
  return found;
}

/** The verb `diff`. */
export const diffCommand: CommandModule<object, DiffArguments> = {
  command: "diff <a> <b>",
  describe: "Find where two traces part",
  builder: (yargs) =>
    yargs
      .positional("a", { type: "string", demandOption: true, describe: "A trace, FILE.mcap" })
      .positional("b", { type: "string", demandOption: true, describe: "Another" })
      .example("$0 diff one.mcap other.mcap", "Which record differs first?"),
  handler: async (given) => {
    process.exitCode = await diff(given);
  },
};
