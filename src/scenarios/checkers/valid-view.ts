// A *valid* partial view: in one piece, nearly all of it strongly so, few dead links, views filled, and links
// that go both ways where the protocol says they do.

import { reciprocity } from "../../analysis/reciprocity.js";
import { strongComponents } from "../../analysis/strong-components.js";
import { weakComponents } from "../../analysis/weak-components.js";
import type { ValidTolerances } from "../expectation.js";
import { plural, showShare } from "../../trace/show-quantity.js";
import { NAMES_MAX } from "./checker.js";
import type { ConditionFailure, SampledCondition } from "./condition.js";
import { overlayParts } from "./overlay-parts.js";
import type { OverlayLook, OverlayPart } from "./overlay-parts.js";

export interface ValidViewOptions {
  readonly look: OverlayLook;
  readonly graceMicros: number;
  readonly viewSize: number | null;
  readonly isSymmetric: boolean;
  readonly tolerances: ValidTolerances;
}

/** The condition "valid" of one overlay, each part of a cut network for itself. */
export class ValidView implements SampledCondition {
  readonly #options: ValidViewOptions;

  constructor(options: ValidViewOptions) {
    this.#options = options;
  }

  failure(timeMicros: number): ConditionFailure | null {
    const { look, graceMicros } = this.#options;
    const bornBeforeMicros = timeMicros - graceMicros;
    const isJudged = (node: number): boolean => look.lives.runningSince(node) <= bornBeforeMicros;
    const parts = overlayParts(look, isJudged);
    if (parts.length === 0) return { text: "no node has run longer than the grace", concerned: [] };
    for (const part of parts) {
      const failure = this.#partFailure(part);
      if (failure !== null) return failure;
    }
    return null;
  }

  /** The first thing wrong with a part; the cheap questions come first. */
  #partFailure(part: OverlayPart): ConditionFailure | null {
    const { tolerances, isSymmetric } = this.#options;
    const viewFailure = this.#viewFailure(part);
    if (viewFailure !== null) return viewFailure;
    const deadShare = part.judgedLinks === 0 ? 0 : part.deadLinks / part.judgedLinks;
    if (deadShare > tolerances.deadLinkShareMax) {
      return failed(`${showShare(deadShare)} of links are dead`);
    }
    const mutual = isSymmetric ? reciprocity(part.links) : null;
    if (mutual !== null && mutual < tolerances.reciprocityMin) {
      return failed(`only ${showShare(mutual)} of links go both ways`);
    }
    const weak = weakComponents(part.links);
    if (weak.count > 1) {
      const outside = part.nodes.length - weak.largest;
      return failed(
        `${plural(weak.count, "component")}, ${plural(outside, "node")} outside the largest`,
      );
    }
    const strongShare = strongComponents(part.links).largest / part.nodes.length;
    return strongShare < tolerances.strongShareMin
      ? failed(`only ${showShare(strongShare)} of nodes in the largest strong component`)
      : null;
  }

  #viewFailure(part: OverlayPart): ConditionFailure | null {
    const { viewSize, tolerances, look } = this.#options;
    const others = part.nodes.length - 1;
    if (others === 0) return null;
    const empty = part.nodes.filter((_, number) => part.viewSizes[number] === 0);
    if (empty.length > 0) {
      const concerned = empty.slice(0, NAMES_MAX).map((node) => look.view.nodeName(node));
      return { text: `${plural(empty.length, "view")} empty`, concerned };
    }
    if (viewSize === null) return null;
    const wanted = tolerances.viewFillMin * Math.min(viewSize, others);
    const thin = part.nodes.filter((_, number) => part.viewSizes[number]! < wanted);
    const filledShare = 1 - thin.length / part.nodes.length;
    if (filledShare >= tolerances.filledNodeShareMin) return null;
    const concerned = thin.slice(0, NAMES_MAX).map((node) => look.view.nodeName(node));
    return { text: `${plural(thin.length, "view")} with too few entries`, concerned };
  }
}

function failed(text: string): ConditionFailure {
  return { text, concerned: [] };
}
