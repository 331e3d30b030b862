// Lists of node names, cut to what a line of a report holds.

const NAMES_SHOWN = 3;

/** The first three names and how many more: `home-1, home-2, home-3 and 12 others`. */
export function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const others = names.length - NAMES_SHOWN;
  return others > 0 ? `${shown} and ${String(others)} others` : shown;
}
