// Eleven regions of Amazon's cloud and the round trips measured between them in 2019: what servers see.

import { matrixFromUpperTriangle } from "./latency-matrix.js";
import type { LatencyMatrix } from "./latency-matrix.js";

/** Each region's round trips in milliseconds to the regions after it. */
const ROUND_TRIPS: readonly (readonly [string, readonly number[]])[] = [
  ["Oregon", [81, 216, 126, 165, 138, 97, 64, 164, 131, 141]],
  ["Virginia", [182, 181, 232, 195, 167, 13, 88, 80, 75]],
  ["Mumbai", [152, 62, 223, 123, 194, 111, 122, 113]],
  ["Seoul", [97, 133, 35, 184, 259, 254, 264]],
  ["Singapore", [169, 69, 218, 162, 174, 171]],
  ["Sydney", [105, 210, 282, 269, 271]],
  ["Tokyo", [156, 235, 222, 234]],
  ["Canada", [101, 78, 87]],
  ["Frankfurt", [24, 13]],
  ["Ireland", [12]],
  ["London", []],
];

/** The regions' names, in the order of the matrix. */
export const AWS_REGIONS: readonly string[] = ROUND_TRIPS.map(([name]) => name);

/** The latencies between them; within one, half a millisecond. */
export const AWS_LATENCIES: LatencyMatrix = matrixFromUpperTriangle(
  AWS_REGIONS,
  ROUND_TRIPS.map(([, millis]) => millis),
);
