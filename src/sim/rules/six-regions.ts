// Six regions of the world as home peers see them: latencies, access links, and where Bitcoin's nodes were
// in 2019.

import type { LatencyMatrix } from "./latency-matrix.js";

/** A region of the world. */
export interface WorldRegion {
  readonly name: string;
  /** One-way latencies in milliseconds: within the region, then to each region after it. */
  readonly latenciesMillis: readonly number[];
  /** Usual access link of a home. */
  readonly downMegabitsPerSecond: number;
  readonly upMegabitsPerSecond: number;
  /** Share (0–1) of Bitcoin's nodes; the six shares sum to 1 within rounding. */
  readonly nodeShare: number;
}

/** The six, in the order of the matrix. */
export const SIX_REGIONS: readonly WorldRegion[] = [
  region("NorthAmerica", [32, 124, 184, 198, 151, 189], 52, 19.2, 0.3316),
  region("Europe", [11, 227, 237, 252, 294], 40, 20.7, 0.4998),
  region("SouthAmerica", [88, 325, 301, 322], 18, 5.8, 0.009),
  region("AsiaPacific", [85, 58, 198], 22.8, 15.7, 0.1177),
  region("Japan", [12, 126], 22.8, 10.2, 0.0224),
  region("Australia", [16], 29.9, 11.3, 0.0195),
];

/** The latencies between and within them. */
export const SIX_REGION_LATENCIES: LatencyMatrix = symmetricMatrix(SIX_REGIONS);

function region(
  name: string,
  latenciesMillis: readonly number[],
  downMegabitsPerSecond: number,
  upMegabitsPerSecond: number,
  nodeShare: number,
): WorldRegion {
  return { name, latenciesMillis, downMegabitsPerSecond, upMegabitsPerSecond, nodeShare };
}

function symmetricMatrix(regions: readonly WorldRegion[]): LatencyMatrix {
  const count = regions.length;
  const latencyMicros = new Float64Array(count * count);
  regions.forEach(({ latenciesMillis }, from) => {
    latenciesMillis.forEach((millis, index) => {
      const to = from + index;
      latencyMicros[from * count + to] = millis * 1000;
      latencyMicros[to * count + from] = millis * 1000;
    });
  });
  return { names: regions.map(({ name }) => name), latencyMicros };
}
