// The score function by itself: each of its parts against figures worked out by hand, and what holds of all of them.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decay,
  newPeerCounters,
  noteFirstDelivery,
  noteGraft,
  noteMeshDelivery,
  notePrune,
  scoreOf,
} from "../../src/protocol/gossipsub-score.js";
import type { PeerCounters } from "../../src/protocol/gossipsub-score.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
import type { GossipSubScoreOptions } from "../../src/protocol/gossipsub-score-options.js";
import { SECOND } from "./overlay-network.js";

/** Nothing weighs anything, and nothing decays to speak of: each test turns on what it is about. */
const NOTHING: GossipSubScoreOptions = {
  ...GOSSIPSUB_SCORE_DEFAULTS,
  topicWeight: 1,
  timeInMeshWeight: 0,
  firstMessageDeliveriesWeight: 0,
  invalidMessageDeliveriesWeight: 0,
  ipColocationFactorWeight: 0,
  behaviourPenaltyWeight: 0,
};
const ALONE = { applicationScore: 0, peersPerHost: [1] };

function given(changes: Partial<PeerCounters>): PeerCounters {
  return { ...newPeerCounters(["10.0.0.1"]), ...changes };
}

function repeat(times: number, act: () => void): void {
  for (let i = 0; i < times; i++) act();
}

describe("P1, the time in the mesh", () => {
  const options = {
    ...NOTHING,
    timeInMeshWeight: 0.5,
    timeInMeshQuantumMicros: 2 * SECOND,
    timeInMeshCap: 10,
  };

  it("counts whole quanta, as of the last decay, up to the cap", () => {
    const counters = given({});
    noteGraft(counters, 10 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(0);
    decay(counters, options, 13 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(0.5);
    decay(counters, options, 14 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(1);
    decay(counters, options, 100 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(5);
  });

  it("ends with the link, and begins anew with the next", () => {
    const counters = given({});
    noteGraft(counters, 0);
    decay(counters, options, 10 * SECOND);
    notePrune(counters, options);
    expect(scoreOf(counters, options, ALONE)).toBe(0);
    noteGraft(counters, 20 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(0);
  });
});

describe("P2, first deliveries", () => {
  const options = {
    ...NOTHING,
    firstMessageDeliveriesWeight: 2,
    firstMessageDeliveriesCap: 5,
    firstMessageDeliveriesDecay: 0.5,
  };

  it("counts them up to the cap, in the mesh or not, and decays to 0", () => {
    const counters = given({});
    repeat(3, () => {
      noteFirstDelivery(counters, options);
    });
    expect(scoreOf(counters, options, ALONE)).toBe(6);
    repeat(9, () => {
      noteFirstDelivery(counters, options);
    });
    expect(scoreOf(counters, options, ALONE)).toBe(10);
    decay(counters, options, SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(5);
    // 5 · 0.5^9 is 0.0098, below 0.01.
    repeat(7, () => {
      decay(counters, options, SECOND);
    });
    expect(counters.firstDeliveries).toBeGreaterThan(0);
    decay(counters, options, SECOND);
    expect(counters.firstDeliveries).toBe(0);
  });
});

describe("P3 and P3b, deliveries that a mesh peer lacks", () => {
  const options = {
    ...NOTHING,
    meshMessageDeliveriesWeight: -1,
    meshMessageDeliveriesThreshold: 4,
    meshMessageDeliveriesCap: 6,
    meshMessageDeliveriesDecay: 0.5,
    meshMessageDeliveriesActivationMicros: 10 * SECOND,
    meshFailurePenaltyWeight: -2,
    meshFailurePenaltyDecay: 0.5,
  };

  it("apply beyond the activation time, by the square of what is lacking", () => {
    const counters = given({});
    noteGraft(counters, 0);
    decay(counters, options, 10 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(0);
    decay(counters, options, 10 * SECOND + 1);
    expect(scoreOf(counters, options, ALONE)).toBe(-16);
    noteMeshDelivery(counters, options);
    expect(scoreOf(counters, options, ALONE)).toBe(-9);
    noteFirstDelivery(counters, options);
    expect(scoreOf(counters, options, ALONE)).toBe(-4);
    repeat(9, () => {
      noteMeshDelivery(counters, options);
    });
    expect(counters.meshDeliveries).toBe(6);
    expect(scoreOf(counters, options, ALONE)).toBe(0);
    decay(counters, options, 12 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(-1);
  });

  it("remember the square when the link ends, add up, and ask no more of who is out", () => {
    const counters = given({ meshDeliveries: 1 });
    noteGraft(counters, 0);
    decay(counters, options, 11 * SECOND);
    notePrune(counters, options);
    // (4 − 0.5)², twice.
    expect(scoreOf(counters, options, ALONE)).toBe(-2 * 12.25);
    decay(counters, options, 12 * SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(-12.25);
    noteGraft(counters, 13 * SECOND);
    decay(counters, options, 30 * SECOND);
    notePrune(counters, options);
    expect(counters.meshFailures).toBe(12.25 / 4 + (4 - 0.125) ** 2);
  });

  it("remember nothing of a link that ended before it owed anything, and count no delivery outside of the mesh", () => {
    const counters = given({});
    noteMeshDelivery(counters, options);
    expect(counters.meshDeliveries).toBe(0);
    noteGraft(counters, 0);
    decay(counters, options, 5 * SECOND);
    notePrune(counters, options);
    expect(scoreOf(counters, options, ALONE)).toBe(0);
  });
});

describe("P4, invalid messages", () => {
  it("weigh by the square of their number, and decay", () => {
    const options = {
      ...NOTHING,
      invalidMessageDeliveriesWeight: -3,
      invalidMessageDeliveriesDecay: 0.5,
    };
    const counters = given({ invalidMessages: 4 });
    expect(scoreOf(counters, options, ALONE)).toBe(-48);
    decay(counters, options, SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(-12);
  });
});

describe("P5, what the application says", () => {
  it("is weighed and added, beyond the cap of the topic", () => {
    const options = {
      ...NOTHING,
      appSpecificWeight: 10,
      firstMessageDeliveriesWeight: 1,
      topicScoreCap: 2,
    };
    const counters = given({ firstDeliveries: 9 });
    expect(scoreOf(counters, options, { ...ALONE, applicationScore: 3 })).toBe(32);
    expect(scoreOf(counters, options, { ...ALONE, applicationScore: -3 })).toBe(-28);
  });
});

describe("P6, peers with the same host", () => {
  it("weigh by the square of the surplus, for each host", () => {
    const options = { ...NOTHING, ipColocationFactorWeight: -10, ipColocationFactorThreshold: 3 };
    const score = (...peersPerHost: readonly number[]): number =>
      scoreOf(given({}), options, { applicationScore: 0, peersPerHost });
    expect(score(3)).toBe(0);
    expect(score(5)).toBe(-40);
    expect(score(4, 5)).toBe(-50);
    expect(score()).toBe(0);
  });
});

describe("P7, breaches", () => {
  it("weigh by the square of those above the threshold, and decay", () => {
    const options = {
      ...NOTHING,
      behaviourPenaltyWeight: -10,
      behaviourPenaltyThreshold: 6,
      behaviourPenaltyDecay: 0.9,
    };
    expect(scoreOf(given({ breaches: 6 }), options, ALONE)).toBe(0);
    const counters = given({ breaches: 10 });
    expect(scoreOf(counters, options, ALONE)).toBe(-160);
    decay(counters, options, SECOND);
    expect(scoreOf(counters, options, ALONE)).toBe(-90);
  });
});

describe("the score of the topic", () => {
  it("is weighed, and capped above alone", () => {
    const options = {
      ...NOTHING,
      topicWeight: 0.5,
      topicScoreCap: 3,
      firstMessageDeliveriesWeight: 1,
      invalidMessageDeliveriesWeight: -1,
    };
    expect(scoreOf(given({ firstDeliveries: 4 }), options, ALONE)).toBe(2);
    expect(scoreOf(given({ firstDeliveries: 40 }), options, ALONE)).toBe(3);
    expect(scoreOf(given({ invalidMessages: 10 }), options, ALONE)).toBe(-50);
  });

  it("of Lotus' values is at most 50 for deliveries, and −100 for one invalid message", () => {
    const { invalidMessageDeliveriesWeight } = GOSSIPSUB_SCORE_DEFAULTS;
    expect(invalidMessageDeliveriesWeight).toBe(-1_000);
    expect(scoreOf(given({ firstDeliveries: 100 }), GOSSIPSUB_SCORE_DEFAULTS, ALONE)).toBe(50);
    expect(scoreOf(given({ invalidMessages: 1 }), GOSSIPSUB_SCORE_DEFAULTS, ALONE)).toBe(-100);
  });
});

const counted = fc.double({ min: 0, max: 1_000, noNaN: true });
const conduct = fc.record({
  firstDeliveries: counted,
  meshDeliveries: counted,
  meshFailures: counted,
  invalidMessages: counted,
  breaches: counted,
  owesDeliveries: fc.boolean(),
});
const WITH_P3: GossipSubScoreOptions = {
  ...GOSSIPSUB_SCORE_DEFAULTS,
  meshMessageDeliveriesWeight: -4,
  meshFailurePenaltyWeight: -4,
};

describe("any conduct", () => {
  it("is worse for what is bad of it, and no worse for what is good", () => {
    fc.assert(
      fc.property(conduct, fc.integer({ min: 1, max: 50 }), (known, more) => {
        const score = (changes: Partial<PeerCounters>): number =>
          scoreOf(given({ ...known, graftedAtMicros: 0, ...changes }), WITH_P3, ALONE);
        const now = score({});
        expect(score({ invalidMessages: known.invalidMessages + more })).toBeLessThan(now);
        expect(score({ meshFailures: known.meshFailures + more })).toBeLessThan(now);
        expect(score({ breaches: known.breaches + more })).toBeLessThanOrEqual(now);
        expect(score({ firstDeliveries: known.firstDeliveries + more })).toBeGreaterThan(now);
        expect(score({ meshDeliveries: known.meshDeliveries + more })).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  it("is forgotten: all counters reach 0, and no counter ever grows by decay", () => {
    fc.assert(
      fc.property(conduct, (known) => {
        const options = { ...WITH_P3, decayToZero: 0.5 };
        const counters = given({ ...known, owesDeliveries: false });
        const sum = ({
          firstDeliveries,
          meshDeliveries,
          meshFailures,
          invalidMessages,
          breaches,
        }: PeerCounters): number =>
          firstDeliveries + meshDeliveries + meshFailures + invalidMessages + breaches;
        // 1000 · 0.99872^6000 is 0.46.
        for (let i = 0; i < 6_000; i++) {
          const before = sum(counters);
          decay(counters, options, i * SECOND);
          if (sum(counters) > before) throw new Error(`decay ${i} raised ${before}`);
        }
        expect(sum(counters)).toBe(0);
        expect(scoreOf(counters, options, ALONE)).toBeCloseTo(0, 12);
      }),
      { numRuns: 20 },
    );
  });
});
