// A comparison that was read: every run that it takes, and what is measured of each. Plain data.

import type { ParamValue } from "../scenario.js";
import type { Measure } from "./measures.js";

/** A parameter of the scenario along which everything is run anew. */
export interface ComparisonAxis {
  readonly param: string;
  readonly label: string;
  readonly values: readonly ParamValue[];
}

/** One variant as a scenario of its own. */
export interface ComparedVariant {
  readonly name: string;
  /** The whole scenario as YAML: `sim` runs it. */
  readonly text: string;
}

export interface Comparison {
  readonly name: string;
  readonly description: string;
  /** Of every variant the same, in this order. */
  readonly seeds: readonly number[];
  /** The first is what the others are held against. */
  readonly variants: readonly ComparedVariant[];
  readonly axis: ComparisonAxis | null;
  /** Name of the measure that the picture has for its x axis in place of the axis or the variants. */
  readonly against: string | null;
  readonly measures: readonly Measure[];
}

/** One place of the comparison: a variant at a value of the axis. */
export interface ComparedCell {
  readonly variant: ComparedVariant;
  /** Null without an axis. */
  readonly at: ParamValue | null;
}

/** All places, in the order of the axis and then of the variants. */
export function cellsOf({ axis, variants }: Comparison): readonly ComparedCell[] {
  return (axis?.values ?? [null]).flatMap((at) => variants.map((variant) => ({ variant, at })));
}
