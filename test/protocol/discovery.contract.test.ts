// Every shipped discovery protocol keeps the contract of protocols.

import { ChordDiscovery } from "../../src/protocol/chord-discovery.js";
import * as chord from "../../src/protocol/chord-messages.js";
import { CyclonDiscovery } from "../../src/protocol/cyclon-discovery.js";
import * as cyclon from "../../src/protocol/cyclon-messages.js";
import { HyParViewDiscovery } from "../../src/protocol/hyparview-discovery.js";
import * as hyparview from "../../src/protocol/hyparview-messages.js";
import { PeerSamplingDiscovery } from "../../src/protocol/peer-sampling-discovery.js";
import * as sampling from "../../src/protocol/peer-sampling-messages.js";
import { KademliaDiscovery } from "../../src/protocol/kademlia-discovery.js";
import * as kademlia from "../../src/protocol/kademlia-messages.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { Peer } from "../../src/transport/peer.js";
import { SECOND } from "./overlay-network.js";
import { protocolContract } from "./protocol-contract.js";

/** A period that keeps the tests short. */
const PERIOD = { periodMicros: 2 * SECOND, answerMicros: SECOND };
const WRITTEN_PERIOD = { period: "2s" };

function only(discovery: Protocol): ReadonlyMap<string, Protocol> {
  return new Map([["discovery", discovery]]);
}

protocolContract("HyParView", {
  slot: "discovery",
  protocols: (peers) =>
    only(new HyParViewDiscovery({ contacts: [peers[0]!], periodMicros: PERIOD.periodMicros })),
  written: { discovery: { use: "hyparview", ...WRITTEN_PERIOD } },
  strange: (about, number) => [
    hyparview.Join.create({}),
    hyparview.ForwardJoin.create({ joiner: about, hopsLeft: number % 4 }),
    hyparview.Neighbour.create({ isUrgent: number % 2 === 0 }),
    hyparview.NeighbourAnswer.create({ isAccepted: number % 3 === 0 }),
    hyparview.Unlink.create({}),
    hyparview.Shuffle.create({ origin: about, hopsLeft: number % 3, peers: [about] }),
    hyparview.ShuffleAnswer.create({ peers: [about, about] }),
  ],
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 100_000,
});

protocolContract("Cyclon", {
  slot: "discovery",
  protocols: (peers) => only(new CyclonDiscovery({ contacts: [peers[0]!], ...PERIOD })),
  written: { discovery: { use: "cyclon", ...WRITTEN_PERIOD, answer: "1s" } },
  strange: (about, number) => [
    cyclon.Shuffle.create({ number, entries: entriesOf(about, number) }),
    cyclon.ShuffleAnswer.create({ number, entries: entriesOf(about, number) }),
    cyclon.Join.create({}),
    cyclon.Walk.create({ joiner: about, hopsLeft: number % 3 }),
    cyclon.Welcome.create({ peer: about, age: number }),
  ],
  overlay: "members",
  settleSeconds: 90,
  stateBytesMax: 50_000,
});

protocolContract("peer sampling", {
  slot: "discovery",
  protocols: (peers) => only(new PeerSamplingDiscovery({ contacts: [peers[0]!], ...PERIOD })),
  written: { discovery: { use: "peer-sampling", ...WRITTEN_PERIOD, answer: "1s" } },
  strange: (about, number) => [
    sampling.Push.create({ number, wantsAnswer: true, entries: entriesOf(about, number) }),
    sampling.Push.create({ number, wantsAnswer: false, entries: [] }),
    sampling.Answer.create({ number, entries: entriesOf(about, number) }),
  ],
  overlay: "members",
  settleSeconds: 90,
  stateBytesMax: 100_000,
});

protocolContract("Kademlia", {
  slot: "discovery",
  protocols: (peers) =>
    only(
      new KademliaDiscovery({
        contacts: [peers[0]!],
        bucketSize: 4,
        refreshMicros: 5 * SECOND,
        republishMicros: 10 * SECOND,
        expireMicros: 60 * SECOND,
        valuesMax: 20,
      }),
    ),
  written: { discovery: { use: "kademlia", k: 4, refresh: "5s", republish: "10s", expire: "60s" } },
  strange: (about, number) => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => (number * 37 + i * number) % 256);
    const value = new Uint8Array(10).fill(number % 256);
    return [
      kademlia.Ping.create({ id: number }),
      kademlia.Pong.create({ id: number }),
      kademlia.FindNode.create({ id: number, key }),
      kademlia.FindNode.create({ id: number, key: new Uint8Array(3) }),
      kademlia.FindValue.create({ id: number, key }),
      kademlia.Nodes.create({ id: number, part: number % 10, parts: 1, peers: [about, about] }),
      kademlia.Value.create({ id: number, value }),
      kademlia.Store.create({ id: number, key, version: number, leftMicros: 10 ** 15, value }),
    ];
  },
  overlay: "members",
  settleSeconds: 60,
  stateBytesMax: 100_000,
});

protocolContract("Chord", {
  slot: "discovery",
  protocols: (peers) =>
    only(
      new ChordDiscovery({
        contacts: [peers[0]!],
        periodMicros: 2 * SECOND,
        expireMicros: 60 * SECOND,
        valuesMax: 20,
      }),
    ),
  written: { discovery: { use: "chord", period: "2s", expire: "60s" } },
  strange: (about, number) => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => (number * 37 + i * number) % 256);
    const value = new Uint8Array(10).fill(number % 256);
    const peers = [about, about];
    return [
      chord.Ping.create({ id: number }),
      chord.Pong.create({ id: number }),
      chord.Find.create({ id: number, key }),
      chord.Find.create({ id: number, key: new Uint8Array(3) }),
      chord.Found.create({ id: number, before: peers, after: peers }),
      chord.Route.create({ id: number + 1, key, origin: about, hops: number % 9, timeouts: 0 }),
      chord.Arrived.create({ id: number, hops: 1, timeouts: 0, peers }),
      chord.AskNeighbours.create({ id: number }),
      chord.Neighbours.create({ id: number, predecessor: about, from: number % 20, peers }),
      chord.Notify.create({}),
      chord.Store.create({ id: number, key, version: number, leftMicros: 10 ** 15, value }),
      chord.Fetch.create({ id: number, key }),
      chord.Value.create({ id: number, value }),
    ];
  },
  overlay: "members",
  settleSeconds: 60,
  stateBytesMax: 100_000,
});

function entriesOf(about: Peer, age: number): { peer: Peer; age: number }[] {
  return [
    { peer: about, age },
    { peer: about, age: 0 },
  ];
}
