// peerscape why: why did a node not get a message, or get it late? Reads a trace and nothing else.

import type { CommandModule } from "yargs";
import { plural, showMoment, showSeconds } from "../scenarios/show-quantity.js";
import { findFrontier } from "../trace/native/frontier.js";
import type { Frontier, FrontierLink } from "../trace/native/frontier.js";
import { messageStory } from "../trace/native/message-story.js";
import type { MessageStory } from "../trace/native/message-story.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { ExitCode } from "./exit-code.js";
import { ruleOf } from "./scenario-rule.js";
import { ONE } from "./sim-arguments.js";
import { withTrace } from "./trace-file.js";
import { readNode } from "./trace-span.js";
import { readWholeNumber } from "./read-number.js";
import { UsageError } from "./usage-error.js";

/** What `why` can be told. */
export interface WhyArguments {
  readonly file: string;
  readonly node: string;
  readonly message: string;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const WHY_OPTIONS: readonly Exclude<keyof WhyArguments, "file">[] = ["node", "message"];

/** Links that are shown: the earliest, from which the message could have come soonest. */
const LINKS_MAX = 12;
/** Steps shown of one link. */
const STEPS_MAX = 6;

/** Answers in words; the exit code is 0 when the node got the message, 1 when it did not. */
export async function why(given: WhyArguments): Promise<number> {
  return await withTrace(given.file, async (reader) => {
    const node = readNode("--node", given.node, reader);
    const message = readWholeNumber("--message", given.message);
    const story = await messageStory(reader, message);
    if (story === null) {
      const remedy = `see peerscape trace cat ${given.file} --kinds broadcast`;
      const expected = "the application id of a broadcast, or its place among them from 1 on";
      throw new UsageError("--message", given.message, expected, remedy);
    }
    process.stdout.write(`${(await explain(reader, story, node)).join("\n")}\n`);
    return story.receipts.has(node) ? ExitCode.ok : ExitCode.failed;
  });
}

async function explain(reader: TraceReader, story: MessageStory, node: number): Promise<string[]> {
  const name = reader.nodeName(node);
  const { application, source, startMicros, receipts } = story;
  const lines = [
    `message ${application}, started by ${reader.nodeName(source)} at ${showMoment(startMicros)}; ` +
      `${plural(receipts.size, "node")} got it`,
    ...treeLines(story),
  ];
  const receipt = receipts.get(node);
  // After its last step nobody passes the message on: what links there are later does not matter.
  const lastMicros = story.steps.reduce((last, step) => Math.max(last, step.timeMicros), 0);
  const untilMicros = receipt?.timeMicros ?? lastMicros;
  const frontier = await findFrontier(reader, story, { node, untilMicros });
  if (receipt !== undefined) {
    const late = showSeconds(receipt.timeMicros - startMicros);
    lines.push(`${name} got it ${late} after its start, by ${plural(receipt.hops, "hop")}`);
    lines.push(...pathLines(reader, story, node));
  } else lines.push(`${name} did not get it`);
  const shown = frontier.links.slice(0, LINKS_MAX);
  const when = receipt === undefined ? "" : " before it got it";
  lines.push(`frontier${when}: ${plural(frontier.links.length, "holder")} with a link to ${name}`);
  for (const link of shown) lines.push(...linkLines(reader, link, node));
  const more = frontier.links.length - shown.length;
  if (more > 0) lines.push(`  and ${plural(more, "holder")} more`);
  lines.push(`  ${plural(frontier.strangers, "holder")} without a link to it`);
  lines.push(`verdict ${await verdict(reader, story, { node, frontier, untilMicros })}`);
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
function pathLines(reader: TraceReader, { receipts }: MessageStory, node: number): string[] {
  const path: string[] = [];
  const seen = new Set<number>();
  let at = node;
  while (!seen.has(at)) {
    seen.add(at);
    const receipt = receipts.get(at);
    if (receipt === undefined) break;
    path.unshift(`  ${showMoment(receipt.timeMicros)} ${reader.nodeName(at)}`);
    if (receipt.from < 0) break;
    at = receipt.from;
  }
  return path;
}

function linkLines(reader: TraceReader, link: FrontierLink, node: number): string[] {
  const { holder, holdsFromMicros, spans, steps, decisions } = link;
  const times = spans.map(
    ({ startMicros, endMicros }) => `${showMoment(startMicros)} to ${showMoment(endMicros)}`,
  );
  const linked = times.length === 0 ? "never linked" : `linked ${times.slice(0, 3).join(", ")}`;
  const lines = [
    `  ${reader.nodeName(holder)} held it from ${showMoment(holdsFromMicros)}; ${linked}`,
  ];
  for (const step of steps.slice(0, STEPS_MAX)) {
    const rule = step.reason === "" ? "" : `: ${ruleOf(reader, step.reason)}`;
    const where = step.node === node ? "at the other end" : "here";
    const word = step.kind === "sent" && step.reason !== "" ? "sent and dropped" : step.kind;
    lines.push(`    ${showMoment(step.timeMicros)} ${word} ${where}${rule}`);
  }
  if (!steps.some(({ kind }) => kind === "sent")) {
    for (const { timeMicros, name, reason } of decisions.slice(0, STEPS_MAX)) {
      lines.push(`    ${showMoment(timeMicros)} decided ${name}: ${reason}`);
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

/** The verb `why`. */
export const whyCommand: CommandModule<object, WhyArguments> = {
  command: "why <file>",
  describe: "Say why a node did not get a message, or got it late",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A trace, FILE.mcap" })
      .option("node", {
        ...ONE,
        demandOption: true,
        describe: "The node: its name, or its index from 0",
      })
      .option("message", {
        ...ONE,
        demandOption: true,
        describe: "The broadcast: its application id, or its place among them from 1",
      })
      .example("$0 why run.mcap --node home-17 --message 42", "The 42nd broadcast and home-17"),
  handler: async (given) => {
    process.exitCode = await why(given);
  },
};
