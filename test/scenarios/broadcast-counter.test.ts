import { describe, expect, it } from "vitest";
import { BroadcastCounter } from "../../src/scenarios/broadcast-counter.js";
import { NO_PEER, RecordKind, RunRecord } from "../../src/trace/record.js";

const STARTED = 1;
const RECEIVED = 2;
const words = {
  text: (name: number) => (name === STARTED ? "started" : "received"),
  nodeName: String,
};

function record(fields: Partial<RunRecord>): RunRecord {
  return Object.assign(new RunRecord(), fields);
}

function started(application: number, timeMicros: number, peer = NO_PEER): RunRecord {
  const kind = RecordKind.broadcast;
  return record({ kind, name: STARTED, application, timeMicros, peer, bytes: 100 });
}

function received(application: number, timeMicros: number, hops: number): RunRecord {
  const kind = RecordKind.broadcast;
  return record({ kind, name: RECEIVED, application, timeMicros, number: hops, bytes: 100 });
}

function sent(application: number, bytes: number): RunRecord {
  return record({ kind: RecordKind.sent, application, bytes });
}

function reportOf(records: readonly RunRecord[], broadcastsMax?: number) {
  const counter = new BroadcastCounter(words, broadcastsMax);
  for (const each of records) counter.accept(each);
  return counter.report();
}

describe("the report's broadcasts", () => {
  it("tells copies of a payload from what is shorter, and takes redundancy from first receipts", () => {
    const report = reportOf([
      started(7, 1_000),
      ...[sent(7, 140), sent(7, 140), sent(7, 100), sent(7, 99), sent(0, 500)],
      received(7, 2_000, 1),
      received(7, 5_000, 2),
    ]);
    expect(report).toEqual({
      ...{ started: 1, receipts: 2, copies: 3, redundancy: 0.5, maxHops: 2 },
      latency: {
        // To one part in 256.
        ...{ meanMicros: 2_500, medianMicros: 1_002, p90Micros: 4_000, p99Micros: 4_000 },
        maxMicros: 4_000,
      },
    });
  });

  it("leaves out what a node sends to one other", () => {
    const report = reportOf([started(7, 0, 3), sent(7, 140), received(7, 10, 1)]);
    expect(report).toMatchObject({ started: 0, receipts: 0, copies: 0, redundancy: null });
    expect(report.latency.meanMicros).toBeNull();
  });

  it("forgets the oldest broadcasts, so that its memory has an end", () => {
    const records = [started(7, 0), started(8, 10), received(7, 20, 1), received(8, 20, 1)];
    expect(reportOf(records, 2)).toMatchObject({ started: 2, receipts: 2 });
    expect(reportOf(records, 1)).toMatchObject({ started: 2, receipts: 1 });
  });
});
