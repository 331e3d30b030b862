// How long discovery may take to settle after the last disturbance: a sum of the time-outs on its way, not a
// number that happened to fit.

/** No fault lasts longer: twice the time after which a silent connection is given up. */
export const LONGEST_FAULT_SECONDS = 40;

/** Probes come once a second, three tries; a suspect has four seconds, and is buried at the next round. */
const DETECTION_SECONDS = 3 + 4 + 1;
/** A connection that a fault has cut is given up when its data stays unacknowledged this long. */
const USER_TIMEOUT_SECONDS = 20;
/** Lost peers are tried in at most four turns, which come at most this far apart. */
const LOST_TURNS_SECONDS = 4 * 8;
/** The longest pause between attempts to join, and one attempt in which no step fails. */
const JOIN_SECONDS = 8 + 5;
/** Two rounds of comparing lists with a neighbour. */
const RECONCILIATION_SECONDS = 2 * 5;

export interface SettleFacts {
  readonly nodeCount: number;
  readonly lossPercent: number;
}

export function settleSeconds(_facts: SettleFacts): number {
  return (
    USER_TIMEOUT_SECONDS +
    LOST_TURNS_SECONDS +
    DETECTION_SECONDS +
    JOIN_SECONDS +
    RECONCILIATION_SECONDS
  );
}
