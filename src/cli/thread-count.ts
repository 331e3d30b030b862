// `--threads K`: how many runs go on at once.

import { availableParallelism } from "node:os";
import { readWholeNumber } from "./read-number.js";
import { UsageError } from "./usage-error.js";

/** Each takes the memory of a network of ten thousand nodes. */
const THREADS_MAX = 64;

/** The number that was given, or one a processor. Throws `UsageError`. */
export function threadCount(text: string | undefined): number {
  if (text === undefined) return Math.min(availableParallelism(), THREADS_MAX);
  const count = readWholeNumber("--threads", text);
  if (count <= THREADS_MAX) return count;
  const expected = `a whole number from 1 to ${THREADS_MAX}`;
  throw new UsageError("--threads", text, expected, "write a smaller number");
}
