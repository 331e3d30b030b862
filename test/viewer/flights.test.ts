import { describe, expect, it } from "vitest";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import { FLIGHTS_MAX, collectFlights } from "../../src/viewer/flights.js";
import type { Flights } from "../../src/viewer/flights.js";
import { openTrace, writeTrace } from "../trace/native/sample-trace.js";
import { sampleWords } from "../trace/record-samples.js";

const { names } = sampleWords();
const PAYLOAD = names.id("flood/payload");

function arrival(sentMicros: number, timeMicros: number, number = 0): RunRecord {
  return Object.assign(new RunRecord(), {
    ...{ kind: RecordKind.delivered, name: PAYLOAD, node: 2, peer: 1, number },
    ...{ timeMicros, origin: 2, causeTimeMicros: sentMicros, causeOrigin: 2 },
  });
}

async function flightsOf(
  records: readonly RunRecord[],
  fromMicros: number,
  toMicros: number,
): Promise<Flights> {
  const { bytes } = writeTrace(records);
  return await collectFlights(await openTrace(bytes), fromMicros, toMicros);
}

describe("messages on their way", () => {
  it("fly from when they were sent to when they arrived", async () => {
    const { flights } = await flightsOf([arrival(100, 900)], 200, 300);
    expect(flights).toEqual([
      { from: 1, to: 2, startMicros: 100, endMicros: 900, name: PAYLOAD, isLost: false },
    ]);
  });

  it("are those whose way touches the stretch, and no others", async () => {
    const records = [arrival(0, 199), arrival(0, 200), arrival(300, 400), arrival(301, 401)];
    const { flights } = await flightsOf(records, 200, 300);
    expect(flights.map(({ endMicros }) => endMicros)).toEqual([200, 400]);
  });

  it("are seen to leave when they are lost, and not to arrive", async () => {
    const reason = names.id("loss");
    const lost = { kind: RecordKind.sent, node: 1, peer: 2, timeMicros: 250, reason };
    const records = [
      Object.assign(new RunRecord(), { ...lost, name: PAYLOAD, origin: 2 }),
      Object.assign(new RunRecord(), { ...lost, name: PAYLOAD, origin: 2, reason: 0, number: 1 }),
    ];
    const { flights } = await flightsOf(records, 200, 300);
    expect(flights).toMatchObject([{ from: 1, to: 2, startMicros: 250, isLost: true }]);
  });

  it("are no more than a picture can show, and say so", async () => {
    const records = Array.from({ length: FLIGHTS_MAX + 1 }, (_, i) => arrival(200, 300 + i, i));
    const cut = await flightsOf(records, 200, 300);
    expect([cut.flights.length, cut.isCut]).toEqual([FLIGHTS_MAX, true]);
    const whole = await flightsOf(records.slice(1), 200, 300);
    expect([whole.flights.length, whole.isCut]).toEqual([FLIGHTS_MAX, false]);
  });
});
