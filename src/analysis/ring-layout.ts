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
/** Below this a node cannot be seen in a picture of a thousand pixels. */
const RADIUS_MIN = 0.0024;

/** Places `count` nodes. More than fit beside each other stand in several circles, in turns. */
export function ringLayout(count: number): Layout {
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const outermost = 0.97;
  const spacing = (2 * Math.PI * outermost) / Math.max(1, count);
  const circles = Math.max(1, Math.ceil((RADIUS_MIN * 2.2) / spacing));
  const nodeRadius = Math.min(RADIUS_MAX, Math.max(RADIUS_MIN, spacing * 0.4));
  for (let i = 0; i < count; i++) {
    const distance = outermost - (i % circles) * RADIUS_MIN * 2.4;
    const { cosine, sine } = circlePoint(i / count);
    x[i] = distance * sine;
    y[i] = -distance * cosine;
  }
  return { x, y, nodeRadius };
}
