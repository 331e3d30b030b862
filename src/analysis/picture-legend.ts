// What the colours, shapes and lines of a picture stand for, with counts: only what occurs in it.

import type { OverlaySnapshot } from "./overlay-snapshot.js";
import {
  FAINT_TEXT_COLOUR,
  LINK_COLOUR,
  STALE_LINK_COLOUR,
  STATUS_COLOURS,
  TEXT_COLOUR,
  classStyle,
  groupDigits,
  nodeShape,
} from "./picture-style.js";
import { escapeXml } from "./xml-text.js";

/** Where the legend stands and what it cannot count itself. */
export interface LegendOptions {
  /** Pixels of its upper left corner. */
  readonly x: number;
  readonly y: number;
  /** The classes in the order that gave them their shapes. */
  readonly classes: readonly string[];
  /** Nodes left out of the picture. */
  readonly hiddenNodes: number;
  /** How many links one line stands for. */
  readonly every: number;
}

const ROW_PIXELS = 24;
/** More classes than this are counted, not listed: the legend must not outgrow the picture. */
const CLASSES_MAX = 24;
/** Characters of a class name that fit beside its count. */
const NAME_CHARACTERS_MAX = 18;

/** One row: a sample at the left, words, and a count at the right. */
interface Row {
  readonly sample: (x: number, y: number) => string;
  readonly words: string;
  readonly count: number | null;
}

/** Draws the legend. */
export function drawLegend(snapshot: OverlaySnapshot, options: LegendOptions): string {
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    ["Status", statusRows(snapshot)],
    ["Class", classRows(snapshot, options.classes)],
    ["Links", linkRows(snapshot, options.every)],
  ];
  let y = options.y + 16;
  const parts: string[] = [];
  for (const [name, rows] of sections) {
    if (rows.length === 0) continue;
    parts.push(
      `<text x="${options.x}" y="${y}" font-weight="600" fill="${TEXT_COLOUR}">${name}</text>\n`,
    );
    for (const row of rows) {
      y += ROW_PIXELS;
      parts.push(drawRow(row, options.x, y));
    }
    y += ROW_PIXELS * 1.7;
  }
  for (const note of notes(options)) {
    parts.push(`<text x="${options.x}" y="${y}" fill="${FAINT_TEXT_COLOUR}">${note}</text>\n`);
    y += ROW_PIXELS;
  }
  return `<g font-size="15">\n${parts.join("")}</g>\n`;
}

function statusRows({ nodes }: OverlaySnapshot): Row[] {
  return STATUS_COLOURS.flatMap(([status, colour]) => {
    const counted = nodes.filter((node) => node.status === status);
    const first = counted[0];
    if (first === undefined) return [];
    const paint = first.live
      ? `fill="${colour}" stroke="none"`
      : `fill="#ffffff" stroke="${colour}" stroke-width="2"`;
    const sample = (x: number, y: number): string =>
      `<circle cx="${x}" cy="${y}" r="6.5" ${paint}/>`;
    return [{ sample, words: status, count: counted.length }];
  });
}

function classRows({ nodes }: OverlaySnapshot, classes: readonly string[]): Row[] {
  const counts = new Map(classes.map((name) => [name, 0]));
  for (const { className } of nodes) counts.set(className, (counts.get(className) ?? 0) + 1);
  const rows = classes.slice(0, CLASSES_MAX).map((name, place): Row => {
    const style = classStyle(place);
    // A white outline needs a dark ground, which the fill is.
    const sample = (x: number, y: number): string =>
      `<g fill="${FAINT_TEXT_COLOUR}" stroke="${style.outline}" stroke-width="1.5">` +
      `${nodeShape(style, x, y, 6.5)}</g>`;
    return { sample, words: shorten(name), count: counts.get(name) ?? 0 };
  });
  const rest = classes.length - rows.length;
  if (rest > 0) rows.push({ sample: () => "", words: `${rest} more classes`, count: null });
  return rows;
}

function linkRows({ nodes, sources, targets }: OverlaySnapshot, every: number): Row[] {
  if (sources.length === 0) return [];
  const live = new Set(nodes.filter((node) => node.live).map(({ index }) => index));
  const stale = Array.from(targets).filter((target) => !live.has(target)).length;
  const line =
    (colour: string) =>
    (x: number, y: number): string =>
      `<path d="M${x - 8} ${y}h16" stroke="${colour}" stroke-width="2" fill="none"/>`;
  const rows: Row[] = [{ sample: line(LINK_COLOUR), words: "live", count: sources.length - stale }];
  if (stale > 0) rows.push({ sample: line(STALE_LINK_COLOUR), words: "stale", count: stale });
  if (every > 1) rows.push({ sample: () => "", words: `1 line in ${every} drawn`, count: null });
  return rows;
}

function notes({ hiddenNodes }: LegendOptions): string[] {
  return hiddenNodes === 0
    ? []
    : [
        `${groupDigits(hiddenNodes)} gone node${hiddenNodes === 1 ? "" : "s"} without`,
        "links not drawn",
      ];
}

function drawRow({ sample, words, count }: Row, x: number, y: number): string {
  const right =
    count === null
      ? ""
      : `<text x="${x + 214}" y="${y}" text-anchor="end" fill="${FAINT_TEXT_COLOUR}">` +
        `${groupDigits(count)}</text>`;
  return (
    `${sample(x + 9, y - 5)}<text x="${x + 28}" y="${y}" fill="${TEXT_COLOUR}">` +
    `${escapeXml(words)}</text>${right}\n`
  );
}

function shorten(name: string): string {
  const characters = Array.from(name);
  return characters.length <= NAME_CHARACTERS_MAX
    ? name
    : `${characters.slice(0, NAME_CHARACTERS_MAX - 1).join("")}…`;
}
