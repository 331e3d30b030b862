// A protocol whose sends depend on nothing that the network does: a datagram from everyone to everyone, again and
// again. What rules and picks make of them can be compared between scenarios that differ in one line.

import { PlainStateProtocol } from "../../src/protocol/plain-state-protocol.js";
import type { ProtocolContext } from "../../src/protocol/protocol.js";
import { defineProtocol } from "../../src/scenarios/protocol-definition.js";
import { defineMessage, integer } from "../../src/transport/message-type.js";
import type { Peer } from "../../src/transport/peer.js";

const PERIOD_MICROS = 500_000;

const Flash = defineMessage("beacon/flash", { number: integer({ min: 0, max: 1_000_000 }) });

class Beacon extends PlainStateProtocol {
  readonly messageTypes = [Flash];
  protected number = 0;
  readonly #peers: readonly Peer[];

  constructor(peers: readonly Peer[]) {
    super();
    this.#peers = peers;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    context.clock.setTimer(PERIOD_MICROS, "flash");
  }

  override onTimer(): void {
    this.context.clock.setTimer(PERIOD_MICROS, "flash");
    const flash = Flash.create({ number: this.number++ });
    for (const peer of this.#peers) this.context.transport.sendDatagram(peer, flash);
    // A draw of the node's own, which only this node's name and the protocol's slot decide.
    this.context.observe("draw", this.context.random.unit());
  }
}

/** Flashes at the peers that the start overlay gives it. */
export const beaconDefinition = defineProtocol({
  slot: "beacon",
  name: "beacon",
  description: "Sends a datagram to every start peer every half second.",
  usesDatagrams: true,
  shape: {},
  options: () => ({}),
  create: (_options, { startPeers, contacts }) => new Beacon([...contacts, ...startPeers]),
});
