// How long discovery may take to settle after the last disturbance: a sum of the time-outs on its way, not a
// number that happened to fit. Campaigns of thousands of runs stay below 60 s.

/** No fault lasts longer: twice the time after which a silent connection is given up. */
export const LONGEST_FAULT_SECONDS = 40;

/**
 * A connection that a fault has cut is given up when its data stays unacknowledged for this long, and only
 * then does a protocol hear of it.
 */
const USER_TIMEOUT_SECONDS = 20;

/**
 * The other side of a healed cut is found by trying lost peers: all of them in at most four turns, which come
 * at most 8 s apart.
 */
const LOST_TURNS_SECONDS = 4 * 8;

/** The dead are found by three probes, one a second; a suspect has 4 s, and is buried at the round after. */
const DETECTION_SECONDS = 3 + 4 + 1;

/** The longest pause between attempts to join, and the longest that one attempt may stand still. */
const JOIN_SECONDS = 8 + 5;

/** What news missed is found by comparing lists with a neighbour, every 5 s: two rounds reach everyone. */
const RECONCILIATION_SECONDS = 2 * 5;

/** The bound: each of these once, one after the other. */
export const SETTLE_SECONDS =
  USER_TIMEOUT_SECONDS +
  LOST_TURNS_SECONDS +
  DETECTION_SECONDS +
  JOIN_SECONDS +
  RECONCILIATION_SECONDS;
