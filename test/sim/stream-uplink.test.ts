import { describe, expect, it } from "vitest";

import type { LinkRule } from "../../src/sim/link-rule.js";
import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";

/** Bytes of one segment whose message fills it to 1,000 bytes on the link. */
const BYTES = 1000 - 4 - 22 - 52;

describe("the uplink of a sender", () => {
  it("is taken by a segment that is lost behind it, too", () => {
    let isLossy = false;
    const loss: LinkRule = {
      name: "loss",
      stage: "loss",
      apply: (passage) => {
        if (isLossy && passage.kind === "stream") passage.lose("loss");
      },
    };
    const world = new KernelWorld({ nodes: 3, rules: [loss] });
    world.simulation.setAccessLink(0, {
      upBitsPerSecond: 80_000,
      downBitsPerSecond: Infinity,
      upQueueMicros: SECOND,
      downQueueMicros: SECOND,
    });
    world.open(0, 2);
    const from = world.open(0, 1);
    isLossy = true;
    world.send(0, 1, "lost", BYTES);
    isLossy = false;
    world.send(0, 2, "behind", BYTES);
    world.run(10 * SECOND);
    // A tenth of a second on the link for each.
    expect(world.timesOf(2, "message")).toEqual([from + 200 * MILLI + 10 * MILLI]);
  });
});
