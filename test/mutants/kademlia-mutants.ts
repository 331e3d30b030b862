// Kademlia with one thing wrong at a time. README.md says what catches each.

import { KademliaDiscovery } from "../../src/protocol/kademlia-discovery.js";
import type { Nodes } from "../../src/protocol/kademlia-messages.js";
import type { Peer } from "../../src/transport/peer.js";
import { kademliaMutant } from "./mutant-definition.js";

/** Says that it keeps values, and does not. */
class KeepsNoValues extends KademliaDiscovery {
  protected override storeHere(): boolean {
    return true;
  }
}

/** Does not ask those it is told of. */
class LearnsNothing extends KademliaDiscovery {
  protected override onNodes(from: Peer, said: Nodes): void {
    super.onNodes(from, { ...said, peers: [] });
  }
}

/** By the names under which scenarios find them. */
export const KADEMLIA_MUTANTS = [
  kademliaMutant("keeps-no-values", KeepsNoValues),
  kademliaMutant("learns-nothing", LearnsNothing),
];
