// A picture of an overlay at an instant, as the text of an SVG file: who is there, who knows whom, and what is
// wrong with it, at a glance.

import { undirected, buildAdjacency } from "./adjacency.js";
import { forceLayout } from "./force-layout.js";
import type { OverlayNode, OverlaySnapshot } from "./overlay-snapshot.js";
import { drawLabels } from "./picture-labels.js";
import { drawLegend } from "./picture-legend.js";
import { arrowMarkers, drawLinks } from "./picture-links.js";
import type { Spot } from "./picture-links.js";
import {
  FAINT_TEXT_COLOUR,
  FONT,
  TEXT_COLOUR,
  classStyle,
  groupDigits,
  nodeShape,
  short,
  statusColour,
} from "./picture-style.js";
import { ringLayout } from "./ring-layout.js";
import type { Layout } from "./ring-layout.js";
import { escapeXml } from "./xml-text.js";

/** How nodes can be placed: on a circle by index, or where their links pull them. */
export const PICTURE_LAYOUTS = ["ring", "force"] as const;
export type PictureLayout = (typeof PICTURE_LAYOUTS)[number];

/** What a picture shows beside the overlay itself. */
export interface PictureOptions {
  /** What it is a picture of: scenario and overlay. */
  readonly title: string;
  /** The instant of the snapshot. */
  readonly timeMicros: number;
  readonly layout: PictureLayout;
}

/** Pixels of the picture: a square for the overlay, a heading above it and a legend to its right. */
const PLOT_PIXELS = 1000;
const MARGIN_PIXELS = 40;
const HEADING_PIXELS = 84;
const LEGEND_PIXELS = 230;
const WIDTH_PIXELS = MARGIN_PIXELS + PLOT_PIXELS + LEGEND_PIXELS + MARGIN_PIXELS;
const HEIGHT_PIXELS = HEADING_PIXELS + PLOT_PIXELS + MARGIN_PIXELS;

/** Above this many nodes names would hide more than they tell. */
const LABELS_MAX = 100;
/** Pixels. */
const OUTLINED_RADIUS_MIN = 2.5;
/** How much of the plot the nodes take where names need the rest. */
const LABELLED_SHARE = 0.87;

/**
 * Draws an overlay: nodes coloured by status and shaped by class, lines for links, links to nodes that do not
 * run in the colour of a crash. The ring shows every node; the force layout leaves out nodes that neither run
 * nor are linked to, and says how many. The same snapshot gives the same text.
 */
export function drawPicture(snapshot: OverlaySnapshot, options: PictureOptions): string {
  const shown = shownNodes(snapshot, options.layout);
  const links = linksAmong(snapshot, shown);
  const layout = place(shown, links, options.layout);
  const isLabelled = shown.length <= LABELS_MAX;
  const scale = (PLOT_PIXELS / 2) * (isLabelled ? LABELLED_SHARE : 1);
  const spots = shown.map((node, i): Spot => ({
    x: MARGIN_PIXELS + PLOT_PIXELS / 2 + layout.x[i]! * scale,
    y: HEADING_PIXELS + PLOT_PIXELS / 2 + layout.y[i]! * scale,
    radius: ((node.live ? 1 : 0.75) * layout.nodeRadius * PLOT_PIXELS) / 2,
    live: node.live,
  }));
  const classes = [...new Set(snapshot.nodes.map(({ className }) => className))];
  const lines = drawLinks(spots, links);
  const legend = drawLegend(snapshot, {
    x: MARGIN_PIXELS + PLOT_PIXELS + 24,
    y: HEADING_PIXELS,
    classes,
    hiddenNodes: snapshot.nodes.length - shown.length,
    every: lines.every,
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH_PIXELS}" height="${HEIGHT_PIXELS}" ` +
      `viewBox="0 0 ${WIDTH_PIXELS} ${HEIGHT_PIXELS}" font-family="${FONT}">\n`,
    `<title>${escapeXml(options.title)} at ${formatSeconds(options.timeMicros)}</title>\n`,
    `<defs>${arrowMarkers()}</defs>\n`,
    `<rect width="100%" height="100%" fill="#ffffff"/>\n`,
    heading(snapshot, options),
    lines.svg,
    isLabelled ? drawLabels(shown, spots, options.layout) : "",
    drawNodes(shown, spots, classes),
    legend,
    "</svg>\n",
  ].join("");
}

/** Virtual time as people read it: seconds, to the microsecond where it matters. */
function formatSeconds(timeMicros: number): string {
  return `${timeMicros / 1_000_000} s`;
}

function shownNodes(
  { nodes, targets }: OverlaySnapshot,
  layout: PictureLayout,
): readonly OverlayNode[] {
  if (layout === "ring") return nodes;
  const linkedTo = new Set(Array.from(targets));
  return nodes.filter(({ live, index }) => live || linkedTo.has(index));
}

/** The links as places in the list of shown nodes. */
function linksAmong(
  { sources, targets }: OverlaySnapshot,
  shown: readonly OverlayNode[],
): (readonly [number, number])[] {
  const placeOf = new Map(shown.map(({ index }, place) => [index, place]));
  return Array.from(sources).flatMap((source, i) => {
    const from = placeOf.get(source);
    const to = placeOf.get(targets[i]!);
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
}

function place(
  shown: readonly OverlayNode[],
  links: readonly (readonly [number, number])[],
  layout: PictureLayout,
): Layout {
  if (layout === "ring") return ringLayout(shown.length);
  const sources = links.map(([source]) => source);
  const targets = links.map(([, target]) => target);
  return forceLayout(undirected(buildAdjacency(shown.length, sources, targets)));
}

function heading({ nodes, sources }: OverlaySnapshot, options: PictureOptions): string {
  const live = nodes.filter((node) => node.live).length;
  return (
    `<text x="${MARGIN_PIXELS}" y="40" font-size="24" font-weight="600" fill="${TEXT_COLOUR}">` +
    `${escapeXml(options.title)}</text>\n` +
    `<text x="${MARGIN_PIXELS}" y="64" font-size="15" fill="${FAINT_TEXT_COLOUR}">` +
    `at ${formatSeconds(options.timeMicros)} · ${groupDigits(live)} of ` +
    `${groupDigits(nodes.length)} nodes run · ${groupDigits(sources.length)} links</text>\n`
  );
}

/** Nodes in groups of one class and status, those that do not run first, so that they hide no others. */
function drawNodes(
  nodes: readonly OverlayNode[],
  spots: readonly Spot[],
  classes: readonly string[],
): string {
  const groups = new Map<string, string[]>();
  const order = [...nodes.keys()].sort((a, b) => Number(nodes[a]!.live) - Number(nodes[b]!.live));
  for (const i of order) {
    const { className, status, live } = nodes[i]!;
    const { x, y, radius } = spots[i]!;
    const style = classStyle(classes.indexOf(className));
    const colour = statusColour(status);
    // Nodes that do not run are hollow.
    const fill = live ? colour : "#ffffff";
    const outline = live ? style.outline : colour;
    // An outline would leave little of a node this small.
    const width = live && radius < OUTLINED_RADIUS_MIN ? "0" : short(Math.min(1.5, radius / 3));
    const opening = `<g fill="${fill}" stroke="${outline}" stroke-width="${width}">`;
    const group = groups.get(opening);
    const shape = nodeShape(style, x, y, radius);
    if (group === undefined) groups.set(opening, [shape]);
    else group.push(shape);
  }
  return [...groups]
    .map(([opening, shapes]) => `${opening}\n${shapes.join("\n")}\n</g>\n`)
    .join("");
}
