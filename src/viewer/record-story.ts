// What a record comes from and what it leads to: the message's other end, the event that set it off, and what was set
// off in turn. One step at a time, so that a person can follow a message through the network in both directions.

import { NO_NAME } from "../trace/names.js";
import { RecordKind, RunRecord } from "../trace/record.js";
import type { TraceReader } from "../trace/native/trace-reader.js";

/** Records that are looked through for the other end of a message and for what an event sets off, each way. */
export const STORY_SCAN_RECORDS_MAX = 200_000;

/** Consequences that are kept: more than a person follows. */
export const CONSEQUENCES_MAX = 100;

/** A record and its number in the trace, counted from 0. */
export interface NumberedRecord {
  readonly index: number;
  readonly record: Readonly<RunRecord>;
}

/** One record with its neighbours in cause and effect. */
export interface RecordStory extends NumberedRecord {
  /** What the event began with that it belongs to, or that event's cause; null when the trace has neither. */
  readonly cause: NumberedRecord | null;
  /** For a message: the record of its arrival or loss, or of its sending; null when it was not found. */
  readonly otherEnd: NumberedRecord | null;
  /** The fields of the message as the trace recorded them; "" when it did not. */
  readonly content: string;
  /** What happened because of it: for a message that was sent, what its arrival set off. */
  readonly consequences: readonly NumberedRecord[];
  /** Whether there may be more than was looked for. */
  readonly isCut: boolean;
}

/** Tells the story of record number `index`. Throws `RangeError` for a number that the trace has not. */
export async function recordStory(reader: TraceReader, index: number): Promise<RecordStory> {
  const own = await recordOf(reader, index);
  const event = await recordsOfEvent(reader, ownKey(own.record));
  const otherEnd = await findOtherEnd(reader, own);
  const sending = own.record.kind === RecordKind.sent ? own : otherEnd;
  const isArrivalKnown = own.record.kind === RecordKind.sent && otherEnd !== null;
  const base = isArrivalKnown ? otherEnd : own;
  // What its sender did beside it is no consequence of a message that never arrived.
  const isBarren = own.record.kind === RecordKind.sent && otherEnd === null;
  const { found, isCut } = isBarren
    ? { found: [], isCut: false }
    : await consequencesOf(reader, base);
  return {
    ...own,
    cause: await causeOf(reader, own, event),
    otherEnd,
    content: sending === null ? "" : await contentOf(reader, sending),
    consequences: found,
    isCut,
  };
}

/** What identifies an event. */
interface EventKey {
  readonly timeMicros: number;
  readonly origin: number;
  readonly counter: number;
}

function ownKey({ timeMicros, origin, counter }: RunRecord): EventKey {
  return { timeMicros, origin, counter };
}

function causeKey(record: RunRecord): EventKey {
  const { causeTimeMicros, causeOrigin, causeCounter } = record;
  return { timeMicros: causeTimeMicros, origin: causeOrigin, counter: causeCounter };
}

function isSame(a: EventKey, b: EventKey): boolean {
  return a.timeMicros === b.timeMicros && a.origin === b.origin && a.counter === b.counter;
}

async function recordOf(reader: TraceReader, index: number): Promise<NumberedRecord> {
  const block = index < 0 ? -1 : reader.blockOfRecord(index);
  const place = reader.blocks[block];
  if (place === undefined) throw new RangeError(`The trace has no record ${index}`);
  const record = new RunRecord();
  (await reader.load(block)).read(index - place.firstRecord, record);
  return { index, record };
}

function copyOf(record: RunRecord, index: number): NumberedRecord {
  return { index, record: Object.assign(new RunRecord(), record) };
}

/** All records of an event, in order; they stand together. */
async function recordsOfEvent(reader: TraceReader, key: EventKey): Promise<NumberedRecord[]> {
  const found: NumberedRecord[] = [];
  await reader.visit(await reader.recordAt(key.timeMicros), (record, index) => {
    if (record.timeMicros > key.timeMicros) return false;
    if (isSame(ownKey(record), key)) found.push(copyOf(record, index));
    else if (found.length > 0) return false;
    return true;
  });
  return found;
}

/** What set a record off: what its event began with, and for that itself what the causing event began with. */
async function causeOf(
  reader: TraceReader,
  { index, record }: NumberedRecord,
  event: readonly NumberedRecord[],
): Promise<NumberedRecord | null> {
  const [first] = event;
  if (first !== undefined && first.index < index) return first;
  const key = causeKey(record);
  // The event that nothing caused names itself.
  if (isSame(key, ownKey(record))) return null;
  const [began] = await recordsOfEvent(reader, key);
  return began !== undefined && began.index < index ? began : null;
}

/** The arrival or loss of a message that was sent, the sending of one that arrived or was lost. */
async function findOtherEnd(
  reader: TraceReader,
  own: NumberedRecord,
): Promise<NumberedRecord | null> {
  const { kind, reason } = own.record;
  // A message that the network refused at once has no other record.
  if (kind === RecordKind.sent) return reason === NO_NAME ? await findArrival(reader, own) : null;
  if (kind === RecordKind.delivered || kind === RecordKind.dropped) {
    return await findSending(reader, own);
  }
  return null;
}

async function findArrival(
  reader: TraceReader,
  sent: NumberedRecord,
): Promise<NumberedRecord | null> {
  let found: NumberedRecord | null = null;
  const last = sent.index + STORY_SCAN_RECORDS_MAX;
  await reader.visit(sent.index + 1, (record, index) => {
    if (index > last) return false;
    if (!isArrival(record.kind) || !isMessageOf(sent.record, record)) return true;
    found = copyOf(record, index);
    return false;
  });
  return found;
}

async function findSending(
  reader: TraceReader,
  arrival: NumberedRecord,
): Promise<NumberedRecord | null> {
  const record = new RunRecord();
  const first = Math.max(0, arrival.index - STORY_SCAN_RECORDS_MAX);
  for (let block = reader.blockOfRecord(arrival.index); block >= 0; block--) {
    const { firstRecord, count } = reader.blocks[block]!;
    if (firstRecord + count <= first) return null;
    const columns = await reader.load(block);
    for (let i = Math.min(count, arrival.index - firstRecord) - 1; i >= 0; i--) {
      if (columns.kind[i] !== RecordKind.sent) continue;
      columns.read(i, record);
      if (isMessageOf(record, arrival.record)) return copyOf(record, firstRecord + i);
    }
  }
  return null;
}

function isArrival(kind: RecordKind): boolean {
  return kind === RecordKind.delivered || kind === RecordKind.dropped;
}

/** Whether a later record is about the message of a `sent` record. A loss may become known at either end. */
function isMessageOf(sent: Readonly<RunRecord>, later: Readonly<RunRecord>): boolean {
  if (sent.number !== later.number || sent.channel !== later.channel) return false;
  if (sent.name !== later.name) return false;
  if (sent.node === later.peer && sent.peer === later.node) return true;
  const isLossAtSender = later.kind === RecordKind.dropped;
  return isLossAtSender && sent.node === later.node && sent.peer === later.peer;
}

/** The fields of a message: their record stands in the event that sent it. */
async function contentOf(reader: TraceReader, { record: sent }: NumberedRecord): Promise<string> {
  const event = await recordsOfEvent(reader, ownKey(sent));
  const content = event.find(
    ({ record }) =>
      record.kind === RecordKind.content &&
      record.peer === sent.peer &&
      record.number === sent.number &&
      record.name === sent.name,
  );
  return content?.record.text ?? "";
}

/**
 * What a record led to: what its event did after it, and the events that this one scheduled. Arrivals of what the event
 * sent are left out: the messages are there already.
 */
async function consequencesOf(
  reader: TraceReader,
  base: NumberedRecord,
): Promise<{ readonly found: readonly NumberedRecord[]; readonly isCut: boolean }> {
  const key = ownKey(base.record);
  const found: NumberedRecord[] = [];
  const last = base.index + STORY_SCAN_RECORDS_MAX;
  let isCut = false;
  let event = key;
  await reader.visit(base.index + 1, (record, index) => {
    if (index > last || found.length >= CONSEQUENCES_MAX) {
      isCut = true;
      return false;
    }
    const isOwn = isSame(ownKey(record), key);
    const isNew = !isSame(ownKey(record), event);
    event = ownKey(record);
    const isCaused = isNew && isSame(causeKey(record), key) && !isArrival(record.kind);
    if ((isOwn && record.kind !== RecordKind.content) || isCaused) {
      found.push(copyOf(record, index));
    }
    return true;
  });
  return { found, isCut };
}
