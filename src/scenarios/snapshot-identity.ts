// What a snapshot says of itself: how it is laid out, and of which scenario it was taken. Whoever continues from one of
// another run would get neither an error nor a result that means anything.

import type { PlainData } from "../sim/plain-data.js";
import { toHex } from "../trace/hashing.js";
import type { Sha256 } from "../trace/hashing.js";
import type { Scenario } from "./scenario.js";

/** Raised with every change of what a snapshot holds or of how it is laid out. */
export const SNAPSHOT_FORMAT = 3;

/** The head of a snapshot: plain data. */
export interface SnapshotIdentity {
  readonly format: number;
  /** Name of the scenario. */
  readonly scenario: string;
  readonly seed: number | string;
  /** SHA-256 of the effective scenario, as hexadecimal digits. */
  readonly sha256: string;
  /** Whether the state of the digest is in it: a run that wants one cannot go on without. */
  readonly digests: boolean;
}

const REMEDIES: Readonly<Record<keyof SnapshotIdentity, string>> = {
  format: "take it anew with this version of Peerscape",
  scenario: "make the run of the scenario that it was taken of",
  seed: "make the run with the seed that it was taken with",
  sha256: "make the run with the same file, params and number of nodes",
  digests: "take it from a run with a digest, or go on in one without (digests: false)",
};

/** A snapshot is not one of this run's scenario, or not one that this version can read. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";

  constructor(
    /** What of its identity differs. */
    readonly field: keyof SnapshotIdentity,
    readonly found: unknown,
    readonly expected: number | string | boolean,
  ) {
    super(
      `The snapshot has ${field} ${found === undefined ? "none" : JSON.stringify(found)}; ` +
        `expected ${JSON.stringify(expected)}: ${REMEDIES[field]}`,
    );
  }
}

/**
 * The identity of the snapshots of a scenario's runs. How long a run goes on is no part of it: what happens until then
 * is the same, so that a run that was ended early can be continued to a later end.
 */
export function snapshotIdentity(
  scenario: Scenario,
  sha256: Sha256,
  digests: boolean,
): SnapshotIdentity {
  // What files said is in the scenario already, resolved.
  const { imports: _imports, endMicros: _endMicros, ...effective } = scenario;
  const text = JSON.stringify(effective, (_key, value: unknown) => {
    if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
    if (!ArrayBuffer.isView(value)) return value;
    return toHex(sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
  });
  return {
    format: SNAPSHOT_FORMAT,
    scenario: scenario.name,
    seed: scenario.seed,
    sha256: toHex(sha256(new TextEncoder().encode(text))),
    digests,
  };
}

/**
 * Throws `SnapshotError` unless a snapshot has this identity; a digest that the run does not want may be in it all the
 * same. The first difference, from the general on, is named.
 */
export function checkSnapshot(state: PlainData, expected: SnapshotIdentity): void {
  const { identity } = (state ?? {}) as { readonly identity?: PlainData };
  const found = (identity ?? {}) as Partial<Record<keyof SnapshotIdentity, unknown>>;
  for (const field of ["format", "scenario", "seed", "sha256"] as const) {
    if (found[field] !== expected[field]) {
      throw new SnapshotError(field, found[field], expected[field]);
    }
  }
  if (expected.digests && found.digests !== true) {
    throw new SnapshotError("digests", found.digests, expected.digests);
  }
}
