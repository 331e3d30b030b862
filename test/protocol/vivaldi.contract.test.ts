// Vivaldi keeps the contract of protocols.

import { HyParViewDiscovery } from "../../src/protocol/hyparview-discovery.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { VivaldiCoordinates } from "../../src/protocol/vivaldi-coordinates.js";
import { Ping, Pong } from "../../src/protocol/vivaldi-messages.js";
import { SECOND } from "./overlay-network.js";
import { protocolContract } from "./protocol-contract.js";

protocolContract("Vivaldi", {
  slot: "coordinates",
  protocols: ([contact]) =>
    new Map<string, Protocol>([
      ["discovery", new HyParViewDiscovery({ contacts: [contact!], periodMicros: 2 * SECOND })],
      ["coordinates", new VivaldiCoordinates()],
    ]),
  written: { discovery: { use: "hyparview", period: "2s" }, coordinates: { use: "vivaldi" } },
  strange: (_about, number) => [
    Ping.create({ number }),
    Pong.create({ number, vector: [1e300, -1e300], height: -1, adjustment: 0, error: 0 }),
    Pong.create({ number, vector: [number], height: 5, adjustment: 1e12, error: 1 }),
    Pong.create({ number, vector: [], height: 0, adjustment: 0, error: 0 }),
  ],
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 20_000,
});
