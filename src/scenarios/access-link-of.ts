// From a class's link as a scenario describes it to the access link that its nodes get.

import type { AccessLink } from "../sim/access-links.js";
import type { AccessLinkSettings } from "./scenario.js";

/** The access link; null where both directions are unlimited. */
export function accessLinkOf(link: AccessLinkSettings): AccessLink | null {
  const upBitsPerSecond = link.upBitsPerSecond ?? Infinity;
  const downBitsPerSecond = link.downBitsPerSecond ?? Infinity;
  if (upBitsPerSecond === Infinity && downBitsPerSecond === Infinity) return null;
  const upQueueMicros = queueMicros(link.queue, upBitsPerSecond);
  const downQueueMicros = queueMicros(link.queue, downBitsPerSecond);
  return { upBitsPerSecond, downBitsPerSecond, upQueueMicros, downQueueMicros };
}

/** How long it takes one direction of a link to send what may wait there. */
function queueMicros(queue: AccessLinkSettings["queue"], bitsPerSecond: number): number {
  return "micros" in queue ? queue.micros : Math.ceil((queue.bytes * 8e6) / bitsPerSecond);
}
