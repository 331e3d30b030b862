// How people name a peer: by the first digits of its id, by the whole of it, or by its address.

import { didYouMean } from "../scenarios/suggestion.js";
import type { Node } from "../protocol/node.js";
import { comparePeers, shortId } from "../transport/peer.js";
import type { Peer } from "../transport/peer.js";
import { CommandError } from "./node-command-error.js";

/** The peers that a node knows, in any way, without itself; ordered by id. */
export function knownPeers(node: Node): readonly Peer[] {
  const { peers } = node.status();
  const connected = node.connections().map(({ peer }) => peer);
  const members = node.protocol("discovery") === undefined ? [] : node.discover();
  const known = new Set([...members, ...connected, ...peers.map(({ peer }) => peer)]);
  return [...known].filter(({ id }) => id !== "" && id !== node.id).sort(comparePeers);
}

/** The peer that is meant. Throws `CommandError` for nobody, oneself, and several. */
export function meantPeer(node: Node, word: string): Peer {
  const known = knownPeers(node);
  const byAddress = known.filter(({ address }) => address === word);
  const prefix = word.toLowerCase();
  const meant = byAddress.length > 0 ? byAddress : known.filter(({ id }) => id.startsWith(prefix));
  const [peer, other] = meant;
  if (peer !== undefined && other === undefined) return peer;
  if (peer !== undefined) {
    const several = meant.slice(0, 5).map(({ id }) => id.slice(0, Math.max(8, word.length + 4)));
    throw new CommandError(`${word} may be ${several.join(" or ")}: write more digits`);
  }
  if (node.id.startsWith(prefix) || node.self.address === word) {
    throw new CommandError(`${word} is this node itself: name another peer`);
  }
  if (known.length === 0) throw new CommandError(`No peer ${word}: this node knows nobody yet`);
  const names = known.flatMap((one) => [shortId(one), one.address]);
  const hint = didYouMean(word, names) || "see peers";
  throw new CommandError(`No peer ${word}; ${hint}`);
}
