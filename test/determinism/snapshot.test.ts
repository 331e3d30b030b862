// A run can be cut between any two events, saved, and continued in another process: it ends with the same digest.

import { spawnSync } from "node:child_process";
import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../src/scenarios/scenario.js";
import type { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import type { PlainData } from "../../src/sim/plain-data.js";
import type { WireMode } from "../../src/transport/sim-wire.js";
import { generatedScenario } from "../convergence/generated-scenario.js";
import { PROJECT_FOLDER } from "../support/built-program.js";
import { EVERYTHING, digestOf, runOf, scenarioOf, textOf, writtenText } from "./run-digest.js";
import type { CutRun } from "./resume.js";

const RESUME = "test/determinism/resume.ts";
const everythingText = textOf(EVERYTHING);
const everything = scenarioOf(everythingText);
const everythingDigest = digestOf(runOf(everything));
const DRAWN_SEED = 20_261_122;
const MEBIBYTE = 1024 * 1024;

/** Where a run is cut, as a share of its events. */
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Runs the first events of a scenario. */
function cutAt(
  scenario: Scenario,
  eventCount: number,
  wireMode: WireMode = "objects",
): SimulatedRun {
  const run = runOf(scenario, { wireMode });
  for (let i = 0; i < eventCount && run.step(); i++);
  return run;
}

/** A snapshot as another process reads it. */
function carried(run: SimulatedRun): PlainData {
  return decode(encode(run.snapshot())) as PlainData;
}

/** The digests at which a new process arrives. */
function resumeElsewhere(cuts: readonly CutRun[]): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", RESUME], {
    cwd: PROJECT_FOLDER,
    input: encode(cuts),
    encoding: "utf8",
    maxBuffer: 64 * MEBIBYTE,
  });
  if (status !== 0) throw new Error(`The new process failed: ${stderr}`);
  return stdout.split("\n");
}

function cutEverything(run: SimulatedRun, wireMode: WireMode = "objects"): CutRun {
  const { endMicros } = everything;
  return { text: everythingText, endMicros, wireMode, snapshot: run.snapshot() };
}

/** The parts of a snapshot that a situation shows in. */
interface Situation {
  readonly world: { readonly conditions: readonly (readonly [string, { kind: string }])[] };
  readonly network: {
    readonly closing: readonly number[];
    readonly lives: readonly string[];
  };
  readonly simulation: {
    /** Rows of four words: state, flags, boot, counter. */
    readonly nodes: readonly number[];
    readonly processors: readonly (readonly [
      node: number,
      service: number,
      waiting: readonly unknown[],
    ])[];
    readonly streams: {
      readonly ends: readonly (readonly {
        readonly state: string;
        readonly waiting: readonly unknown[];
        readonly departing: readonly number[];
        readonly heldBy: string;
        readonly retryHandle: number;
      }[])[];
    };
  };
}

type End = Situation["simulation"]["streams"]["ends"][number][number];

function anyEnd(situation: Situation, is: (end: End) => boolean): boolean {
  return situation.simulation.streams.ends.some((ends) => ends.some(is));
}

const hasCondition = (situation: Situation, kind: string): boolean =>
  situation.world.conditions.some(([, condition]) => condition.kind === kind);

/** The first flag of a node's row. */
function isPaused(nodes: readonly number[], node: number): boolean {
  return ((nodes[4 * node + 1] ?? 0) & 1) !== 0;
}

/** Situations in which something is under way that only state carries on. */
const SITUATIONS: readonly (readonly [string, (situation: Situation) => boolean])[] = [
  ["a partition is in force", (situation) => hasCondition(situation, "partition")],
  ["a hold is in force", (situation) => hasCondition(situation, "hold")],
  ["a degradation is in force", (situation) => hasCondition(situation, "degrade")],
  ["a node is paused", ({ simulation: { nodes } }) => nodes.some((_, i) => isPaused(nodes, i))],
  [
    "events wait for a paused node",
    ({ simulation }) =>
      simulation.processors.some(
        ([node, , waiting]) => waiting.length > 0 && isPaused(simulation.nodes, node),
      ),
  ],
  [
    "messages wait for a processor",
    ({ simulation }) =>
      simulation.processors.some(
        ([node, , waiting]) => waiting.length > 0 && !isPaused(simulation.nodes, node),
      ),
  ],
  ["a dial is in progress", (situation) => anyEnd(situation, ({ state }) => state === "dialing")],
  ["a dial is answered", (situation) => anyEnd(situation, ({ state }) => state === "accepting")],
  [
    "messages wait for a retransmission",
    (situation) =>
      anyEnd(
        situation,
        (end) => end.state === "open" && end.waiting.length > 0 && end.heldBy === "",
      ),
  ],
  [
    "messages wait for an uplink",
    (situation) => anyEnd(situation, (end) => end.departing.length > 0),
  ],
  ["a stream is held back", (situation) => anyEnd(situation, ({ heldBy }) => heldBy !== "")],
  ["a node is closing", ({ network }) => network.closing.length > 0],
  ["a node has crashed", ({ network }) => network.lives.includes("crashed")],
  ["a node has not come yet", ({ network }) => network.lives.includes("waiting")],
];

/** How often the run is looked at for its situations, in events: most last for hundreds. */
const LOOK_EVENTS = 23;

describe("a snapshot", () => {
  it("carries a run on in a new process, whatever is under way when it is cut", () => {
    const wanted = new Map(SITUATIONS);
    const cuts = new Map<string, CutRun>();
    const run = runOf(everything);
    for (let count = 1; run.step() && wanted.size > 0; count++) {
      if (count % LOOK_EVENTS !== 0) continue;
      const situation = run.snapshot() as unknown as Situation;
      for (const [name, holds] of wanted) {
        if (!holds(situation)) continue;
        wanted.delete(name);
        cuts.set(name, cutEverything(run));
      }
    }
    expect([...wanted.keys()]).toEqual([]);
    const digests = resumeElsewhere([...cuts.values()]);
    const arrived = [...cuts.keys()].map((name, i) => [name, digests[i]]);
    expect(arrived).toEqual([...cuts.keys()].map((name) => [name, everythingDigest]));
  });

  it("carries a run on in a new process with messages frozen or as bytes", () => {
    const modes: readonly WireMode[] = ["frozen", "bytes"];
    const cuts = modes.map((mode) => cutEverything(cutAt(everything, 9_000, mode), mode));
    expect(resumeElsewhere(cuts)).toEqual([everythingDigest, everythingDigest]);
  });

  it("carries drawn scenarios on in a new process, cut at any event", () => {
    const drawn = fc.sample(fc.tuple(generatedScenario({ nodesMax: 12, faultsMax: 6 }), share), {
      numRuns: 15,
      seed: DRAWN_SEED,
    });
    const cuts: CutRun[] = [];
    const expected: string[] = [];
    for (const [written, cutShare] of drawn) {
      const text = writtenText(written);
      const scenario = { ...scenarioOf(text), endMicros: 40_000_000 };
      const whole = runOf(scenario);
      expected.push(digestOf(whole));
      const run = cutAt(scenario, Math.floor(whole.simulation.eventCount * cutShare));
      const { endMicros } = scenario;
      cuts.push({ text, endMicros, wireMode: "objects", snapshot: run.snapshot() });
    }
    expect(resumeElsewhere(cuts)).toEqual(expected);
  });

  it("may be taken at any event, and of a restored run again", () => {
    const eventCount = cutAt(everything, Infinity).simulation.eventCount;
    fc.assert(
      fc.property(fc.nat(eventCount), fc.nat(2_000), (first, later) => {
        const cut = cutAt(everything, first);
        const restored = runOf(everything);
        restored.restore(carried(cut));
        for (let i = 0; i < later; i++) restored.step();
        const restoredAgain = runOf(everything);
        restoredAgain.restore(carried(restored));
        expect(digestOf(restoredAgain)).toBe(everythingDigest);
      }),
      { numRuns: 30, seed: DRAWN_SEED },
    );
  });

  it("is a copy: the run that it was taken of goes on and leaves it alone", () => {
    for (const eventCount of [0, 4_000, 12_000]) {
      const cut = cutAt(everything, eventCount);
      const snapshot = cut.snapshot();
      const before = encode(snapshot);
      expect(digestOf(cut)).toBe(everythingDigest);
      expect(Buffer.compare(encode(snapshot), before)).toBe(0);
      const restored = runOf(everything);
      restored.restore(snapshot);
      expect(digestOf(restored)).toBe(everythingDigest);
    }
  });

  it("keeps an event that was injected before it", () => {
    const whole = cutAt(everything, 5_000);
    whole.inject({
      name: "surprise",
      action: { do: "crash", kind: "host", who: { kind: "all" } },
    });
    const restored = runOf(everything);
    restored.restore(carried(whole));
    const digest = digestOf(whole);
    expect(digest).not.toBe(everythingDigest);
    expect(digestOf(restored)).toBe(digest);
  });
});
