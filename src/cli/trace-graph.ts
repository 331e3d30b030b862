// `trace export` of the network itself: an overlay at an instant, or over a span of time, as a graph file.

import { writeDynamicGexf } from "../analysis/dynamic-gexf.js";
import { writeGexf } from "../analysis/gexf.js";
import { writeGraphMl } from "../analysis/graphml.js";
import { OverlayHistory } from "../analysis/overlay-history.js";
import { describeNodes, snapshotState } from "../analysis/state-snapshot.js";
import { showCount, showMoment, showSeconds } from "../trace/show-quantity.js";
import { didYouMean } from "../scenarios/suggestion.js";
import type { NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { recordsOf } from "../trace/native/trace-visit.js";
import type { ResultOutput } from "./result-output.js";
import type { TraceArguments } from "./trace-arguments.js";
import { readSpan, readTime } from "./trace-span.js";
import { UsageError } from "./usage-error.js";

/** Changes of nodes and links in a dynamic file: each takes some 100 bytes of memory, and more no program plays. */
const SPELLS_MAX = 4_000_000;

/** Writes an overlay at `--at`, or at the end of the trace. Rejects with `UsageError` and `TraceDamageError`. */
export async function exportSnapshot(
  reader: TraceReader,
  given: TraceArguments,
  { output, format }: { readonly output: ResultOutput; readonly format: "gexf" | "graphml" },
): Promise<void> {
  const atMicros = given.at === undefined ? reader.endMicros : readTime("--at", given.at);
  if (atMicros > reader.endMicros) {
    // The end under the name of a later time would show what never was.
    const expected = `a time up to ${showMoment(reader.endMicros)}, the end of the trace`;
    throw new UsageError("--at", given.at ?? "", expected, "write an earlier time, or none");
  }
  const state = await reader.stateAt(atMicros);
  const overlay = await overlayOf(reader, state, given.overlay);
  const snapshot = snapshotState(state, overlay, describeNodes(reader));
  const title = `${reader.run.scenario}, ${overlay} at ${showSeconds(atMicros)}`;
  output.add(format === "gexf" ? writeGexf(snapshot, title) : writeGraphMl(snapshot, title));
}

/** Writes an overlay from `--from` to `--to` as dynamic GEXF. Rejects with `UsageError` and `TraceDamageError`. */
export async function exportDynamic(
  reader: TraceReader,
  given: TraceArguments,
  output: ResultOutput,
): Promise<void> {
  const { fromMicros, toMicros } = readSpan(given, reader);
  const endMicros = Math.min(toMicros, reader.endMicros);
  const state = await reader.stateAt(fromMicros);
  const overlay = await overlayOf(reader, await reader.stateAt(endMicros), given.overlay);
  const history = new OverlayHistory(state, overlay, fromMicros);
  for await (const records of recordsOf(reader, { fromMicros, toMicros: endMicros, only: null })) {
    for (const record of records) {
      if (record.timeMicros > fromMicros) history.apply(record, reader);
    }
    if (history.size > SPELLS_MAX) {
      const expected = `a span with at most ${showCount(SPELLS_MAX)} changes of nodes and links`;
      throw new UsageError("--to", given.to ?? "", expected, "choose a shorter span");
    }
    await output.drain();
    if (output.isGone) return;
  }
  const span = { startMicros: fromMicros, endMicros };
  const spells = history.end(endMicros);
  const description = `${reader.run.scenario}, ${overlay}`;
  const describe = describeNodes(reader);
  for (const piece of writeDynamicGexf(spells, { description, describe, ...span })) {
    if (output.add(piece)) await output.drain();
    if (output.isGone) return;
  }
}

/** The overlay that was asked for, or the first. Rejects with `UsageError` for one that the trace does not have. */
async function overlayOf(
  reader: TraceReader,
  state: NetworkState,
  wanted: string | undefined,
): Promise<string> {
  const names = new Set(state.views.keys());
  const [first] = names;
  if (wanted === undefined && first !== undefined) return first;
  if (wanted !== undefined && names.has(wanted)) return wanted;
  // At this instant there may be none yet, or none any more.
  for (const name of (await reader.stateAt(reader.endMicros)).views.keys()) names.add(name);
  const [any = "no overlay"] = names;
  if (wanted === undefined) return any;
  if (names.has(wanted)) return wanted;
  const known = names.size === 0 ? "the trace has none" : `the trace has ${[...names].join(", ")}`;
  const hint = didYouMean(wanted, [...names]) || known;
  throw new UsageError("--overlay", wanted, "the name of an overlay", hint);
}
