// Messages on their way in a stretch of virtual time: from where and when to where and when. A message's `delivered`
// record says all of it, since its event was caused by the one in which it was sent.

import type { TraceReader } from "../trace/native/trace-reader.js";
import { RecordKind } from "../trace/record.js";

/** Message at most: what a picture can show, and what a browser draws smoothly. */
export const FLIGHTS_MAX = 20_000;

/** How far beyond the stretch arrivals are looked for: longer than nearly every way. */
const LOOK_AHEAD_MICROS = 1_000_000;

/** For how long a message that is lost is seen on the first half of its way. */
const LOST_MICROS = 60_000;

/** One message. */
export interface Flight {
  readonly from: number;
  readonly to: number;
  readonly startMicros: number;
  readonly endMicros: number;
  /** Number of its type's name in the trace. */
  readonly name: number;
  /** Lost on the way: it is not seen to arrive. */
  readonly isLost: boolean;
}

/** All messages that are on their way at some time of a stretch, or `FLIGHTS_MAX` of them. */
export interface Flights {
  readonly fromMicros: number;
  readonly toMicros: number;
  readonly flights: readonly Flight[];
  /** Whether there were more. */
  readonly isCut: boolean;
}

/** Collects the messages of a stretch. Decodes the blocks of the stretch and of a second behind it. */
export async function collectFlights(
  reader: TraceReader,
  fromMicros: number,
  toMicros: number,
): Promise<Flights> {
  const flights: Flight[] = [];
  let isCut = false;
  const first = await reader.recordAt(Math.max(0, fromMicros - LOST_MICROS));
  await reader.visit(first, (record) => {
    if (record.timeMicros > toMicros + LOOK_AHEAD_MICROS) return false;
    if (flights.length >= FLIGHTS_MAX) {
      isCut = true;
      return false;
    }
    const { kind, node, peer, name, timeMicros, causeTimeMicros } = record;
    if (peer < 0 || node < 0) return true;
    if (kind === RecordKind.delivered) {
      if (causeTimeMicros > toMicros || timeMicros < fromMicros) return true;
      const way = { from: peer, to: node, startMicros: causeTimeMicros, endMicros: timeMicros };
      flights.push({ ...way, name, isLost: false });
    } else if (kind === RecordKind.sent && reader.text(record.reason) !== "") {
      if (timeMicros > toMicros) return true;
      const endMicros = timeMicros + LOST_MICROS;
      flights.push({
        from: node,
        to: peer,
        startMicros: timeMicros,
        endMicros,
        name,
        isLost: true,
      });
    }
    return true;
  });
  return { fromMicros, toMicros, flights, isCut };
}
