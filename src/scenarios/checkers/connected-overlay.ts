// Connected: the active nodes of an overlay form one weak component, in each part of a cut network.

import { weakComponents } from "../../analysis/weak-components.js";
import { plural } from "../../trace/show-quantity.js";
import { NAMES_MAX } from "./checker.js";
import type { ConditionFailure, SampledCondition } from "./condition.js";
import { overlayParts } from "./overlay-parts.js";
import type { OverlayLook } from "./overlay-parts.js";

/**
 * The condition "connected" of one overlay. A node that is still joining has not come in yet, and one that is
 * leaving is on its way out: only active nodes count.
 */
export class ConnectedOverlay implements SampledCondition {
  readonly #look: OverlayLook;

  constructor(look: OverlayLook) {
    this.#look = look;
  }

  failure(): ConditionFailure | null {
    const { lives } = this.#look;
    const parts = overlayParts(this.#look, (node) => lives.status(node) === "active");
    if (parts.length === 0) return { text: "no node is active", concerned: [] };
    for (const part of parts) {
      const { count, largest } = weakComponents(part.links);
      if (count === 1) continue;
      const outside = plural(part.nodes.length - largest, "node");
      const lonely = part.nodes.filter((_, number) => part.viewSizes[number] === 0);
      return {
        text: `${String(count)} components, ${outside} outside the largest`,
        concerned: lonely.slice(0, NAMES_MAX).map((node) => this.#look.view.nodeName(node)),
      };
    }
    return null;
  }
}
