// Every shipped discovery protocol keeps the contract of protocols.

import { CyclonDiscovery } from "../../src/protocol/cyclon-discovery.js";
import * as cyclon from "../../src/protocol/cyclon-messages.js";
import { HyParViewDiscovery } from "../../src/protocol/hyparview-discovery.js";
import * as hyparview from "../../src/protocol/hyparview-messages.js";
import { PeerSamplingDiscovery } from "../../src/protocol/peer-sampling-discovery.js";
import * as sampling from "../../src/protocol/peer-sampling-messages.js";
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

function entriesOf(about: Peer, age: number): { peer: Peer; age: number }[] {
  return [
    { peer: about, age },
    { peer: about, age: 0 },
  ];
}
