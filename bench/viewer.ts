// What the viewer costs in a browser that draws by software: JavaScript a frame in a busy network, the time to the first
// picture of a long trace, and memory by length of trace. `npm run bench:viewer [-- RECORDS]`. Exit code 1 when a figure
// is beyond its limit. What the graphics process needs is no part of the figures: here it is the same processor.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser, CDPSession, Page } from "playwright-core";
import { ViewedPage, startBrowser } from "../test/viewer/viewed-page.js";
import { BUSY_NETWORK, writeBusyTrace } from "./viewer-trace.js";

/** Records of the long trace, unless given. */
const RECORDS = 10_000_000;
/** The short one: memory must not follow the length. */
const SHORT_RECORDS = 1_000_000;
const FRAMES = 300;
const FRAMES_A_BATCH = 20;
const SEEKS = 16;

const FRAME_MILLIS_MAX = 4;
const FIRST_PICTURE_MILLIS_MAX = 2000;
/** The long trace may take so much more memory than the short one: its index. */
const HEAP_GROWTH_MEBIBYTES_MAX = 16;
const BYTES_PER_MEBIBYTE = 1024 * 1024;

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Null for what is only told. */
  readonly most: number | null;
}

const records = Number(process.argv[2] ?? RECORDS);
if (!Number.isSafeInteger(records) || records < SHORT_RECORDS) {
  process.stderr.write(
    `npm run bench:viewer -- ${String(process.argv[2])}: expected records, at least ${SHORT_RECORDS}\n`,
  );
  process.exit(2);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-bench-viewer-"));
const browser = await startBrowser();
const beyond: Figure[] = [];
try {
  const [long, short] = [path.join(folder, "long.mcap"), path.join(folder, "short.mcap")];
  const written = writeBusyTrace(long, records);
  writeBusyTrace(short, SHORT_RECORDS);
  const bytes = fs.statSync(long).size;
  process.stdout.write(
    `${written.toLocaleString("en")} records, ${bytes.toLocaleString("en")} bytes; ` +
      `${JSON.stringify(BUSY_NETWORK)}\n`,
  );
  const shortHeap = await withPage(browser, short, heapAfterSeeks);
  for (const figure of await withPage(browser, long, figuresOf)) print(figure);
  const longHeap = await withPage(browser, long, heapAfterSeeks);
  print({ what: "heap, short trace", value: shortHeap, unit: "MiB", most: null });
  const most = shortHeap + HEAP_GROWTH_MEBIBYTES_MAX;
  print({ what: "heap, long trace", value: longHeap, unit: "MiB", most });
} finally {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
}
process.exitCode = beyond.length > 0 ? 1 : 0;

function print(figure: Figure): void {
  const { what, value, unit, most } = figure;
  const isWithin = most === null || value <= most;
  if (!isWithin) beyond.push(figure);
  const limit = most === null ? "" : `  at most ${most.toFixed(1)} ${unit}`;
  const verdict = isWithin ? "ok    " : "FAILED";
  process.stdout.write(
    `${verdict} ${what.padEnd(44)} ${value.toFixed(2).padStart(9)} ${unit}${limit}\n`,
  );
}

async function withPage<Result>(
  of: Browser,
  trace: string,
  use: (page: Page, session: CDPSession) => Promise<Result>,
): Promise<Result> {
  const viewed = await ViewedPage.served(of, [trace], { size: { width: 1280, height: 800 } });
  try {
    const session = await viewed.page.context().newCDPSession(viewed.page);
    await session.send("Performance.enable");
    return await use(viewed.page, session);
  } finally {
    await viewed.close();
  }
}

async function figuresOf(page: Page, session: CDPSession): Promise<Figure[]> {
  // From the navigation's start to the frame in which the network stands on the page.
  const firstMillis = await page.evaluate(() => performance.now());
  const endMicros = await page.evaluate(() => {
    globalThis.peerscapeViewer?.seek(Number.MAX_SAFE_INTEGER);
    return globalThis.peerscapeViewer?.settled().then(() => globalThis.peerscapeViewer?.timeMicros);
  });
  const figures: Figure[] = [
    { what: "first picture", value: firstMillis, unit: "ms", most: FIRST_PICTURE_MILLIS_MAX },
  ];
  await page.evaluate(
    async (at) => {
      globalThis.peerscapeViewer?.seek(at);
      await globalThis.peerscapeViewer?.settled();
    },
    Math.floor((endMicros ?? 0) / 3),
  );
  await page.evaluate(takeFrames);
  await page.evaluate(() => globalThis.peerscapeViewer?.clock.play());
  await page.evaluate(runFrames, FRAMES_A_BATCH);
  const batches: number[] = [];
  for (let i = 0; i < FRAMES / FRAMES_A_BATCH; i++) {
    const before = await scriptMillis(session);
    await page.evaluate(runFrames, FRAMES_A_BATCH);
    batches.push(((await scriptMillis(session)) - before) / FRAMES_A_BATCH);
  }
  const flights = await page.evaluate(() => globalThis.peerscapeViewer?.state.flights ?? 0);
  const mean = batches.reduce((sum, value) => sum + value, 0) / batches.length;
  return [
    ...figures,
    { what: "JavaScript a frame, mean", value: mean, unit: "ms", most: FRAME_MILLIS_MAX },
    {
      what: `JavaScript a frame, the worst ${FRAMES_A_BATCH} of ${FRAMES}`,
      value: Math.max(...batches),
      unit: "ms",
      most: null,
    },
    { what: "messages of a stretch", value: flights, unit: "", most: null },
  ];
}

declare global {
  /** Frames that were asked for, and the time that passes from one to the next in the bench. */
  var benchFrames: { asked: FrameRequestCallback[]; nowMillis: number };
}

/** In the page: frames come when the bench asks for them, a sixtieth of a second apart, however long they take. */
function takeFrames(): void {
  globalThis.benchFrames = { asked: [], nowMillis: performance.now() };
  window.requestAnimationFrame = (callback) => globalThis.benchFrames.asked.push(callback);
}

/** In the page: runs so many frames, each when all of the one before is done. */
async function runFrames(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const frames = globalThis.benchFrames;
    frames.nowMillis += 1000 / 60;
    for (const callback of frames.asked.splice(0)) callback(frames.nowMillis);
    await globalThis.peerscapeViewer?.settled();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function scriptMillis(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return 1000 * (metrics.find(({ name }) => name === "ScriptDuration")?.value ?? NaN);
}

async function heapAfterSeeks(page: Page, session: CDPSession): Promise<number> {
  await page.evaluate(async (seeks) => {
    const viewer = globalThis.peerscapeViewer;
    viewer?.seek(Number.MAX_SAFE_INTEGER);
    await viewer?.settled();
    const endMicros = viewer?.timeMicros ?? 0;
    for (let i = 0; i < seeks; i++) {
      // Here and there: neither in order nor twice at one place.
      viewer?.seek((endMicros * ((i * 17) % seeks)) / seeks);
      await viewer?.settled();
    }
  }, SEEKS);
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const bytes = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? NaN;
  return bytes / BYTES_PER_MEBIBYTE;
}
