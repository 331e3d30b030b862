// What a hundred thousand nodes of each membership protocol take: virtual time until their overlay has converged,
// processor time, and memory a node. `npm run bench:membership [-- NODES [PROTOCOL…]]`. Each protocol runs twice, in
// processes of its own: once with its overlay measured, until it has converged, and once up to that instant with nothing
// but the protocol, for time and memory. Exit code 1 when one does not converge.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { measureSnapshot } from "../src/analysis/measure-overlay.js";
import type { OverlayMetrics } from "../src/analysis/measure-overlay.js";
import { CardRun, cardScenario } from "../src/scenarios/cards/card-run.js";
import { nodePlatform } from "../src/scenarios/node-platform.js";

const NODES = 100_000;
const SEED = 1;
/** Cycles between two looks, and how many later an overlay must still be as it was: the project's word "mixed". */
const LOOK_CYCLES = 5;
const MIXED_CYCLES = 10;
const CYCLES_MAX = 150;
const NEAR = 0.1;
/** Of the path lengths only the mean is used, in print: enough for two digits. */
const PATH_SOURCES = 20;
const HEAP_MEBIBYTES = 20_000;
const BYTES_PER_KIBIBYTE = 1024;
const BYTES_PER_GIBIBYTE = 1024 ** 3;

interface Contestant {
  readonly name: string;
  /** Which overlay is judged, and how many entries a node's view holds. */
  readonly overlay: string;
  readonly viewSize: number;
  readonly isSymmetric: boolean;
  readonly cycleSeconds: number;
  readonly start: string;
  /** When the last node has started, in seconds. */
  readonly builtSeconds: (nodes: number) => number;
  readonly discovery: string;
}

const JOINS_PER_SECOND = 1_000;
const joined = (nodes: number): number => Math.ceil(nodes / JOINS_PER_SECOND);
const JOIN = `{ overlay: join, contact: node-0, rate: ${JOINS_PER_SECOND}/s }`;

const CONTESTANTS: readonly Contestant[] = [
  {
    ...{ name: "cyclon", overlay: "members", viewSize: 20, isSymmetric: false, cycleSeconds: 10 },
    ...{ start: "{ overlay: chain }", builtSeconds: () => 0 },
    discovery: "{ use: cyclon, view: 20, shuffle: 8, period: 10s }",
  },
  {
    ...{ name: "newscast", overlay: "members", viewSize: 20, isSymmetric: false, cycleSeconds: 10 },
    ...{ start: "{ overlay: chain }", builtSeconds: () => 0 },
    discovery: "{ use: peer-sampling, view: 20, healing: 10, swap: 0, period: 10s }",
  },
  {
    ...{ name: "hyparview", overlay: "neighbours", viewSize: 5, isSymmetric: true },
    ...{ cycleSeconds: 10, start: JOIN, builtSeconds: joined },
    discovery: "{ use: hyparview, period: 10s }",
  },
  {
    ...{ name: "genesis", overlay: "members", viewSize: 32, isSymmetric: false, cycleSeconds: 5 },
    ...{ start: JOIN, builtSeconds: joined },
    discovery:
      "{ use: genesis, members: sample(32), announceTtl: 3, batch: 500ms, period: 5s, shuffle: 4s, probe: 2s }",
  },
];

/** What a process of one run says. */
interface Told {
  readonly atSeconds: number;
  readonly events: number;
  readonly cpuSeconds: number;
  readonly heapBytes: number;
  readonly peakBytes: number;
  readonly overlay: string;
}

const [first = "", ...rest] = process.argv.slice(2);
if (first === "run") tell(rest);
else compareAll(first, rest);

/** All contestants that were asked for, one line each. */
function compareAll(count: string, names: readonly string[]): void {
  const nodes = count === "" ? NODES : Number(count);
  const asked = CONTESTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
  const unknown = names.filter(
    (name) => !CONTESTANTS.some((contestant) => contestant.name === name),
  );
  if (!Number.isSafeInteger(nodes) || nodes < 100 || unknown.length > 0) {
    const known = CONTESTANTS.map(({ name }) => name).join(", ");
    process.stderr.write(
      `npm run bench:membership -- ${[count, ...names].join(" ")}: expected nodes, at least 100, and protocols of ${known}\n`,
    );
    process.exitCode = 2;
    return;
  }
  print(["protocol", "converged at", "overlay", "events", "CPU", "a node", "in all, at most"]);
  for (const { name } of asked) {
    const found = runApart(name, nodes, 0);
    if (found === null) {
      print([name, "did not converge"]);
      process.exitCode = 1;
      continue;
    }
    const bare = runApart(name, nodes, found.atSeconds) ?? found;
    print([
      name,
      `${found.atSeconds} s`,
      found.overlay,
      `${(bare.events / 1e6).toFixed(1)} M`,
      `${bare.cpuSeconds.toFixed(0)} s`,
      `${(bare.heapBytes / nodes).toFixed(0)} B`,
      `${(bare.peakBytes / BYTES_PER_GIBIBYTE).toFixed(1)} GiB`,
    ]);
  }
}

function print(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

/** One run in a process of its own: until it has converged, or up to an instant with nobody looking. */
function runApart(name: string, nodes: number, untilSeconds: number): Told | null {
  const own = fileURLToPath(import.meta.url);
  const heap = `--max-old-space-size=${HEAP_MEBIBYTES}`;
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--expose-gc", heap, own, "run", name, String(nodes), String(untilSeconds)],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  return status === 0 ? (JSON.parse(stdout) as Told) : null;
}

/** Runs one, and tells what came of it; exit code 1 when it did not converge. */
function tell([name = "", count = "", until = ""]: readonly string[]): void {
  const contestant = CONTESTANTS.find((one) => one.name === name);
  if (contestant === undefined) throw new RangeError(`No protocol is called "${name}"`);
  const nodes = Number(count);
  const untilSeconds = Number(until);
  collectGarbage();
  const before = bytesInUse();
  const { start, cycleSeconds, builtSeconds, discovery } = contestant;
  const seconds = builtSeconds(nodes) + (CYCLES_MAX + 1) * cycleSeconds;
  const protocols = `{ discovery: ${discovery} }`;
  const text = cardScenario({ nodes, start, seconds, protocols });
  const run = new CardRun({ text, seed: SEED, platform: nodePlatform, tracks: untilSeconds === 0 });
  if (untilSeconds > 0) run.advanceTo(untilSeconds);
  const found = untilSeconds > 0 ? null : convergence(run, contestant, nodes);
  if (untilSeconds === 0 && found === null) {
    process.exitCode = 1;
    return;
  }
  const { user, system } = process.cpuUsage();
  collectGarbage();
  const told: Told = {
    ...{ atSeconds: found?.atSeconds ?? untilSeconds, events: run.run.simulation.eventCount },
    ...{ cpuSeconds: (user + system) / 1e6, heapBytes: bytesInUse() - before },
    peakBytes: process.resourceUsage().maxRSS * BYTES_PER_KIBIBYTE,
    overlay: found === null ? "" : described(found.metrics),
  };
  process.stdout.write(JSON.stringify(told));
}

/** When the overlay was first as it has stayed for ten cycles; null when that is never. */
function convergence(
  run: CardRun,
  contestant: Contestant,
  nodes: number,
): { readonly atSeconds: number; readonly metrics: OverlayMetrics } | null {
  const { cycleSeconds, builtSeconds } = contestant;
  const looks: { readonly atSeconds: number; readonly metrics: OverlayMetrics }[] = [];
  for (let cycle = LOOK_CYCLES; cycle <= CYCLES_MAX; cycle += LOOK_CYCLES) {
    const atSeconds = builtSeconds(nodes) + cycle * cycleSeconds;
    run.advanceTo(atSeconds);
    const metrics = look(run, contestant.overlay);
    process.stderr.write(`${contestant.name} ${atSeconds} s: ${described(metrics)}\n`);
    looks.push({ atSeconds, metrics });
    const early = looks.at(-1 - MIXED_CYCLES / LOOK_CYCLES);
    if (early !== undefined && isValid(early.metrics, contestant) && isNear(early.metrics, metrics))
      return early;
  }
  return null;
}

function look(run: CardRun, overlay: string): OverlayMetrics {
  let drawn = 0;
  return measureSnapshot(run.snapshotOf(overlay), {
    pick: (bound) => Math.floor(run.chance("paths", drawn++) * bound),
    sampledSources: PATH_SOURCES,
  });
}

/** The project's word "valid" for partial views. */
function isValid(metrics: OverlayMetrics, { viewSize, isSymmetric }: Contestant): boolean {
  const { nodes, outDegree, weakComponents, strongComponents, staleShare, reciprocity } = metrics;
  const wanted = 0.95 * Math.min(viewSize, nodes - 1);
  let filled = 0;
  for (const [degree, count] of outDegree.histogram) if (degree >= wanted) filled += count;
  return (
    weakComponents.count === 1 &&
    strongComponents.largest >= 0.999 * nodes &&
    staleShare <= 0.01 &&
    outDegree.min > 0 &&
    filled >= 0.995 * nodes &&
    (!isSymmetric || (reciprocity ?? 0) >= 0.995)
  );
}

/** "Mixed": in-degrees and clustering have stayed. */
function isNear(early: OverlayMetrics, late: OverlayMetrics): boolean {
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= NEAR * b;
  return (
    isClose(early.inDegree.standardDeviation, late.inDegree.standardDeviation) &&
    isClose(early.clustering, late.clustering)
  );
}

function described({
  nodes,
  inDegree,
  outDegree,
  clustering,
  paths,
  weakComponents,
}: OverlayMetrics): string {
  const path = paths.averageShortestPath?.toFixed(2) ?? "none";
  return (
    `${nodes} nodes in ${weakComponents.count}, out-degree ${outDegree.mean.toFixed(2)}, in-degree ± ` +
    `${inDegree.standardDeviation.toFixed(2)}, clustering ${clustering.toFixed(5)}, path ${path}`
  );
}

function bytesInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function collectGarbage(): void {
  globalThis.gc?.();
}
