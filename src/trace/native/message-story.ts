// The life of one application message in a trace: who started it, who got it from whom, and all that was sent, lost and
// decided about it. What `why` judges.

import { NO_NAME } from "../names.js";
import { RecordKind, RunRecord } from "../record.js";
import { TraceDamageError } from "./byte-reader.js";
import type { TraceReader } from "./trace-reader.js";

/** One thing that happened to the message, or at a node because of it. */
export interface StoryStep {
  readonly index: number;
  readonly timeMicros: number;
  readonly kind: "started" | "received" | "sent" | "delivered" | "dropped" | "decided";
  readonly node: number;
  /** The other node; -1 for none. */
  readonly peer: number;
  /** Why it did not pass, or was decided; "" for what passed. */
  readonly reason: string;
  /** Type of the message that carried it, or what was decided. */
  readonly name: string;
  readonly hops: number;
}

/** How a node came by the message. */
export interface Receipt {
  readonly timeMicros: number;
  /** From whom; -1 at its source. */
  readonly from: number;
  readonly hops: number;
}

export interface MessageStory {
  readonly application: number;
  readonly source: number;
  readonly startMicros: number;
  /** By node: the dissemination tree. */
  readonly receipts: ReadonlyMap<number, Receipt>;
  readonly steps: readonly StoryStep[];
}

/** More steps than this are a flood that no person reads: a trace that has them is refused. */
const STEPS_MAX = 5_000_000;

/**
 * Reads the story of a message from a trace: `message` is its application id, or its place among the broadcasts of
 * the run, counted from 1. Answers null when there is none.
 */
export async function messageStory(
  reader: TraceReader,
  message: number,
): Promise<MessageStory | null> {
  const steps: StoryStep[] = [];
  const receipts = new Map<number, Receipt>();
  const started = await findStart(reader, message);
  if (started === null) return null;
  const { application } = started;
  const record = new RunRecord();
  for (let block = reader.blockOfRecord(started.index); block < reader.blocks.length; block++) {
    const columns = await reader.load(block);
    for (let i = 0; i < columns.count; i++) {
      const index = reader.blocks[block]!.firstRecord + i;
      if (columns.application[i] !== application || index < started.index) continue;
      columns.read(i, record);
      const step = stepOf(record, index, reader);
      if (step === null) continue;
      steps.push(step);
      if (steps.length > STEPS_MAX) throw new TraceDamageError("The message has too many records");
      const isReceipt = step.kind === "started" || step.kind === "received";
      if (!isReceipt || receipts.has(step.node)) continue;
      const from = step.kind === "started" ? -1 : step.peer;
      receipts.set(step.node, { timeMicros: step.timeMicros, from, hops: step.hops });
    }
  }
  return { application, source: started.node, startMicros: started.timeMicros, receipts, steps };
}

interface Start {
  readonly application: number;
  readonly index: number;
  readonly node: number;
  readonly timeMicros: number;
}

async function findStart(reader: TraceReader, message: number): Promise<Start | null> {
  let place = 0;
  let atPlace: Start | null = null;
  const record = new RunRecord();
  for (let block = 0; block < reader.blocks.length; block++) {
    const columns = await reader.load(block);
    for (let i = 0; i < columns.count; i++) {
      if (columns.kind[i] !== RecordKind.broadcast) continue;
      columns.read(i, record);
      if (reader.text(record.name) !== "started") continue;
      place++;
      const { application, node, timeMicros } = record;
      const start = { application, index: reader.blocks[block]!.firstRecord + i, node, timeMicros };
      if (application === message) return start;
      if (place === message) atPlace = start;
    }
  }
  return atPlace;
}

function stepOf(record: RunRecord, index: number, reader: TraceReader): StoryStep | null {
  const { timeMicros, node, peer, reason, number } = record;
  const common = { index, timeMicros, node, peer, name: reader.text(record.name), hops: number };
  const why = reason === NO_NAME ? "" : reader.text(reason);
  switch (record.kind) {
    case RecordKind.broadcast: {
      const kind = common.name === "started" ? "started" : "received";
      return { ...common, kind, reason: "" };
    }
    case RecordKind.sent:
      return { ...common, kind: "sent", reason: why };
    case RecordKind.delivered:
      return { ...common, kind: "delivered", reason: "" };
    case RecordKind.dropped:
      return { ...common, kind: "dropped", reason: why };
    case RecordKind.decided:
      return { ...common, kind: "decided", reason: why, peer: -1 };
    default:
      return null;
  }
}
