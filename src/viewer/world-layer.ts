// The coasts beneath the map, where nodes stand by their regions. A plain canvas: it is drawn when the camera moves, not
// with each frame.

import type { Camera } from "./link-layer.js";
import { mapX, mapY } from "./layouts.js";
import { WORLD_COASTS } from "./world-outline.js";

/** How much of the link's colour the land has. */
const LAND_OPACITY = 0.1;

/** Draws the coasts of the world. */
export class WorldLayer {
  readonly canvas = document.createElement("canvas");
  isShown = false;

  /** Draws anew for a camera, in CSS pixels of the canvas; `colour` is that of the ground's writing. */
  draw({ origin, unitX, unitY }: Camera, colour: string): void {
    const { canvas } = this;
    const ratio = window.devicePixelRatio;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.isShown) return;
    context.scale(ratio, ratio);
    context.globalAlpha = LAND_OPACITY;
    context.fillStyle = colour;
    context.beginPath();
    // In the map's own coordinates; what is filled has no lines to be stretched with them.
    context.transform(unitX[0], unitX[1], unitY[0], unitY[1], origin[0], origin[1]);
    for (const [first, ...others] of WORLD_COASTS) {
      if (first === undefined) continue;
      context.moveTo(mapX(first[0]), mapY(first[1]));
      for (const [longitude, latitude] of others) context.lineTo(mapX(longitude), mapY(latitude));
      context.closePath();
    }
    context.fill();
  }
}
