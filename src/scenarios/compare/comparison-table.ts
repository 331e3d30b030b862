// A comparison as tables, for a terminal and as Markdown: measures down, variants across, one table for each value of
// the axis, and below the means the paired differences.

import type { MeanInterval } from "../../analysis/mean-interval.js";
import type { ComparedFigure, ComparedPlace, ComparisonResult } from "./comparison-result.js";
import { inUnit, labelOf } from "./measures.js";
import type { Measure } from "./measures.js";

/** One table. */
interface Table {
  readonly heading: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Printed where no run came to a number. */
const NOTHING = "–";

/** The tables in columns, as a terminal shows them. */
export function terminalTables(result: ComparisonResult): string {
  const parts = tablesOf(result).map(({ heading, head, rows }) => {
    const all = [head, ...rows];
    const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
    const lines = all.map((row) =>
      row
        .map((text, c) => (c === 0 ? text.padEnd(widths[c]!) : text.padStart(widths[c]!)))
        .join("  ")
        .trimEnd(),
    );
    return `${heading}\n${lines.map((line) => `  ${line}\n`).join("")}`;
  });
  return `${result.comparison}: ${result.description}\n${parts.join("\n")}`;
}

/** The tables as Markdown, without a heading of the whole. */
export function markdownTables(result: ComparisonResult): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return tablesOf(result)
    .map(({ heading, head, rows }) => {
      const rule = line(head.map((_, column) => (column === 0 ? "---" : "---:")));
      return [`**${heading}**`, "", line(head), rule, ...rows.map(line), ""].join("\n");
    })
    .join("\n");
}

function tablesOf(result: ComparisonResult): Table[] {
  const { variants, seeds, axis, measures, places } = result;
  const count = variants.length;
  const [first = "", ...others] = variants;
  return (axis?.values ?? [null]).flatMap((value, i) => {
    const at = axis === null ? "" : `, ${axis.label} ${String(value)}`;
    const here = places.slice(i * count, (i + 1) * count);
    const runs = `mean of ${seeds.length} seeds ± half of the 95 % interval`;
    const means: Table = {
      heading: `${capital(runs)}${at}`,
      head: ["measure", ...variants],
      rows: rowsOf(measures, here, meanText(seeds.length)),
    };
    if (others.length === 0) return [means];
    return [
      means,
      {
        heading: `Difference from ${first}, seed by seed${at} (* where the interval leaves out 0)`,
        head: ["measure", ...others],
        rows: rowsOf(measures, here.slice(1), differenceText),
      },
    ];
  });
}

function rowsOf(
  measures: readonly Measure[],
  places: readonly ComparedPlace[],
  show: (figure: ComparedFigure, measure: Measure) => string,
): string[][] {
  return measures.map((measure, m) => [
    labelOf(measure),
    ...places.map(({ figures }) => show(figures[m]!, measure)),
  ]);
}

/** A mean, with how many runs it is of where some came to no number. */
function meanText(runs: number): (figure: ComparedFigure, measure: Measure) => string {
  return ({ interval }, measure) => {
    if (interval === null) return NOTHING;
    const of = interval.count < runs ? ` (${interval.count} of ${runs})` : "";
    return `${intervalText(interval, measure)}${of}`;
  };
}

function differenceText({ difference }: ComparedFigure, measure: Measure): string {
  if (difference === null) return NOTHING;
  const sign = difference.mean > 0 ? "+" : "";
  const { mean, half } = difference;
  const isSure = half !== null && Math.abs(mean) > half;
  return `${sign}${intervalText(difference, measure)}${isSure ? " *" : ""}`;
}

function intervalText({ mean, half }: MeanInterval, { unit }: Measure): string {
  const shown = inUnit(mean, unit);
  if (half === null) return shown.toFixed(digitsFor(shown));
  const shownHalf = inUnit(half, unit);
  const digits = digitsFor(shownHalf === 0 ? shown : shownHalf);
  return `${shown.toFixed(digits)} ± ${shownHalf.toFixed(digits)}`;
}

/** Decimals that leave a number two digits that count, and none beyond three. */
function digitsFor(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || Number.isInteger(value)) return 0;
  if (size >= 10) return 0;
  if (size >= 1) return 1;
  return size >= 0.1 ? 2 : 3;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
