// Runs everything that a comparison takes, and says on standard error how far it has come.

import { cellsOf } from "../scenarios/compare/comparison.js";
import type { Comparison } from "../scenarios/compare/comparison.js";
import { comparisonResult } from "../scenarios/compare/comparison-result.js";
import type { ComparisonResult } from "../scenarios/compare/comparison-result.js";
import type { CommandOutput } from "./command-output.js";
import type { CompareRun } from "./comparing-pool.js";

/** One of the runs failed: a protocol broke a rule, or a limit was reached. */
export class ComparedRunError extends Error {
  override readonly name = "ComparedRunError";

  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

export interface ComparisonRunOptions {
  /** The comparison's file. */
  readonly file: string;
  readonly start: CompareRun;
  readonly output: CommandOutput;
}

/** Runs a comparison. Rejects with `ComparedRunError` for a run that failed. */
export async function runComparison(
  comparison: Comparison,
  { file, start, output }: ComparisonRunOptions,
): Promise<ComparisonResult> {
  const { axis, measures, name, seeds } = comparison;
  const cells = cellsOf(comparison);
  const tell = (place: string, done: number): void => {
    output.error(`${name}: ${place} done, ${done} of ${cells.length}\n`);
  };
  let done = 0;
  const runs = await Promise.all(
    cells.map(async ({ at, variant }) => {
      const { text } = variant;
      const params = axis === null || at === null ? {} : { [axis.param]: at };
      const place = at === null ? variant.name : `${variant.name} at ${String(at)}`;
      const values = await Promise.all(
        seeds.map(async (seed) => {
          const outcome = await start({ file, text, seed, params, measures });
          if ("values" in outcome) return outcome.values;
          const { text: why, code } = outcome.failure;
          throw new ComparedRunError(`${file}: ${place} under seed ${seed} failed:\n${why}`, code);
        }),
      );
      tell(place, ++done);
      return values;
    }),
  );
  const result = comparisonResult(comparison, runs);
  for (const measure of missing(result)) {
    output.error(`${file}: no run came to a number for ${measure}; is it in the reports?\n`);
  }
  return result;
}

/** The measures that no run had a number for. */
function missing({ measures, places }: ComparisonResult): string[] {
  return measures.flatMap(({ name, metrics }, m) =>
    places.every(({ figures }) => figures[m]?.interval === null)
      ? [`${name} (${metrics.join(", ")})`]
      : [],
  );
}
