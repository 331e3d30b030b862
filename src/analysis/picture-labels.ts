// The names in a picture: outside a ring along its radius, beside the nodes of a force layout.

import type { OverlayNode } from "./overlay-snapshot.js";
import type { Spot } from "./picture-links.js";
import { TEXT_COLOUR, short } from "./picture-style.js";
import { escapeXml } from "./xml-text.js";

/** Draws the name of each node, with a halo that keeps it readable on top of links. */
export function drawLabels(
  nodes: readonly OverlayNode[],
  spots: readonly Spot[],
  layout: "ring" | "force",
): string {
  const size = nodes.length <= 24 ? 14 : nodes.length <= 60 ? 11 : 9;
  const labels = nodes.map(({ name }, i) =>
    layout === "ring"
      ? ringLabel(name, spots[i]!, { turns: i / nodes.length, size })
      : sideLabel(name, spots[i]!, size),
  );
  return (
    `<g font-size="${size}" fill="${TEXT_COLOUR}" stroke="#ffffff" stroke-width="3" ` +
    `stroke-linejoin="round" paint-order="stroke">\n${labels.join("\n")}\n</g>\n`
  );
}

function ringLabel(
  name: string,
  { x, y, radius }: Spot,
  { turns, size }: { turns: number; size: number },
): string {
  // Text on the left half is turned about, so that none stands on its head.
  const isLeft = turns > 0.5;
  const degrees = turns * 360 - (isLeft ? 270 : 90);
  const shift = (radius * 1.3 + 6) * (isLeft ? -1 : 1);
  return (
    `<text transform="translate(${short(x)} ${short(y)}) rotate(${short(degrees)})" ` +
    `x="${short(shift)}" y="${short(size * 0.35)}" text-anchor="${isLeft ? "end" : "start"}">` +
    `${escapeXml(name)}</text>`
  );
}

function sideLabel(name: string, { x, y, radius }: Spot, size: number): string {
  return `<text x="${short(x + radius * 1.3 + 4)}" y="${short(y + size * 0.35)}">${escapeXml(name)}</text>`;
}
