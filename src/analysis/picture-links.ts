// The links of a picture. A few are drawn as arrows; many as thin lines in which density shows as darkness,
// and of very many every n-th, so that a browser still opens the file.

import { LINK_COLOUR, STALE_LINK_COLOUR, short } from "./picture-style.js";

/** A node as drawn: pixels from the top left, and whether it runs. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly live: boolean;
}

/** Up to this many links are drawn with arrow heads. */
const ARROWS_MAX = 400;
/** More lines than this only darken the picture, at twenty bytes each. */
const LINES_MAX = 40_000;
/** Lines in one path: a path's own lines do not darken each other, so that it must not hold too many. */
const LINES_A_PATH = 60;
const ARROW_PIXELS = 8;
/** How dark all lines together make a picture through which they are spread: a little below the nodes. */
const LIVE_INK = 0.45;
const STALE_INK = 0.12;
/** A line's usual length over the area it lies in, in pixels: 600 in a circle of 500. */
const LENGTH_BY_AREA = 600 / (Math.PI * 500 * 500);

/** Links drawn, and how many of them one line stands for. */
export interface DrawnLinks {
  readonly svg: string;
  /** 1 when every pair of linked nodes has its line; n when only every n-th has. */
  readonly every: number;
}

/** Draws the links between spots, given as places in their list. Stale ones lie on top. */
export function drawLinks(
  spots: readonly Spot[],
  links: readonly (readonly [number, number])[],
): DrawnLinks {
  const isStale = ([, target]: readonly [number, number]): boolean => !spots[target]!.live;
  const stale = links.filter((link) => isStale(link));
  const live = links.filter((link) => !isStale(link));
  if (links.length <= ARROWS_MAX) {
    return { svg: drawArrows(spots, live, "live") + drawArrows(spots, stale, "stale"), every: 1 };
  }
  const pairs = eachPairOnce(live, spots.length);
  const every = Math.max(1, Math.ceil((pairs.length + stale.length) / LINES_MAX));
  const svg =
    drawLines(spots, thinOut(pairs, every), { colour: LINK_COLOUR, ink: LIVE_INK }) +
    drawLines(spots, thinOut(stale, every), { colour: STALE_LINK_COLOUR, ink: STALE_INK });
  return { svg, every };
}

/** Marks for the heads of arrows, to be placed in the picture's definitions. */
export function arrowMarkers(): string {
  return [
    ["live", LINK_COLOUR],
    ["stale", STALE_LINK_COLOUR],
  ]
    .map(
      ([id, colour]) =>
        `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="${ARROW_PIXELS}" ` +
        `markerHeight="${ARROW_PIXELS}" markerUnits="userSpaceOnUse" orient="auto">` +
        `<path d="M0 1L10 5L0 9z" fill="${colour}"/></marker>`,
    )
    .join("");
}

function eachPairOnce(
  links: readonly (readonly [number, number])[],
  count: number,
): (readonly [number, number])[] {
  const seen = new Set<number>();
  return links.filter(([source, target]) => {
    const key = source < target ? source * count + target : target * count + source;
    if (source === target || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function drawArrows(
  spots: readonly Spot[],
  links: readonly (readonly [number, number])[],
  kind: "live" | "stale",
): string {
  const dash = kind === "stale" ? ' stroke-dasharray="5 3"' : "";
  const colour = kind === "stale" ? STALE_LINK_COLOUR : LINK_COLOUR;
  const width = Math.max(0.8, Math.min(1.6, 12 / Math.sqrt(links.length + 1)));
  const lines = links.flatMap(([source, target]) => {
    if (source === target) return [];
    const from = spots[source]!;
    const to = spots[target]!;
    const length = Math.sqrt((to.x - from.x) * (to.x - from.x) + (to.y - from.y) * (to.y - from.y));
    const right = (to.x - from.x) / Math.max(length, 1e-9);
    const down = (to.y - from.y) / Math.max(length, 1e-9);
    // The head touches the outline of its node instead of lying under it.
    const end = to.radius * 1.15 + 1;
    const x = to.x - right * end;
    const y = to.y - down * end;
    return [`<path d="M${short(from.x)} ${short(from.y)}L${short(x)} ${short(y)}"/>`];
  });
  if (lines.length === 0) return "";
  return (
    `<g fill="none" stroke="${colour}" stroke-opacity="0.75" stroke-width="${width.toFixed(2)}"` +
    `${dash} marker-end="url(#${kind})" class="${kind}">${markEach(lines, kind)}</g>\n`
  );
}

/** Not every renderer hands the marker of a group down to its paths. */
function markEach(lines: readonly string[], kind: string): string {
  return lines.map((line) => line.replace("/>", ` marker-end="url(#${kind})"/>`)).join("");
}

/** About one line in `every`, chosen by a hash: a fixed step would draw patterns that are not there. */
function thinOut(
  links: readonly (readonly [number, number])[],
  every: number,
): readonly (readonly [number, number])[] {
  if (every === 1) return links;
  return links.filter((_, i) => (Math.imul(i, 0x9e3779b1) >>> 8) % every === 0);
}

function drawLines(
  spots: readonly Spot[],
  links: readonly (readonly [number, number])[],
  { colour, ink }: { colour: string; ink: number },
): string {
  if (links.length === 0) return "";
  const width = links.length > 5000 ? 0.5 : 0.8;
  const coverage = links.length * width * LENGTH_BY_AREA;
  const opacity = Math.min(0.55, Math.max(0.02, ink / coverage));
  const paths: string[] = [];
  for (let first = 0; first < links.length; first += LINES_A_PATH) {
    const lines = links.slice(first, first + LINES_A_PATH).map(([source, target]) => {
      const from = spots[source]!;
      const to = spots[target]!;
      return `M${short(from.x)} ${short(from.y)}L${short(to.x)} ${short(to.y)}`;
    });
    paths.push(`<path d="${lines.join("")}"/>\n`);
  }
  return (
    `<g fill="none" stroke="${colour}" stroke-opacity="${opacity.toFixed(3)}" ` +
    `stroke-width="${width}">\n${paths.join("")}</g>\n`
  );
}
