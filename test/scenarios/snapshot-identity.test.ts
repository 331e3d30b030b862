import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../src/scenarios/scenario.js";
import { SNAPSHOT_FORMAT, SnapshotError } from "../../src/scenarios/snapshot-identity.js";
import type { PlainData } from "../../src/sim/plain-data.js";
import { EVERYTHING, runOf, scenarioOf, textOf } from "../determinism/run-digest.js";

const scenario = scenarioOf(textOf(EVERYTHING));

/** A snapshot of a run, as another process reads it. */
function snapshotOf(of: Scenario): PlainData {
  const run = runOf(of);
  for (let i = 0; i < 500; i++) run.step();
  return decode(encode(run.snapshot())) as PlainData;
}

const snapshot = snapshotOf(scenario);

/** What restoring into a run of `into` is refused with. */
function refusal(into: Scenario, state: PlainData = snapshot): SnapshotError {
  const run = runOf(into);
  let refused: unknown;
  try {
    run.restore(state);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(SnapshotError);
  // Nothing was changed: the run can still begin.
  expect(run.step()).toBe(true);
  return refused as SnapshotError;
}

/** The scenario with other distances between its regions. */
function withLatencies(change: (micros: number) => number): Scenario {
  const { latency } = scenario.network;
  if (latency.kind !== "regions") throw new Error("everything.yaml has regions");
  const { matrix } = latency;
  const latencyMicros = matrix.latencyMicros.map(change);
  const other = { kind: "regions", matrix: { ...matrix, latencyMicros } } as const;
  return { ...scenario, network: { ...scenario.network, latency: other } };
}

describe("a snapshot", () => {
  it("says its format, name, seed and hash of its scenario, and whether it has a digest", () => {
    const { identity } = snapshot as { readonly identity: unknown };
    expect(identity).toEqual({
      format: SNAPSHOT_FORMAT,
      scenario: "everything",
      seed: 9,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      digests: true,
    });
  });

  it("of another scenario or seed is refused, with both", () => {
    expect(refusal({ ...scenario, name: "other" })).toMatchObject({
      field: "scenario",
      found: "everything",
      expected: "other",
    });
    const error = refusal({ ...scenario, seed: "9" });
    expect(error).toMatchObject({ field: "seed", found: 9, expected: "9" });
    expect(error.message).toBe(
      'The snapshot has seed 9; expected "9": make the run with the seed that it was taken with',
    );
  });

  const [first, ...others] = scenario.classes;
  const changes: readonly (readonly [what: string, changed: Scenario])[] = [
    ["an event less", { ...scenario, events: scenario.events.slice(1) }],
    ["another param", { ...scenario, params: { peers: 13 } }],
    [
      "a class that differs",
      { ...scenario, classes: [{ ...first!, dialableShare: 0.5 }, ...others] },
    ],
    [
      "a node in another region",
      { ...scenario, regionOf: scenario.regionOf.map((row) => (row + 1) % 11) },
    ],
    ["a matrix that differs", withLatencies((micros) => micros + 1)],
  ];
  it.each(changes)("of a scenario of the same name with %s is refused", (_what, changed) => {
    expect(refusal(changed)).toMatchObject({ field: "sha256" });
  });

  it.each([null, 7, "text", {}, [], { identity: null }, { identity: 3 }, { names: [] }])(
    "is what has an identity: %j is refused",
    (state) => {
      expect(refusal(scenario, state as PlainData)).toMatchObject({
        field: "format",
        found: undefined,
      });
    },
  );

  it("in another format is refused, whatever else it says", () => {
    const parts = snapshot as { readonly identity: Readonly<Record<string, PlainData>> };
    const identity = { ...parts.identity, format: SNAPSHOT_FORMAT + 1, scenario: "other" };
    expect(refusal(scenario, { ...parts, identity })).toMatchObject({
      field: "format",
      found: SNAPSHOT_FORMAT + 1,
      expected: SNAPSHOT_FORMAT,
    });
  });

  it("without a digest is refused by a run that wants one, and not the other way round", () => {
    const without = runOf(scenario, { digests: false });
    for (let i = 0; i < 500; i++) without.step();
    expect(refusal(scenario, without.snapshot())).toMatchObject({
      field: "digests",
      found: false,
      expected: true,
    });
    const restored = runOf(scenario, { digests: false });
    restored.restore(snapshot);
    while (restored.step());
    expect(restored.digest()).toBeNull();
  });

  it("goes on to another end than the run's that it was taken of", () => {
    const cut = snapshotOf({ ...scenario, endMicros: 20_000_000 });
    const restored = runOf(scenario);
    restored.restore(cut);
    while (restored.step());
    const whole = runOf(scenario);
    while (whole.step());
    expect(restored.digest()).toBe(whole.digest());
  });
});
