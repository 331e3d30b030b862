// The rank by which nodes are picked at random: a pure function of the seed and two names.

import { mixKey, mixUnit } from "../sim/mix.js";
import type { Sha256 } from "../trace/hashing.js";
import { hashText } from "../trace/names.js";

/**
 * The ranking of one event's picks. An event that is repeated has a name a repetition (`cut#2`), so that each
 * picks anew.
 */
export function pickRank(
  sha256: Sha256,
  seed: string | number,
  eventName: string,
): (nodeName: string) => number {
  const key = mixKey(sha256, seed, `pick/${eventName}`);
  return (nodeName) => mixUnit(key, hashText(nodeName), nodeName.length, 0, 0);
}
