import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import { FlightWindow, SHOWN_MAX } from "../../src/viewer/flights.js";
import { openTrace, writeTrace } from "../trace/native/sample-trace.js";
import { sampleWords } from "../trace/record-samples.js";

const { names } = sampleWords();
const PAYLOAD = names.id("flood/payload");

interface Flight {
  readonly from: number;
  readonly to: number;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly name: number;
  readonly isLost: boolean;
}

function arrival(sentMicros: number, timeMicros: number, number = 0): RunRecord {
  return Object.assign(new RunRecord(), {
    ...{ kind: RecordKind.delivered, name: PAYLOAD, node: 2, peer: 1, number },
    ...{ timeMicros, origin: 2, causeTimeMicros: sentMicros, causeOrigin: 2 },
  });
}

/** The messages that are shown. */
function shown(window: FlightWindow): Flight[] {
  const { columns } = window;
  return Array.from({ length: columns.count }, (_, i) => i)
    .filter((i) => window.isShown(i))
    .map((i) => ({
      from: columns.from[i]!,
      to: columns.to[i]!,
      startMicros: columns.startMicros[i]!,
      endMicros: columns.endMicros[i]!,
      name: columns.name[i]!,
      isLost: columns.isLost[i] === 1,
    }));
}

async function windowOf(records: readonly RunRecord[]): Promise<FlightWindow> {
  return new FlightWindow(await openTrace(writeTrace(records, { flushMicros: 100_000 }).bytes));
}

async function flightsOf(
  records: readonly RunRecord[],
  fromMicros: number,
  toMicros: number,
): Promise<Flight[]> {
  const window = await windowOf(records);
  await window.cover(fromMicros, toMicros);
  return shown(window);
}

describe("messages on their way", () => {
  it("fly from when they were sent to when they arrived", async () => {
    expect(await flightsOf([arrival(100, 900)], 200, 300)).toEqual([
      { from: 1, to: 2, startMicros: 100, endMicros: 900, name: PAYLOAD, isLost: false },
    ]);
  });

  it("are those whose way touches the stretch, and no others", async () => {
    const records = [arrival(0, 199), arrival(0, 200), arrival(300, 400), arrival(301, 401)];
    const flights = await flightsOf(records, 200, 300);
    expect(flights.map(({ endMicros }) => endMicros)).toEqual([200, 400]);
  });

  it("are seen to leave when they are lost, and not to arrive", async () => {
    const reason = names.id("loss");
    const lost = { kind: RecordKind.sent, node: 1, peer: 2, timeMicros: 250, reason };
    const records = [
      Object.assign(new RunRecord(), { ...lost, name: PAYLOAD, origin: 2 }),
      Object.assign(new RunRecord(), { ...lost, name: PAYLOAD, origin: 2, reason: 0, number: 1 }),
    ];
    const flights = await flightsOf(records, 200, 300);
    expect(flights).toMatchObject([{ from: 1, to: 2, startMicros: 250, isLost: true }]);
  });

  it("are the same whether the window came here step by step or at once", async () => {
    const way = fc.tuple(fc.nat(3_000_000), fc.nat(900_000));
    const step = fc.oneof(fc.nat(400_000), fc.integer({ min: -300_000, max: 2_000_000 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(way, { minLength: 1, maxLength: 60 }),
        fc.array(step, { minLength: 1, maxLength: 12 }),
        async (ways, steps) => {
          const records = ways
            .map(([start, took], i) => arrival(start, start + 1 + took, i))
            .sort((a, b) => a.timeMicros - b.timeMicros);
          const window = await windowOf(records);
          let fromMicros = 0;
          for (const micros of steps) {
            fromMicros = Math.max(0, fromMicros + micros);
            await window.cover(fromMicros, fromMicros + 100_000);
            const { toMicros } = window;
            const wanted = records.filter(
              ({ timeMicros, causeTimeMicros }) =>
                timeMicros >= fromMicros && causeTimeMicros <= toMicros,
            );
            expect(shown(window).map(({ endMicros }) => endMicros)).toEqual(
              wanted.map(({ timeMicros }) => timeMicros),
            );
            expect(window.shownCount).toBe(wanted.length);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("come in shorter stretches where there are too many, none of them left out", async () => {
    const count = 3 * SHOWN_MAX;
    const records = Array.from({ length: count }, (_, i) => arrival(i * 5, i * 5 + 1000, i));
    const window = await windowOf(records);
    let fromMicros = 0;
    let last = -1;
    let stretches = 0;
    while (fromMicros < count * 5 + 1000) {
      await window.cover(fromMicros, fromMicros + 1_000_000);
      expect(window.isCut).toBe(false);
      expect(window.shownCount).toBeLessThanOrEqual(SHOWN_MAX);
      const flights = shown(window);
      // What follows begins where this ends: no message falls between two stretches.
      expect(flights[0]?.startMicros ?? 0).toBeLessThanOrEqual(last + 5);
      last = flights.at(-1)?.startMicros ?? last;
      fromMicros = window.toMicros + 1;
      stretches++;
    }
    expect(last).toBe((count - 1) * 5);
    expect(stretches).toBeGreaterThan(3);
  });
});
