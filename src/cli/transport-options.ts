// Options that mean nothing in the world that a run was asked for are refused, as they would silently do nothing.

import type { SimArguments } from "./sim-arguments.js";
import { UsageError } from "./usage-error.js";

/** Options that look into the simulator, or bound it. */
const OF_SIMULATION = [
  "check-determinism",
  "trace-contents",
  "break",
  "break-at",
  "events-max",
  "pending-max",
  "heap-max",
] as const satisfies readonly (keyof SimArguments)[];

const OF_LIVE_RUNS = ["security", "processes"] as const satisfies readonly (keyof SimArguments)[];

/** Throws `UsageError` for an option of the other world. */
export function refuseForeignOptions(given: SimArguments): void {
  const isLive = given.transport === "tcp";
  const foreign = isLive ? OF_SIMULATION : OF_LIVE_RUNS;
  for (const option of foreign) {
    const value = given[option];
    if (value === undefined || value === false) continue;
    throw new UsageError(
      `--${option}`,
      String(value),
      `--transport ${isLive ? "sim" : "tcp"} beside it`,
      isLive ? "a live run cannot do it: leave it out" : "add it, or leave this out",
    );
  }
  if (isLive && given.wire !== "objects") {
    throw new UsageError(
      "--wire",
      given.wire,
      "--transport sim beside it",
      "live messages are always bytes: leave it out",
    );
  }
}
