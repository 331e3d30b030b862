// A comparison as a picture: one panel a measure, one colour a variant, a bar for each interval. Along the x axis are the
// values of the comparison's axis, the means of the measure it is drawn against, or else the variants.

import { FAINT_TEXT_COLOUR, FONT, TEXT_COLOUR } from "../../analysis/picture-style.js";
import { escapeXml } from "../../analysis/xml-text.js";
import type { ComparedPlace, ComparisonResult } from "./comparison-result.js";
import { inUnit, labelOf } from "./measures.js";
import type { Measure } from "./measures.js";
import { niceScale } from "./nice-scale.js";
import type { NiceScale } from "./nice-scale.js";

/** Colours that can be told apart without red and green (Okabe and Ito, 2008). */
const COLOURS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#1d2b36",
  "#8c9aa5",
];

const PANEL = { width: 300, height: 220, left: 58, right: 14, top: 30, bottom: 44 } as const;
const COLUMNS = 3;
const LEGEND_HEIGHT = 64;
/** Half of the width of the bar at an interval's end. */
const CAP = 4;
const GRID_COLOUR = "#dde3e8";

/** One mean of one variant, in the units that are shown. */
interface Point {
  readonly variant: number;
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** The x axis of all panels. */
interface XAxis {
  readonly label: string;
  /** Where a place is on it; null where it has no number. */
  readonly of: (place: ComparedPlace, index: number) => number | null;
  /** Text of each tick; none where variants are told apart by the legend. */
  readonly isLabelled: boolean;
  /** Whether a variant's points are joined. */
  readonly isJoined: boolean;
}

/** The picture as the text of an SVG file. */
export function comparisonPicture(result: ComparisonResult): string {
  const { measures, against } = result;
  const shown = measures.filter(({ name }) => name !== against);
  const rows = Math.ceil(shown.length / COLUMNS);
  const width = PANEL.width * Math.min(COLUMNS, Math.max(1, shown.length));
  const height = LEGEND_HEIGHT + PANEL.height * rows;
  const axis = xAxisOf(result);
  const panels = shown.map((measure, i) => {
    const x = (i % COLUMNS) * PANEL.width;
    const y = LEGEND_HEIGHT + Math.floor(i / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">\n${panel(measure, result, axis)}</g>\n`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" ` +
    `height="${height}" font-family="${escapeXml(FONT)}" font-size="11" fill="${TEXT_COLOUR}">\n` +
    `<title>${escapeXml(`${result.comparison}: ${result.description}`)}</title>\n` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>\n${legend(result)}${panels.join("")}</svg>\n`
  );
}

function xAxisOf({ axis, against, measures, variants }: ComparisonResult): XAxis {
  const measured = measures.findIndex(({ name }) => name === against);
  if (measured >= 0) {
    const measure = measures[measured]!;
    return {
      label: labelOf(measure),
      of: ({ figures }) => {
        const interval = figures[measured]?.interval ?? null;
        return interval === null ? null : inUnit(interval.mean, measure.unit);
      },
      isLabelled: true,
      isJoined: axis !== null,
    };
  }
  if (axis === null) {
    return { label: "", of: (_, index) => index, isLabelled: false, isJoined: false };
  }
  // Texts stand at even distances, in the order written.
  const numbers = axis.values.every((value) => typeof value === "number");
  return {
    label: numbers ? axis.label : `${axis.label}: ${axis.values.join(", ")}`,
    of: ({ at }, index) =>
      numbers && typeof at === "number" ? at : Math.floor(index / variants.length),
    isLabelled: numbers,
    isJoined: true,
  };
}

function legend({ comparison, seeds, variants }: ComparisonResult): string {
  const title = `${comparison}: means of ${seeds.length} seeds with 95 % intervals`;
  let x = 14;
  const entries = variants.map((name, i) => {
    const entry =
      `<circle cx="${x + 4}" cy="44" r="4" fill="${colourOf(i)}"/>` +
      `<text x="${x + 13}" y="48">${escapeXml(name)}</text>\n`;
    x += 34 + name.length * 7;
    return entry;
  });
  return `<text x="14" y="24" font-size="14" font-weight="600">${escapeXml(title)}</text>\n${entries.join("")}`;
}

function panel(measure: Measure, result: ComparisonResult, axis: XAxis): string {
  const points = pointsOf(measure, result, axis);
  const title = `<text x="${PANEL.left}" y="18" font-weight="600">${escapeXml(labelOf(measure))}</text>\n`;
  if (points.length === 0) {
    const y = PANEL.height / 2;
    return `${title}<text x="${PANEL.left}" y="${y}" fill="${FAINT_TEXT_COLOUR}">in no run</text>\n`;
  }
  const xScale = niceScale(points.map(({ x }) => x));
  const yScale = niceScale(points.flatMap(({ y, half }) => [y - half, y + half]));
  const place = placing(xScale, yScale, axis);
  const parts = [title, grid(yScale, place), axis.isLabelled ? xTicks(xScale, place) : ""];
  const middle = (PANEL.left + PANEL.width - PANEL.right) / 2;
  parts.push(
    `<text x="${middle}" y="${PANEL.height - 8}" text-anchor="middle" fill="${FAINT_TEXT_COLOUR}">` +
      `${escapeXml(axis.label)}</text>\n`,
  );
  result.variants.forEach((_, variant) => {
    const mine = points.filter((point) => point.variant === variant);
    if (axis.isJoined && mine.length > 1) {
      const line = mine.map(({ x, y }) => `${place.x(x)},${place.y(y)}`).join(" ");
      parts.push(`<polyline points="${line}" fill="none" stroke="${colourOf(variant)}"/>\n`);
    }
    parts.push(...mine.map((point) => mark(point, place)));
  });
  return parts.join("");
}

function pointsOf(
  { name, unit }: Measure,
  { measures, places, variants }: ComparisonResult,
  axis: XAxis,
): Point[] {
  const m = measures.findIndex((measure) => measure.name === name);
  return places.flatMap((place, index): Point[] => {
    const interval = place.figures[m]?.interval ?? null;
    const x = axis.of(place, index);
    if (interval === null || x === null) return [];
    const y = inUnit(interval.mean, unit);
    return [{ variant: index % variants.length, x, y, half: inUnit(interval.half ?? 0, unit) }];
  });
}

/** From numbers to places in a panel. */
interface Placing {
  readonly x: (value: number) => string;
  readonly y: (value: number) => string;
}

function placing(xScale: NiceScale, yScale: NiceScale, { isLabelled }: XAxis): Placing {
  const right = PANEL.width - PANEL.right;
  const bottom = PANEL.height - PANEL.bottom;
  // Variants, which have no scale, stay clear of the panel's edges.
  const margin = isLabelled ? 0 : 20;
  const along = (value: number, { low, high }: NiceScale): number => (value - low) / (high - low);
  return {
    x: (value) =>
      (PANEL.left + margin + along(value, xScale) * (right - PANEL.left - 2 * margin)).toFixed(1),
    y: (value) => (bottom - along(value, yScale) * (bottom - PANEL.top)).toFixed(1),
  };
}

function grid(scale: NiceScale, place: Placing): string {
  const right = PANEL.width - PANEL.right;
  return scale.ticks
    .map(({ value, text }) => {
      const y = place.y(value);
      return (
        `<path d="M${PANEL.left} ${y}H${right}" stroke="${GRID_COLOUR}"/>` +
        `<text x="${PANEL.left - 6}" y="${y}" dy="4" text-anchor="end">${text}</text>\n`
      );
    })
    .join("");
}

function xTicks(scale: NiceScale, place: Placing): string {
  const y = PANEL.height - PANEL.bottom;
  return scale.ticks
    .map(({ value, text }) => {
      const x = place.x(value);
      return (
        `<path d="M${x} ${y}v4" stroke="${FAINT_TEXT_COLOUR}"/>` +
        `<text x="${x}" y="${y + 16}" text-anchor="middle">${text}</text>\n`
      );
    })
    .join("");
}

function mark({ variant, x, y, half }: Point, place: Placing): string {
  const colour = colourOf(variant);
  const [at, top, bottom] = [Number(place.x(x)), place.y(y + half), place.y(y - half)];
  const [left, right] = [(at - CAP).toFixed(1), (at + CAP).toFixed(1)];
  const bar =
    half === 0
      ? ""
      : `<path d="M${left} ${top}H${right}M${at} ${top}V${bottom}M${left} ${bottom}H${right}" stroke="${colour}"/>`;
  return `${bar}<circle cx="${at}" cy="${place.y(y)}" r="3.5" fill="${colour}"/>\n`;
}

function colourOf(variant: number): string {
  return COLOURS[variant % COLOURS.length]!;
}
