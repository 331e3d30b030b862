// The plug-in point of the network: what a condition is, and in which order conditions count.

import type { Passage, PassageKind } from "./passage.js";

/**
 * The stages in the order in which rules contribute, so that a scenario's order of lines does not matter. Within
 * a stage rules work in the order of their names. The access link's uplink comes after the last stage.
 */
export const STAGES = [
  "reachability",
  "loss",
  "duplication",
  "corruption",
  "base",
  "jitter",
] as const;

export type Stage = (typeof STAGES)[number];

/**
 * A condition of the network: what it does to one passage of a message from a source to a target.
 *
 * A rule draws chance only through `passage.draw(n)` and `passage.drawForPair(n)`, pure functions of the
 * rule's name, the two nodes and the message's number on their link: removing one rule leaves every other draw
 * where it was, and that is what lets a failing scenario shrink. A rule keeps no state that a passage changes.
 *
 * Exactly one rule of stage `base` gives the pair's propagation: it calls `passage.delay` once, and the network
 * model copies the total into `baseMicros` before the stage `jitter`.
 */
export interface LinkRule {
  /** Stable and unique in its network: the key of its draws is made from it. */
  readonly name: string;
  readonly stage: Stage;
  /**
   * The passages it may touch; absent: all. A rule leaves others as they are by itself; this is for whoever
   * must refuse a rule that would touch nothing, such as reordering where only streams are used.
   */
  readonly kinds?: readonly PassageKind[];
  apply(passage: Passage): void;
}
