// The viewer in a real browser: what a person does, and what is then shown, held against the trace's own records.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeGexf } from "../../src/analysis/gexf.js";
import { describeNodes, snapshotState } from "../../src/analysis/state-snapshot.js";
import { nodeInflateRaw } from "../../src/trace/native/node-compression.js";
import { NodeFileSource } from "../../src/trace/native/node-file-source.js";
import { firstDifference } from "../../src/trace/native/trace-difference.js";
import { TraceReader } from "../../src/trace/native/trace-reader.js";
import { RunRecord } from "../../src/trace/record.js";
import { describeLine, traceLine } from "../../src/trace/trace-line.js";
import { runProgram } from "../support/built-program.js";
import { readAll } from "../trace/native/sample-trace.js";
import { CHROMIUM, INSTALLATION_MILLIS, requireSystemPackage } from "../support/system-package.js";
import { ViewedPage, startBrowser } from "./viewed-page.js";
import type { PageOptions } from "./viewed-page.js";

/** The green of a node that is active, as the palette has it. */
const ACTIVE = [0, 158, 115] as const;

/** A film takes as long as its frames are drawn, and software draws slowly on a busy machine. */
const FILM_MILLIS_MAX = 150_000;

/** The ring around a node that is another in the second trace. */
const DIFFERENT = [204, 121, 167] as const;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-viewer-"));
let browser: Browser | null = null;
const open: ViewedPage[] = [];

/** Runs a scenario once for all tests; answers the path of its trace. */
function traceOf(scenario: string, ...options: readonly string[]): string {
  const file = path.join(folder, `${scenario}${options.join("")}.mcap`);
  if (fs.existsSync(file)) return file;
  const words = ["sim", `scenarios/${scenario}.yaml`, "--seed", "7", ...options, "--trace", file];
  const { exit, standardError } = runProgram(words);
  if (exit !== 0) throw new Error(`${scenario} ended with ${String(exit)}: ${standardError}`);
  return file;
}

async function readerOf(file: string): Promise<TraceReader> {
  return await TraceReader.open(new NodeFileSource(file), { inflate: nodeInflateRaw });
}

async function served(
  traces: string | readonly string[],
  options: PageOptions = {},
): Promise<ViewedPage> {
  browser ??= await startBrowser();
  const viewed = await ViewedPage.served(browser, [traces].flat(), options);
  open.push(viewed);
  return viewed;
}

async function singleFile(): Promise<ViewedPage> {
  browser ??= await startBrowser();
  const viewed = await ViewedPage.singleFile(browser);
  open.push(viewed);
  return viewed;
}

function churn(): string {
  return traceOf("churn", "--nodes", "40");
}

/** How many nodes have each status after all records up to a time. */
async function statusesAt(
  reader: TraceReader,
  timeMicros: number,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const status of (await reader.stateAt(timeMicros)).statuses.values()) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

beforeEach((context) => requireSystemPackage(context, CHROMIUM), INSTALLATION_MILLIS);

afterEach(async () => {
  const closing = open.splice(0);
  for (const viewed of closing) {
    await viewed.close();
    expect(viewed.complaints).toEqual([]);
  }
});

afterAll(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe("the viewer in a browser", { timeout: 180_000 }, () => {
  it("opens a served trace and says what was run", async () => {
    const viewed = await served(traceOf("two-nodes"));
    expect(await viewed.text("#run")).toMatch(/two-nodes, seed 7, .*2 nodes/u);
    expect(await viewed.page.title()).toContain("two-nodes");
    expect(await viewed.page.locator("#notice").isVisible()).toBe(false);
    expect((await viewed.state()).statuses).toEqual({});
  });

  it("plays, and stops where it is paused", async () => {
    const file = traceOf("two-nodes");
    const viewed = await served(file);
    await viewed.page.click("#play");
    await viewed.page.waitForFunction(() => (globalThis.peerscapeViewer?.state.index ?? 0) > 8);
    await viewed.page.click("#play");
    const { index, statuses, timeMicros = 0 } = await viewed.state();
    expect(statuses).toEqual(await statusesAt(await readerOf(file), timeMicros));
    expect(await viewed.page.getAttribute("#play", "aria-pressed")).toBe("false");
    // Frames go on after a pause: three of them must not move it.
    await viewed.frames(3);
    expect((await viewed.state()).index).toBe(index);
  });

  it("steps forwards and back, record by record, as the trace has them", async () => {
    const file = traceOf("two-nodes");
    const reader = await readerOf(file);
    const columns = await reader.load(0);
    const viewed = await served(file);
    const record = new RunRecord();
    const seen: string[] = [];
    for (let index = 0; index < 9; index++) {
      await viewed.page.keyboard.press("ArrowRight");
      const state = await viewed.state();
      seen.push(JSON.stringify(state));
      columns.read(index, record);
      expect(state).toMatchObject({ index: index + 1, timeMicros: record.timeMicros });
      const line = describeLine(traceLine(record, reader)).replace(/ content .*/u, "");
      expect(await viewed.text("#list [aria-current] button")).toBe(line);
    }
    for (let index = 8; index >= 1; index--) {
      await viewed.page.keyboard.press("ArrowLeft");
      // All that is shown is as it was on the way there, but for the messages collected meanwhile.
      const { flights: _, ...state } = await viewed.state();
      const { flights: __, ...before } = JSON.parse(seen[index - 1] ?? "") as typeof state & {
        flights: number;
      };
      expect(state).toEqual(before);
    }
  });

  it("goes where the strip is clicked, with the network as it was then", async () => {
    const file = churn();
    const reader = await readerOf(file);
    const viewed = await served(file);
    for (const share of [0.8, 0.3]) {
      const box = (await viewed.page.locator("#strip").boundingBox()) ?? { width: 0, height: 0 };
      const position = { x: Math.round(box.width * share), y: box.height / 2 };
      await viewed.page.locator("#strip").click({ position });
      const { timeMicros = -1, statuses, flights } = await viewed.state();
      expect(Math.abs(timeMicros / reader.endMicros - share)).toBeLessThan(0.01);
      expect(statuses).toEqual(await statusesAt(reader, timeMicros));
      expect(flights).toBeGreaterThan(0);
    }
  });

  it("draws nodes in the colour of their status, and none before they begin", async () => {
    const viewed = await served(churn());
    await viewed.page.evaluate(() => globalThis.peerscapeViewer?.seek(30_000_000));
    await viewed.state();
    const place = await viewed.placeOf("home-0");
    expect(await shareOf(viewed, place, ACTIVE)).toBeGreaterThan(0.3);
    await viewed.page.evaluate(() => globalThis.peerscapeViewer?.seek(0));
    await viewed.state();
    expect(await shareOf(viewed, place, ACTIVE)).toBeLessThan(0.05);
  });

  it("shows of a clicked node what the trace knows of it", async () => {
    const file = churn();
    const reader = await readerOf(file);
    const timeMicros = 40_000_000;
    const state = await reader.stateAt(timeMicros);
    const viewed = await served(file);
    await viewed.page.evaluate((at) => globalThis.peerscapeViewer?.seek(at), timeMicros);
    const { overlay = "" } = await viewed.state();
    const node = [...state.statuses.keys()].find((one) => state.view(overlay, one).size > 0) ?? -1;
    const place = await viewed.placeOf(reader.nodeName(node));
    await viewed.page.mouse.click(place.x, place.y);
    await viewed.page.waitForFunction(() => globalThis.peerscapeViewer?.state.node !== undefined);
    await viewed.state();
    expect(await viewed.text("#node h2")).toBe(reader.nodeName(node));
    const facts = await viewed.page
      .locator("#node dl")
      .evaluate((list) =>
        [...list.querySelectorAll("dt")].map((term) => [
          term.textContent,
          [...(term.nextElementSibling?.querySelectorAll("button") ?? [])].map(
            ({ textContent }) => textContent,
          ),
          term.nextElementSibling?.textContent,
        ]),
      );
    const peers = [...state.view(overlay, node)].sort((a, b) => a - b);
    const names = peers.map((peer) => reader.nodeName(peer) + (state.isLive(peer) ? "" : " ✕"));
    expect(facts.find(([term]) => term === overlay)?.[1]).toEqual(names);
    expect(facts.find(([term]) => term === "status")?.[2]).toBe(state.statuses.get(node));
  });

  it("is the same again from its address", async () => {
    const viewed = await served(churn());
    await viewed.page.evaluate(() => {
      globalThis.peerscapeViewer?.seek(41_234_567);
      globalThis.peerscapeViewer?.chooseByName("home-7");
    });
    await viewed.page.selectOption("#layout", "ring");
    await viewed.page.selectOption("#kind", "dropped");
    const { flights: _, ...before } = await viewed.state();
    await viewed.page.reload();
    await viewed.isOpen();
    expect(await viewed.state()).toMatchObject(before);
    expect(await viewed.text("#node h2")).toBe("home-7");
  });

  it("changes the layout without losing time, node and camera", async () => {
    const viewed = await served(churn());
    await viewed.page.evaluate(() => {
      globalThis.peerscapeViewer?.seek(30_000_000);
      globalThis.peerscapeViewer?.chooseByName("home-3");
    });
    const { layout: _, ...before } = await viewed.state();
    const place = await viewed.placeOf("home-3");
    await viewed.page.selectOption("#layout", "grid");
    expect(await viewed.state()).toMatchObject({ ...before, layout: "grid" });
    expect(await viewed.placeOf("home-3")).not.toEqual(place);
  });

  it("follows a message from its sending to its arrival, and to what that set off", async () => {
    const file = traceOf("two-nodes");
    const reader = await readerOf(file);
    const lines = (await readAll(reader)).map((record) =>
      describeLine(traceLine(record, reader)).replace(/ content .*/u, ""),
    );
    const sent = lines.findIndex((line) => line.includes("sent genesis/ask-member "));
    const arrived = lines.findIndex((line) => line.includes("delivered genesis/ask-member "));
    const answered = lines.findIndex((line) => line.includes("sent genesis/member "));
    const viewed = await served(file);
    await viewed.page.evaluate((index) => globalThis.peerscapeViewer?.goTo(index + 1), sent);
    for (const next of [arrived, answered]) {
      await viewed.state();
      await viewed.page
        .locator("#story")
        .getByRole("button", { name: lines[next] ?? "" })
        .click();
      expect((await viewed.state()).index).toBe(next + 1);
    }
    expect(await viewed.text("#story dl")).toContain(lines[arrived]);
  });

  it("shows only what a filter lets through, and keeps it in the link", async () => {
    const viewed = await served(churn());
    await viewed.page.evaluate(() => globalThis.peerscapeViewer?.seek(60_000_000));
    const { flights: all } = await viewed.state();
    await viewed.page.keyboard.press("f");
    await viewed.page.keyboard.type("type:heartbeat node:home-3");
    await viewed.page.keyboard.press("Enter");
    const filtered = await viewed.state();
    expect(filtered.filter).toBe("type:heartbeat node:home-3");
    expect(filtered.flights).toBeLessThan(all);
    const lines = await viewed.page.locator("#list button").allTextContents();
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(line).toMatch(/home-3.*heartbeat|heartbeat.*home-3/u);
    await viewed.page.reload();
    await viewed.isOpen();
    expect((await viewed.state()).filter).toBe(filtered.filter);
    expect(await viewed.page.locator("#list button").allTextContents()).toEqual(lines);
    expect(await viewed.page.inputValue("#filter")).toBe(filtered.filter);
    await viewed.page.selectOption("#layout", "grid");
    await viewed.state();
    const greenOf = async (node: string): Promise<number> =>
      await shareOf(viewed, await viewed.placeOf(node), ACTIVE);
    expect(await greenOf("home-4")).toBeLessThan(0.05);
    expect(await greenOf("home-3")).toBeGreaterThan(0.3);
    await viewed.page.fill("#filter", "");
    await viewed.page.press("#filter", "Enter");
    await viewed.state();
    // With more types in the legend the map is smaller.
    await viewed.frames(2);
    expect(await greenOf("home-4")).toBeGreaterThan(0.3);
  });

  it("says why a node got a message or did not, as the command line does, and leads to its moments", async () => {
    const file = churn();
    const words = ["why", file, "--node", "home-3", "--message", "5"];
    const lines = runProgram(words).standardOutput.trimEnd().split("\n");
    const viewed = await served(file);
    await viewed.page.evaluate(() => globalThis.peerscapeViewer?.chooseByName("home-3"));
    await viewed.page.keyboard.press("w");
    await viewed.page.fill("#message", "5");
    await viewed.page.press("#message", "Enter");
    expect(await viewed.state()).toMatchObject({ node: "home-3", message: "5" });
    const shown = await viewed.page.locator("#explanation li").allTextContents();
    // The verdict is what people want first.
    const verdict = lines.pop() ?? "";
    expect(shown).toEqual([verdict, ...lines.map((line) => line.trim())]);
    const start = await viewed.page.locator("#explanation button").first().textContent();
    await viewed.page.locator("#explanation button").first().click();
    const seconds = Number(/at ([0-9.]+) s/u.exec(start ?? "")?.[1]);
    expect((await viewed.state()).timeMicros).toBeCloseTo(seconds * 1e6, -1);
    await viewed.page.reload();
    await viewed.isOpen();
    expect(await viewed.state()).toMatchObject({ node: "home-3", message: "5" });
    expect(await viewed.text("#explanation li")).toBe(verdict);
    await viewed.page.fill("#message", "99999");
    await viewed.page.press("#message", "Enter");
    await viewed.state();
    expect(await viewed.text("#explanation li")).toBe("The trace has no broadcast 99999.");
  });

  it("draws messages between nodes over time, and keeps the map whole beside it", async () => {
    const viewed = await served(churn());
    await viewed.page.evaluate(() => {
      globalThis.peerscapeViewer?.seek(60_000_000);
      globalThis.peerscapeViewer?.chooseByName("home-3");
    });
    await viewed.state();
    await viewed.page.keyboard.press("d");
    const diagram = viewed.page.locator("#diagram[aria-label*=' messages between ']");
    await diagram.waitFor();
    expect(await diagram.getAttribute("aria-label")).toMatch(
      /: [1-9]\d* messages between \d+ nodes/u,
    );
    // Nodes, marks and links are drawn apart: all have to follow when the map becomes lower.
    await viewed.page.waitForFunction(() => {
      const map = document.querySelector("#map")?.getBoundingClientRect();
      return [...document.querySelectorAll("#map canvas")].every(
        (canvas) => Math.abs(canvas.getBoundingClientRect().height - (map?.height ?? 0)) < 1,
      );
    });
    expect(await shareOf(viewed, await viewed.placeOf("home-3"), ACTIVE)).toBeGreaterThan(0.3);
    const box = (await diagram.boundingBox()) ?? { width: 0, height: 0 };
    // Beyond all lines is no arrow to hit: there a click goes to a time.
    await diagram.click({ position: { x: box.width * 0.75, y: 1 } });
    const { timeMicros = 0 } = await viewed.state();
    expect(timeMicros).toBeGreaterThan(60_150_000);
    expect(timeMicros).toBeLessThan(60_350_000);
  });

  it("opens dropped and chosen files in one HTML file without a server", async () => {
    const viewed = await singleFile();
    await viewed.page.setInputFiles("#file", traceOf("two-nodes"));
    await viewed.isOpen();
    expect(await viewed.text("#run")).toContain("two-nodes");
    const bytes = fs.readFileSync(churn()).toString("base64");
    await viewed.page.evaluate((encoded) => {
      const data = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([data], "dropped.mcap"));
      document.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    }, bytes);
    await viewed.page.waitForFunction(
      () => document.querySelector("#run")?.textContent.includes("dropped.mcap: churn") === true,
    );
  });

  it("shows a trace that was cut off up to where it is sound, and says so", async () => {
    const whole = fs.readFileSync(churn());
    const file = path.join(folder, "cut.mcap");
    fs.writeFileSync(file, whole.subarray(0, Math.floor(whole.length * 0.8)));
    const reader = await readerOf(file);
    expect(reader.isWhole).toBe(false);
    expect(reader.recordCount).toBeGreaterThan(0);
    const viewed = await served(file);
    expect(await viewed.text("#run")).toContain("cut off");
    await viewed.page.keyboard.press("End");
    expect((await viewed.state()).index).toBe(reader.recordCount);
  });

  it("says of files that are no trace what they are not, and goes on", async () => {
    const viewed = await singleFile();
    for (const [name, content] of [
      ["empty.mcap", ""],
      ["notes.mcap", "This is no trace."],
    ] as const) {
      const file = path.join(folder, name);
      fs.writeFileSync(file, content);
      await viewed.page.setInputFiles("#file", file);
      await viewed.page.waitForSelector("#notice.failed:not([hidden])");
      expect(await viewed.text("#notice")).toMatch(new RegExp(`^${name}.*cannot be shown`, "u"));
    }
    await viewed.page.setInputFiles("#file", traceOf("two-nodes"));
    await viewed.isOpen();
    expect(await viewed.page.locator("#notice").isVisible()).toBe(false);
  });

  it("compares two traces on one clock, and goes to where they part", async () => {
    const [one, two] = [churn(), traceOf("churn", "--nodes", "44")];
    const [reader, second] = [await readerOf(one), await readerOf(two)];
    const parts = await firstDifference(reader, second);
    expect(parts).toBeGreaterThan(0);
    const viewed = await served([one, two]);
    expect((await viewed.state()).different).toBe(0);
    await viewed.page.click("#difference");
    await viewed.page.waitForFunction(() => (globalThis.peerscapeViewer?.index ?? 0) > 0);
    expect((await viewed.state()).index).toBe((parts ?? 0) + 1);
    const timeMicros = 60_000_000;
    await viewed.page.evaluate((at) => globalThis.peerscapeViewer?.seek(at), timeMicros);
    const { different, overlay = "" } = await viewed.state();
    const [state, other] = [await reader.stateAt(timeMicros), await second.stateAt(timeMicros)];
    const factsOf = (of: TraceReader, at: typeof state, name: string): string => {
      const node = of.nodeIndex(name);
      const peers = [...at.view(overlay, node)].map((peer) => of.nodeName(peer)).sort();
      return `${at.statuses.get(node) ?? ""} ${peers.join()}`;
    };
    const wanted = reader.nodes.names.filter(
      (name) => factsOf(reader, state, name) !== factsOf(second, other, name),
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(different).toBe(wanted.length);
    expect(await viewed.text("#differences")).toBe(`${wanted.length} nodes differ`);
    // Both maps have the ring of a difference around such a node.
    for (const map of ["#map", "#second-map"]) {
      const box = await viewed.page.locator(map).boundingBox();
      const { x, y } = await viewed.page.evaluate((name) => {
        return globalThis.peerscapeViewer?.pixelOf(name) ?? { x: 0, y: 0 };
      }, wanted[0] ?? "");
      const place = { x: (box?.x ?? 0) + x, y: (box?.y ?? 0) + y };
      expect(await shareOf(viewed, place, DIFFERENT, 14)).toBeGreaterThan(0.03);
    }
    await viewed.page.locator("#map").hover();
    await viewed.page.mouse.wheel(0, -200);
    await viewed.page.waitForFunction(() => globalThis.peerscapeViewer?.state.camera?.[2] !== 1);
    await viewed.frames(3);
    expect(await viewed.page.evaluate(() => globalThis.peerscapeViewer?.camerasAgree)).toBe(true);
  });

  it("saves the moment as a picture, for graph tools, and as a film of what comes", async () => {
    const file = churn();
    const reader = await readerOf(file);
    const viewed = await served(file);
    await viewed.page.evaluate(() => globalThis.peerscapeViewer?.seek(40_000_000));
    const { overlay = "" } = await viewed.state();
    const saved = async (format: string): Promise<Buffer> => {
      const download = viewed.page.waitForEvent("download", { timeout: FILM_MILLIS_MAX });
      await viewed.page.selectOption("#save", format);
      const done = await download;
      expect(done.suggestedFilename()).toBe(`churn-40.000s.${format}`);
      return fs.readFileSync(await done.path());
    };
    const state = await reader.stateAt(40_000_000);
    const snapshot = snapshotState(state, overlay, describeNodes(reader));
    const gexf = (await saved("gexf")).toString();
    expect(gexf).toBe(writeGexf(snapshot, `churn, ${overlay} at 40.000000 s`));
    expect((await saved("svg")).toString()).toContain(`<title>churn, ${overlay} at 40`);
    // The picture has what the page has: as many pixels in the green of nodes that are active.
    const box = (await viewed.page.locator("#map").boundingBox()) ?? { width: 0, height: 0 };
    const picture = await greensOf(viewed, await saved("png"));
    expect([picture.width, picture.height]).toEqual([
      Math.round(box.width),
      Math.round(box.height),
    ]);
    const screen = await greensOf(viewed, await viewed.page.locator("#map").screenshot());
    expect(screen.greens).toBeGreaterThan(500);
    expect(Math.abs(picture.greens / screen.greens - 1)).toBeLessThan(0.1);
    await viewed.page.selectOption("#speed", "0.1");
    const film = await saved("webm");
    // An EBML file (RFC 8794) of type webm, with frames in it.
    expect(film.subarray(0, 4).toString("hex")).toBe("1a45dfa3");
    expect(film.subarray(0, 64).toString("latin1")).toContain("webm");
    expect(film.length).toBeGreaterThan(20_000);
    expect((await viewed.state()).timeMicros).toBeGreaterThanOrEqual(40_900_000);
  });

  it("says of two traces with the same records that they are the same", async () => {
    const file = traceOf("two-nodes");
    const viewed = await served([file, file]);
    await viewed.page.click("#difference");
    await viewed.page.waitForFunction(() =>
      document.querySelector("#differences")?.textContent.includes("the same records"),
    );
    expect((await viewed.state()).different).toBe(0);
  });

  it.each(["light", "dark"] as const)("fits a window of 400 pixels, %s", async (colorScheme) => {
    const viewed = await served(churn(), { size: { width: 400, height: 800 }, colorScheme });
    const wide = await viewed.page.evaluate(() =>
      [...document.querySelectorAll("body, header, main, aside, footer, #map, #legend, #controls")]
        .map((part) => [part.id || part.tagName, part.scrollWidth] as const)
        .filter(([, width]) => width > 400),
    );
    expect(wide).toEqual([]);
    const map = await viewed.page.locator("#map").boundingBox();
    const legend = await viewed.page.locator("#legend").boundingBox();
    expect(map?.height).toBeGreaterThanOrEqual(200);
    // What explains the nodes must not hide any.
    expect(legend?.y).toBeGreaterThanOrEqual((map?.y ?? 0) + (map?.height ?? 0));
    const back = await viewed.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(back).toBe(colorScheme === "dark" ? "rgb(20, 23, 26)" : "rgb(251, 251, 249)");
  });

  it("zooms without a way between for those who want less motion", async () => {
    const ratios = async (reducedMotion: "reduce" | "no-preference"): Promise<number[]> => {
      const viewed = await served(traceOf("two-nodes"), { reducedMotion });
      const box = (await viewed.page.locator("#map").boundingBox()) ?? { x: 0, y: 0 };
      await viewed.page.mouse.move(box.x + 100, box.y + 100);
      // Asked frame by frame from within: a zoom is over before anyone outside could look twice.
      const seen = viewed.page.evaluate(async () => {
        const found = new Set<number>();
        const untilMillis = performance.now() + 1500;
        while (performance.now() < untilMillis) {
          await new Promise((resolve) => requestAnimationFrame(resolve));
          found.add(globalThis.peerscapeViewer?.state.camera?.[2] ?? 0);
        }
        return [...found];
      });
      await viewed.page.mouse.wheel(0, -100);
      return await seen;
    };
    expect(await ratios("reduce")).toHaveLength(2);
    expect((await ratios("no-preference")).length).toBeGreaterThan(2);
  });

  it("ends its server when it is interrupted", async () => {
    const viewed = await served(traceOf("two-nodes"));
    open.splice(open.indexOf(viewed), 1);
    expect(await viewed.close()).toBe(0);
  });
});

/** The size of a picture, and how many of its pixels are in the colour of an active node. */
async function greensOf(
  viewed: ViewedPage,
  png: Buffer,
): Promise<{ width: number; height: number; greens: number }> {
  return await viewed.page.evaluate(
    async ({ encoded, wanted }) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const { width, height } = image;
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context?.drawImage(image, 0, 0);
      const pixels = context?.getImageData(0, 0, width, height).data ?? [];
      let greens = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        const isNear = wanted.every((part, j) => Math.abs((pixels[i + j] ?? 0) - part) < 24);
        if (isNear) greens++;
      }
      return { width, height, greens };
    },
    { encoded: png.toString("base64"), wanted: ACTIVE },
  );
}

/** The share of the square of a node that has a colour, give or take what smoothing does. */
async function shareOf(
  viewed: ViewedPage,
  place: { x: number; y: number },
  wanted: readonly [number, number, number],
  radius = 3,
): Promise<number> {
  const colours = await viewed.coloursAround(place, radius);
  let all = 0;
  let near = 0;
  for (const [colour, count] of colours) {
    all += count;
    const isNear = colour.split(",").every((part, i) => Math.abs(Number(part) - wanted[i]!) < 24);
    if (isNear) near += count;
  }
  return near / all;
}
