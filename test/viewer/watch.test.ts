// A run that is watched while it goes on: what the page shows at its end is what the trace has, and looking changes
// nothing.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { nodeInflateRaw } from "../../src/trace/native/node-compression.js";
import { NodeFileSource } from "../../src/trace/native/node-file-source.js";
import { TraceReader } from "../../src/trace/native/trace-reader.js";
import { runProgram } from "../support/built-program.js";
import { StartedProgram } from "../support/started-program.js";
import { CHROMIUM, INSTALLATION_MILLIS, requireSystemPackage } from "../support/system-package.js";
import { ViewedPage, startBrowser } from "./viewed-page.js";

const RUN_MILLIS_MAX = 170_000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-watch-test-"));
let browser: Browser | null = null;

beforeEach((context) => requireSystemPackage(context, CHROMIUM), INSTALLATION_MILLIS);

afterAll(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function readerOf(file: string): Promise<TraceReader> {
  return await TraceReader.open(new NodeFileSource(file), { inflate: nodeInflateRaw });
}

/** Starts a run with `--watch`, and its page. */
async function watch(
  words: readonly string[],
): Promise<{ program: StartedProgram; viewed: ViewedPage }> {
  browser ??= await startBrowser();
  const program = new StartedProgram(["sim", ...words, "--watch"], {
    timeoutMillis: RUN_MILLIS_MAX,
  });
  const [address] = await program.says(/http:\/\/127\.0\.0\.1:\d+\//u);
  return { program, viewed: await ViewedPage.at(browser, address) };
}

/** The digest in what a run prints. */
function digestIn(text: string): string {
  return /digest\s+([0-9a-f]+)/u.exec(text)?.[1] ?? "none";
}

describe("a run that is watched", { timeout: 180_000 }, () => {
  it("is followed over real sockets as it happens, to its last record", async () => {
    const file = path.join(folder, "live.mcap");
    const words = ["scenarios/two-nodes.yaml", "--transport", "tcp", "--until", "20s"];
    const { program, viewed } = await watch([...words, "--trace", file]);
    const seen = new Set<number>();
    while (!(await viewed.text("#live")).includes("over")) {
      seen.add((await viewed.state()).timeMicros ?? -1);
      await viewed.frames(6);
    }
    // It was looked at while it went on, not once at the end.
    expect(seen.size).toBeGreaterThan(2);
    expect([...seen]).toEqual([...seen].sort((a, b) => a - b));
    const reader = await readerOf(file);
    expect(reader.isWhole).toBe(true);
    const { index, statuses } = await viewed.state();
    expect(index).toBe(reader.recordCount);
    const wanted: Record<string, number> = {};
    for (const status of (await reader.stateAt(Number.MAX_SAFE_INTEGER)).statuses.values()) {
      wanted[status] = (wanted[status] ?? 0) + 1;
    }
    expect(statuses).toEqual(wanted);
    await viewed.close();
    expect(viewed.complaints).toEqual([]);
    program.signal("SIGINT");
    await program.exit;
  });

  it("in simulation has the same digest, shows its page on, and leaves no trace behind", async () => {
    const words = ["scenarios/churn.yaml", "--nodes", "30", "--until", "60s"];
    const plain = runProgram(["sim", ...words]);
    const { program, viewed } = await watch(words);
    await program.says(/its page stays/u);
    await viewed.page.waitForFunction(() => globalThis.peerscapeViewer?.isWhole === true);
    const { timeMicros, statuses } = await viewed.state();
    expect(timeMicros).toBe(
      await viewed.page.evaluate(() => globalThis.peerscapeViewer?.endMicros),
    );
    expect(statuses["active"]).toBeGreaterThan(10);
    expect(digestIn(program.standardOutput)).toMatch(/^[0-9a-f]{16,}/u);
    expect(digestIn(program.standardOutput)).toBe(digestIn(plain.standardOutput));
    // Whoever went elsewhere stays there: nothing pulls them back.
    await viewed.page.keyboard.press("Home");
    expect((await viewed.state()).index).toBeLessThan(100);
    await viewed.close();
    expect(viewed.complaints).toEqual([]);
    const before = fs
      .readdirSync(os.tmpdir())
      .filter((name) => name.startsWith("peerscape-watch-"));
    program.signal("SIGINT");
    expect(await program.exit).toBe(plain.exit);
    const after = fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith("peerscape-watch-"));
    expect(after.length).toBeLessThan(before.length);
  });

  it.each([
    [["--trace", "run.jsonl"], /--trace FILE\.mcap/u],
    [["--trace", "run.mcap", "--flight-recorder", "5s"], /flight recorder/u],
  ] as const)("refuses %j, of which a page sees nothing", (words, says) => {
    const { exit, standardError } = runProgram(
      ["sim", path.resolve("scenarios/two-nodes.yaml"), "--watch", ...words],
      { folder },
    );
    expect(exit).toBe(2);
    expect(standardError).toMatch(says);
    expect(fs.existsSync(path.join(folder, "run.jsonl"))).toBe(false);
  });
});
