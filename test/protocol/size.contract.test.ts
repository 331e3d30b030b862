// The protocols that estimate the network's size keep the contract of protocols.

import { ExtremaSize, Minima } from "../../src/protocol/extrema-size.js";
import { HyParViewDiscovery } from "../../src/protocol/hyparview-discovery.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { Share, Taken } from "../../src/protocol/push-sum-messages.js";
import { PushSumSize } from "../../src/protocol/push-sum-size.js";
import type { Peer } from "../../src/transport/peer.js";
import { SECOND } from "./overlay-network.js";
import { protocolContract } from "./protocol-contract.js";

const SHARED = {
  slot: "size",
  overlay: "neighbours",
  settleSeconds: 60,
  stateBytesMax: 20_000,
} as const;
const WRITTEN_DISCOVERY = { use: "hyparview", period: "2s" };

function over(size: Protocol): (peers: readonly Peer[]) => ReadonlyMap<string, Protocol> {
  return ([contact]) =>
    new Map<string, Protocol>([
      ["discovery", new HyParViewDiscovery({ contacts: [contact!], periodMicros: 2 * SECOND })],
      ["size", size],
    ]);
}

protocolContract("extrema propagation", {
  ...SHARED,
  protocols: (peers) => over(new ExtremaSize({ valueCount: 10, roundsPerEpoch: 5 }))(peers),
  written: { discovery: WRITTEN_DISCOVERY, size: { use: "extrema", values: 10, rounds: 5 } },
  strange: (_about, number) => [
    Minima.create({ epoch: number, wantsAnswer: true, values: Array<number>(10).fill(number) }),
    Minima.create({ epoch: number, wantsAnswer: true, values: [0, -1] }),
    Minima.create({ epoch: 0, wantsAnswer: false, values: Array<number>(10).fill(-number) }),
  ],
});

protocolContract("push-sum", {
  ...SHARED,
  protocols: (peers) => over(new PushSumSize({ roundsPerEpoch: 5 }))(peers),
  written: { discovery: WRITTEN_DISCOVERY, size: { use: "push-sum", rounds: 5 } },
  strange: (_about, number) => [
    Share.create({
      number,
      epoch: number,
      halves: [{ instance: number, sum: -1, weight: 2 ** 300 }],
    }),
    Share.create({ number, epoch: 0, halves: [{ instance: number, sum: 0, weight: 0 }] }),
    Share.create({ number, epoch: number, halves: [] }),
    Taken.create({ number }),
  ],
});
