// The times of a connection that behaves as TCP with TLS 1.3: constants and the growth of the congestion
// window, without any state of the simulation. The figures are the model; docs/network-model.md argues them.

/** A lost SYN is sent again after this, then after twice as long, and so on (RFC 6298, 2.1). */
export const SYN_RETRY_MICROS = 1_000_000;
/** A dial that has not succeeded by then has failed. */
export const CONNECT_TIMEOUT_MICROS = 10_000_000;
/** The least that a time-out allows for variation (Linux' least RTO). */
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

/** The window is halved to no less. */
export const WINDOW_SEGMENTS_MIN = 2;
/** Slow start goes on to here: no loss has shown yet where the path is full. */
export const THRESHOLD_SEGMENTS_UNKNOWN = 1 << 30;
/** So many acknowledged behind a missing segment leave no doubt that it is lost (RFC 5681, 3.2). */
export const SEGMENTS_TO_REVEAL = 3;
/** What Linux adds to a tail probe: two ticks of 4 ms. */
const PROBE_SLACK_MICROS = 8000;

/** Time from a loss that nothing reveals to the next attempt, after `attempts` ≥ 1 that were made. */
export function recoveryMicros(roundTripMicros: number, attempts: number): number {
  if (attempts > 1) return retransmitMicros(roundTripMicros, attempts - 1);
  return Math.min(tailProbeMicros(roundTripMicros, 1), retransmitMicros(roundTripMicros, 1));
}

/**
 * The same on a connection whose round trip has been measured hardly more than once: the variation is taken to be
 * twice the round trip (RFC 6298, 2.2).
 */
export function freshRecoveryMicros(roundTripMicros: number, attempts: number): number {
  const timeoutMicros = roundTripMicros + Math.max(RETRANSMIT_MICROS_MIN, 2 * roundTripMicros);
  if (attempts > 1) return doubled(timeoutMicros, attempts - 2);
  return Math.min(tailProbeMicros(roundTripMicros, 1), timeoutMicros);
}

/**
 * Time to the tail probe that follows a lost last segment: two round trips, and where that is the only one out, what
 * its acknowledgement may be delayed by, for which Linux takes the least time-out (RFC 8985, 7.2).
 */
export function tailProbeMicros(roundTripMicros: number, outSegments: number): number {
  return 2 * roundTripMicros + (outSegments === 1 ? RETRANSMIT_MICROS_MIN : PROBE_SLACK_MICROS);
}

/** Time-out before retransmission number `attempt` ≥ 1, doubling: the round trip and its variation, 200 ms at least. */
export function retransmitMicros(roundTripMicros: number, attempt: number): number {
  const first = roundTripMicros + Math.max(RETRANSMIT_MICROS_MIN, roundTripMicros);
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
  /** The window doubles each round trip below this, and grows by one segment above. */
  thresholdSegments: number;
  /** When the current round trip's flight began, and how many segments it holds. */
  roundStartMicros: number;
  roundSegments: number;
}

/**
 * When the last of `segments` handed over at `nowMicros` may leave under slow start: 10 segments at once, twice as
 * many each round trip up to the threshold, back to 10 after an idle time-out. Moves the window on.
 */
export function admitSegments(
  window: SendWindow,
  segments: number,
  nowMicros: number,
  roundTripMicros: number,
): number {
  beginRound(window, nowMicros, roundTripMicros);
  let left = segments;
  while (window.roundSegments + left > window.windowSegments) {
    left -= window.windowSegments - window.roundSegments;
    window.roundStartMicros += roundTripMicros;
    window.windowSegments = grownWindow(window, window.windowSegments);
    window.roundSegments = 0;
  }
  window.roundSegments += left;
  return Math.max(nowMicros, window.roundStartMicros);
}

/** Begins a flight when a round trip has passed since the last one began. */
function beginRound(window: SendWindow, nowMicros: number, roundTripMicros: number): void {
  if (nowMicros - window.roundStartMicros < roundTripMicros) return;
  const idleMicros = nowMicros - window.roundStartMicros - roundTripMicros;
  window.windowSegments =
    idleMicros > Math.max(RETRANSMIT_MICROS_MIN, roundTripMicros)
      ? Math.min(window.windowSegments, INITIAL_WINDOW_SEGMENTS)
      : grownWindow(window, window.roundSegments);
  window.roundStartMicros = nowMicros;
  window.roundSegments = 0;
}

/**
 * When a transfer that is worked out segment by segment begins, at `nowMicros` or behind the connection's last one;
 * the window is as it is then.
 */
export function beginTransfer(
  window: SendWindow,
  nowMicros: number,
  roundTripMicros: number,
): number {
  beginRound(window, nowMicros, roundTripMicros);
  return Math.max(nowMicros, window.roundStartMicros);
}

/** The window after a round trip in which so many segments were acknowledged (RFC 5681, 3.1). */
function grownWindow(
  { windowSegments, thresholdSegments }: SendWindow,
  acknowledgedSegments: number,
): number {
  const isSlowStart = windowSegments < thresholdSegments;
  const grown = isSlowStart
    ? Math.min(windowSegments + acknowledgedSegments, thresholdSegments)
    : windowSegments + (acknowledgedSegments >= windowSegments ? 1 : 0);
  return Math.min(grown, WINDOW_SEGMENTS_MAX);
}

/** A loss: half the window, and so much less to grow by in the next round trip. */
export function halveWindow(window: SendWindow): void {
  window.windowSegments = Math.max(WINDOW_SEGMENTS_MIN, window.windowSegments >> 1);
  window.thresholdSegments = window.windowSegments;
  window.roundSegments = Math.min(window.roundSegments, window.windowSegments);
}
