// Card V1: how well Vivaldi's coordinates predict round trips between wide-area regions, and that heights do no harm.

import { quantile } from "../../analysis/summary-statistics.js";
import { COORDINATE_ERROR } from "../../protocol/vivaldi-coordinates.js";
import type { Names } from "../../trace/names.js";
import { RecordKind } from "../../trace/record.js";
import type { RecordSink, RunRecord } from "../../trace/record.js";
import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings, Measurements, Quantity } from "./card.js";
import { CardRun, SECOND } from "./card-run.js";

/** The last part of the run, in which coordinates have settled: what is judged. */
const JUDGED_SECONDS = 60;

/** Errors of predictions for random members, as nodes observe them before they learn from the measurement. */
class PredictionErrors implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.observation];
  readonly values: number[] = [];
  readonly #names: Names;
  readonly #sinceMicros: number;

  constructor(names: Names, sinceMicros: number) {
    this.#names = names;
    this.#sinceMicros = sinceMicros;
  }

  accept({ name, value, timeMicros }: RunRecord): void {
    if (timeMicros < this.#sinceMicros || this.#names.text(name) !== COORDINATE_ERROR) return;
    this.values.push(value);
  }
}

function medianError(
  { nodes = 0, seconds = 0 }: CardSettings,
  hasHeights: boolean,
  seed: number,
  platform: Platform,
): number {
  const text = [
    "name: card",
    "seed: 0",
    `nodes: ${nodes}`,
    "start: { overlay: random, k: 20 }",
    `phases: { run: ${seconds}s }`,
    "protocols:",
    "  discovery: { use: cyclon, period: 5s }",
    `  coordinates: { use: vivaldi, heights: ${hasHeights} }`,
    "network: { latency: { use: aws-11, jitter: 10% } }",
    "",
  ].join("\n");
  const errors: PredictionErrors[] = [];
  const run = new CardRun({
    ...{ text, seed, platform, tracks: false },
    watch: (names) => {
      errors.push(new PredictionErrors(names, (seconds - JUDGED_SECONDS) * SECOND));
      return errors;
    },
  });
  run.advanceTo(seconds);
  return quantile(Float64Array.from(errors.flatMap(({ values }) => values)).sort(), 0.5);
}

function measure(settings: CardSettings, seed: number, platform: Platform): Measurements {
  const withHeights = medianError(settings, true, seed, platform);
  return {
    medianError: withHeights,
    heightRatio: withHeights / medianError(settings, false, seed, platform),
  };
}

function quantity(measurement: string, text: string, band: Quantity["band"]): Quantity {
  return { card: "V1", measurement, text, source: "elsewhere", band };
}

/** Card V1. */
export const vivaldiExperiment: CardExperiment = {
  setUp:
    "Vivaldi in 2 dimensions with heights, near and random members in turn, c_c = c_e = 0.25, over the AWS regions with 10 % " +
    "jitter; errors of predictions for random members in the last minute",
  defaults: { nodes: 220, seeds: 10, seconds: 300 },
  quantities: [
    quantity("medianError", "median relative error", () => ({ min: 0.08, max: 0.12 })),
    quantity("heightRatio", "the same with heights over without", () => ({ max: 1 })),
  ],
  measure,
};
