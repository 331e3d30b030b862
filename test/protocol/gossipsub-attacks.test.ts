// Attacks on GossipSub, each with scores and without: what the specification's scores are for. The figures of
// docs/protocols/gossipsub.md are these.

import { describe, expect, it } from "vitest";
import type { GossipSubOptions } from "../../src/protocol/gossipsub-options.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
import type { GossipSubScoreOptions } from "../../src/protocol/gossipsub-score-options.js";
import { range } from "./genesis-network.js";
import { GREEDY, Honest, Mediocre, Pushy, Silent, Spoiler } from "./gossipsub-attackers.js";
import { gossipsubNetwork, gossipsubOf, publish } from "./gossipsub-network.js";
import type { GossipSubClass } from "./gossipsub-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

/** Nodes below this index are honest, the others are not. */
const HONEST = 30;

/** The attackers where they are few. */
const FEW = range(HONEST, HONEST + 5);

/** Five minutes of sixty nodes take a second or two each time. */
const LONG = { timeout: 60_000 };

/**
 * P3 on, sooner than in a minute. Copies of a message come to a node over tenths of a second here: with a window of ten
 * milliseconds honest nodes lack deliveries too.
 */
const WITH_P3: GossipSubScoreOptions = {
  ...GOSSIPSUB_SCORE_DEFAULTS,
  meshMessageDeliveriesWeight: -4,
  meshFailurePenaltyWeight: -4,
  meshMessageDeliveriesWindowMicros: SECOND / 10,
  meshMessageDeliveriesActivationMicros: 20 * SECOND,
};

const NEVER_GRAFTING = { ...GOSSIPSUB_SCORE_DEFAULTS, opportunisticGraftPeers: 0 };

interface Attack {
  readonly attacker: GossipSubClass;
  readonly attackers: number;
  readonly score: GossipSubScoreOptions | null;
  readonly options?: Partial<GossipSubOptions>;
}

/** A network in which attackers want to be in every mesh from the start: all know each other. */
function attacked({ attacker, attackers, score, options = {} }: Attack): OverlayNetwork {
  return gossipsubNetwork({
    nodeCount: HONEST + attackers,
    seed: "attacks",
    options: { ...options, score, floodsOwn: false },
    optionsOf: (index) => (index < HONEST ? {} : { ...GREEDY, score: null }),
    broadcastOf: (index) => (index < HONEST ? Honest : attacker),
  });
}

/** Share of the links of honest nodes' meshes that lead to attackers. */
function attackersShare(network: OverlayNetwork): number {
  const links = range(0, HONEST).flatMap((index) => network.view(index, "mesh"));
  return links.filter((other) => other >= HONEST).length / links.length;
}

/** What came of a time in which one of the honest nodes publishes a message each second. */
interface Outcome {
  /** Mean share of attackers in honest meshes. */
  readonly attackersShare: number;
  /** Share of other honest nodes that a message reaches within half a second: by the mesh, before any gossip. */
  readonly reachedShare: number;
}

function publishFor(network: OverlayNetwork, seconds: number): Outcome {
  let shares = 0;
  let reached = 0;
  for (const second of range(0, seconds)) {
    publish(network, second % HONEST);
    const before = network.receipts.length;
    network.run(SECOND / 2);
    const receipts = network.receipts.slice(before).map(({ node }) => network.indexOf(node));
    reached += receipts.filter((index) => index < HONEST).length;
    network.run(SECOND / 2);
    shares += attackersShare(network);
  }
  const attackersMean = shares / seconds;
  return { attackersShare: attackersMean, reachedShare: reached / (seconds * (HONEST - 1)) };
}

/** The last minute of five. */
function fiveMinutes(attack: Attack): Outcome {
  const network = attacked(attack);
  network.run(5 * SECOND);
  publishFor(network, 240);
  return publishFor(network, 60);
}

/** How often honest nodes decided something for a reason. */
function decided(network: OverlayNetwork, what: string, why: string): number {
  return network.decisions.filter(
    (decision) =>
      network.indexOf(decision.node) < HONEST && decision.what === what && decision.why === why,
  ).length;
}

/** Share of the pairs of an honest node and one of these in which its score of the other is below a threshold. */
function pairsBelow(network: OverlayNetwork, others: readonly number[], threshold: number): number {
  const pairs = range(0, HONEST).flatMap((index) =>
    others.filter((other) => other !== index).map((other) => [index, other] as const),
  );
  const below = pairs.filter(
    ([index, other]) => gossipsubOf(network, index).scoreOf(network.peers[other]!) < threshold,
  );
  return below.length / pairs.length;
}

describe("as many silent nodes as honest ones, in all meshes from the start", () => {
  const attack = { attacker: Silent, attackers: HONEST };

  it("stay there without scores, lose most links by P3, and the mesh delivers again", LONG, () => {
    const without = fiveMinutes({ ...attack, score: null });
    const withP3 = fiveMinutes({ ...attack, score: WITH_P3 });
    expect(without.attackersShare).toBeGreaterThan(0.9);
    expect(without.reachedShare).toBeLessThan(0.65);
    expect(withP3.attackersShare).toBeLessThan(0.25);
    expect(withP3.reachedShare).toBeGreaterThan(0.98);
  });

  it("lose half of the links by opportunistic grafting alone, and none without it", LONG, () => {
    const grafting = fiveMinutes({ ...attack, score: GOSSIPSUB_SCORE_DEFAULTS });
    const without = fiveMinutes({ ...attack, score: NEVER_GRAFTING });
    expect(without.attackersShare).toBeGreaterThan(0.9);
    expect(without.reachedShare).toBeLessThan(0.65);
    expect(grafting.attackersShare).toBeLessThan(0.6);
    expect(grafting.reachedShare).toBeGreaterThan(0.98);
  });
});

describe("as many nodes that pass every fifth message on, in all meshes from the start", () => {
  it("make room for better ones by opportunistic grafting, and for none without it", LONG, () => {
    const attack = { attacker: Mediocre, attackers: HONEST };
    const grafting = fiveMinutes({ ...attack, score: GOSSIPSUB_SCORE_DEFAULTS });
    const without = fiveMinutes({ ...attack, score: NEVER_GRAFTING });
    expect(without.attackersShare).toBeGreaterThan(0.9);
    expect(without.reachedShare).toBeLessThan(0.75);
    expect(grafting.attackersShare).toBeLessThan(0.85);
    expect(grafting.reachedShare).toBeGreaterThan(0.9);
  });
});

describe("five nodes that send an invalid message at every heartbeat", () => {
  it("are graylisted after a few, and heeded for ever without scores", () => {
    const [scored, unscored] = [GOSSIPSUB_SCORE_DEFAULTS, null].map((score) => {
      const network = attacked({ attacker: Spoiler, attackers: FEW.length, score });
      network.run(65 * SECOND);
      return network;
    }) as [OverlayNetwork, OverlayNetwork];
    expect(pairsBelow(scored, FEW, GOSSIPSUB_SCORE_DEFAULTS.graylistThreshold)).toBe(1);
    expect(pairsBelow(scored, range(0, HONEST), 0)).toBe(0);
    expect(attackersShare(scored)).toBe(0);
    expect(attackersShare(unscored)).toBeGreaterThan(0.3);
    // Six of an attacker that a node looks at; the others are passed over unread.
    const pairs = HONEST * FEW.length;
    expect(decided(scored, "receive", "invalid")).toBeLessThanOrEqual(6 * pairs);
    expect(decided(scored, "receive", "graylisted")).toBeGreaterThan(50 * pairs);
    expect(decided(unscored, "receive", "invalid")).toBeGreaterThan(60 * pairs);
  });
});

describe("five nodes that graft again at once whoever has pruned them", () => {
  it("are graylisted and answered no more, and answered for ever without scores", () => {
    const [scored, unscored] = [GOSSIPSUB_SCORE_DEFAULTS, null].map((score) => {
      const options = { degreeHigh: 6 };
      const network = attacked({ attacker: Pushy, attackers: FEW.length, score, options });
      network.run(65 * SECOND);
      return network;
    }) as [OverlayNetwork, OverlayNetwork];
    const { graylistThreshold } = GOSSIPSUB_SCORE_DEFAULTS;
    // The others are those that are in the mesh, and have nothing to push for.
    const pushing = pairsBelow(scored, FEW, graylistThreshold);
    expect(pushing).toBeGreaterThan(0.3);
    expect(pairsBelow(scored, range(0, HONEST), 0)).toBe(0);
    const answersPerPair = (network: OverlayNetwork): number =>
      decided(network, "graft", "backed off") / (HONEST * FEW.length * pushing);
    expect(answersPerPair(scored)).toBeLessThan(13);
    expect(answersPerPair(unscored)).toBeGreaterThan(50);
  });
});
