// The settings of genesis discovery and their defaults, each with what raising it costs.

import type { Peer } from "../transport/peer.js";

/** Which members a node remembers: every one, or a sample of this many. */
export type MemberScope = "all" | { readonly sample: number };

/** Largest network in which every node may know all: 46–86 bytes a member and node, so n² memory. */
export const FULL_MEMBERSHIP_NODES_MAX = 2_000;

/** Everything genesis discovery can be told. */
export interface GenesisOptions {
  /**
   * The peer that everyone knows from the start; at that peer itself, itself. It may be known by its address alone:
   * who it is, is then learnt from the first connection to it.
   */
  readonly genesis: Peer;
  /** Other peers to join through, tried in turn with genesis; by address alone as well. */
  readonly contacts: readonly Peer[];
  /** Peers that a node is linked with from the start instead of joining through anyone. */
  readonly startPeers: readonly Peer[];
  /** Full membership costs memory and news with the square of the network; a sample does not grow. */
  readonly members: MemberScope;
  /** Nodes that the network will have, as far as known: refused with `all` above the limit. */
  readonly expectedNodes: number;
  /** Allows `all` beyond `FULL_MEMBERSHIP_NODES_MAX`. */
  readonly forcesAll: boolean;

  /** Links a node asks for. Each costs the node's share of every flood and a heartbeat a period. */
  readonly linksWanted: number;
  /** Links a node accepts. Raising it lets busy nodes grow, at the price of uneven load. */
  readonly linksMax: number;
  /** Links it accepts from peers that have none or were lost; what is above `linksMax` is shed later. */
  readonly linksUrgentMax: number;
  /** Neighbours that a member tells a joiner about. Raising it clusters the overlay. */
  readonly neighboursTold: number;

  /** Repair, comparison of lists, and trying of lost peers. Raising it saves traffic and mends later. */
  readonly periodMicros: number;
  /** Longest pause between two tries of lost peers: it bounds how late a healed cut is noticed. */
  readonly lostBackOffMicrosMax: number;
  /** With a sample: pause between two shuffles. Raising it saves two messages a shuffle and mixes later. */
  readonly shuffleMicros: number;
  /** Pause between two rounds of probes. Raising it saves two datagrams a probe and finds the dead later. */
  readonly probeMicros: number;
  /** Members probed in one round. Each costs two datagrams a round. */
  readonly probesAtOnce: number;
  /** Unanswered probes before a member is suspected. Raising it tolerates more loss, finds the dead later. */
  readonly probeTries: number;
  /** Time a suspect has to refute. Raising it spares the slow and keeps the dead in lists for longer. */
  readonly suspicionMicros: number;

  /** How long news are collected before they go out together. Raising it saves messages, delays each hop. */
  readonly batchMicros: number;
  /** Hops that news travel. With a sample each hop multiplies what a join costs by the number of links. */
  readonly newsHopsMax: number;

  /** How long a peer may take to be dialled and answer. Raising it suits slow links, and wastes it on the undialable. */
  readonly patienceMicros: number;
  /** How long one attempt to join may stand still. Raising it delays the next after a loss. */
  readonly joinTimeoutMicros: number;
  /** First and longest pause between attempts to join. Raising the latter spares a contact, delays the join. */
  readonly joinBackOffMicros: number;
  readonly joinBackOffMicrosMax: number;
}

/** What `GenesisDiscovery` is constructed with: genesis, and what differs from the defaults. */
export type GenesisSettings = Partial<GenesisOptions> & Pick<GenesisOptions, "genesis">;

/** The defaults that hold for every scope. */
export const GENESIS_DEFAULTS = {
  contacts: [],
  startPeers: [],
  members: "all",
  expectedNodes: 0,
  forcesAll: false,
  linksWanted: 5,
  linksMax: 10,
  linksUrgentMax: 20,
  neighboursTold: 2,
  periodMicros: 5_000_000,
  shuffleMicros: 2_000_000,
  lostBackOffMicrosMax: 8_000_000,
  probeMicros: 1_000_000,
  probeTries: 3,
  suspicionMicros: 4_000_000,
  batchMicros: 200_000,
  patienceMicros: 2_000_000,
  joinTimeoutMicros: 5_000_000,
  joinBackOffMicros: 500_000,
  joinBackOffMicrosMax: 8_000_000,
} as const satisfies Partial<GenesisOptions>;

/** Hops that reach everyone: several times the diameter of a random overlay of the largest network. */
const NEWS_HOPS_TO_ALL = 32;

/** From three links of a newcomer, with seven to eight links each, three hops reach some two hundred nodes. */
const NEWS_HOPS_TO_SOME = 3;

/** A sample must be watched whole within about a quarter of a minute, whatever its size. */
const PROBE_ROUNDS_FOR_SAMPLE = 16;

/** Fills in the defaults. Throws `RangeError` for full membership of a network too large for it. */
export function genesisOptions(settings: GenesisSettings): GenesisOptions {
  const members = settings.members ?? GENESIS_DEFAULTS.members;
  const { expectedNodes = 0, forcesAll = false } = settings;
  if (members === "all" && expectedNodes > FULL_MEMBERSHIP_NODES_MAX && !forcesAll) {
    throw new RangeError(
      `members: all with ${expectedNodes} nodes; expected at most ${FULL_MEMBERSHIP_NODES_MAX}: ` +
        "use a sample, or force it",
    );
  }
  const ofScope =
    members === "all"
      ? { newsHopsMax: NEWS_HOPS_TO_ALL, probesAtOnce: 1 }
      : {
          newsHopsMax: NEWS_HOPS_TO_SOME,
          probesAtOnce: Math.ceil(members.sample / PROBE_ROUNDS_FOR_SAMPLE),
        };
  return { ...GENESIS_DEFAULTS, ...ofScope, ...settings };
}
