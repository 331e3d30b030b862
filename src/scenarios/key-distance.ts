// Who is responsible for a key, by the overlay's own measure: the truth that lookups are judged by.

import { compareClockwise } from "../protocol/ring-distance.js";
import { compareDistance } from "../protocol/xor-distance.js";
import type { KeyDistance, ProtocolDefinition } from "./protocol-definition.js";
import type { Scenario } from "./scenario.js";

/** Orders two ids by their distance from a key: negative when `a` is nearer. */
export function compareByKey(distance: KeyDistance, key: string, a: string, b: string): number {
  return distance === "xor" ? compareDistance(key, a, b) : compareClockwise(key, a, b);
}

/** The measure of the scenario's structured overlay; null where no class has one. */
export function keyDistanceOf(
  { classes }: Scenario,
  definitionOf: (slot: string, use: string) => ProtocolDefinition,
): KeyDistance | null {
  for (const { slot, use } of classes.flatMap(({ protocols }) => protocols)) {
    const { keyDistance } = definitionOf(slot, use);
    if (keyDistance !== null) return keyDistance;
  }
  return null;
}
