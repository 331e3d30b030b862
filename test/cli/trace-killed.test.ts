// A run that is killed leaves a trace that opens up to its last block. The moment is whenever the signal comes after the
// file has some size, in the middle of whatever the run is doing then.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { withTrace } from "../../src/cli/trace-file.js";
import { Names } from "../../src/trace/names.js";
import { BLOCK_RECORDS_MAX } from "../../src/trace/native/record-columns.js";
import { RollingRecordHash } from "../../src/trace/record-fingerprint.js";
import { StartedProgram } from "../support/started-program.js";
import { ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();
const ENDLESS = folder.write(
  "endless.yaml",
  [
    "name: endless",
    "seed: 1",
    "nodes: 100",
    "start: { overlay: join, rate: 100/s }",
    "phases: { build: 5s, run: 20d }",
    "protocols: { discovery: { use: genesis }, status: { use: heartbeat } }\n",
  ].join("\n"),
);

/** Kills a run once its trace has so many bytes. */
async function killAt(sizeBytes: number, file: string): Promise<void> {
  const place = path.join(folder.path, file);
  const words = ["sim", ENDLESS, "--quiet", "--trace", file];
  fs.writeFileSync(place, "");
  const program = new StartedProgram(words, { folder: folder.path });
  const watcher = fs.watch(place, () => {
    const size = fs.statSync(place, { throwIfNoEntry: false })?.size ?? 0;
    if (size >= sizeBytes) program.signal("SIGKILL");
  });
  try {
    expect(await program.exit).toBe("SIGKILL");
  } finally {
    watcher.close();
  }
}

describe("a trace whose run was killed", () => {
  it("opens up to its last block, and has the run's own records", async () => {
    const counts: number[] = [];
    /** Of each number of records the hash that any of the traces has there. */
    const hashes = new Map<number, number>();
    for (const [i, sizeBytes] of [100_000, 101_000].entries()) {
      const name = `killed-${i}.mcap`;
      await killAt(sizeBytes, name);
      const verified = folder.run(["trace", "verify", name]);
      expect(verified.exit).toBe(1);
      expect(verified.standardOutput).toContain("cut off");
      await withTrace(path.join(folder.path, name), async (reader) => {
        expect(reader.isWhole).toBe(false);
        expect(reader.recordCount % BLOCK_RECORDS_MAX).toBe(0);
        expect(reader.recordCount).toBe(reader.blocks.length * BLOCK_RECORDS_MAX);
        counts.push(reader.recordCount);
        const names = new Names();
        for (const word of reader.words) names.id(word);
        const rolling = new RollingRecordHash(names);
        await reader.visit(0, (record, index) => {
          const hash = rolling.add(record);
          if ((index + 1) % BLOCK_RECORDS_MAX !== 0) return true;
          expect(hashes.get(index + 1) ?? hash).toBe(hash);
          hashes.set(index + 1, hash);
          return true;
        });
      });
    }
    expect(Math.max(...counts)).toBeGreaterThan(0);
    expect(hashes.size).toBeGreaterThan(0);
  }, 180_000);
});
