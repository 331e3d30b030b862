// Every validation card that `npm run validate` knows. A new one is a file beside this one and a line here.

import type { CardExperiment } from "./card.js";
import { chordCrashExperiment, chordHopsExperiment } from "./chord-card.js";
import { cyclonChainExperiment, cyclonExperiment } from "./cyclon-card.js";
import { gossipsubGossipExperiment, gossipsubMeshExperiment } from "./gossipsub-card.js";
import { hyparviewAblationExperiment } from "./hyparview-ablation-card.js";
import { hyparviewFailuresExperiment } from "./hyparview-failures-card.js";
import { hyparviewOverlayExperiment } from "./hyparview-overlay-card.js";
import { kademliaExperiment } from "./kademlia-card.js";
import { lifeguardExperiment, memberlistTablesExperiment } from "./lifeguard-card.js";
import { peerSamplingExperiment } from "./peer-sampling-card.js";
import { plumtreeExperiment } from "./plumtree-card.js";
import {
  swimDetectionExperiment,
  swimLossExperiment,
  swimMessagesExperiment,
} from "./swim-card.js";
import { vivaldiExperiment } from "./vivaldi-card.js";

/** All experiments, in the order in which they are begun: the longest first, so that none is left running alone. */
export const CARD_EXPERIMENTS: readonly CardExperiment[] = [
  hyparviewFailuresExperiment,
  peerSamplingExperiment,
  plumtreeExperiment,
  hyparviewOverlayExperiment,
  hyparviewAblationExperiment,
  cyclonExperiment,
  cyclonChainExperiment,
  kademliaExperiment,
  swimDetectionExperiment,
  swimMessagesExperiment,
  swimLossExperiment,
  memberlistTablesExperiment,
  lifeguardExperiment,
  chordHopsExperiment,
  chordCrashExperiment,
  gossipsubMeshExperiment,
  gossipsubGossipExperiment,
  vivaldiExperiment,
];

/** The names of all cards, each once, in that order. */
export function cardNames(): string[] {
  const names = CARD_EXPERIMENTS.flatMap(({ quantities }) => quantities.map(({ card }) => card));
  return [...new Set(names)];
}
