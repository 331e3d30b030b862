// The settings of SWIM and Lifeguard, and memberlist's three sets of them, each with what raising it costs.

import type { Peer } from "../transport/peer.js";

/** In which order members are probed: a shuffled round (SWIM, section 4.3), or anyone each time (section 3.1). */
export type SwimSelection = "round-robin" | "random";

/** Everything SWIM can be told. The names in brackets are the papers'. */
export interface SwimOptions {
  /** Whom to compare lists with at the start, tried in turn. */
  readonly contacts: readonly Peer[];
  /** Members known from the start. */
  readonly startPeers: readonly Peer[];
  /** Members that are watched at most; further ones are not noted. Each costs about 200 bytes. */
  readonly membersMax: number;
  /** Dead members that are remembered, so that old news do not bring them back. About 200 bytes each. */
  readonly goneMax: number;

  /** Pause between two probes (T'). Raising it saves two datagrams, and finds the dead later in proportion. */
  readonly periodMicros: number;
  /** How long a direct answer is waited for. Raising it suits slow links, and leaves less of the period for helpers. */
  readonly ackMicros: number;
  /** Helpers that probe who did not answer (k). Raising it forgives more losses, at four datagrams each. */
  readonly helpers: number;
  readonly selection: SwimSelection;

  /** Whether who did not answer is suspected first and may refute (section 4.2), or held dead at once. */
  readonly suspects: boolean;
  /** Time to refute, in periods times log10 of the members (α). Raising it spares the slow, buries the dead later. */
  readonly suspicionFactor: number;
  /** With `adaptsSuspicion`, how much longer a suspicion that nobody shares may last (β). */
  readonly suspicionMaxFactor: number;

  /** Times that a piece of news is sent on, in log10 of the members (λ). Raising it loses less, and sends more. */
  readonly retransmitFactor: number;
  /** Pause between two messages with news alone; 0: news only ride on probes. Raising it spreads news later. */
  readonly gossipMicros: number;
  /** Members that are sent news each time. */
  readonly gossipFanout: number;
  /** Pause between two comparisons of whole lists with a member (push-pull); 0 for none. */
  readonly syncMicros: number;

  /** Lifeguard: a node whose probes fail, or who is suspected, takes itself for slow and probes less (LHA-Probe). */
  readonly adaptsProbe: boolean;
  /** Lifeguard: a suspicion lasts long, and less long the more members share it (LHA-Suspicion). */
  readonly adaptsSuspicion: boolean;
  /** Lifeguard: a suspect is told with the next probe (buddy system). */
  readonly tellsSuspects: boolean;
  /** Slowest a node may take itself for, in multiples of its period (S + 1). */
  readonly slownessMax: number;
}

/** What is left when the placement of the node is taken away. */
export type SwimSettings = Omit<SwimOptions, "contacts" | "startPeers">;

const LAN: SwimSettings = {
  membersMax: 10_000,
  goneMax: 1_000,
  periodMicros: 1_000_000,
  ackMicros: 500_000,
  helpers: 3,
  selection: "round-robin",
  suspects: true,
  suspicionFactor: 4,
  suspicionMaxFactor: 6,
  retransmitFactor: 4,
  gossipMicros: 200_000,
  gossipFanout: 3,
  syncMicros: 30_000_000,
  adaptsProbe: true,
  adaptsSuspicion: true,
  tellsSuspects: true,
  slownessMax: 8,
};

/** The sets of settings that HashiCorp's memberlist has for machines in one room, in the world, and in one machine. */
export const SWIM_PROFILES = {
  lan: LAN,
  wan: {
    ...LAN,
    periodMicros: 5_000_000,
    ackMicros: 3_000_000,
    suspicionFactor: 6,
    gossipMicros: 500_000,
    gossipFanout: 4,
    syncMicros: 60_000_000,
  },
  local: {
    ...LAN,
    ackMicros: 200_000,
    helpers: 1,
    suspicionFactor: 3,
    retransmitFactor: 2,
    gossipMicros: 100_000,
    syncMicros: 15_000_000,
  },
} as const satisfies Record<string, SwimSettings>;

/** The defaults: memberlist's for a local network. */
export const SWIM_DEFAULTS: SwimOptions = { ...LAN, contacts: [], startPeers: [] };
