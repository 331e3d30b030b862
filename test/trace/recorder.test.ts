import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { Digest } from "../../src/trace/digest.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { DIGESTED_KIND_MAX, RecordKind, RunRecord } from "../../src/trace/record.js";
import type { RecordSink } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";
import { anyRecord, sampleWords } from "./record-samples.js";

const ALL_KINDS = Object.values(RecordKind);

function freshDigest(): Digest {
  return new Digest({ names: sampleWords().names, sha256: nodeSha256 });
}

/** Passes a record through as the kernel does: into the one row, then on. */
function pass(recorder: Recorder, record: RunRecord): void {
  const { kind, node, ...fields } = record;
  Object.assign(recorder.open(kind, node), fields);
  recorder.commit();
}

function copyOf(record: RunRecord): RunRecord {
  return Object.assign(new RunRecord(), record);
}

/** A sink that notes the kinds that it is given. */
function noting(kinds: readonly RecordKind[], into: string[], name = "sink"): RecordSink {
  return { kinds, accept: (record) => void into.push(`${name} ${record.kind}`) };
}

describe("the recorder", () => {
  it("hands each record to the sinks that want its kind, in the order of attachment", () => {
    const recorder = new Recorder(null);
    const seen: string[] = [];
    recorder.attach(noting([RecordKind.sent, RecordKind.log], seen, "first"));
    recorder.attach(noting([RecordKind.sent], seen, "second"));
    for (const kind of [RecordKind.sent, RecordKind.view, RecordKind.log]) {
      recorder.open(kind, 0);
      recorder.commit();
    }
    expect(seen).toEqual([
      `first ${RecordKind.sent}`,
      `second ${RecordKind.sent}`,
      `first ${RecordKind.log}`,
    ]);
  });

  it("shows a sink the records from the one after its attachment on", () => {
    const recorder = new Recorder(null);
    const seen: string[] = [];
    recorder.open(RecordKind.sent, 0);
    recorder.attach(noting([RecordKind.sent], seen));
    recorder.commit();
    recorder.open(RecordKind.sent, 0);
    recorder.commit();
    expect(seen).toHaveLength(2);
    const late: string[] = [];
    recorder.attach(noting([RecordKind.sent], late));
    expect(late).toEqual([]);
  });

  it("hands sinks the fields that were filled in", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const recorder = new Recorder(freshDigest());
        const kept: RunRecord[] = [];
        recorder.attach({ kinds: ALL_KINDS, accept: (row) => void kept.push(copyOf(row)) });
        pass(recorder, record);
        expect(kept).toEqual([record]);
      }),
    );
  });

  it("wants the kinds that the digest covers, and those that a sink asked for", () => {
    const wanted = (recorder: Recorder): RecordKind[] =>
      ALL_KINDS.filter((kind) => recorder.wants(kind));
    expect(wanted(new Recorder(null))).toEqual([]);
    expect(wanted(new Recorder(freshDigest()))).toEqual(
      ALL_KINDS.filter((kind) => kind <= DIGESTED_KIND_MAX),
    );
    const recorder = new Recorder(null);
    recorder.attach(noting([RecordKind.decided], []));
    expect(wanted(recorder)).toEqual([RecordKind.decided]);
  });

  it("digests the same whether anybody looks or not, and never what is only looked at", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 50, size: "max" }), (list) => {
        const alone = freshDigest();
        const watched = freshDigest();
        const direct = freshDigest();
        const quiet = new Recorder(alone);
        const busy = new Recorder(watched);
        busy.attach(noting(ALL_KINDS, []));
        for (const record of list) {
          pass(quiet, record);
          pass(busy, record);
          if (record.kind <= DIGESTED_KIND_MAX) direct.accept(record);
        }
        expect(alone.value()).toBe(direct.value());
        expect(watched.value()).toBe(direct.value());
      }),
    );
  });
});
