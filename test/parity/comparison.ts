// The equivalence test between two worlds: runs are the unit, and a figure is equal when the 90 % interval of the ratio
// of its medians lies within the figure's bounds.

import { bootstrapRatioOfMedians, judgeRatio } from "../../src/analysis/bootstrap-ratio.js";
import type {
  ParityVerdict,
  RatioBounds,
  RatioInterval,
} from "../../src/analysis/bootstrap-ratio.js";
import { quantile } from "../../src/analysis/summary-statistics.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { figuresOf } from "./figures.js";
import type { ComparedReport } from "./figures.js";

const CONFIDENCE = 0.9;
const RESAMPLES = 10_000;

/** One figure in both worlds. */
export interface ComparedFigure {
  readonly name: string;
  readonly bounds: RatioBounds;
  readonly live: readonly number[];
  readonly simulated: readonly number[];
  /** Null where the figure came about, or took time, in one world only. */
  readonly interval: RatioInterval | null;
  readonly verdict: ParityVerdict;
}

/** Compares all figures that came about in any run. */
export function compareWorlds(
  live: readonly ComparedReport[],
  simulated: readonly ComparedReport[],
): ComparedFigure[] {
  const [liveFigures, simulatedFigures] = [live, simulated].map((reports) =>
    reports.flatMap((report) => figuresOf(report)),
  ) as [ReturnType<typeof figuresOf>, ReturnType<typeof figuresOf>];
  const boundsOf = new Map(
    [...liveFigures, ...simulatedFigures].map(({ name, bounds }) => [name, bounds]),
  );
  return [...boundsOf].map(([name, bounds]) => {
    const [ofLive, ofSimulated] = [liveFigures, simulatedFigures].map((figures) =>
      figures.filter((figure) => figure.name === name).map(({ value }) => value),
    ) as [number[], number[]];
    return compareFigure(name, bounds, ofLive, ofSimulated);
  });
}

function compareFigure(
  name: string,
  bounds: RatioBounds,
  live: readonly number[],
  simulated: readonly number[],
): ComparedFigure {
  const figure = { name, bounds, live, simulated };
  // What happens in one world and never in the other is no agreement.
  const isOnlyLive = medianOf(simulated) === 0 && medianOf(live) > 0;
  if (live.length === 0 || simulated.length === 0 || isOnlyLive)
    return { ...figure, interval: null, verdict: "different" };
  const stream = new RandomStreams({ seed: "parity", sha256: nodeSha256 }).stream(name);
  const interval = bootstrapRatioOfMedians(live, simulated, {
    ...{ confidence: CONFIDENCE, resampleCount: RESAMPLES },
    draw: () => stream.unit(),
  });
  return { ...figure, interval, verdict: judgeRatio(interval, bounds) };
}

/** The comparison as a table in Markdown. */
export function parityTable(figures: readonly ComparedFigure[]): string {
  const rows = figures.map(({ name, bounds, live, simulated, interval, verdict }) => {
    const isTime = bounds.lowest === 0.9;
    const median = (values: readonly number[]): string => show(medianOf(values), isTime);
    const [ratio, low, high] =
      interval === null
        ? ["–", "–", "–"]
        : [interval.ratio, interval.low, interval.high].map((x) => x.toFixed(3));
    const range = `[${low!}, ${high!}]`;
    const allowed = `[${bounds.lowest.toFixed(2)}, ${bounds.highest.toFixed(2)}]`;
    const shown = verdict === "equal" ? verdict : `**${verdict}**`;
    return `| ${[name, median(simulated), median(live), ratio!, range, allowed, shown].join(" | ")} |`;
  });
  return [
    "| figure | simulated, median | live, median | live / simulated | 90 % interval | to be within | verdict |",
    "| --- | ---: | ---: | ---: | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function medianOf(values: readonly number[]): number {
  return values.length === 0 ? NaN : quantile(Float64Array.from(values).sort(), 0.5);
}

function show(value: number, isTime: boolean): string {
  if (Number.isNaN(value)) return "never";
  return isTime ? `${(value / 1000).toFixed(1)} ms` : String(Math.round(value));
}
