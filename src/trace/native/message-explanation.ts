// Why a node did not get an application message, or got it late, in words: what the command line and the viewer both say.
// Apart from `frontier.ts` and `message-story.ts`, which find the facts that are told here.

import { plural, showMoment, showSeconds } from "../show-quantity.js";
import { findFrontier } from "./frontier.js";
import type { Frontier, FrontierLink } from "./frontier.js";
import type { MessageStory } from "./message-story.js";
import { ruleOf } from "./scenario-rule.js";
import type { TraceReader } from "./trace-reader.js";

/** Links that are shown: the earliest, from which the message could have come soonest. */
const LINKS_MAX = 12;
/** Steps shown of one link. */
const STEPS_MAX = 6;

/** A line of an explanation, indented by what it belongs to, with the moment that it speaks of if that is one. */
export interface ExplanationLine {
  readonly text: string;
  readonly timeMicros?: number;
}

/** The explanation for the node of an index, the verdict last. Rejects with `TraceDamageError`. */
export async function explainMessage(
  reader: TraceReader,
  story: MessageStory,
  node: number,
): Promise<ExplanationLine[]> {
  const name = reader.nodeName(node);
  const { application, source, startMicros, receipts } = story;
  const lines: ExplanationLine[] = [];
  const say = (text: string, timeMicros?: number): void => {
    lines.push(timeMicros === undefined ? { text } : { text, timeMicros });
  };
  say(
    `message ${application}, started by ${reader.nodeName(source)} at ${showMoment(startMicros)}; ` +
      `${plural(receipts.size, "node")} got it`,
    startMicros,
  );
  for (const text of treeLines(story)) say(text);
  const receipt = receipts.get(node);
  // After its last step nobody passes the message on: what links there are later does not matter.
  const lastMicros = story.steps.reduce((last, step) => Math.max(last, step.timeMicros), 0);
  const untilMicros = receipt?.timeMicros ?? lastMicros;
  const frontier = await findFrontier(reader, story, { node, untilMicros });
  if (receipt !== undefined) {
    const late = showSeconds(receipt.timeMicros - startMicros);
    say(
      `${name} got it ${late} after its start, by ${plural(receipt.hops, "hop")}`,
      receipt.timeMicros,
    );
    lines.push(...pathLines(reader, story, node));
  } else say(`${name} did not get it`);
  const shown = frontier.links.slice(0, LINKS_MAX);
  const when = receipt === undefined ? "" : " before it got it";
  say(`frontier${when}: ${plural(frontier.links.length, "holder")} with a link to ${name}`);
  for (const link of shown) lines.push(...linkLines(reader, link, node));
  const more = frontier.links.length - shown.length;
  if (more > 0) say(`  and ${plural(more, "holder")} more`);
  say(`  ${plural(frontier.strangers, "holder")} without a link to it`);
  say(`verdict ${await verdict(reader, story, { node, frontier, untilMicros })}`);
  return lines;
}

/** The dissemination tree, hop by hop. */
function treeLines({ receipts, startMicros }: MessageStory): string[] {
  const byHops = new Map<number, number[]>();
  for (const { hops, timeMicros } of receipts.values()) {
    byHops.set(hops, [...(byHops.get(hops) ?? []), timeMicros - startMicros]);
  }
  return [...byHops]
    .sort(([a], [b]) => a - b)
    .map(([hops, micros]) => {
      micros.sort((a, b) => a - b);
      const last = showSeconds(micros[micros.length - 1] ?? 0);
      return `  ${plural(hops, "hop")}: ${plural(micros.length, "node")}, the last after ${last}`;
    });
}

/** The way by which a node got the message, from its source on. */
function pathLines(
  reader: TraceReader,
  { receipts }: MessageStory,
  node: number,
): ExplanationLine[] {
  const path: ExplanationLine[] = [];
  const seen = new Set<number>();
  let at = node;
  while (!seen.has(at)) {
    seen.add(at);
    const receipt = receipts.get(at);
    if (receipt === undefined) break;
    const { timeMicros } = receipt;
    const text = `  ${showMoment(timeMicros)} ${reader.nodeName(at)}`;
    path.unshift({ text, timeMicros });
    if (receipt.from < 0) break;
    at = receipt.from;
  }
  return path;
}

function linkLines(reader: TraceReader, link: FrontierLink, node: number): ExplanationLine[] {
  const { holder, holdsFromMicros, spans, steps, decisions } = link;
  const times = spans.map(
    ({ startMicros, endMicros }) => `${showMoment(startMicros)} to ${showMoment(endMicros)}`,
  );
  const linked = times.length === 0 ? "never linked" : `linked ${times.slice(0, 3).join(", ")}`;
  const lines: ExplanationLine[] = [
    {
      text: `  ${reader.nodeName(holder)} held it from ${showMoment(holdsFromMicros)}; ${linked}`,
      timeMicros: holdsFromMicros,
    },
  ];
  for (const step of steps.slice(0, STEPS_MAX)) {
    const rule = step.reason === "" ? "" : `: ${ruleOf(reader, step.reason)}`;
    const where = step.node === node ? "at the other end" : "here";
    const word = step.kind === "sent" && step.reason !== "" ? "sent and dropped" : step.kind;
    const { timeMicros } = step;
    const text = `    ${showMoment(timeMicros)} ${word} ${where}${rule}`;
    lines.push({ text, timeMicros });
  }
  if (!steps.some(({ kind }) => kind === "sent")) {
    for (const { timeMicros, name, reason } of decisions.slice(0, STEPS_MAX)) {
      const text = `    ${showMoment(timeMicros)} decided ${name}: ${reason}`;
      lines.push({ text, timeMicros });
    }
  }
  return lines;
}

interface Case {
  readonly node: number;
  readonly frontier: Frontier;
  readonly untilMicros: number;
}

/** The first step that is missing: the node runs, a holder has a link to it, sends, and it arrives. */
async function verdict(
  reader: TraceReader,
  story: MessageStory,
  { node, frontier, untilMicros }: Case,
): Promise<string> {
  const name = reader.nodeName(node);
  const { links, liveSpans } = frontier;
  const receipt = story.receipts.get(node);
  if (receipt?.from === -1) return `${name} started it`;
  if (liveSpans.length === 0) return `${name} did not run while the message spread`;
  if (links.length === 0) {
    const last = showMoment(untilMicros);
    return `no holder had a link to ${name} from ${showMoment(story.startMicros)} to ${last}`;
  }
  const steps = links.flatMap(({ steps }) => steps).sort((a, b) => a.index - b.index);
  const lost = steps.find(({ reason, kind }) => reason !== "" && kind !== "delivered");
  const sent = steps.find(({ kind }) => kind === "sent");
  if (receipt !== undefined) {
    const from = reader.nodeName(receipt.from);
    if (lost === undefined) {
      return `${name} got it from ${from}, and nothing was lost; ${await slowestHop(reader, story, node)}`;
    }
    const at = showMoment(lost.timeMicros);
    return `${name} got it from ${from}, after an earlier one was lost at ${at}: ${ruleOf(reader, lost.reason)}`;
  }
  if (lost !== undefined) {
    const from = reader.nodeName(lost.node === node ? lost.peer : lost.node);
    const rule = ruleOf(reader, lost.reason);
    return `what ${from} sent to ${name} was dropped at ${showMoment(lost.timeMicros)}: ${rule}`;
  }
  const arrived = steps.find(({ kind }) => kind === "delivered");
  if (arrived !== undefined) {
    const from = reader.nodeName(arrived.peer);
    return `it was delivered to ${name} from ${from}, and its protocol did not take it`;
  }
  if (sent !== undefined) {
    const from = reader.nodeName(sent.node);
    return `what ${from} sent to ${name} at ${showMoment(sent.timeMicros)} was still on its way at the end`;
  }
  // Who sent to others decided nothing that kept it from sending: it may have refused a duplicate later.
  const senders = new Set(story.steps.flatMap((step) => (step.kind === "sent" ? [step.node] : [])));
  const [decision] = links
    .filter(({ holder }) => !senders.has(holder))
    .flatMap(({ decisions }) => decisions)
    .sort((a, b) => a.index - b.index);
  const [first] = links;
  const holder = reader.nodeName(first?.holder ?? -1);
  if (decision === undefined)
    return `${holder} had it and a link to ${name}, and never sent it there`;
  const decider = reader.nodeName(decision.node);
  return `${decider} had it and a link to ${name}, and decided ${decision.name}: ${decision.reason}`;
}

/** One hop of a message. */
interface Hop {
  readonly from: number;
  readonly to: number;
  readonly startMicros: number;
  readonly endMicros: number;
}

/** The hops by which a node got the message, the last one first. */
function hopsTo({ receipts }: MessageStory, node: number): Hop[] {
  const hops: Hop[] = [];
  const seen = new Set<number>();
  let to = node;
  while (!seen.has(to)) {
    seen.add(to);
    const receipt = receipts.get(to);
    const before = receipt === undefined ? undefined : receipts.get(receipt.from);
    if (receipt === undefined || before === undefined) break;
    const { from, timeMicros: endMicros } = receipt;
    hops.push({ from, to, startMicros: before.timeMicros, endMicros });
    to = from;
  }
  return hops;
}

/** The hop that took longest on the way to a node, and what was done to the network before its end. */
async function slowestHop(reader: TraceReader, story: MessageStory, node: number): Promise<string> {
  const took = (hop: Hop): number => hop.endMicros - hop.startMicros;
  const [slowest] = hopsTo(story, node).sort((a, b) => took(b) - took(a));
  if (slowest === undefined) return "the way is not in the trace";
  const faults = (await reader.markers())
    .filter(({ kind, node: of }) => kind === "fault" && of === -1)
    .filter(({ timeMicros }) => timeMicros <= slowest.endMicros)
    .slice(-2)
    .map(({ name, timeMicros }) => `${ruleOf(reader, name)} at ${showMoment(timeMicros)}`);
  const before = faults.length === 0 ? "" : `; before its end there was ${faults.join(", then ")}`;
  const ends = `${reader.nodeName(slowest.from)} to ${reader.nodeName(slowest.to)}`;
  return `its slowest hop was ${ends}, ${showSeconds(took(slowest))}${before}`;
}
