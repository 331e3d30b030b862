import { describe, expect, it } from "vitest";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import { ROWS_MAX, busiestPeers, spaceTime } from "../../src/viewer/space-time.js";
import { openTrace, writeTrace } from "../trace/native/sample-trace.js";
import { sampleWords } from "../trace/record-samples.js";

const { names } = sampleWords();
const PAYLOAD = names.id("flood/payload");
const LOSS = names.id("loss");
const SPAN = { fromMicros: 1000, toMicros: 2000, columns: 100 };

function record(fields: Partial<RunRecord>): RunRecord {
  const made = Object.assign(new RunRecord(), { name: PAYLOAD }, fields);
  return Object.assign(made, { origin: made.node + 1 });
}

function arrival(from: number, to: number, sentMicros: number, timeMicros: number): RunRecord {
  const passage = { kind: RecordKind.delivered, node: to, peer: from };
  return record({ ...passage, timeMicros, causeTimeMicros: sentMicros, causeOrigin: from + 1 });
}

async function diagramOf(
  records: readonly RunRecord[],
  nodes: readonly number[],
): ReturnType<typeof spaceTime> {
  return await spaceTime(await openTrace(writeTrace(records).bytes), nodes, SPAN);
}

describe("a space-time diagram", () => {
  it("draws an arrow from when a message was sent to when it arrived", async () => {
    const { arrows } = await diagramOf([arrival(3, 5, 1100, 1400)], [5, 3]);
    expect(arrows).toMatchObject([
      { fromRow: 1, toRow: 0, startMicros: 1100, endMicros: 1400, isLost: false, count: 1 },
    ]);
  });

  it("has messages that left before the stretch or arrive after it, and no others", async () => {
    const records = [
      arrival(1, 2, 100, 900),
      arrival(1, 2, 900, 1100),
      arrival(1, 2, 1900, 5000),
      arrival(1, 2, 2100, 5001),
    ];
    const { arrows } = await diagramOf(records, [1, 2]);
    expect(arrows.map(({ endMicros }) => endMicros)).toEqual([1100, 5000]);
  });

  it("leaves out nodes that have no line", async () => {
    const records = [arrival(1, 2, 1100, 1200), arrival(1, 9, 1100, 1201)];
    expect((await diagramOf(records, [1, 2])).arrows).toHaveLength(1);
  });

  it("marks what was lost, at once or on its way", async () => {
    const passage = { timeMicros: 1500, reason: LOSS };
    const { arrows } = await diagramOf(
      [
        record({ ...passage, kind: RecordKind.sent, node: 1, peer: 2 }),
        record({ ...passage, kind: RecordKind.dropped, node: 2, peer: 1, causeTimeMicros: 1200 }),
      ],
      [1, 2],
    );
    expect(arrows).toMatchObject([
      { fromRow: 0, toRow: 1, startMicros: 1500, isLost: true },
      { fromRow: 0, toRow: 1, startMicros: 1200, isLost: true },
    ]);
  });

  it("draws as one what a picture cannot tell apart, whatever the density", async () => {
    const records = Array.from({ length: 4000 }, (_, i) => {
      const sentMicros = 1000 + Math.floor(i / 4);
      return arrival(1, 2, sentMicros, sentMicros + 50);
    });
    const { arrows } = await diagramOf(records, [1, 2]);
    expect(arrows.length).toBeLessThanOrEqual(2 * SPAN.columns);
    expect(arrows.reduce((sum, { count }) => sum + count, 0)).toBe(4000);
  });

  it("shows changes of status of its nodes", async () => {
    const name = names.id("active");
    const change = { kind: RecordKind.status, name, timeMicros: 1300 };
    const { ticks } = await diagramOf(
      [record({ ...change, node: 2 }), record({ ...change, node: 7 })],
      [1, 2],
    );
    expect(ticks).toMatchObject([{ row: 1, timeMicros: 1300 }]);
  });

  it("offers the peers that a node has most to do with, itself first", async () => {
    const records = [
      arrival(4, 1, 1000, 1100),
      arrival(3, 1, 1000, 1101),
      arrival(3, 1, 1000, 1102),
      arrival(8, 9, 1000, 1103),
    ];
    const reader = await openTrace(writeTrace(records).bytes);
    expect(await busiestPeers(reader, 1, SPAN)).toEqual([1, 3, 4]);
  });

  it("has no more lines than there is room for", async () => {
    const records = Array.from({ length: 60 }, (_, i) => arrival(i + 2, 1, 1000, 1100 + i));
    const reader = await openTrace(writeTrace(records).bytes);
    expect(await busiestPeers(reader, 1, SPAN)).toHaveLength(ROWS_MAX);
  });
});
