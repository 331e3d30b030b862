// The bits of a double, for functions that must give the same result on every engine.

const view = new DataView(new ArrayBuffer(8));

/** Sign, exponent and upper 20 bits of the fraction, as a signed 32-bit number. */
export function highWord(value: number): number {
  view.setFloat64(0, value);
  return view.getInt32(0);
}

/** `value` with the upper half of its bits replaced. */
export function withHighWord(value: number, word: number): number {
  view.setFloat64(0, value);
  view.setInt32(0, word);
  return view.getFloat64(0);
}

/** `value` with the lower half of its bits cleared: short enough that products of two such are exact. */
export function truncated(value: number): number {
  view.setFloat64(0, value);
  view.setInt32(4, 0);
  return view.getFloat64(0);
}

/** value × 2^exponent, rounded once; `value` lies near 1 and the exponent between −2,000 and 2,000. */
export function scaledByPowerOfTwo(value: number, exponent: number): number {
  if (exponent > 1023) return value * powerOfTwo(1023) * powerOfTwo(exponent - 1023);
  // Through 2^-969, not 2^-1022: the first product must stay exact, so that only the last one rounds.
  if (exponent < -1022) return value * powerOfTwo(exponent + 969) * powerOfTwo(-969);
  return value * powerOfTwo(exponent);
}

function powerOfTwo(exponent: number): number {
  if (exponent > 1023) return Infinity;
  if (exponent < -1022) return 0;
  return withHighWord(0, (exponent + 1023) << 20);
}
