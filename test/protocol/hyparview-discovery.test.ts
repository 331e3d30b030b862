import { describe, expect, it } from "vitest";
import { HyParViewDiscovery } from "../../src/protocol/hyparview-discovery.js";
import type { HyParViewOptions } from "../../src/protocol/hyparview-options.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import { Undialable } from "../../src/sim/rules/undialable.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

interface Made {
  readonly nodeCount: number;
  readonly options?: Partial<HyParViewOptions>;
  readonly rules?: readonly LinkRule[];
}

/** Nodes that have joined through node 0, ten a second. */
function joinedNetwork({ nodeCount, options = {}, rules = [] }: Made): OverlayNetwork {
  const network = new OverlayNetwork({
    nodeCount,
    seed: "hyparview",
    rules,
    protocols: (_index, peers) => {
      const discovery = new HyParViewDiscovery({ contacts: [peers[0]!], ...options });
      return new Map<string, Protocol>([["discovery", discovery]]);
    },
  });
  network.startAll(range(0, nodeCount), SECOND / 10);
  return network;
}

/** Time until two parts of a network are one again after a cut that both took for the other's death. */
function healingMicros(options: Partial<HyParViewOptions>): number {
  const network = joinedNetwork({ nodeCount: 40, options });
  const [left, right] = [range(0, 20), range(20, 40)];
  network.run(30 * SECOND);
  network.cut(left, right);
  network.run(300 * SECOND);
  const across = left.flatMap((index) => network.view(index, "neighbours"));
  expect(across.filter((index) => right.includes(index))).toEqual([]);
  network.heal();
  return network.runUntil(() => network.areConnected(range(0, 40)), 60 * SECOND);
}

describe("HyParView", () => {
  it("brings the sides of a long cut together within three periods", () => {
    expect(healingMicros({})).toBeLessThan(30 * SECOND);
  });

  it("stays in two after a long cut without retries, as the paper has it", () => {
    expect(healingMicros({ retriesLost: false })).toBe(60 * SECOND);
  });

  describe("with two of five nodes behind NAT", () => {
    const isUndialable = Uint8Array.from(range(0, 60), (index) => (index % 5 < 2 ? 1 : 0));
    isUndialable[0] = 0;
    const rules = (): LinkRule[] => [new Undialable({ name: "nat", isUndialable })];
    const all = range(0, 60);
    const linkCount = (network: OverlayNetwork): number =>
      all.reduce((sum, index) => sum + network.view(index, "neighbours").length, 0);

    it("gives newcomers their links soon, which one that waits for each dial does not", () => {
      const [patient, impatient] = [60 * SECOND, 2 * SECOND].map((patienceMicros) => {
        const network = joinedNetwork({
          nodeCount: 60,
          options: { patienceMicros },
          rules: rules(),
        });
        network.run(6 * SECOND);
        return linkCount(network);
      });
      expect(impatient).toBeGreaterThan(1.1 * patient!);
    });

    it("is one soon after a third of the nodes that can be dialled are gone", () => {
      const network = joinedNetwork({ nodeCount: 60, rules: rules() });
      network.run(30 * SECOND);
      const dialable = all.filter((index) => isUndialable[index] === 0 && index > 0);
      const gone = dialable.slice(0, dialable.length / 3);
      for (const index of gone) network.crash(index);
      const rest = all.filter((index) => !gone.includes(index));
      const isWhole = (): boolean => network.areConnected(rest);
      expect(network.runUntil(isWhole, 60 * SECOND)).toBeLessThan(10 * SECOND);
    });
  });
});
