// A record as people and other programs read it: one flat JSON object with names in place of numbers.
// The same shape stands in a trace file, in a failed expectation and in a determinism report.

import { Channel, NO_PEER, RECORD_FIELDS, RECORD_KIND_NAMES, WORLD } from "./record.js";
import type { RunRecord } from "./record.js";

/** What turns the numbers of a record into words. */
export interface RecordWords {
  /** The word of an interned name; the empty string for `NO_NAME`. */
  text(name: number): string;
  /** The name of a node by its index, `home-17`. */
  nodeName(node: number): string;
}

/** Key of an event: virtual microseconds, origin, the origin's counter. */
export type EventKeyTriple = readonly [timeMicros: number, origin: number, counter: number];

/**
 * One record. Fields that say nothing are left out: no node for the world, no peer, no reason, no
 * application message. Which others a kind has is in `RECORD_FIELDS`.
 */
export interface TraceLine {
  readonly timeMicros: number;
  readonly kind: string;
  readonly node?: string;
  /** Key of the event during which it happened, and of the event that scheduled that one. */
  readonly event: EventKeyTriple;
  readonly cause: EventKeyTriple;
  readonly name?: string;
  readonly channel?: "stream" | "datagram";
  readonly peer?: string;
  readonly bytes?: number;
  readonly number?: number;
  readonly reason?: string;
  readonly application?: number;
  readonly value?: number;
  /** 64-bit hash of a message's fields: 16 hexadecimal digits. */
  readonly content?: string;
  readonly text?: string;
}

/** A line under construction. */
type LineDraft = { -readonly [Field in keyof TraceLine]: TraceLine[Field] };

/** The line of a record; nothing of `record` is kept. */
export function traceLine(record: RunRecord, words: RecordWords): TraceLine {
  const line: LineDraft = {
    timeMicros: record.timeMicros,
    kind: RECORD_KIND_NAMES[record.kind] ?? "none",
    event: [record.timeMicros, record.origin, record.counter],
    cause: [record.causeTimeMicros, record.causeOrigin, record.causeCounter],
  };
  if (record.node !== WORLD) line.node = words.nodeName(record.node);
  for (const field of RECORD_FIELDS[record.kind]) {
    switch (field) {
      case "name":
        line.name = words.text(record.name);
        break;
      case "channel":
        if (record.channel === Channel.stream) line.channel = "stream";
        if (record.channel === Channel.datagram) line.channel = "datagram";
        break;
      case "peer":
        if (record.peer !== NO_PEER) line.peer = words.nodeName(record.peer);
        break;
      case "reason":
        if (words.text(record.reason) !== "") line.reason = words.text(record.reason);
        break;
      case "application":
        if (record.application !== 0) line.application = record.application;
        break;
      case "content":
        line.content = hexWord(record.contentHigh) + hexWord(record.contentLow);
        break;
      case "bytes":
        line.bytes = record.bytes;
        break;
      case "number":
        // A datagram's number is any 32 bits, kept signed; people read it unsigned.
        line.number = record.number < 0 ? record.number >>> 0 : record.number;
        break;
      case "value":
        line.value = record.value;
        break;
      case "text":
        line.text = record.text;
        break;
    }
  }
  return line;
}

/** The line in words, for reports on a terminal: `12.500000 s home-3 sent flood/payload → home-9 …`. */
export function describeLine(line: TraceLine): string {
  const parts = [`${seconds(line.timeMicros)} s`, line.node ?? "world", line.kind];
  if (line.name !== undefined && line.name !== "") parts.push(line.name);
  if (line.peer !== undefined) parts.push(`peer ${line.peer}`);
  if (line.channel !== undefined) parts.push(line.channel);
  if (line.bytes !== undefined) parts.push(`${String(line.bytes)} B`);
  if (line.number !== undefined) parts.push(describeNumber(line.kind, line.number));
  if (line.value !== undefined) parts.push(`value ${String(line.value)}`);
  if (line.reason !== undefined) parts.push(`(${line.reason})`);
  if (line.application !== undefined) parts.push(`application ${String(line.application)}`);
  if (line.content !== undefined) parts.push(`content ${line.content}`);
  if (line.text !== undefined) parts.push(line.text);
  return parts.join(" ");
}

/** What the number of a record is, by its kind. */
const NUMBER_WORDS: ReadonlyMap<string, string> = new Map([
  ["connection", "connection"],
  ["status", "incarnation"],
  ["belief", "incarnation"],
  ["broadcast", "hops"],
  ["action", "nodes"],
  ["fault", "nodes"],
]);

function describeNumber(kind: string, number: number): string {
  if (kind === "view") return number === 1 ? "added" : "removed";
  return `${NUMBER_WORDS.get(kind) ?? "number"} ${String(number)}`;
}

/** Whole microseconds as seconds with all six decimals. */
function seconds(micros: number): string {
  const whole = Math.floor(micros / 1_000_000);
  return `${String(whole)}.${String(micros - whole * 1_000_000).padStart(6, "0")}`;
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
