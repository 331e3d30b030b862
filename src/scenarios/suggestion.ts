// The word that was probably meant.

import { closest, distance } from "fastest-levenshtein";

/** `did you mean home?` for the name nearest to what was written, or nothing when none is near. */
export function didYouMean(written: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const nearest = closest(written, [...names]);
  const isNear = distance(written, nearest) <= Math.max(1, Math.floor(nearest.length / 3));
  return isNear ? `did you mean ${nearest}?` : "";
}
