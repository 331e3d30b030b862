// Numbers on the command line. What is no number is refused, since a run with NaN for a limit has none.

import { UsageError } from "./usage-error.js";

/** A whole number from 1 on, of at most fifteen digits. Throws `UsageError`. */
export function readWholeNumber(option: string, text: string): number {
  if (/^\d{1,15}$/u.test(text) && Number(text) >= 1) return Number(text);
  throw new UsageError(option, text, "a whole number from 1 on", "write digits alone, as 1000");
}
