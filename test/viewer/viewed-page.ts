// The viewer in a headless browser, as a person has it: served by `peerscape view` or opened from the single file. Draws
// by software, and remembers everything that the page complained about.

import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import type { ViewState } from "../../src/viewer/viewer.js";
import { PROJECT_FOLDER } from "../support/built-program.js";
import { StartedProgram } from "../support/started-program.js";

/** WebGL without a graphics card. */
const SOFTWARE_DRAWING = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const SINGLE_FILE = path.join(PROJECT_FOLDER, "dist/viewer/peerscape-viewer.html");
/** Longer than all tests of a file take on a busy machine. */
const SERVER_MILLIS_MAX = 600_000;

/** Starts Debian's browser. The caller closes it. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: "/usr/bin/chromium", args: SOFTWARE_DRAWING });
}

/** How a person has their browser. */
export interface PageOptions {
  readonly size?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce" | "no-preference";
  /** What stands behind the # of the address. */
  readonly link?: string;
}

/** One page with the viewer. */
export class ViewedPage {
  readonly page: Page;
  /** What a person would find in the browser's console, and refusals of the security policy. */
  readonly complaints: string[] = [];
  #server: StartedProgram | null = null;

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("requestfailed", (request) => {
      const error = request.failure()?.errorText ?? "";
      // What the page itself gives up, the rest of an answer of which it wanted the headers, is no failure.
      if (error !== "net::ERR_ABORTED") this.complaints.push(`${request.url()}: ${error}`);
    });
  }

  /** Serves traces with `peerscape view` and opens their page. */
  static async served(
    browser: Browser,
    traces: readonly string[],
    options: PageOptions = {},
  ): Promise<ViewedPage> {
    const server = new StartedProgram(["view", ...traces], { timeoutMillis: SERVER_MILLIS_MAX });
    const [address] = await server.says(/http:\/\/127\.0\.0\.1:\d+\//u);
    const viewed = await ViewedPage.at(browser, address, options);
    viewed.#server = server;
    return viewed;
  }

  /** Opens the page at an address, whoever serves it. */
  static async at(
    browser: Browser,
    address: string,
    options: PageOptions = {},
  ): Promise<ViewedPage> {
    const { size, colorScheme, reducedMotion, link = "" } = options;
    const page = await browser.newPage({
      ...(size === undefined ? {} : { viewport: size }),
      ...(colorScheme === undefined ? {} : { colorScheme }),
      ...(reducedMotion === undefined ? {} : { reducedMotion }),
    });
    const viewed = new ViewedPage(page);
    await viewed.page.goto(`${address}#${link}`);
    await viewed.isOpen();
    return viewed;
  }

  /** Opens the page that is one file; it shows no trace yet. */
  static async singleFile(browser: Browser): Promise<ViewedPage> {
    const viewed = new ViewedPage(await browser.newPage());
    await viewed.page.goto(pathToFileURL(SINGLE_FILE).href);
    return viewed;
  }

  /** Waits until a trace is shown. */
  async isOpen(): Promise<void> {
    await this.page.waitForFunction(() => globalThis.peerscapeViewer !== null);
  }

  /** What is shown, once everything asked for is shown. */
  async state(): Promise<ViewState> {
    return await this.page.evaluate(async () => {
      const viewer = globalThis.peerscapeViewer;
      if (viewer === null) throw new Error("No trace is open");
      await viewer.settled();
      return viewer.state;
    });
  }

  /** Waits until the page has been drawn so many times. */
  async frames(count: number): Promise<void> {
    await this.page.evaluate(async (left) => {
      for (let i = 0; i < left; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    }, count);
  }

  /** The text of the first element that a selector finds. */
  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).first().textContent()) ?? "";
  }

  /** Where a node is on the page, in CSS pixels. */
  async placeOf(node: string): Promise<{ x: number; y: number }> {
    const map = await this.page.locator("#map").boundingBox();
    const pixel = await this.page.evaluate((name) => {
      const { x, y } = globalThis.peerscapeViewer?.pixelOf(name) ?? { x: 0, y: 0 };
      return { x, y };
    }, node);
    return { x: (map?.x ?? 0) + pixel.x, y: (map?.y ?? 0) + pixel.y };
  }

  /** How often each colour, `r,g,b`, is seen in a square around a place, as the screen shows it. */
  async coloursAround(
    place: { x: number; y: number },
    radius: number,
  ): Promise<Map<string, number>> {
    const clip = {
      x: place.x - radius,
      y: place.y - radius,
      width: 2 * radius,
      height: 2 * radius,
    };
    const picture = (await this.page.screenshot({ clip })).toString("base64");
    const counts = await this.page.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
      context?.drawImage(image, 0, 0);
      const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? [];
      const found: Record<string, number> = {};
      for (let i = 0; i < pixels.length; i += 4) {
        const colour = [pixels[i], pixels[i + 1], pixels[i + 2]].join();
        found[colour] = (found[colour] ?? 0) + 1;
      }
      return found;
    }, picture);
    return new Map(Object.entries(counts));
  }

  /** Closes the page and ends its server as Ctrl-C does; answers how that ended, null without a server. */
  async close(): Promise<number | string | null> {
    await this.page.close();
    this.#server?.signal("SIGINT");
    return (await this.#server?.exit) ?? null;
  }
}
