// The frontier between those who hold a message and a node that did not get it: for each holder what lay between the
// two, step by step. A message passes a link when the holder has it, the link is there, it is sent, and it arrives; the
// first of these that is missing is the reason.

import { RecordKind, RunRecord } from "../record.js";
import type { MessageStory, StoryStep } from "./message-story.js";
import type { NetworkState } from "./network-state.js";
import type { TraceReader } from "./trace-reader.js";

/** Share of the hops of the overlay with most of them that another must have to be the one they went along. */
const CARRYING_SHARE = 0.8;

/** A time during which something was so. */
export interface Span {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** What became of the message on the link from one holder to the node. */
export interface FrontierLink {
  readonly holder: number;
  readonly holdsFromMicros: number;
  /** When the holder had the node in its view, while it held the message. */
  readonly spans: readonly Span[];
  /** What was sent to the node, and lost on the way. */
  readonly steps: readonly StoryStep[];
  /** What the holder decided about the message. */
  readonly decisions: readonly StoryStep[];
}

export interface Frontier {
  /** Holders that had a link, or sent; by the time at which they got the message. */
  readonly links: readonly FrontierLink[];
  /** Holders that never had a link to the node. */
  readonly strangers: number;
  /** When the node ran, from the message's start to the end. */
  readonly liveSpans: readonly Span[];
}

/** Works out the frontier up to a time. Reads the trace from the message's start on. */
export async function findFrontier(
  reader: TraceReader,
  story: MessageStory,
  { node, untilMicros }: { readonly node: number; readonly untilMicros: number },
): Promise<Frontier> {
  const { startMicros, receipts } = story;
  const state = await reader.stateAt(startMicros);
  const overlay = carryingOverlay(state, story);
  const links = new Map<number, Spans>();
  for (const [holder] of receipts) links.set(holder, new Spans());
  const live = new Spans();
  const look = (timeMicros: number, holders: Iterable<number>): void => {
    live.set(timeMicros, state.isLive(node));
    for (const holder of holders) {
      links.get(holder)?.set(timeMicros, isLinked(state, overlay, holder, node));
    }
  };
  look(startMicros, receipts.keys());
  const record = new RunRecord();
  const first = await reader.recordAt(startMicros + 1);
  for (
    let block = reader.blockOfRecord(first);
    block >= 0 && block < reader.blocks.length;
    block++
  ) {
    const columns = await reader.load(block);
    for (let i = 0; i < columns.count; i++) {
      const timeMicros = columns.timeMicros[i]!;
      if (timeMicros <= startMicros || !changesLinks(columns.kind[i]!)) continue;
      if (timeMicros > untilMicros) break;
      columns.read(i, record);
      state.apply(record, reader);
      const isAboutNode = record.node === node || record.peer === node;
      if (!isAboutNode && !receipts.has(record.node)) continue;
      look(timeMicros, record.node === node ? receipts.keys() : [record.node]);
    }
    if ((reader.blocks[block]?.endMicros ?? Infinity) > untilMicros) break;
  }
  return assemble(story, { node, untilMicros, links, live });
}

function assemble(
  story: MessageStory,
  {
    node,
    untilMicros,
    links,
    live,
  }: { node: number; untilMicros: number; links: ReadonlyMap<number, Spans>; live: Spans },
): Frontier {
  const frontier: FrontierLink[] = [];
  let strangers = 0;
  for (const [holder, { timeMicros }] of story.receipts) {
    if (timeMicros > untilMicros || holder === node) continue;
    const spans = (links.get(holder)?.end(untilMicros) ?? [])
      .filter(({ endMicros }) => endMicros > timeMicros)
      .map((span) => ({ ...span, startMicros: Math.max(span.startMicros, timeMicros) }));
    const steps = story.steps.filter((step) => {
      const isFrom = step.node === holder && step.peer === node;
      // What the node sends itself says nothing of how the message came to it.
      const isAt = step.node === node && step.peer === holder && step.kind !== "sent";
      return (isFrom || isAt) && step.kind !== "decided" && step.timeMicros <= untilMicros;
    });
    const decisions = story.steps.filter(
      (step) => step.kind === "decided" && step.node === holder && step.timeMicros <= untilMicros,
    );
    const sent = steps.filter((step) => step.kind === "sent" && step.node === holder);
    if (spans.length === 0 && sent.length === 0) strangers++;
    else frontier.push({ holder, holdsFromMicros: timeMicros, spans, steps, decisions });
  }
  frontier.sort((a, b) => a.holdsFromMicros - b.holdsFromMicros || a.holder - b.holder);
  return { links: frontier, strangers, liveSpans: live.end(untilMicros) };
}

/**
 * The overlay along which the message went: the one with the fewest links of those with nearly as many of its hops as
 * any. A protocol may know more peers than it sends to, and whom it merely knows is no link; and some hops are over
 * links that were made after the message's start. Null where no overlay has any hop.
 */
function carryingOverlay(state: NetworkState, { steps }: MessageStory): string | null {
  const sent = steps.filter(({ kind }) => kind === "sent");
  const overlays = [...state.views].map(([overlay, views]) => ({
    overlay,
    hops: sent.filter(({ node, peer }) => views.get(node)?.has(peer) === true).length,
    links: [...views.values()].reduce((sum, { size }) => sum + size, 0),
  }));
  const most = overlays.reduce((most, { hops }) => Math.max(most, hops), 0);
  if (most === 0) return null;
  const carrying = overlays.filter(({ hops }) => hops >= CARRYING_SHARE * most);
  return carrying.reduce((least, each) => (each.links < least.links ? each : least)).overlay;
}

/** Whether the holder has the node in its view of the overlay; without overlay, whether it is connected to it. */
function isLinked(
  state: NetworkState,
  overlay: string | null,
  holder: number,
  node: number,
): boolean {
  if (overlay === null) return state.connections.get(holder)?.has(node) === true;
  return state.view(overlay, holder).has(node);
}

function changesLinks(kind: number): boolean {
  return (
    kind === RecordKind.view ||
    kind === RecordKind.connection ||
    kind === RecordKind.status ||
    kind === RecordKind.fault
  );
}

/** Spans of time during which something holds, from when it does and when not. */
class Spans {
  readonly #spans: Span[] = [];
  #sinceMicros: number | null = null;

  set(timeMicros: number, holds: boolean): void {
    if (holds) this.#sinceMicros ??= timeMicros;
    else if (this.#sinceMicros !== null) {
      this.#spans.push({ startMicros: this.#sinceMicros, endMicros: timeMicros });
      this.#sinceMicros = null;
    }
  }

  end(timeMicros: number): Span[] {
    this.set(timeMicros, false);
    return [...this.#spans];
  }
}
