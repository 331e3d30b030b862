// `--processes K`: how many processes the nodes of a live run are in.

import type { Scenario } from "../scenarios/scenario.js";
import { readWholeNumber } from "./read-number.js";
import { UsageError } from "./usage-error.js";

/** Each takes some 60 MB before it has a node. */
const PROCESSES_MAX = 64;

/** A process without a node would do nothing, and each takes the memory of a whole Node.js. */
export function processCountOf(text: string | undefined, { nodeCount }: Scenario): number | null {
  if (text === undefined) return null;
  const count = readWholeNumber("--processes", text);
  const most = Math.min(nodeCount, PROCESSES_MAX);
  if (count >= 1 && count <= most) return count;
  throw new UsageError(
    "--processes",
    text,
    `a whole number from 1 to ${most}`,
    nodeCount < PROCESSES_MAX
      ? `the scenario has ${nodeCount} nodes: give each process one at least`
      : "write a smaller number",
  );
}
