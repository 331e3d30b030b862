// The word that was probably meant.

import { closest, distance } from "fastest-levenshtein";

/** Letters that may be wrong in a word of so many: two in `count`, since letters swap places in pairs. */
function distanceMax(length: number): number {
  if (length <= 3) return 1;
  return length <= 6 ? 2 : Math.floor(length / 3);
}

/** `did you mean home?` for the name nearest to what was written, or nothing when none is near. */
export function didYouMean(written: string, names: readonly string[]): string {
  if (names.length === 0 || written.length > 100) return "";
  const nearest = closest(written, [...names]);
  return distance(written, nearest) <= distanceMax(nearest.length)
    ? `did you mean ${nearest}?`
    : "";
}
