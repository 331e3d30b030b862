// The distance of Chord's identifiers: how far it is from one to another round the ring of all ids, upwards. Ids and keys
// are 64 hexadecimal digits in lower case, whose order as text is that of the numbers they are.

/** Orders two ids by the way to them from `from` on, upwards and round: negative when `a` comes first. */
export function compareClockwise(from: string, a: string, b: string): number {
  if (a === b) return 0;
  const isBeforeTurn = a >= from;
  if (isBeforeTurn !== b >= from) return isBeforeTurn ? -1 : 1;
  return a < b ? -1 : 1;
}
