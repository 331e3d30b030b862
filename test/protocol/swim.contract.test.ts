// SWIM keeps the contract of protocols.

import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import { MemberStatus } from "../../src/protocol/member-stamp.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import * as swim from "../../src/protocol/swim-messages.js";
import { SwimStatus } from "../../src/protocol/swim-status.js";
import type { Message } from "../../src/transport/codec.js";
import type { Peer } from "../../src/transport/peer.js";
import { protocolContract } from "./protocol-contract.js";

/** What a stranger may say of somebody: any status in turn. */
function strangeSwim(about: Peer, number: number): readonly Message[] {
  const status = number % (MemberStatus.left + 1);
  const item = { peer: about, incarnation: number, status, accuser: number };
  const news = [item, { ...item, accuser: number + 1 }];
  return [
    swim.Ping.create({ number, incarnation: number, news }),
    swim.Ack.create({ number, incarnation: number, news }),
    swim.PingRequest.create({ number, target: about, wantsNack: number % 2 === 0, news }),
    swim.RelayedAck.create({ number, incarnation: number, news }),
    swim.Nack.create({ number }),
    swim.Gossip.create({ news }),
    swim.Sync.create({ wantsAnswer: number % 2 === 0, members: news }),
  ];
}

protocolContract("SWIM", {
  slot: "status",
  protocols: (peers) =>
    new Map<string, Protocol>([
      ["discovery", new GenesisDiscovery({ genesis: peers[0]! })],
      ["status", new SwimStatus({ contacts: [peers[0]!], membersMax: 100, goneMax: 100 })],
    ]),
  written: { discovery: { use: "genesis" }, status: { use: "swim" } },
  strange: strangeSwim,
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 200_000,
});
