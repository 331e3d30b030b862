// GossipSub keeps the contract of protocols.

import { CyclonDiscovery } from "../../src/protocol/cyclon-discovery.js";
import { GossipSubBroadcast } from "../../src/protocol/gossipsub-broadcast.js";
import * as gossipsub from "../../src/protocol/gossipsub-messages.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
import type { GossipSubScoreOptions } from "../../src/protocol/gossipsub-score-options.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { SECOND } from "./overlay-network.js";
import { protocolContract } from "./protocol-contract.js";
import type { ContractSubject } from "./protocol-contract.js";

/** GossipSub, with scores or without. */
function subject(score: GossipSubScoreOptions | null): ContractSubject {
  return {
    slot: "broadcast",
    protocols: (peers) =>
      new Map<string, Protocol>([
        [
          "discovery",
          new CyclonDiscovery({
            contacts: [peers[0]!],
            periodMicros: 2 * SECOND,
            answerMicros: SECOND,
          }),
        ],
        // Fewer than the strangers' 900 messages in 9 s: the others are not taken.
        ["broadcast", new GossipSubBroadcast({ seenMax: 500, score })],
      ]),
    written: {
      discovery: { use: "cyclon", period: "2s", answer: "1s" },
      broadcast: { use: "gossipsub", ...(score === null ? {} : { score: {} }) },
    },
    strange: (about, number) => [
      gossipsub.Hello.create({ isSubscribed: number % 3 > 0, isAnswer: number % 2 === 0 }),
      gossipsub.Published.create({
        id: number + 1,
        origin: about,
        hops: 1 + (number % 255),
        payload: Uint8Array.of(1),
      }),
      gossipsub.Graft.create({}),
      gossipsub.Prune.create({ backoffSeconds: number % 100, peers: [about, about] }),
      gossipsub.Have.create({ ids: [10_000 + number, 20_000 + number] }),
      gossipsub.Want.create({ ids: [number + 1, number + 2] }),
      gossipsub.Goodbye.create({}),
    ],
    overlay: "mesh",
    settleSeconds: 90,
    stateBytesMax: 400_000,
  };
}

protocolContract("GossipSub", subject(null));
protocolContract("GossipSub with scores", subject(GOSSIPSUB_SCORE_DEFAULTS));
