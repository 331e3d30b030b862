// What a validation card is: a set-up that is run for several seeds, and quantities that a correct implementation
// has in it, with where each value comes from. Verdicts are on the seeds' mean. One file an experiment; several
// cards may judge one experiment, so that it runs once for all of them.

import { mean } from "../../analysis/summary-statistics.js";
import type { Platform } from "../platform.js";

/** The numbers of a set-up; each may be set on the command line. `nodes` and `seeds` are among them. */
export type CardSettings = Readonly<Record<string, number>>;

/** Where an expected value comes from, which decides what agreement with it is called. */
export type CardSource =
  /** Printed in the paper and read there. */
  | "published"
  /** Follows from arithmetic. */
  | "analytic"
  /** A table in the tests of a maintained implementation. */
  | "table"
  /** Measured with a separately written simulator. */
  | "independent"
  /** Published for other inputs than those of the card: agreement is of order, not of value. */
  | "elsewhere";

/** What an observed mean must lie in, bounds included but for `above`; a bound left out is none. */
export interface Band {
  readonly above?: number;
  readonly min?: number;
  readonly max?: number;
}

/** One number that is judged. */
export interface Quantity {
  /** Name of the card, as `H1`. */
  readonly card: string;
  /** Name of the measurement, as `measure` gives it. */
  readonly measurement: string;
  /** What it is, in words. */
  readonly text: string;
  readonly source: CardSource;
  readonly band: (settings: CardSettings) => Band;
}

/** What one seed gave, by name. */
export type Measurements = Readonly<Record<string, number>>;

/** A set-up and what is judged in it. */
export interface CardExperiment {
  /** The set-up in one sentence, with its conventions. */
  readonly setUp: string;
  readonly defaults: CardSettings;
  readonly quantities: readonly Quantity[];
  readonly measure: (settings: CardSettings, seed: number, platform: Platform) => Measurements;
}

/** A judged quantity. */
export interface Verdict {
  readonly card: string;
  readonly quantity: string;
  readonly source: CardSource;
  readonly expected: string;
  readonly observed: number;
  /** Of the seeds' values: how far they lie apart. */
  readonly lowest: number;
  readonly highest: number;
  readonly seeds: number;
  readonly holds: boolean;
}

/** Measures one seed of an experiment, here or on another thread. */
export type Measure = (
  experiment: CardExperiment,
  settings: CardSettings,
  seed: number,
) => Promise<Measurements>;

/** Asks for all seeds of an experiment at once, 1 to `seeds`, and judges their means. */
export async function runExperiment(
  experiment: CardExperiment,
  given: CardSettings,
  measure: Measure,
): Promise<Verdict[]> {
  const settings = { ...experiment.defaults, ...given };
  const seeds = Array.from({ length: settings["seeds"] ?? 1 }, (_, i) => i + 1);
  const all = await Promise.all(seeds.map((seed) => measure(experiment, settings, seed)));
  return experiment.quantities.map((quantity) => judge(quantity, settings, all));
}

function judge(
  { card, measurement, text, source, band }: Quantity,
  settings: CardSettings,
  all: readonly Measurements[],
): Verdict {
  const values = all.map((measurements) => {
    const value = measurements[measurement];
    if (value === undefined) throw new RangeError(`Card ${card} measures no ${measurement}`);
    return value;
  });
  const observed = mean(values);
  const { above = -Infinity, min = -Infinity, max = Infinity } = band(settings);
  return {
    card,
    quantity: text,
    source,
    expected: bandText({ above, min, max }),
    observed,
    lowest: Math.min(...values),
    highest: Math.max(...values),
    seeds: values.length,
    holds: observed > above && observed >= min && observed <= max,
  };
}

function bandText({ above, min, max }: Required<Band>): string {
  if (min === max) return shortNumber(min);
  if (min > -Infinity && max < Infinity) return `${shortNumber(min)} to ${shortNumber(max)}`;
  const parts = [
    ...(above > -Infinity ? [`above ${shortNumber(above)}`] : []),
    ...(min > -Infinity ? [`at least ${shortNumber(min)}`] : []),
    ...(max < Infinity ? [`at most ${shortNumber(max)}`] : []),
  ];
  return parts.join(", ");
}

/** Five digits are more than any card promises. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(5)));
}
