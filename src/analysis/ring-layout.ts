// Nodes on a circle in order of index, clockwise from the top: where a node is tells which it is, and stays
// so from picture to picture.

import { circlePoint } from "./circle-point.js";

/** Where nodes are in a picture: coordinates from -1 to 1, x to the right, y downwards. */
export interface Layout {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** A radius at which neighbouring nodes do not hide each other. */
  readonly nodeRadius: number;
}

const RADIUS_MAX = 0.022;
/** Below this, shapes are hard to tell apart: rather than shrink further, nodes stand in several circles. */
const RADIUS_LEGIBLE = 0.006;
const OUTERMOST = 0.97;
/** How much of the picture's half width the circles may take together. */
const BAND = 0.1;
/** What a node takes along its circle and between circles, in radii. */
const ALONG = 2.2;
const BETWEEN = 2.4;

/** Places `count` nodes. More than fit beside each other stand in several circles, in turns. */
export function ringLayout(count: number): Layout {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const spacing = (2 * Math.PI * OUTERMOST) / Math.max(1, count);
  // The band's width is circles × BETWEEN × radius, and circles are ALONG × radius / spacing.
  const widest = Math.sqrt((BAND * spacing) / (ALONG * BETWEEN));
  const nodeRadius = Math.min(
    RADIUS_MAX,
    Math.max(spacing * 0.4, Math.min(RADIUS_LEGIBLE, widest)),
  );
  const circles = Math.max(1, Math.ceil((nodeRadius * ALONG) / spacing));
  for (let i = 0; i < count; i++) {
    const distance = OUTERMOST - (i % circles) * nodeRadius * BETWEEN;
    const { cosine, sine } = circlePoint(i / count);
    x[i] = distance * sine;
    y[i] = -distance * cosine;
  }
  return { x, y, nodeRadius };
}
