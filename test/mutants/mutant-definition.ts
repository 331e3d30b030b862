// Makes known-wrong variants of shipped protocols known to scenarios, under names of their own and with the
// options of what they vary.

import type { FloodBroadcast, FloodOptions } from "../../src/protocol/flood-broadcast.js";
import type { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import type { GenesisSettings } from "../../src/protocol/genesis-options.js";
import type { KademliaDiscovery } from "../../src/protocol/kademlia-discovery.js";
import type { KademliaOptions } from "../../src/protocol/kademlia-options.js";
import type { Shutdown, ShutdownOptions } from "../../src/protocol/shutdown.js";
import { floodDefinition } from "../../src/scenarios/flood-definition.js";
import { genesisDefinition } from "../../src/scenarios/genesis-definition.js";
import { kademliaDefinition } from "../../src/scenarios/kademlia-definition.js";
import type { ProtocolDefinition } from "../../src/scenarios/protocol-definition.js";
import { shutdownDefinition } from "../../src/scenarios/shutdown-definition.js";

/** A variant of genesis discovery. */
export function discoveryMutant(
  name: string,
  Mutant: new (settings: GenesisSettings) => GenesisDiscovery,
): ProtocolDefinition {
  return {
    ...genesisDefinition,
    name,
    create: (options, { contacts, startPeers, nodeCount }) => {
      const [genesis, ...others] = contacts;
      if (genesis === undefined) throw new RangeError("a mutant of genesis needs a contact too");
      const placed = { genesis, contacts: others, startPeers, expectedNodes: nodeCount };
      return new Mutant({ ...options, ...placed });
    },
  };
}

/** A variant of Kademlia. */
export function kademliaMutant(
  name: string,
  Mutant: new (options: Partial<KademliaOptions>) => KademliaDiscovery,
): ProtocolDefinition {
  return {
    ...kademliaDefinition,
    name,
    create: (options, { contacts, startPeers }) => new Mutant({ ...options, contacts, startPeers }),
  };
}

/** A variant of flood broadcast. */
export function broadcastMutant(
  name: string,
  Mutant: new (options: Partial<FloodOptions>) => FloodBroadcast,
): ProtocolDefinition {
  return { ...floodDefinition, name, create: (options) => new Mutant(options) };
}

/** A variant of the shutdown. */
export function shutdownMutant(
  name: string,
  Mutant: new (options: ShutdownOptions) => Shutdown,
): ProtocolDefinition {
  return {
    ...shutdownDefinition,
    name,
    isDefault: false,
    create: (options, { network }) => {
      const { id: networkId, publicKey: networkKey, signatures } = network;
      return new Mutant({ ...options, networkId, networkKey, signatures });
    },
  };
}
