// The protocols that scenarios can name without a user's library. The order of slots is the order in which
// a node starts its protocols.

import { chordDefinition } from "./chord-definition.js";
import { cyclonDefinition } from "./cyclon-definition.js";
import { extremaDefinition } from "./extrema-definition.js";
import { floodDefinition } from "./flood-definition.js";
import { genesisDefinition } from "./genesis-definition.js";
import { gossipsubDefinition } from "./gossipsub-definition.js";
import { heartbeatDefinition } from "./heartbeat-definition.js";
import { hyparviewDefinition } from "./hyparview-definition.js";
import { kademliaDefinition } from "./kademlia-definition.js";
import { peerSamplingDefinition } from "./peer-sampling-definition.js";
import { plumtreeDefinition } from "./plumtree-definition.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { pushSumDefinition } from "./push-sum-definition.js";
import { shutdownDefinition } from "./shutdown-definition.js";
import { swimDefinition } from "./swim-definition.js";
import { vivaldiDefinition } from "./vivaldi-definition.js";

/** Every shipped protocol. */
export const SHIPPED_PROTOCOLS: readonly ProtocolDefinition[] = [
  genesisDefinition,
  hyparviewDefinition,
  cyclonDefinition,
  peerSamplingDefinition,
  kademliaDefinition,
  chordDefinition,
  heartbeatDefinition,
  swimDefinition,
  floodDefinition,
  plumtreeDefinition,
  extremaDefinition,
  pushSumDefinition,
  vivaldiDefinition,
  gossipsubDefinition,
  shutdownDefinition,
];

/** The definition of a protocol that a resolved scenario names; undefined when it is not among them. */
export function findProtocol(
  definitions: readonly ProtocolDefinition[],
  slot: string,
  name: string,
): ProtocolDefinition | undefined {
  return definitions.find((definition) => definition.slot === slot && definition.name === name);
}
