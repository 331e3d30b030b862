// Networks of nodes with genesis discovery, heartbeats and flooding, for the tests of these protocols.

import { FloodBroadcast } from "../../src/protocol/flood-broadcast.js";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import type { GenesisSettings } from "../../src/protocol/genesis-options.js";
import { HeartbeatStatus } from "../../src/protocol/heartbeat-status.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import type { Peer } from "../../src/transport/peer.js";
import type { WireMode } from "../../src/transport/sim-wire.js";
import { OverlayNetwork } from "./overlay-network.js";

export interface GenesisNetworkOptions {
  readonly nodeCount: number;
  readonly seed?: string;
  readonly rules?: readonly LinkRule[];
  readonly wireMode?: WireMode;
  /** What differs from the defaults; node 0 is genesis. */
  readonly settings?: Partial<GenesisSettings>;
  /** What differs at one node, beyond `settings`. */
  readonly settingsOf?: (index: number, peers: readonly Peer[]) => Partial<GenesisSettings>;
  /** The class to use in place of `GenesisDiscovery`. */
  readonly discovery?: new (settings: GenesisSettings) => GenesisDiscovery;
}

/** A network whose node 0 is genesis. */
export function genesisNetwork(options: GenesisNetworkOptions): OverlayNetwork {
  const {
    nodeCount,
    seed = "genesis",
    settings,
    discovery: Discovery = GenesisDiscovery,
  } = options;
  return new OverlayNetwork({
    nodeCount,
    seed,
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...(options.wireMode === undefined ? {} : { wireMode: options.wireMode }),
    protocols: (index, peers) => {
      const own = options.settingsOf?.(index, peers);
      return new Map<string, Protocol>([
        ["discovery", new Discovery({ genesis: peers[0]!, ...settings, ...own })],
        ["status", new HeartbeatStatus()],
        ["broadcast", new FloodBroadcast()],
      ]);
    },
  });
}

/** The numbers from `from` up to but not including `to`. */
export function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
