// What is said of a member, (incarnation, status), packed into one number whose size is its precedence: merging
// two statements is taking the larger, which makes the merge associative, commutative and idempotent.

/**
 * What is said of a member, from weakest to strongest at one incarnation. A higher incarnation beats them all,
 * and only the peer itself raises its incarnation: that is how it refutes a suspicion.
 */
export const MemberStatus = { alive: 0, suspect: 1, dead: 2, left: 3 } as const;
export type MemberStatus = (typeof MemberStatus)[keyof typeof MemberStatus];

/** The word for a status, as logs print it. */
export const MEMBER_STATUS_NAMES = ["alive", "suspect", "dead", "left"] as const;

const STATUS_COUNT = 4;

/**
 * The largest incarnation, 2^51 − 1: what leaves room for the status below 2^53. Incarnations start as microseconds of
 * the peer's clock, which reach this in the year 2041 when they count from 1970.
 */
export const INCARNATION_MAX = 2_251_799_813_685_247;

/** A packed (incarnation, status). The larger of two says more recent or stronger things. */
export type MemberStamp = number;

/** Packs what is said of a member. */
export function memberStamp(incarnation: number, status: MemberStatus): MemberStamp {
  return incarnation * STATUS_COUNT + status;
}

/** The incarnation that a stamp speaks of. */
export function incarnationOf(stamp: MemberStamp): number {
  return Math.floor(stamp / STATUS_COUNT);
}

/** What a stamp says of that incarnation. */
export function statusOf(stamp: MemberStamp): MemberStatus {
  return (stamp % STATUS_COUNT) as MemberStatus;
}

/** Whether a stamp says that the peer takes part: it is alive, or merely suspected. */
export function isPresent(stamp: MemberStamp): boolean {
  return statusOf(stamp) <= MemberStatus.suspect;
}

/** The statement that holds when both were made. */
export function mergeStamps(a: MemberStamp, b: MemberStamp): MemberStamp {
  return a > b ? a : b;
}
