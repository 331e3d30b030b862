import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pickRank } from "../../src/scenarios/pick-rank.js";
import { resolveGroups, resolveSelector } from "../../src/scenarios/selector-resolution.js";
import type { Resolution, SelectableNodes } from "../../src/scenarios/selector-resolution.js";
import type { SelectableState, Selector } from "../../src/scenarios/selector.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";

const ALL: Selector = { kind: "all" };
const HOME: Selector = { kind: "class", class: "home" };

/** Ten nodes: boot-0, then home-0 … home-8; odd ones in Tokyo; node i has i links and joined at second i. */
function tenNodes(states: Readonly<Record<number, SelectableState>> = {}): SelectableNodes {
  return {
    nodeCount: 10,
    nameOf: (node) => (node === 0 ? "boot-0" : `home-${node - 1}`),
    classOf: (node) => (node === 0 ? "boot" : "home"),
    regionOf: (node) => (node % 2 === 1 ? "Tokyo" : "London"),
    stateOf: (node) => states[node] ?? "active",
    degreeOf: (node) => node,
    joinedMicrosOf: (node) => node * 1_000_000,
    concernedBy: (event) => (event === "cut" ? [7, 3] : []),
  };
}

function resolution(overrides: Partial<Resolution> = {}): Resolution {
  return {
    nodes: tenNodes(),
    isEligible: () => true,
    rank: pickRank(nodeSha256, 1, "event"),
    ...overrides,
  };
}

describe("resolveSelector", () => {
  it.each<[string, Selector, number[]]>([
    ["all nodes", ALL, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["a node by name", { kind: "name", name: "home-8" }, [9]],
    ["a class", { kind: "class", class: "boot" }, [0]],
    ["regions", { kind: "region", regions: ["Tokyo"] }, [1, 3, 5, 7, 9]],
    ["a range of indexes with both ends", { kind: "id", first: 2, last: 4 }, [2, 3, 4]],
    ["the nodes of an event", { kind: "event", event: "cut" }, [3, 7]],
    ["no nodes of an event that has not happened", { kind: "event", event: "later" }, []],
    [
      "any of several",
      {
        kind: "union",
        of: [
          { kind: "id", first: 5, last: 6 },
          { kind: "name", name: "boot-0" },
        ],
      },
      [0, 5, 6],
    ],
    [
      "all of several",
      { kind: "intersection", of: [HOME, { kind: "region", regions: ["London"] }] },
      [2, 4, 6, 8],
    ],
    ["the best linked", { kind: "pick", amount: { count: 2 }, of: ALL, by: "degree" }, [8, 9]],
    ["the oldest", { kind: "pick", amount: { count: 2 }, of: HOME, by: "age" }, [1, 2]],
  ])("finds %s", (_, selector, nodes) => {
    expect(resolveSelector(selector, resolution())).toEqual(nodes);
  });

  it("knows states, and that live is joining, active or leaving", () => {
    const nodes = tenNodes({
      1: "crashed",
      2: "joining",
      3: "leaving",
      4: "left",
      5: "paused",
      6: "waiting",
    });
    const live: Selector = { kind: "state", states: ["live"] };
    expect(resolveSelector(live, resolution({ nodes }))).toEqual([0, 2, 3, 7, 8, 9]);
    const down: Selector = { kind: "state", states: ["crashed", "left"] };
    expect(resolveSelector(down, resolution({ nodes }))).toEqual([1, 4]);
  });

  it("takes its number or share of the nodes to which the event can happen", () => {
    const isEligible = (node: number): boolean => node >= 5;
    for (const amount of [{ count: 4 }, { share: 0.8 }]) {
      const picked = resolveSelector(
        { kind: "pick", amount, of: HOME, by: "random" },
        resolution({ isEligible }),
      );
      expect(picked).toHaveLength(4);
      expect(picked.every(isEligible)).toBe(true);
    }
  });

  it("takes all when there are fewer than asked for", () => {
    const selector: Selector = { kind: "pick", amount: { count: 50 }, of: HOME, by: "random" };
    expect(resolveSelector(selector, resolution())).toHaveLength(9);
  });

  it("picks otherwise for another event, and for another seed", () => {
    const selector: Selector = { kind: "pick", amount: { count: 3 }, of: ALL, by: "random" };
    const picks = new Set<string>();
    for (let k = 0; k < 20; k++) {
      const rank = pickRank(nodeSha256, 1, `event#${k}`);
      picks.add(resolveSelector(selector, resolution({ rank })).join());
      picks.add(
        resolveSelector(
          selector,
          resolution({ rank: pickRank(nodeSha256, k + 2, "event") }),
        ).join(),
      );
    }
    // Of 120 triples, forty draws give some thirty-four different ones.
    expect(picks.size).toBeGreaterThan(20);
  });

  it("picks every node about as often", () => {
    const selector: Selector = { kind: "pick", amount: { count: 1 }, of: ALL, by: "random" };
    const counts = new Array<number>(10).fill(0);
    for (let k = 0; k < 10_000; k++) {
      const [node = 0] = resolveSelector(
        selector,
        resolution({ rank: pickRank(nodeSha256, "chance", `event#${k}`) }),
      );
      counts[node]!++;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    // Nine degrees of freedom: 27.9 is passed by chance once in a thousand seeds.
    expect(chiSquare).toBeLessThan(27.9);
  });

  it("leaves the pick among the others as it was when a node that was not picked is gone", () => {
    const selector: Selector = { kind: "pick", amount: { count: 3 }, of: ALL, by: "random" };
    const picked = resolveSelector(selector, resolution());
    fc.assert(
      fc.property(fc.nat(9), (gone) => {
        fc.pre(!picked.includes(gone));
        const isEligible = (node: number): boolean => node !== gone;
        expect(resolveSelector(selector, resolution({ isEligible }))).toEqual(picked);
      }),
    );
  });

  it("narrows before it picks", () => {
    const selector: Selector = {
      kind: "pick",
      amount: { count: 2 },
      of: { kind: "intersection", of: [HOME, { kind: "region", regions: ["Tokyo"] }] },
      by: "degree",
    };
    expect(resolveSelector(selector, resolution())).toEqual([7, 9]);
  });
});

describe("resolveGroups", () => {
  it("puts every other node into rest, wherever it is written", () => {
    const tokyo: Selector = { kind: "region", regions: ["Tokyo"] };
    const groups = resolveGroups(
      [{ kind: "rest" }, tokyo, { kind: "name", name: "boot-0" }],
      resolution(),
    );
    expect(groups).toEqual([[2, 4, 6, 8], [1, 3, 5, 7, 9], [0]]);
  });

  it("counts a node of two groups to the first", () => {
    expect(resolveGroups([HOME, ALL], resolution())).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9], [0]]);
  });
});
