// Genesis discovery, heartbeats and the broadcasts over an overlay keep the contract of protocols.

import { FloodBroadcast, Rumour } from "../../src/protocol/flood-broadcast.js";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import * as genesis from "../../src/protocol/genesis-messages.js";
import { Beat, HeartbeatStatus } from "../../src/protocol/heartbeat-status.js";
import { HyParViewDiscovery } from "../../src/protocol/hyparview-discovery.js";
import { MemberStatus } from "../../src/protocol/member-stamp.js";
import { PlumtreeBroadcast } from "../../src/protocol/plumtree-broadcast.js";
import * as plumtree from "../../src/protocol/plumtree-messages.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { Message } from "../../src/transport/codec.js";
import type { Peer } from "../../src/transport/peer.js";
import { SECOND } from "./overlay-network.js";
import { protocolContract } from "./protocol-contract.js";

/** Genesis with one more protocol over it. */
function withGenesis(
  peers: readonly Peer[],
  ...others: readonly (readonly [string, Protocol])[]
): ReadonlyMap<string, Protocol> {
  const discovery = new GenesisDiscovery({ genesis: peers[0]! });
  return new Map<string, Protocol>([["discovery", discovery], ...others]);
}

/** What a stranger may say of somebody: any status in turn. */
function strangeGenesis(about: Peer, number: number): readonly Message[] {
  const status = number % (MemberStatus.left + 1);
  const held = { incarnation: number, heldIncarnation: 1, heldStatus: MemberStatus.suspect };
  const member = { peer: about, incarnation: number, status };
  return [
    genesis.AskMember.create({}),
    genesis.Member.create({ member: about }),
    genesis.AskNeighbours.create({}),
    genesis.Neighbours.create({ peers: [about] }),
    genesis.Link.create({ isUrgent: number % 2 === 0, ...held }),
    genesis.Linked.create({ accepted: number % 2 === 0, alternatives: [about], ...held }),
    genesis.Unlink.create({}),
    genesis.AskMembers.create({}),
    genesis.MemberList.create({ members: [member], isLast: true }),
    genesis.News.create({ items: [{ ...member, hopsLeft: 3, isJoin: true }] }),
    genesis.Digest.create({ memberCount: number, hash: number }),
    genesis.Buckets.create({ hashes: [number] }),
    genesis.Entries.create({ members: [member], asks: [0] }),
    genesis.Shuffle.create({ members: [member], wanted: 1, isAnswer: false }),
    genesis.Handover.create(member),
    genesis.Probe.create(held),
    genesis.ProbeAnswer.create(held),
  ];
}

protocolContract("genesis discovery", {
  slot: "discovery",
  protocols: (peers) => withGenesis(peers),
  written: { discovery: { use: "genesis" } },
  strange: strangeGenesis,
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 1_000_000,
});

protocolContract("heartbeat status", {
  slot: "status",
  protocols: (peers) => withGenesis(peers, ["status", new HeartbeatStatus()]),
  written: { discovery: { use: "genesis" }, status: { use: "heartbeat" } },
  strange: (_about, number) => [
    Beat.create({ isAnswer: number % 2 === 0, incarnation: number, suspects: number % 3 }),
  ],
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 50_000,
});

protocolContract("flood broadcast", {
  slot: "broadcast",
  protocols: (peers) => withGenesis(peers, ["broadcast", new FloodBroadcast({ seenMax: 200 })]),
  written: { discovery: { use: "genesis" }, broadcast: { use: "flood" } },
  strange: (about, number) => [
    Rumour.create({
      id: number + 1,
      origin: about,
      hops: 1 + (number % 255),
      payload: Uint8Array.of(1),
    }),
  ],
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 50_000,
});

protocolContract("Plumtree", {
  slot: "broadcast",
  protocols: (peers) =>
    new Map<string, Protocol>([
      ["discovery", new HyParViewDiscovery({ contacts: [peers[0]!], periodMicros: 2 * SECOND })],
      ["broadcast", new PlumtreeBroadcast({ seenMax: 200, keptMax: 20 })],
    ]),
  written: { discovery: { use: "hyparview", period: "2s" }, broadcast: { use: "plumtree" } },
  strange: (_about, number) => [
    plumtree.Have.create({ id: 10_000 + number, round: number % 9 }),
    plumtree.Gossip.create({ id: number + 1, round: number % 9, payload: Uint8Array.of(1) }),
    plumtree.Graft.create({ id: number + 1 }),
    plumtree.GraftLink.create({}),
    plumtree.Prune.create({}),
  ],
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 100_000,
});
