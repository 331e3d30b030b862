import { describe, expect, it } from "vitest";

import { LimitError } from "../../src/sim/limits.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { KernelWorld, SECOND } from "./kernel-world.js";

describe("what waits", () => {
  it("is held to its limit at every event", () => {
    const world = new KernelWorld({ nodes: 1, limits: { pendingMax: 1000 } });
    for (let i = 1; i <= 1001; i++) world.setTimer(0, i * SECOND, "far");
    expect(() => world.simulation.step()).not.toThrow();
    for (let i = 1; i <= 10; i++) world.setTimer(0, i * SECOND, "one too many");
    expect(() => world.simulation.step()).toThrow(LimitError);
  });

  it("forgets the timers of processes that have ended", () => {
    const world = new KernelWorld({ nodes: 1 });
    const day = 24 * 3600 * SECOND;
    for (let life = 0; life < 1000; life++) {
      world.setTimer(0, day, "daily");
      world.simulation.crashProcess(0);
      world.start(0);
    }
    // Looked for every so many events of a run that goes on.
    for (let i = 1; i <= 20_000; i++) world.setTimer(0, i, "t");
    world.run(SECOND);
    expect(world.simulation.pendingCount).toBeLessThan(10);
  });
});

describe("two datagrams of one instant", () => {
  it("draw apart when they are alike, whatever is sent between them", () => {
    let oneOfTwo = 0;
    for (let seed = 0; seed < 400; seed++) {
      const loss = new Loss({ name: "loss", probability: 0.5 });
      const world = new KernelWorld({ nodes: 3, seed: String(seed), rules: [loss] });
      world.sendDatagram(0, 1, "twice");
      world.sendDatagram(0, 2, "between");
      world.sendDatagram(0, 1, "twice");
      world.run(SECOND);
      if (world.told.filter(({ node }) => node === 1).length === 1) oneOfTwo++;
    }
    // Independent draws lose exactly one of two in half of all cases: 200 ± 5 standard deviations of 10.
    expect(oneOfTwo).toBeGreaterThan(150);
    expect(oneOfTwo).toBeLessThan(250);
  });

  it("draw the same whether another message was sent before them or not", () => {
    const fates = (withOther: boolean): string[] => {
      const loss = new Loss({ name: "loss", probability: 0.5 });
      const world = new KernelWorld({ nodes: 3, rules: [loss] });
      if (withOther) world.sendDatagram(0, 1, "other");
      for (let i = 0; i < 64; i++) world.sendDatagram(0, 1, `message ${i}`);
      world.run(SECOND);
      return world.told.map(({ text }) => text).filter((text) => text !== "other");
    };
    expect(fates(true)).toEqual(fates(false));
  });
});
