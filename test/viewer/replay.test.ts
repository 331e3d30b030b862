import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NetworkState } from "../../src/trace/native/network-state.js";
import type { TraceReader } from "../../src/trace/native/trace-reader.js";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import { Replay } from "../../src/viewer/replay.js";
import { openTrace, readAll, writeTrace } from "../trace/native/sample-trace.js";
import { sampleWords } from "../trace/record-samples.js";

const { names } = sampleWords();
const RECORD_COUNT = 300;

/** Nodes that begin, end and change their views, three records an instant, in many blocks. */
function sample(): Uint8Array<ArrayBuffer> {
  const records = Array.from({ length: RECORD_COUNT }, (_, i) =>
    Object.assign(new RunRecord(), {
      kind: i % 4 === 0 ? RecordKind.status : RecordKind.view,
      ...{ node: (i * 3) % 17, peer: (i * 7) % 17, number: i % 5 === 0 ? 0 : 1 },
      ...{ timeMicros: 10 + Math.floor(i / 3) * 10, origin: ((i * 3) % 17) + 1, counter: i },
      name: names.id(i % 4 === 0 ? "active" : "flood/payload"),
    }),
  );
  return writeTrace(records, { flushMicros: 100, endMicros: 1100 }).bytes;
}

const BYTES = sample();

/** The network after the first records, one by one from the start: what every way there must give. */
async function plainState(reader: TraceReader, index: number): Promise<Uint8Array> {
  const state = new NetworkState();
  for (const record of (await readAll(reader)).slice(0, index)) state.apply(record, reader);
  return state.encode();
}

describe("a replay", () => {
  it("shows the same network at a record, whichever way it was reached", async () => {
    const reader = await openTrace(BYTES);
    expect(reader.blocks.length).toBeGreaterThan(5);
    const index = fc.integer({ min: 0, max: RECORD_COUNT });
    await fc.assert(
      fc.asyncProperty(fc.array(index, { minLength: 1, maxLength: 6 }), async (way) => {
        const replay = new Replay(reader);
        for (const to of way) {
          await replay.goTo(to);
          expect(replay.index).toBe(to);
          expect(replay.state.encode()).toEqual(await plainState(reader, to));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("tells of every node that is another than before, whichever way it went", async () => {
    const reader = await openTrace(BYTES);
    const index = fc.integer({ min: 0, max: RECORD_COUNT });
    await fc.assert(
      fc.asyncProperty(fc.array(index, { minLength: 2, maxLength: 6 }), async (way) => {
        const replay = new Replay(reader);
        const facts = new Map<number, string>();
        for (const to of way) {
          await replay.goTo(to);
          const { state } = replay;
          const factsOf = (node: number): string =>
            JSON.stringify([
              state.statuses.get(node),
              [...state.view("flood/payload", node)].sort((a, b) => a - b),
            ]);
          const changed = replay.takeChanged();
          for (let node = 0; node < 17; node++) {
            if (changed?.has(node) !== false) facts.set(node, factsOf(node));
            expect(facts.get(node)).toBe(factsOf(node));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("has applied all records of the time it is sent to, and none after", async () => {
    const reader = await openTrace(BYTES);
    const replay = new Replay(reader);
    for (const [timeMicros, index] of [
      [500, 150],
      [9, 0],
      [10, 3],
      [509, 150],
      [510, 153],
    ] as const) {
      await replay.seek(timeMicros);
      expect([replay.timeMicros, replay.index]).toEqual([timeMicros, index]);
    }
  });

  it("stays within the run", async () => {
    const reader = await openTrace(BYTES);
    const replay = new Replay(reader);
    await replay.goTo(RECORD_COUNT + 10);
    expect(replay.index).toBe(RECORD_COUNT);
    await replay.seek(-5);
    expect([replay.timeMicros, replay.index]).toEqual([0, 0]);
    await replay.goTo(-1);
    expect(replay.index).toBe(0);
  });

  it("steps back along the very records it stepped forwards along", async () => {
    const reader = await openTrace(BYTES);
    const replay = new Replay(reader);
    const isWanted = ({ kind, node }: RunRecord): boolean =>
      kind === RecordKind.status && node % 2 === 0;
    const there = [];
    while (await replay.stepForward(isWanted)) there.push(replay.index);
    const wanted = (await readAll(reader)).flatMap((record, i) =>
      isWanted(record) ? [i + 1] : [],
    );
    expect(there).toEqual(wanted);
    const back = [replay.index];
    while (await replay.stepBack(isWanted)) back.unshift(replay.index);
    expect(back).toEqual(wanted);
  });

  it("stays where it is when there is no further record to step to", async () => {
    const replay = new Replay(await openTrace(BYTES));
    await replay.goTo(40);
    expect(await replay.stepForward(() => false)).toBe(false);
    expect(await replay.stepBack(() => false)).toBe(false);
    expect(replay.index).toBe(40);
  });
});
