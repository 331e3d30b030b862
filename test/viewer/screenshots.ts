// The pictures of the viewer in README and docs: `npm run screenshots [-- FOLDER]`. Runs shipped scenarios, opens their
// traces in a browser that draws by software, and writes what is seen as PNG files, into docs/pictures unless told
// otherwise. The pictures follow the page: after a change of how it looks this command is all there is to do.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PROJECT_FOLDER, runProgram } from "../support/built-program.js";
import { ViewedPage, startBrowser } from "./viewed-page.js";
import type { PageOptions } from "./viewed-page.js";

/** One picture: a run, the part of the address that says what is shown, and how the window is. */
interface Shot extends PageOptions {
  readonly name: string;
  readonly run: readonly string[];
  readonly link: string;
  /** Keys that are pressed before the picture is taken. */
  readonly keys?: readonly string[];
}

const CHURN = ["scenarios/churn.yaml", "--nodes", "110"];
const CUT = ["scenarios/partition-heals.yaml"];
const WIDE = { width: 1200, height: 750 };

const SHOTS: readonly Shot[] = [
  {
    name: "viewer-churn",
    run: CHURN,
    link: "t=96.37&layout=force&node=home-7&speed=0.1",
    size: WIDE,
    colorScheme: "light",
  },
  {
    name: "viewer-regions",
    run: CUT,
    link: "t=48.2&layout=regions&speed=0.1",
    size: WIDE,
    colorScheme: "dark",
  },
  {
    name: "viewer-space-time",
    run: CHURN,
    link: "t=120.4&layout=ring&node=home-12&speed=0.1",
    size: WIDE,
    colorScheme: "light",
    keys: ["d"],
  },
  {
    name: "viewer-narrow",
    run: CHURN,
    link: "t=96.37&layout=force&speed=0.1",
    size: { width: 400, height: 800 },
    colorScheme: "dark",
    reducedMotion: "reduce",
  },
];

const target = path.resolve(process.argv[2] ?? path.join(PROJECT_FOLDER, "docs/pictures"));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-screenshots-"));
fs.mkdirSync(target, { recursive: true });
const browser = await startBrowser();
try {
  for (const shot of SHOTS) {
    const file = path.join(target, `${shot.name}.png`);
    await take(shot, file);
    process.stdout.write(`${file}: ${fs.statSync(file).size.toLocaleString("en")} bytes\n`);
  }
} finally {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
}

async function take({ run, link, keys = [], ...options }: Shot, file: string): Promise<void> {
  const viewed = await ViewedPage.served(browser, [traceOf(run)], { ...options, link });
  try {
    for (const key of keys) await viewed.page.keyboard.press(key);
    await viewed.state();
    await viewed.frames(3);
    await viewed.page.screenshot({ path: file, animations: "disabled", caret: "hide" });
    const [complaint] = viewed.complaints;
    if (complaint !== undefined) throw new Error(`${file}: the page complains: ${complaint}`);
  } finally {
    await viewed.close();
  }
}

/** Runs a scenario, once for all pictures of it. */
function traceOf(run: readonly string[]): string {
  const file = path.join(folder, `${path.basename(run[0] ?? "", ".yaml")}.mcap`);
  if (fs.existsSync(file)) return file;
  const { exit, standardError } = runProgram(["sim", ...run, "--quiet", "--trace", file]);
  if (exit !== 0) throw new Error(`${run.join(" ")} ended with ${String(exit)}: ${standardError}`);
  return file;
}
