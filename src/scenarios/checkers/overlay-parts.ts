// An overlay cut into the parts between which the network lets nothing pass: while it is cut, each part is
// judged for itself, and a link into another part is as dead as one to a crashed node.

import { buildAdjacency } from "../../analysis/adjacency.js";
import type { Adjacency } from "../../analysis/adjacency.js";
import type { OverlayTracker } from "../../analysis/overlay-tracker.js";
import type { RunView } from "../run-view.js";
import type { NodeLives } from "./node-lives.js";

/** One part of an overlay. Its nodes are numbered from 0 in order of index. */
export interface OverlayPart {
  /** Index in the run of each of its nodes. */
  readonly nodes: readonly number[];
  /** Links among its nodes. */
  readonly links: Adjacency;
  /** Entries in each node's view, whoever they lead to. */
  readonly viewSizes: readonly number[];
  /** Links that lead to nodes that do not run or are in another part, and all links that were judged. */
  readonly deadLinks: number;
  readonly judgedLinks: number;
}

/** What a checker of overlays looks at. */
export interface OverlayLook {
  readonly view: RunView;
  readonly tracker: OverlayTracker;
  readonly lives: NodeLives;
  readonly overlay: string;
}

/** The number of a node that is in no part. */
const NOT_JUDGED = -1;

/**
 * The parts of an overlay now, over the nodes that `isJudged` picks among those that run; those others that run are as
 * if they were not there. A walk over all links.
 */
export function overlayParts(
  look: OverlayLook,
  isJudged: (node: number) => boolean,
): OverlayPart[] {
  const { view, tracker, lives } = look;
  const drafts = new Map<number, PartDraft>();
  const componentOf = new Int32Array(view.nodeCount);
  const numberOf = new Int32Array(view.nodeCount).fill(NOT_JUDGED);
  const views = tracker.overlay(look.overlay);
  for (let node = 0; node < view.nodeCount; node++) {
    if (!lives.isRunning(node)) continue;
    const component = view.componentOf(node);
    componentOf[node] = component;
    if (!isJudged(node)) continue;
    let draft = drafts.get(component);
    if (draft === undefined) {
      draft = new PartDraft();
      drafts.set(component, draft);
    }
    numberOf[node] = draft.nodes.length;
    draft.nodes.push(node);
    draft.viewSizes.push(views.viewSize(node));
  }
  views.forEachLink((source, target) => {
    const number = numberOf[source]!;
    if (number === NOT_JUDGED || source === target) return;
    const draft = drafts.get(componentOf[source]!);
    if (draft === undefined) return;
    if (!lives.isRunning(target) || componentOf[target] !== componentOf[source]) {
      draft.deadLinks++;
    } else if (numberOf[target] !== NOT_JUDGED) {
      draft.sources.push(number);
      draft.targets.push(numberOf[target]!);
    }
  });
  return [...drafts.values()].map((draft) => draft.build());
}

/** A part being put together. */
class PartDraft {
  readonly nodes: number[] = [];
  readonly viewSizes: number[] = [];
  readonly sources: number[] = [];
  readonly targets: number[] = [];
  deadLinks = 0;

  build(): OverlayPart {
    return {
      nodes: this.nodes,
      viewSizes: this.viewSizes,
      links: buildAdjacency(this.nodes.length, this.sources, this.targets),
      deadLinks: this.deadLinks,
      judgedLinks: this.sources.length + this.deadLinks,
    };
  }
}
