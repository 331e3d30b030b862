// Records of every kind for tests of what reads and writes them.

import fc from "fast-check";
import { Names } from "../../src/trace/names.js";
import { Channel, NO_PEER, RECORD_FIELDS, RecordKind, RunRecord } from "../../src/trace/record.js";
import type { RecordWords } from "../../src/trace/trace-line.js";

const WORDS = ["", "flood/payload", "active", "loss", 'ünïcode "quoted"\n'];

/** A table of words as a run fills it, and the names of its nodes. */
export function sampleWords(): { names: Names; words: RecordWords } {
  const names = new Names();
  for (const word of WORDS) names.id(word);
  return { names, words: { text: (name) => names.text(name), nodeName: (node) => `home-${node}` } };
}

const wide = fc.maxSafeNat();
const word32 = fc.integer({ min: 0, max: 0xffffffff });
const wordName = fc.integer({ min: 0, max: WORDS.length - 1 });

/** A record of any kind in which the fields of its kind are filled and the others are as in a new row. */
export const anyRecord: fc.Arbitrary<RunRecord> = fc
  .record({
    kind: fc.constantFrom(...Object.values(RecordKind)),
    node: fc.integer({ min: -1, max: 99 }),
    timeMicros: wide,
    origin: fc.nat(),
    counter: word32,
    causeTimeMicros: wide,
    causeOrigin: fc.nat(),
    causeCounter: word32,
    peer: fc.integer({ min: NO_PEER, max: 99 }),
    channel: fc.constantFrom(Channel.none, Channel.stream, Channel.datagram),
    name: wordName,
    reason: wordName,
    bytes: word32,
    number: wide,
    application: wide,
    value: fc.double().filter((value) => !Object.is(value, -0)),
    contentHigh: word32,
    contentLow: word32,
    text: fc.string(),
  })
  .map((fields) => {
    const fresh = new RunRecord();
    const record = Object.assign(new RunRecord(), fields);
    const kept = new Set<string>(RECORD_FIELDS[record.kind]);
    for (const field of ["peer", "channel", "name", "reason", "bytes", "number"] as const) {
      if (!kept.has(field)) Object.assign(record, { [field]: fresh[field] });
    }
    if (!kept.has("application")) record.application = 0;
    if (!kept.has("value")) record.value = 0;
    if (!kept.has("text")) record.text = "";
    if (!kept.has("content")) record.contentHigh = record.contentLow = 0;
    return record;
  });
