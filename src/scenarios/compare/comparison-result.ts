// What a comparison came to: for each place and measure the mean over runs with its interval, and the paired difference
// from the first variant, which the same seeds make far surer than the difference of two means.

import { meanInterval } from "../../analysis/mean-interval.js";
import type { MeanInterval } from "../../analysis/mean-interval.js";
import type { ParamValue } from "../scenario.js";
import { cellsOf } from "./comparison.js";
import type { Comparison } from "./comparison.js";
import type { Measure } from "./measures.js";

/** One measure at one place. Numbers are the report's own: microseconds, shares from 0 to 1. */
export interface ComparedFigure {
  readonly measure: string;
  /** By seed; null where a run came to no number: it never converged, nothing was asked. */
  readonly values: readonly (number | null)[];
  /** Of the runs that came to one; null where none did. */
  readonly interval: MeanInterval | null;
  /** Of the same seed's differences from the first variant; null for it, and where no seed has both. */
  readonly difference: MeanInterval | null;
}

/** All measures at one place. */
export interface ComparedPlace {
  readonly variant: string;
  readonly at: ParamValue | null;
  readonly figures: readonly ComparedFigure[];
}

/** The result, as `--json` prints it. Its field names are a public interface. */
export interface ComparisonResult {
  readonly comparison: string;
  readonly description: string;
  readonly seeds: readonly number[];
  readonly variants: readonly string[];
  readonly axis: Comparison["axis"];
  readonly against: string | null;
  readonly measures: readonly Measure[];
  readonly places: readonly ComparedPlace[];
}

/** What one run came to, by measure. */
export type RunValues = readonly (number | null)[];

/** The result of all runs: `runs[place][seed]`, in the order of `cellsOf` and of the seeds. */
export function comparisonResult(
  comparison: Comparison,
  runs: readonly (readonly RunValues[])[],
): ComparisonResult {
  const { name, description, seeds, variants, axis, against, measures } = comparison;
  return {
    comparison: name,
    description,
    seeds,
    variants: variants.map((variant) => variant.name),
    axis,
    against,
    measures,
    places: cellsOf(comparison).map((cell, index) => {
      const first = index - (index % variants.length);
      return {
        ...{ variant: cell.variant.name, at: cell.at },
        figures: measures.map(({ name: measure }, m): ComparedFigure => {
          const values = runs[index]!.map((run) => run[m]!);
          const base = index === first ? null : runs[first]!.map((run) => run[m]!);
          return {
            measure,
            values,
            interval: intervalOf(values),
            difference: base === null ? null : intervalOf(differences(values, base)),
          };
        }),
      };
    }),
  };
}

function differences(values: RunValues, base: RunValues): RunValues {
  return values.map((value, i) => {
    const other = base[i] ?? null;
    return value === null || other === null ? null : value - other;
  });
}

function intervalOf(values: RunValues): MeanInterval | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : meanInterval(known);
}
