import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MemoryFigures } from "./memory-figures.js";

const MEBIBYTE = 1024 * 1024;
const TIMEOUT = { timeout: 300_000 };

/** Runs the measurement in a process of its own. */
function measure(params: Record<string, string | number> = {}): {
  early: MemoryFigures;
  late: MemoryFigures;
} {
  const child = join(import.meta.dirname, "memory-child.ts");
  const nodeArguments = ["--expose-gc", "--import", "tsx", child, JSON.stringify(params)];
  const result = spawnSync(process.execPath, nodeArguments, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as { early: MemoryFigures; late: MemoryFigures };
}

/**
 * What grew beyond what chance explains. Meanwhile some 2,000 nodes have come and gone and 7,000 messages were sent,
 * 4,500 of them to everyone: 20 bytes left behind by each at each node are 4 MB. The number of live nodes swings by
 * a tenth, and times have a digit more.
 */
function grown(early: MemoryFigures, late: MemoryFigures): string[] {
  const limits: MemoryFigures = {
    heapBytes: early.heapBytes + 3 * MEBIBYTE,
    snapshotBytes: early.snapshotBytes * 1.15,
    pendingEvents: early.pendingEvents * 1.5,
    connections: early.connections * 1.3,
    liveNodes: 51,
  };
  const names = Object.keys(limits) as (keyof MemoryFigures)[];
  return names
    .filter((name) => late[name] > limits[name])
    .map((name) => `${name}: ${late[name]}, ${early[name]} at a tenth of the time`);
}

describe("fifty nodes under churn, after ten times the virtual time", () => {
  it("hold as much as before: connections, timers, ids, tombstones", TIMEOUT, () => {
    const { early, late } = measure();
    expect(late.liveNodes).toBeGreaterThan(30);
    expect(grown(early, late)).toEqual([]);
  });

  it("are seen to hold more where nobody forgets the ids of messages", TIMEOUT, () => {
    const { early, late } = measure({ seenMax: 1_000_000, seenFor: "1h" });
    expect(grown(early, late).join()).toContain("snapshotBytes");
  });
});
