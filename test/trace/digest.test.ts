import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { Digest, LANE_COUNT } from "../../src/trace/digest.js";
import { InvariantError } from "../../src/trace/invariant.js";
import { Names } from "../../src/trace/names.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { DIGESTED_KIND_MAX, RECORD_FIELDS, RecordKind, RunRecord } from "../../src/trace/record.js";
import { anyRecord, sampleWords } from "./record-samples.js";

const digestedRecord = anyRecord.filter(({ kind }) => kind <= DIGESTED_KIND_MAX);
const records = fc.array(digestedRecord, { minLength: 1, maxLength: 60, size: "max" });

function freshDigest(names: Names = sampleWords().names): Digest {
  return new Digest({ names, sha256: nodeSha256 });
}

function digestOf(list: readonly RunRecord[], names?: Names): string {
  const digest = freshDigest(names);
  for (const record of list) digest.accept(record);
  return digest.value();
}

/** The fields of a record that its digest covers. A message's number follows from the key of its event. */
function coveredFields({ kind }: RunRecord): (keyof RunRecord)[] {
  const isMessage = kind <= RecordKind.dropped;
  const own = RECORD_FIELDS[kind]
    .filter((field) => !(isMessage && field === "number"))
    .flatMap((field): (keyof RunRecord)[] =>
      field === "content" ? ["contentHigh", "contentLow"] : [field],
    );
  return ["kind", "node", "timeMicros", "origin", "counter", ...own];
}

/** Another value of a field, of the same type and range. */
function changed(record: RunRecord, field: keyof RunRecord): RunRecord {
  const copy = Object.assign(new RunRecord(), record);
  const value = record[field] as number;
  if (field === "name" || field === "reason") copy[field] = (value + 1) % 5;
  else if (field === "channel") copy.channel = value === 1 ? 2 : 1;
  else if (field === "kind") copy.kind = value === 1 ? 4 : 1;
  else if (field === "value") copy.value = value === 1 ? 2 : 1;
  else Object.assign(copy, { [field]: value > 0 ? value - 1 : value + 1 });
  return copy;
}

describe("the digest of a run", () => {
  it("is the same for the same records", () => {
    fc.assert(fc.property(records, (list) => digestOf(list) === digestOf([...list])));
  });

  it("differs when any covered field of any one record differs", () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(), (list, which, whichField) => {
        const index = which % list.length;
        const fields = coveredFields(list[index]!);
        const other = changed(list[index]!, fields[whichField % fields.length]!);
        expect(digestOf(list.with(index, other))).not.toBe(digestOf(list));
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it("differs when a record is left out or comes twice", () => {
    fc.assert(
      fc.property(records, fc.nat(), (list, which) => {
        const index = which % list.length;
        const whole = digestOf(list);
        expect(digestOf(list.toSpliced(index, 1))).not.toBe(whole);
        expect(digestOf(list.toSpliced(index, 0, list[index]!))).not.toBe(whole);
      }),
      { seed: 8 },
    );
  });

  it("covers the words of names, not the numbers that the order of first use gave them", () => {
    const { names } = sampleWords();
    const other = new Names();
    for (const word of [...names.texts()].reverse()) other.id(word);
    fc.assert(
      fc.property(records, (list) => {
        const renumbered = list.map((record) =>
          Object.assign(new RunRecord(), record, {
            name: other.id(names.text(record.name)),
            reason: other.id(names.text(record.reason)),
          }),
        );
        expect(digestOf(renumbered, other)).toBe(digestOf(list, names));
      }),
      { seed: 9 },
    );
  });

  it("does not depend on how the records of different lanes interleave, but on the order within one", () => {
    const inLane = (lane: number): fc.Arbitrary<RunRecord[]> =>
      fc.array(
        digestedRecord.map((record) => Object.assign(record, { node: lane })),
        { minLength: 2, maxLength: 20 },
      );
    fc.assert(
      fc.property(
        inLane(3),
        inLane(4),
        fc.array(fc.boolean(), { minLength: 40 }),
        (a, b, turns) => {
          const left: [RunRecord[], RunRecord[]] = [[...a], [...b]];
          const mixed = turns.flatMap((turn) => left[turn ? 1 : 0].splice(0, 1));
          mixed.push(...left[0], ...left[1]);
          expect(digestOf(mixed)).toBe(digestOf([...a, ...b]));
          // Neighbours in one lane, exchanged.
          const exchanged = [a[1]!, a[0]!, ...a.slice(2), ...b];
          const areAlike = digestOf([a[0]!, a[0]!]) === digestOf([a[1]!, a[1]!]);
          if (!areAlike) expect(digestOf(exchanged)).not.toBe(digestOf([...a, ...b]));
        },
      ),
      { seed: 10 },
    );
  });

  it("goes on from a snapshot taken after any record, in the middle of a block or not", () => {
    // One node, so that a lane fills several blocks of 4 KiB.
    const oneNode = fc.array(
      digestedRecord.map((record) => Object.assign(record, { node: 5 })),
      { minLength: 400, maxLength: 500, size: "max" },
    );
    fc.assert(
      fc.property(oneNode, fc.nat(), (list, which) => {
        const cutAt = which % list.length;
        const first = freshDigest();
        for (const record of list.slice(0, cutAt)) first.accept(record);
        const saved = first.snapshot();
        for (const record of list.slice(cutAt)) first.accept(record);
        const second = freshDigest();
        second.accept(list[0]!);
        second.restore(saved);
        for (const record of list.slice(cutAt)) second.accept(record);
        expect(second.value()).toBe(first.value());
        expect(first.value()).toBe(digestOf(list));
      }),
      { numRuns: 30, seed: 11 },
    );
  });

  it("may be asked at any time without changing", () => {
    fc.assert(
      fc.property(records, (list) => {
        const digest = freshDigest();
        for (const record of list) {
          digest.accept(record);
          digest.value();
        }
        expect(digest.value()).toBe(digestOf(list));
      }),
    );
  });

  it("takes nodes of all lanes and the world", () => {
    const digests = Array.from({ length: LANE_COUNT + 2 }, (_, i) => {
      const record = new RunRecord();
      record.node = i - 1;
      return digestOf([record]);
    });
    expect(new Set(digests).size).toBe(LANE_COUNT + 2);
  });

  it("refuses records that are only looked at", () => {
    const record = new RunRecord();
    record.kind = RecordKind.log;
    expect(() => {
      freshDigest().accept(record);
    }).toThrow(InvariantError);
  });

  it("is 64 hexadecimal digits", () => {
    expect(digestOf([])).toMatch(/^[0-9a-f]{64}$/);
  });
});
