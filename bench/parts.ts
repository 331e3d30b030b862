// What the parts of a delivery cost one by one, in nanoseconds: the event queue, the draws, the records
// and their digest. `npm run bench:parts`. Parts alone are faster than together, where they share caches: the
// sum is a lower bound, and phold.ts measures the whole.

import { EventQueue } from "../src/sim/event-queue.js";
import type { EventFields } from "../src/sim/event-fields.js";
import { mixKey, mixUnit } from "../src/sim/mix.js";
import { RandomStreams } from "../src/sim/random-streams.js";
import { Digest } from "../src/trace/digest.js";
import { Names } from "../src/trace/names.js";
import { nodeSha256 } from "../src/trace/node-hashing.js";
import { Channel, RecordKind } from "../src/trace/record.js";
import { Recorder } from "../src/trace/recorder.js";

const LATENCY_MIN_MICROS = 10_000;
const LATENCY_SPAN_MICROS = 90_001;
const OPERATIONS = 4_000_000;
/** Rounds that are timed, after one that is not: the engine compiles what runs often. */
const ROUNDS = 5;
const QUEUE_SIZES = [1_000, 10_000, 100_000, 1_000_000];

/** Does `count` operations and answers something that depends on all of them. */
type Part = (count: number) => number;

const key = mixKey(nodeSha256, 42, "bench");

/** Takes one event and schedules one, with `pending` of them waiting. */
function queuePart(pending: number): Part {
  const queue = new EventQueue();
  const fields: EventFields = {
    timeMicros: 0,
    origin: 0,
    counter: 0,
    causeTimeMicros: 0,
    causeOrigin: 0,
    causeCounter: 0,
    kind: 1,
    node: 0,
    first: 0,
    second: 0,
    third: 0,
    wide: 0,
  };
  const payload = {};
  let scheduled = 0;
  const schedule = (nowMicros: number, node: number): void => {
    const unit = mixUnit(key, node, scheduled, 0, 0);
    fields.timeMicros = nowMicros + LATENCY_MIN_MICROS + Math.floor(unit * LATENCY_SPAN_MICROS);
    fields.origin = node + 1;
    fields.counter = scheduled++;
    fields.node = node;
    queue.schedule(fields, payload);
  };
  for (let node = 0; node < pending; node++) schedule(0, node);
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      queue.take();
      const { timeMicros: nowMicros, node } = queue.taken;
      sum += node;
      schedule(nowMicros, node);
    }
    return sum;
  };
}

function linkDrawPart(): Part {
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += mixUnit(key, i, i >>> 3, i, 0);
    return sum;
  };
}

function streamDrawPart(): Part {
  const stream = new RandomStreams({ seed: 42, sha256: nodeSha256 }).stream("bench");
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += stream.unit();
    return sum;
  };
}

/** A `sent` and a `delivered` record, each the first of its event, through the recorder. */
function recordPart(digest: Digest | null, names: Names): Part {
  const recorder = new Recorder(digest);
  const name = names.id("bench/ball");
  const write = (kind: RecordKind, node: number, counter: number): void => {
    const row = recorder.open(kind, node);
    row.timeMicros = counter;
    row.origin = node + 1;
    row.counter = counter;
    row.peer = node ^ 1;
    row.channel = Channel.datagram;
    row.name = name;
    row.reason = 0;
    row.bytes = 20;
    row.number = counter;
    row.application = 0;
    row.contentHigh = counter;
    row.contentLow = node;
    recorder.commit();
  };
  return (count) => {
    for (let i = 0; i < count; i++) {
      write(RecordKind.sent, i & 0x3fff, i);
      write(RecordKind.delivered, (i + 7) & 0x3fff, i);
    }
    return digest === null ? recorder.row.counter : digest.value().length;
  };
}

function nanosPerOperation(part: Part): number {
  part(OPERATIONS >> 2);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begin = process.hrtime.bigint();
    if (Number.isNaN(part(OPERATIONS))) throw new Error("A part answered no number");
    return Number(process.hrtime.bigint() - begin) / OPERATIONS;
  });
  rounds.sort((a, b) => a - b);
  return rounds[ROUNDS >> 1]!;
}

function main(): void {
  const names = new Names();
  const digest = new Digest({ names, sha256: nodeSha256 });
  const parts: readonly (readonly [name: string, make: () => Part])[] = [
    ...QUEUE_SIZES.map(
      (size) => [`queue: take one, schedule one, ${size} pending`, () => queuePart(size)] as const,
    ),
    ["draw about a message (mixUnit)", linkDrawPart],
    ["draw from a named stream", streamDrawPart],
    ["two records, nobody looking", () => recordPart(null, names)],
    ["two records, digested", () => recordPart(digest, names)],
  ];
  process.stdout.write("| part | ns |\n|---|---:|\n");
  for (const [name, make] of parts) {
    process.stdout.write(`| ${name} | ${nanosPerOperation(make()).toFixed(1)} |\n`);
  }
}

main();
