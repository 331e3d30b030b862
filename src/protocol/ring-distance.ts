// The distance of Chord's identifiers: how far it is from one to another round the ring of all ids, upwards. Ids and keys
// are 64 hexadecimal digits in lower case, whose order as text is that of the numbers they are.

/** Orders two ids by the way to them from `from` on, upwards and round: negative when `a` comes first. */
export function compareClockwise(from: string, a: string, b: string): number {
  if (a === b) return 0;
  const isBeforeTurn = a >= from;
  if (isBeforeTurn !== b >= from) return isBeforeTurn ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Whether an id comes after `from` and before `to` on the way round; with `from` equal to `to`, any other does. */
export function isBetween(from: string, id: string, to: string): boolean {
  if (id === from || id === to) return false;
  return from === to || compareClockwise(from, id, to) < 0;
}

/** The key that lies 2^bit (0–255) after an id. */
export function keyAfter(id: string, bit: number): string {
  const sum = (BigInt(`0x${id}`) + (1n << BigInt(bit))) & ((1n << 256n) - 1n);
  return sum.toString(16).padStart(64, "0");
}
