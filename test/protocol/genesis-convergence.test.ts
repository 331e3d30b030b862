// Whatever happens to a small network, it comes to rest knowing itself: the property behind all the cases of
// genesis-healing.test.ts, over generated histories that shrink.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { genesisNetwork, range } from "./genesis-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

const NODES = 9;

type Step =
  | {
      readonly do: "start" | "leave" | "crash" | "kill" | "restart" | "return";
      readonly who: number;
    }
  | { readonly do: "cut"; readonly at: number }
  | { readonly do: "heal" }
  | { readonly do: "wait"; readonly seconds: number };

const who = fc.integer({ min: 0, max: NODES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom("start", "leave", "crash", "kill", "restart", "return"),
    who,
  }),
  fc.record({ do: fc.constant("cut"), at: fc.integer({ min: 1, max: NODES - 1 }) }),
  fc.record({ do: fc.constant("heal") }),
  fc.record({ do: fc.constant("wait"), seconds: fc.integer({ min: 1, max: 30 }) }),
);

/** Long ones: what goes wrong takes several disturbances in the wrong order. */
const histories = fc.array(step, { maxLength: 40, size: "max" });

/** A history in progress: what is possible depends on what happened before. */
class History {
  readonly network: OverlayNetwork;
  readonly #crashed = new Set<number>();
  readonly #ever = new Set<number>();
  #isCut = false;

  constructor(seed: string) {
    this.network = genesisNetwork({ nodeCount: NODES, seed });
  }

  apply(step: Step): void {
    const { network } = this;
    if (step.do === "wait") network.run(step.seconds * SECOND);
    else if (step.do === "heal") this.heal();
    else if (step.do === "cut") {
      if (!this.#isCut) network.cut(range(0, step.at), range(step.at, NODES));
      this.#isCut = true;
    } else if (network.isUp(step.who)) this.#end(step.do, step.who);
    else this.#begin(step.do, step.who);
    network.run(SECOND / 10);
  }

  heal(): void {
    if (this.#isCut) this.network.heal();
    this.#isCut = false;
  }

  #end(what: Step["do"], index: number): void {
    if (what === "leave") {
      this.network.leave(index);
      // Its transport closes behind the goodbyes.
      this.network.run(2 * SECOND);
      this.#crashed.delete(index);
    } else if (what === "crash" || what === "kill") {
      this.network.crash(index, what === "kill" ? "host" : "process");
      this.#crashed.add(index);
    }
  }

  #begin(what: Step["do"], index: number): void {
    if (what !== "start" && what !== "restart" && what !== "return") return;
    if (this.#crashed.has(index)) this.network.restart(index, { keepsState: what === "return" });
    else this.network.start(index);
    this.#ever.add(index);
  }
}

describe("a network with genesis discovery", () => {
  it("knows itself a minute after the last disturbance, whatever came before", () => {
    fc.assert(
      fc.property(histories, fc.nat(NODES), fc.nat(1_000), (steps, founders, seed) => {
        const history = new History(`history ${seed}`);
        const { network } = history;
        for (const index of range(0, founders)) history.apply({ do: "start", who: index });
        for (const each of steps) history.apply(each);
        history.heal();
        // Joiners can come in only where genesis is; all else must have mended by itself.
        if (!network.isUp(0)) network.start(0);
        const live = network.live();
        const isSettled = () => network.knowEachOther(live) && network.areConnected(live);
        expect(network.runUntil(isSettled, 60 * SECOND)).toBeLessThan(60 * SECOND);
      }),
      { numRuns: 150, seed: 7 },
    );
  }, 60_000);
});
