// The times of a connection that behaves as TCP with TLS 1.3: constants and the growth of the congestion
// window, without any state of the simulation. The figures are the model; docs/network-model.md argues them.

/** A lost SYN is sent again after this, then after twice as long, and so on (RFC 6298, 2.1). */
export const SYN_RETRY_MICROS = 1_000_000;
/** A dial that has not succeeded by then has failed. */
export const CONNECT_TIMEOUT_MICROS = 10_000_000;
/** The least retransmission time-out (Linux: 200 ms). */
export const RETRANSMIT_MICROS_MIN = 200_000;
/** The greatest: doubling ends here (Linux: 120 s). */
export const RETRANSMIT_MICROS_MAX = 120_000_000;
/** Data that stays unacknowledged this long ends the connection. */
export const USER_TIMEOUT_MICROS = 20_000_000;
/** A silent connection to a host that does not answer is noticed after this. */
export const KEEP_ALIVE_MICROS = 30_000_000;

/** Segments that may be on their way at first (RFC 6928). */
export const INITIAL_WINDOW_SEGMENTS = 10;
/** Window at which the receiver's buffer, 4 MiB, is the limit. */
export const WINDOW_SEGMENTS_MAX = 2896;

/** Time from a loss that nothing reveals to the next attempt, after `attempts` ≥ 1 that were made. */
export function recoveryMicros(roundTripMicros: number, attempts: number): number {
  if (attempts === 1) return tailProbeMicros(roundTripMicros);
  return retransmitMicros(roundTripMicros, attempts - 1);
}

/** Time to the tail probe that follows a lost last segment: two round trips (RFC 8985, 7.2). */
function tailProbeMicros(roundTripMicros: number): number {
  return Math.max(2 * roundTripMicros, 10_000);
}

/** Time-out before retransmission number `attempt` ≥ 1, doubling. */
function retransmitMicros(roundTripMicros: number, attempt: number): number {
  const first = Math.max(RETRANSMIT_MICROS_MIN, roundTripMicros);
  return Math.min(doubled(first, attempt - 1), RETRANSMIT_MICROS_MAX);
}

/** Time-out before a SYN is sent again, after `attempt` ≥ 0 that were: doubling. */
export function synRetryMicros(attempt: number): number {
  return doubled(SYN_RETRY_MICROS, attempt);
}

/** A time doubled so many times; twenty times a second is twelve days, beyond every limit here. */
function doubled(micros: number, times: number): number {
  return micros * (1 << Math.min(times, 20));
}

/** The sending side of a connection's congestion window. */
export interface SendWindow {
  /** Segments that may be on their way at once. */
  windowSegments: number;
  /** When the current round trip's flight began, and how many segments it holds. */
  roundStartMicros: number;
  roundSegments: number;
}

/**
 * When the last of `segments` handed over at `nowMicros` may leave under slow start: 10 segments at once, twice as
 * many each round trip, back to 10 after an idle time-out. Moves the window on.
 */
export function admitSegments(
  window: SendWindow,
  segments: number,
  nowMicros: number,
  roundTripMicros: number,
): number {
  if (nowMicros - window.roundStartMicros >= roundTripMicros) {
    const idleMicros = nowMicros - window.roundStartMicros - roundTripMicros;
    window.windowSegments =
      idleMicros > Math.max(RETRANSMIT_MICROS_MIN, roundTripMicros)
        ? INITIAL_WINDOW_SEGMENTS
        : Math.min(window.windowSegments + window.roundSegments, WINDOW_SEGMENTS_MAX);
    window.roundStartMicros = nowMicros;
    window.roundSegments = 0;
  }
  let left = segments;
  while (window.roundSegments + left > window.windowSegments) {
    left -= window.windowSegments - window.roundSegments;
    window.roundStartMicros += roundTripMicros;
    window.windowSegments = Math.min(window.windowSegments * 2, WINDOW_SEGMENTS_MAX);
    window.roundSegments = 0;
  }
  window.roundSegments += left;
  return Math.max(nowMicros, window.roundStartMicros);
}

/** A loss: half the window, and so much less to grow by in the next round trip. */
export function halveWindow(window: SendWindow): void {
  window.windowSegments = Math.max(2, window.windowSegments >> 1);
  window.roundSegments = Math.min(window.roundSegments, window.windowSegments);
}
