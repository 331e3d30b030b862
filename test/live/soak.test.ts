// A minute of churn in one process: after a warm-up neither memory nor sockets nor timers grow. An unhandled rejection
// fails the run of the tests by itself. Ten minutes of it: npm run soak.

import { createServer } from "node:net";
import type { Server } from "node:net";
import { describe, expect, it } from "vitest";
import { soak } from "./soak-run.js";

describe("a soak under churn", () => {
  it("does not grow in memory, sockets or timers", async () => {
    const { growths, samples, eventsPerSecond } = await soak(60);
    // The run did churn: several departures and returns of every node.
    expect(eventsPerSecond).toBeGreaterThan(2);
    expect(samples.length).toBeGreaterThan(60);
    for (const { figure, late, most } of growths) {
      expect({ figure, isWithin: late < most, late, most }).toMatchObject({ isWithin: true });
    }
  }, 180_000);

  it("finds sockets, timers and memory that are never given back", async () => {
    const kept: { servers: Server[]; timers: NodeJS.Timeout[]; bytes: number[][] } = {
      ...{ servers: [], timers: [], bytes: [] },
    };
    const leak = (): void => {
      // Much beside what twenty nodes have: half of a leak is in the figure that it is compared with.
      for (let i = 0; i < 25; i++) {
        kept.servers.push(createServer().listen(0, "127.0.0.1"));
        kept.timers.push(setTimeout(() => undefined, 600_000));
      }
      kept.bytes.push(new Array<number>(1_000_000).fill(0.5));
    };
    try {
      const { growths } = await soak(15, leak);
      expect(growths.filter(({ late, most }) => late < most)).toEqual([]);
    } finally {
      for (const server of kept.servers) server.close();
      for (const timer of kept.timers) clearTimeout(timer);
    }
  }, 120_000);
});
