// Messages that came just now, and who has brought them: a copy that comes shortly after the first counts as a delivery of
// its sender, once. Later ones could be echoes of what this node has sent.

import type { Peer } from "../transport/peer.js";

/** Messages watched at most: more than come within a window of two seconds in any scenario of ours. */
const DELIVERIES_MAX = 10_000;

/** Who has brought a message. */
interface Delivery {
  readonly atMicros: number;
  readonly bringers: Set<Peer>;
}

/** By message, oldest first. Plain data. */
export type Deliveries = Map<number, Delivery>;

/** Notes the first copy of a message. */
export function noteFirstCopy(
  deliveries: Deliveries,
  id: number,
  from: Peer,
  { nowMicros, windowMicros }: { readonly nowMicros: number; readonly windowMicros: number },
): void {
  for (const [old, { atMicros }] of deliveries) {
    if (atMicros + windowMicros >= nowMicros && deliveries.size < DELIVERIES_MAX) break;
    deliveries.delete(old);
  }
  deliveries.set(id, { atMicros: nowMicros, bringers: new Set([from]) });
}

/** Notes another copy; answers whether it counts: it is the sender's first, and within the window. */
export function noteOtherCopy(
  deliveries: Deliveries,
  id: number,
  from: Peer,
  { nowMicros, windowMicros }: { readonly nowMicros: number; readonly windowMicros: number },
): boolean {
  const delivery = deliveries.get(id);
  if (delivery === undefined || delivery.bringers.has(from)) return false;
  if (nowMicros > delivery.atMicros + windowMicros) return false;
  delivery.bringers.add(from);
  return true;
}
