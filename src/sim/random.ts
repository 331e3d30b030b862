// The contract of a stream of chance: what protocols and processes draw from, in both worlds.

/** A seeded stream of chance with one owner and one purpose. */
export interface Random {
  /** A float in [0, 1) with 53 random bits. */
  unit(): number;
  /** A whole number in [0, bound), each equally likely. Throws `RangeError` unless 1 ≤ bound ≤ 2^53. */
  integer(bound: number): number;
  /** One element, each equally likely. Throws `RangeError` for an empty list. */
  pick<T>(from: readonly T[]): T;
  /** Up to `count` distinct elements in random order. Leaves `from` as it was. */
  sample<T>(from: readonly T[], count: number): T[];
  /** Whether an event of this probability (0–1) happens. */
  chance(probability: number): boolean;
}
