// How many links nodes have: the load a protocol puts on them, and how evenly.

import { mean, standardDeviation } from "./summary-statistics.js";

/** The distribution of a degree over nodes. All zero, with an empty histogram, when there are no nodes. */
export interface DegreeDistribution {
  readonly mean: number;
  /** Over all nodes, not a sample of them: the sum of squares is divided by their number. */
  readonly standardDeviation: number;
  readonly min: number;
  readonly max: number;
  /** How many nodes have each degree, as pairs (degree, nodes), ascending; degrees of no node are left out. */
  readonly histogram: readonly (readonly [degree: number, nodes: number])[];
}

/** The distribution of the given degrees, one a node. */
export function degreeDistribution(degrees: Int32Array): DegreeDistribution {
  if (degrees.length === 0) {
    return { mean: 0, standardDeviation: 0, min: 0, max: 0, histogram: [] };
  }
  const max = degrees.reduce((largest, degree) => Math.max(largest, degree), 0);
  const counts = new Int32Array(max + 1);
  for (const degree of degrees) counts[degree]!++;
  const histogram: [number, number][] = [];
  counts.forEach((nodes, degree) => {
    if (nodes > 0) histogram.push([degree, nodes]);
  });
  return {
    mean: mean(degrees),
    standardDeviation: standardDeviation(degrees, { of: "population" }),
    min: histogram[0]?.[0] ?? 0,
    max,
    histogram,
  };
}
