// What peers have announced and then were asked for. Who does not give it in time costs its receiver an answer and gives
// nothing: of each request one message, chosen at random, is watched (libp2p: gossipsub v1.1, "Spam Protection Measures").

import type { Peer } from "../transport/peer.js";

/** Peers whose promises are watched at most. */
const PEERS_MAX = 1_000;

/** Promises of one peer that are watched at most: those of three seconds of as many announcements as are heeded. */
const PROMISES_MAX = 40;

/** A message that a peer has yet to give. */
export interface Promised {
  readonly id: number;
  readonly untilMicros: number;
}

/** By peer, oldest first. Plain data. */
export type Promises = Map<Peer, Promised[]>;

/** Watches a promise, unless it is watched already or there are too many. */
export function watchPromise(promises: Promises, peer: Peer, promised: Promised): void {
  const known = promises.get(peer);
  if (known === undefined) {
    if (promises.size < PEERS_MAX) promises.set(peer, [promised]);
    return;
  }
  if (known.length >= PROMISES_MAX || known.some(({ id }) => id === promised.id)) return;
  known.push(promised);
}

/** Forgets the promises whose time is over; answers how many each peer has broken. */
export function takeBroken(
  promises: Promises,
  nowMicros: number,
  hasCome: (id: number) => boolean,
): ReadonlyMap<Peer, number> {
  const broken = new Map<Peer, number>();
  for (const [peer, promised] of promises) {
    const open = promised.filter(({ untilMicros }) => untilMicros > nowMicros);
    const over = promised.slice(0, promised.length - open.length);
    if (open.length === 0) promises.delete(peer);
    else if (over.length > 0) promises.set(peer, open);
    const count = over.filter(({ id }) => !hasCome(id)).length;
    if (count > 0) broken.set(peer, count);
  }
  return broken;
}
