// Chance that stays put: a scenario that differs in one line differs in what that line does, and in nothing else.
// That is what lets a failing scenario shrink.

import { describe, expect, it } from "vitest";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { RecordKind } from "../../src/trace/record.js";
import { traceLine } from "../../src/trace/trace-line.js";
import type { TraceLine } from "../../src/trace/trace-line.js";
import { beaconDefinition } from "./beacon.js";

const PROTOCOLS = [beaconDefinition, ...SHIPPED_PROTOCOLS];

/** Twelve nodes in a chain, each flashing at its neighbours over links that do what they can to datagrams. */
const BASE = `
name: flashes
seed: 4
nodes: { peer: 12 }
start: { overlay: chain }
phases: { run: 30s }
protocols: { beacon: { use: beacon } }
network:
  latency: { uniform: { min: 10ms, max: 200ms }, jitter: 20% }
  loss: 20%
  duplicate: 10%
  corrupt: 5%
  reorder: { share: 10%, by: 300ms }
  rules:
    - { name: bad-corner, from: peer-3, to: all, loss: 50%, delay: { exponential: { mean: 50ms } } }
workload:
  - { name: one, do: send, in: run, arrivals: { poisson: 1/s }, bytes: 100 }
  - { name: two, do: send, in: run, arrivals: { poisson: 1/s }, bytes: 200 }
events:
  - { name: freeze, at: 25s, do: pause, who: { count: 2, by: random }, for: 1s }
  - { name: fall, at: 28s, do: crash, who: { count: 3, of: peer } }
`;

/** What became of one datagram: the verdict at its sending, and when it came. */
interface Fate {
  reason: string;
  readonly arrivalsMicros: number[];
}

interface Observed {
  /** By source, target and number on the link. */
  readonly fates: ReadonlyMap<string, Fate>;
  /** What nodes drew from their own streams: node and time, value. */
  readonly draws: ReadonlyMap<string, number>;
  readonly lines: readonly TraceLine[];
}

/** Runs the base, changed by a replacement that must take place. */
function observe(from = "", to = ""): Observed {
  const text = BASE.replace(from, to);
  if (from !== "") expect(text).not.toBe(BASE);
  const { scenario } = parseScenario({ file: "flashes.yaml", text, protocols: PROTOCOLS });
  const lines: TraceLine[] = [];
  const run = new SimulatedRun(scenario, {
    platform: nodePlatform,
    protocols: [beaconDefinition],
    watches: false,
    sinks: (view) => [
      { kinds: Object.values(RecordKind), accept: (record) => lines.push(traceLine(record, view)) },
    ],
  });
  while (run.step());
  return { fates: fatesOf(lines), draws: drawsOf(lines), lines };
}

function fatesOf(lines: readonly TraceLine[]): Map<string, Fate> {
  const fates = new Map<string, Fate>();
  // Before nodes stop and fall, which changes what is sent.
  const early = lines.filter(
    ({ timeMicros, name }) => timeMicros < 25e6 && name === "beacon/flash",
  );
  for (const { kind, node, peer, number, reason, timeMicros } of early) {
    if (kind === "sent") {
      fates.set(`${node} > ${peer} #${number}`, { reason: reason ?? "", arrivalsMicros: [] });
    }
    const fate = fates.get(`${peer} > ${node} #${number}`);
    if (kind === "delivered") fate?.arrivalsMicros.push(timeMicros);
    if (kind === "dropped") fate?.arrivalsMicros.push(-timeMicros);
  }
  return fates;
}

function drawsOf(lines: readonly TraceLine[]): Map<string, number> {
  const draws = new Map<string, number>();
  for (const { kind, node, timeMicros, value } of lines) {
    if (kind === "observation") draws.set(`${node} at ${timeMicros}`, value ?? -1);
  }
  return draws;
}

/** The entries of one map whose keys pass, as an object that tests can compare. */
function only<Value>(
  all: ReadonlyMap<string, Value>,
  passes: (key: string) => boolean = () => true,
): Record<string, Value> {
  return Object.fromEntries([...all].filter(([key]) => passes(key)));
}

/** Names of the nodes that an event concerned. */
function concerned({ lines }: Observed, event: string): (string | undefined)[] {
  const actions = lines.filter(({ kind, name }) => kind === "action" && name === event);
  return actions.map(({ node }) => node);
}

const base = observe();

describe("removing", () => {
  it("is compared with a base in which all that can happen to a datagram does", () => {
    const fates = [...base.fates.values()];
    expect(fates.length).toBeGreaterThan(900);
    const reasons = new Set(fates.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(["", "loss"]);
    expect(fates.some(({ arrivalsMicros }) => arrivalsMicros.length === 2)).toBe(true);
    expect(fates.some(({ arrivalsMicros }) => arrivalsMicros.some((micros) => micros < 0))).toBe(
      true,
    );
  });

  it("a rule of the network leaves the draws of all others where they were", () => {
    const { fates } = observe("  duplicate: 10%\n");
    expect([...fates.keys()]).toEqual([...base.fates.keys()]);
    for (const [key, { reason, arrivalsMicros }] of fates) {
      const before = base.fates.get(key)!;
      expect({ key, reason }).toEqual({ key, reason: before.reason });
      expect(arrivalsMicros.length).toBeLessThanOrEqual(1);
      // What came once came at one of the two times at which it came before.
      for (const micros of arrivalsMicros) expect(before.arrivalsMicros).toContain(micros);
    }
  });

  it("a rule for some links leaves all other links as they were", () => {
    const { fates, draws } = observe(/ {2}rules:\n.*\n/.exec(BASE)![0]);
    const elsewhere = (key: string): boolean => !/peer-3\b/.test(key);
    expect(only(fates, elsewhere)).toEqual(only(base.fates, elsewhere));
    expect(only(fates)).not.toEqual(only(base.fates));
    expect(only(draws)).toEqual(only(base.draws));
  });

  it("a node leaves the links and the chance of all others as they were", () => {
    const { fates, draws } = observe("peer: 12", "peer: 11");
    const withoutLast = (key: string): boolean => !key.includes("peer-11");
    expect(only(fates)).toEqual(only(base.fates, withoutLast));
    // Picks take the first of a ranking: without the last node the others keep their ranks.
    const early = (key: string): boolean => withoutLast(key) && Number(key.split(" at ")[1]) < 25e6;
    expect(only(draws, early)).toEqual(only(base.draws, early));
  });

  it("an event leaves the picks of all others as they were", () => {
    expect(concerned(base, "fall")).toHaveLength(4);
    const withoutFreeze = observe(/ {2}- \{ name: freeze.*\n/.exec(BASE)![0]);
    expect(concerned(withoutFreeze, "freeze")).toEqual([]);
    expect(concerned(withoutFreeze, "fall")).toEqual(concerned(base, "fall"));
    const withoutFall = observe(/ {2}- \{ name: fall.*\n/.exec(BASE)![0]);
    expect(concerned(withoutFall, "freeze")).toEqual(concerned(base, "freeze"));
  });

  it("a workload leaves the arrivals and the senders of all others as they were", () => {
    const sends = ({ lines }: Observed, bytes: number): string[] =>
      lines
        .filter(
          (line) => line.kind === "broadcast" && line.bytes === bytes && line.name === "started",
        )
        .map(({ timeMicros, node, peer }) => `${timeMicros} ${node} > ${peer}`);
    const withoutOne = observe(/ {2}- \{ name: one.*\n/.exec(BASE)![0]);
    expect(sends(base, 200).length).toBeGreaterThan(10);
    expect(sends(withoutOne, 200)).toEqual(sends(base, 200));
    expect(sends(withoutOne, 100)).toEqual([]);
  });
});
