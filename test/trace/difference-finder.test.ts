import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeFirstDifference, firstDifference } from "../../src/scenarios/first-difference.js";
import { DifferenceFinder, NEIGHBOURS, RecordWindow } from "../../src/trace/difference-finder.js";
import type { RunDifference } from "../../src/trace/difference-finder.js";
import { RecordFingerprint } from "../../src/trace/record-fingerprint.js";
import { DIGESTED_KIND_MAX, RECORD_FIELDS, RecordKind, RunRecord } from "../../src/trace/record.js";
import type { RecordSink } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";
import { anyRecord, sampleWords } from "./record-samples.js";

const compared = anyRecord.filter(({ kind }) => kind <= DIGESTED_KIND_MAX);

function play(records: readonly RunRecord[], sink: RecordSink): void {
  const recorder = new Recorder(null);
  recorder.attach(sink);
  for (const record of records) {
    Object.assign(recorder.open(record.kind, record.node), record);
    recorder.commit();
  }
}

function compare(first: readonly RunRecord[], second: readonly RunRecord[]): RunDifference | null {
  const { names, words } = sampleWords();
  const fingerprint = new RecordFingerprint(names);
  play(first, fingerprint);
  const finder = new DifferenceFinder(fingerprint, { names, words });
  play(second, finder);
  return finder.difference();
}

/** Records that follow each other a microsecond apart, each caused by the one before. */
function chain(count: number): RunRecord[] {
  return Array.from({ length: count }, (_, i) =>
    Object.assign(new RunRecord(), {
      kind: RecordKind.status,
      node: i % 3,
      timeMicros: i,
      counter: i,
      causeTimeMicros: Math.max(0, i - 1),
      causeCounter: Math.max(0, i - 1),
      name: 2,
    }),
  );
}

describe("the first difference of two runs", () => {
  it("is none when they wrote the same records", () => {
    fc.assert(
      fc.property(fc.array(compared), (records) => {
        expect(compare(records, records)).toBeNull();
      }),
      { seed: 3 },
    );
  });

  it("is found at the very record where one field of its kind was changed, for any field", () => {
    fc.assert(
      fc.property(
        fc.array(compared, { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.nat(),
        (records, placeSeed, fieldSeed) => {
          const place = placeSeed % records.length;
          const changed = records.map((record) => Object.assign(new RunRecord(), record));
          const record = changed[place] ?? new RunRecord();
          const fields = ["timeMicros", "counter", "node", ...RECORD_FIELDS[record.kind]] as const;
          const field = fields[fieldSeed % fields.length] ?? "node";
          if (field === "content") record.contentHigh = (record.contentHigh + 1) >>> 0;
          else if (field === "text") record.counter++;
          else if (field === "value") record.value = record.value === 1 ? 2 : 1;
          else if (field === "channel") record.channel = record.channel === 0 ? 1 : 0;
          else record[field] = record[field] === 1 ? 2 : 1;
          expect(compare(records, changed)?.index).toBe(place);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });

  it("is the first record that one run has and the other has not", () => {
    expect(compare(chain(20), chain(25))?.index).toBe(20);
    const ended = compare(chain(25), chain(20));
    expect(ended).toMatchObject({ index: 20, cause: null });
    expect(ended?.lines.map(({ index }) => index)).toEqual([15, 16, 17, 18, 19]);
  });

  it("shows its neighbours on both sides in both runs, the fields and the cause", () => {
    const first = chain(40);
    const second = chain(40);
    const record = second[20];
    if (record !== undefined) record.name = 3;
    const difference = compare(first, second);
    if (difference === null) throw new Error("The runs differ.");
    const { words } = sampleWords();
    const window = new RecordWindow(difference, words);
    play(first, window);
    const found = firstDifference(difference, window);
    const around = Array.from({ length: 2 * NEIGHBOURS + 1 }, (_, i) => 15 + i);
    expect(found.firstLines.map(({ index }) => index)).toEqual(around);
    expect(found.secondLines.map(({ index }) => index)).toEqual(around);
    expect(found.fields).toEqual(["name"]);
    expect(found.causeLines.map(({ index }) => index)).toEqual([19]);
    const text = describeFirstDifference(found, { first: "objects", second: "bytes" });
    expect(text).toContain("The runs differ from record 20 on.");
    expect(text).toContain("They differ in name.");
    expect(text).toContain("  > 20  0.000020 s home-2 status active");
    expect(text).toContain("  > 20  0.000020 s home-2 status loss");
  });

  it("does not depend on the numbers that a run gave its words", () => {
    const { names, words } = sampleWords();
    const fingerprint = new RecordFingerprint(names);
    play(chain(3), fingerprint);
    const other = sampleWords();
    // The same word under another number, as in a run that met its words in another order.
    const moved = other.names.id("later");
    const renamed = { hash: (name: number) => names.hash(name === moved ? 2 : name) };
    const finder = new DifferenceFinder(fingerprint, {
      names: Object.assign(other.names, renamed),
      words,
    });
    play(
      chain(3).map((record) => Object.assign(record, { name: moved })),
      finder,
    );
    expect(finder.difference()).toBeNull();
  });
});
