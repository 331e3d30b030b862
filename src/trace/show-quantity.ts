// Quantities in words, the same everywhere they are printed: enough digits to see a difference, no more.

/** Microseconds as people read them: `350 µs`, `12.5 ms`, `2.4 s`, `95 s`. */
export function showSeconds(micros: number): string {
  if (!Number.isFinite(micros)) return "any time";
  if (micros === 0) return "0 s";
  if (micros < 1000) return `${String(micros)} µs`;
  // From here on milliseconds would be rounded to a thousand.
  if (micros < 999_950) return `${showNumber(micros / 1000)} ms`;
  return `${showNumber(micros / 1_000_000)} s`;
}

/** A virtual time to the microsecond, so that two moments of one message can be told apart: `142.000523 s`. */
export function showMoment(micros: number): string {
  return `${(micros / 1_000_000).toFixed(6)} s`;
}

/** A share of 0–1 as a percentage; never rounds up to 100 % nor down to 0 %. */
export function showShare(share: number): string {
  const percent = share * 100;
  if (percent > 99.99 && percent < 100) return "> 99.99 %";
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  return `${String(Number(percent.toFixed(2)))} %`;
}

/** A number with at most four significant digits, whole numbers with all of theirs, in groups of three. */
export function showNumber(value: number): string {
  if (Math.abs(value) >= 1000) return showCount(value);
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

/** A whole number in groups of three digits: `12,345,678`. */
export function showCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 node`, `2 nodes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}
