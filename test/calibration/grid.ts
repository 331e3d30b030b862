// The cells in which the model of streams is held against the kernel, and what is measured in each.

/** Conditions of one cell. */
export interface Cell {
  readonly roundTripMillis: number;
  /** Probability that an IP packet is lost, each way. */
  readonly lossProbability: number;
  readonly megabitsPerSecond: number;
}

/** What is timed: a dial until the dialler is connected, and messages from `send` to `onMessage`. */
export const MEASURES = ["connect", "200 B", "20 kB", "1 MB"] as const;
export type Measure = (typeof MEASURES)[number];

/** Content of the message of a measure. */
export const CONTENT_BYTES: Readonly<Record<Exclude<Measure, "connect">, number>> = {
  "200 B": 200,
  "20 kB": 20_000,
  "1 MB": 1_000_000,
};

/** Times in microseconds; Infinity for what has not come about. */
export type Samples = Readonly<Record<Measure, readonly number[]>>;

/** All cells, the quick ones first. */
export const GRID: readonly Cell[] = [0, 0.01, 0.05].flatMap((lossProbability) =>
  [10, 50, 200].flatMap((roundTripMillis) =>
    [10, 1].map((megabitsPerSecond) => ({ roundTripMillis, lossProbability, megabitsPerSecond })),
  ),
);

/** No network to speak of: what is left is the work of the two programs. Measured beside the grid, and not judged. */
export const BASELINE: Cell = { roundTripMillis: 0, lossProbability: 0, megabitsPerSecond: 1000 };

/** A cell in words: `50 ms, 1 %, 10 Mbit/s`. */
export function cellName({ roundTripMillis, lossProbability, megabitsPerSecond }: Cell): string {
  return `${roundTripMillis} ms, ${lossProbability * 100} %, ${megabitsPerSecond} Mbit/s`;
}
