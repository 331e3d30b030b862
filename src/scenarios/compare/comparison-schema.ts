// A comparison as people write it: one scenario, what each variant changes of it, and what is measured.

import * as z from "zod";
import { strictMap } from "../strict-map.js";
import { wholeNumber, word } from "../written-values.js";
import { MEASURE_UNITS, MEASURES } from "./measures.js";

/** More columns than a table can be read with, or lines than a picture can. */
const VARIANTS_MAX = 8;
const AXIS_VALUES_MAX = 20;
const MEASURES_MAX = 30;
/** Enough for intervals of a few per cent of a deviation. */
export const SEEDS_MAX = 1_000;
/** An interval is of two runs at least. */
const SEEDS_MIN = 2;

const seed = wholeNumber({ min: 0, max: 1e15 });
const keys = z.record(z.string(), z.unknown());
const text = z.string().min(1).max(200);

/** A map with at least one entry, at most `max`. */
function named<Value extends z.ZodType>(value: Value, max: number) {
  return z.record(word, value).superRefine((entries, context) => {
    const count = Object.keys(entries).length;
    if (count >= 1 && count <= max) return;
    context.addIssue({
      code: "custom",
      message: `${count} entries`,
      params: { expected: `1 to ${max} of them`, remedy: "split the comparison, or add one" },
    });
  });
}

export const comparisonSchema = strictMap({
  name: word,
  description: text,
  seeds: z.union([
    wholeNumber({ min: SEEDS_MIN, max: SEEDS_MAX }),
    z.array(seed).min(SEEDS_MIN).max(SEEDS_MAX),
  ]),
  scenario: keys,
  variants: named(keys, VARIANTS_MAX),
  axis: strictMap({
    param: word,
    label: text,
    values: z
      .array(z.union([z.number(), text]))
      .min(2)
      .max(AXIS_VALUES_MAX),
  }).optional(),
  against: text.optional(),
  measures: z
    .array(
      z.union([
        z.enum(MEASURES.map(({ name }) => name)),
        strictMap({
          name: text,
          metric: z.union([text, z.array(text).min(1).max(10)]),
          unit: z.enum(MEASURE_UNITS),
        }),
      ]),
    )
    .min(1)
    .max(MEASURES_MAX),
});

export type WrittenComparison = z.output<typeof comparisonSchema>;
