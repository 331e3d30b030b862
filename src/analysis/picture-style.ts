// What a picture looks like: colours by status, shapes by class. The colours can be told apart by people who
// do not see red and green as others do (Okabe and Ito, 2008).

import type { NodeStatus } from "./live-nodes.js";

/** The colour of each status, in the order of the legend. */
export const STATUS_COLOURS: readonly (readonly [status: NodeStatus, colour: string])[] = [
  ["active", "#0072b2"],
  ["joining", "#e69f00"],
  ["leaving", "#cc79a7"],
  ["crashed", "#d55e00"],
  ["left", "#8c9aa5"],
  ["absent", "#c3cbd1"],
];

/** The colour of a link between running nodes, and of one to a node that does not run. */
export const LINK_COLOUR = "#4a5d6e";
export const STALE_LINK_COLOUR = "#d55e00";

export const TEXT_COLOUR = "#1d2b36";
export const FAINT_TEXT_COLOUR = "#5c6b77";
export const FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif";

/** The outline of a node of the first classes; further ones repeat the shapes with the next outline. */
const OUTLINES = ["#ffffff", "#1d2b36", "#f0e442", "#009e73"] as const;

/** Corners of each shape on a circle of radius 1, as numbers from a centre; a circle has none. */
const SHAPES: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  [
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ],
  [
    [0, -1.3],
    [1.2, 0.9],
    [-1.2, 0.9],
  ],
  [
    [0, 1.3],
    [-1.2, -0.9],
    [1.2, -0.9],
  ],
  [
    [-0.6, -1.05],
    [0.6, -1.05],
    [1.2, 0],
    [0.6, 1.05],
    [-0.6, 1.05],
    [-1.2, 0],
  ],
];

/** How the nodes of one class are drawn. */
export interface ClassStyle {
  /** Corners on a unit circle; none for a circle. */
  readonly corners: readonly (readonly [number, number])[];
  readonly outline: string;
}

/** The style of the class that is the n-th, from 0, to occur among the nodes. */
export function classStyle(place: number): ClassStyle {
  return {
    corners: SHAPES[place % SHAPES.length] ?? [],
    outline: OUTLINES[Math.floor(place / SHAPES.length) % OUTLINES.length] ?? OUTLINES[0],
  };
}

/** The colour of a status. */
export function statusColour(status: NodeStatus): string {
  return STATUS_COLOURS.find(([word]) => word === status)?.[1] ?? FAINT_TEXT_COLOUR;
}

/** The element of one node, without its colours: those come from the group around it. */
export function nodeShape(style: ClassStyle, x: number, y: number, radius: number): string {
  if (style.corners.length === 0) {
    return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"/>`;
  }
  const points = style.corners.map(
    ([right, down]) => `${short(x + right * radius)},${short(y + down * radius)}`,
  );
  return `<polygon points="${points.join(" ")}"/>`;
}

/** A coordinate to a tenth of a pixel, without a needless end. */
export function short(coordinate: number): string {
  return `${Math.round(coordinate * 10) / 10}`;
}

/** A whole number with its thousands apart, as people read it in every locale. */
export function groupDigits(count: number): string {
  return `${count}`.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
