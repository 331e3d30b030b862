// Records of several processes: packed, unpacked and merged they are the records that were made.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordPacker, RecordUnpacker } from "../../src/scenarios/record-batch.js";
import { RecordMerge } from "../../src/scenarios/record-merge.js";
import { Names } from "../../src/trace/names.js";
import { Channel, RECORD_FIELDS, RecordKind, RunRecord } from "../../src/trace/record.js";

const KINDS = Object.values(RecordKind);
const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

function row(fields: Partial<RunRecord>): RunRecord {
  return Object.assign(new RunRecord(), fields);
}

/** A row and the words of its two names. */
const anyRow = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    node: fc.integer({ min: -1, max: 2000 }),
    origin: fc.integer({ min: 0, max: 2001 }),
    peer: fc.integer({ min: -1, max: 2000 }),
    channel: fc.constantFrom(...Object.values(Channel)),
    timeMicros: fc.maxSafeNat(),
    counter: fc.maxSafeNat(),
    causeTimeMicros: fc.maxSafeNat(),
    causeOrigin: fc.integer({ min: 0, max: 2001 }),
    causeCounter: fc.maxSafeNat(),
    bytes: fc.maxSafeNat(),
    number: fc.maxSafeInteger(),
    application: fc.maxSafeNat(),
    value: fc.double({ noNaN: true }),
    contentHigh: whole,
    contentLow: whole,
    text: fc.string({ unit: "grapheme" }),
  })
  .chain((fields) =>
    fc.record({ fields: fc.constant(fields), name: fc.string(), reason: fc.string() }),
  );

describe("records on their way between processes", () => {
  it("are what they were, words and all, whatever the other table of words holds", () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyRow, { maxLength: 20 }), { maxLength: 4 }), (batches) => {
        const [there, here] = [new Names(), new Names()];
        here.id("a word of this side");
        const packer = new RecordPacker(KINDS, there);
        const unpacker = new RecordUnpacker(here);
        for (const made of batches) {
          for (const { fields, name, reason } of made) {
            packer.accept(row({ ...fields, name: there.id(name), reason: there.id(reason) }));
          }
          const rows = unpacker.open(packer.take());
          for (const { fields, name, reason } of made) {
            expect(rows.kind).toBe(fields.kind);
            expect(rows.timeMicros).toBe(fields.timeMicros);
            const read = new RunRecord();
            rows.read(read);
            const text = RECORD_FIELDS[fields.kind].includes("text") ? fields.text : "";
            const names = { name: here.id(name), reason: here.id(reason) };
            expect(read).toEqual(row({ ...fields, ...names, text }));
          }
          expect(rows.isAtEnd).toBe(true);
        }
      }),
    );
  });

  it("come out by time, each process's own in its order, and none before all have told so much", () => {
    const times = fc.array(fc.array(fc.nat(1000), { maxLength: 30 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(times, fc.nat(1000), (timesOf, settledMicros) => {
        const merge = new RecordMerge(timesOf.length, new Names());
        const sorted = timesOf.map((list) => [...list].sort((a, b) => a - b));
        sorted.forEach((list, source) => {
          const packer = new RecordPacker(KINDS, new Names());
          list.forEach((timeMicros, counter) => {
            packer.accept(row({ kind: RecordKind.observation, node: source, timeMicros, counter }));
          });
          merge.add(source, packer.take(), source === 0 ? settledMicros : 1001);
        });
        const released: { timeMicros: number; node: number; counter: number }[] = [];
        const take = ({ timeMicros, node, counter }: RunRecord): void => {
          released.push({ timeMicros, node, counter });
        };
        merge.release(take);
        const due = sorted.flat().filter((timeMicros) => timeMicros <= settledMicros);
        expect(released.map(({ timeMicros }) => timeMicros)).toEqual(due.sort((a, b) => a - b));
        merge.end(0);
        merge.release(take);
        expect(released).toHaveLength(sorted.flat().length);
        expect(merge.pendingBytes).toBe(0);
        sorted.forEach((_, source) => {
          const own = released.filter(({ node }) => node === source);
          expect(own.map(({ counter }) => counter)).toEqual(own.map((_row, place) => place));
        });
      }),
    );
  });
});
