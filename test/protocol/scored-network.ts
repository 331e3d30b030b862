// A network of nodes that score, whose application has opinions of peers and messages: what tests of scores share.

import { GossipSubBroadcast } from "../../src/protocol/gossipsub-broadcast.js";
import type { Verdict } from "../../src/protocol/gossipsub-broadcast.js";
import { Published } from "../../src/protocol/gossipsub-messages.js";
import type { GossipSubOptions } from "../../src/protocol/gossipsub-options.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
import type { GossipSubScoreOptions } from "../../src/protocol/gossipsub-score-options.js";
import type { PeerCounters } from "../../src/protocol/gossipsub-score.js";
import type { Peer } from "../../src/transport/peer.js";
import { gossipsubNetwork, gossipsubOf } from "./gossipsub-network.js";
import type { GossipSubNetworkOptions } from "./gossipsub-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

/** Rejects what begins with 66, ignores what begins with 77, and thinks of peers what `opinions` says. */
export class Choosy extends GossipSubBroadcast {
  readonly opinions = new Map<Peer, number>();

  protected override verdictOn({ payload }: Published): Verdict {
    return payload[0] === 66 ? "reject" : payload[0] === 77 ? "ignore" : "accept";
  }

  protected override applicationScoreOf(peer: Peer): number {
    return this.opinions.get(peer) ?? 0;
  }
}

export function scored(
  given: GossipSubNetworkOptions,
  score: Partial<GossipSubScoreOptions> = {},
): OverlayNetwork {
  const options: Partial<GossipSubOptions> = {
    ...given.options,
    score: { ...GOSSIPSUB_SCORE_DEFAULTS, ...score },
  };
  const network = gossipsubNetwork({ broadcastOf: () => Choosy, ...given, options });
  network.run(3 * SECOND);
  return network;
}

/** Lets a node think of a peer what it is told. */
export function think(
  network: OverlayNetwork,
  [of, peer]: readonly [number, number],
  value: number,
): void {
  const node = gossipsubOf(network, of);
  if (!(node instanceof Choosy)) throw new Error(`Node ${of} is not choosy`);
  node.opinions.set(network.peers[peer]!, value);
}

export function scoreOf(network: OverlayNetwork, [of, peer]: readonly [number, number]): number {
  return gossipsubOf(network, of).scoreOf(network.peers[peer]!);
}

export function countersOf(
  network: OverlayNetwork,
  [of, peer]: readonly [number, number],
): PeerCounters | undefined {
  return gossipsubOf(network, of)["tracked"].get(network.peers[peer]!);
}

export function reasons(network: OverlayNetwork, what: string): readonly string[] {
  return network.decisions.filter((decision) => decision.what === what).map(({ why }) => why);
}

/** Hands a message to a node as if it came over a connection. */
export function hear(network: OverlayNetwork, index: number, from: Peer, message: Published): void {
  network.simulation.inject(() => {
    gossipsubOf(network, index).onMessage(from, message);
  });
}

export function message(id: number, origin: Peer, first = 1): Published {
  return Published.create({ id, origin, hops: 1, payload: Uint8Array.of(first) });
}
