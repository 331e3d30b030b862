// The scale of an axis: round ends and round ticks around the numbers that are drawn.

/** A scale with its ticks, from `low` to `high`. */
export interface NiceScale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** About how many steps an axis has: at most twice as many. */
const STEPS = 4;

/** The scale for some finite numbers, one at least. Numbers that are all the same get room on either side. */
export function niceScale(values: readonly number[]): NiceScale {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const span = max > min ? max - min : Math.abs(max) > 0 ? Math.abs(max) / 2 : 1;
  const { step, decimals } = niceStep(span / STEPS);
  const first = Math.floor((max > min ? min : min - span / 2) / step);
  const last = Math.ceil((max > min ? max : max + span / 2) / step);
  return {
    low: first * step,
    high: last * step,
    ticks: Array.from({ length: last - first + 1 }, (_, i) => {
      const value = (first + i) * step;
      return { value, text: value.toFixed(decimals) };
    }),
  };
}

/** The largest of 1, 2 and 5 times a power of ten that is not above `size`, and the decimals it is written with. */
function niceStep(size: number): { readonly step: number; readonly decimals: number } {
  let power = 1;
  let decimals = 0;
  while (power * 10 <= size) power *= 10;
  while (power > size) {
    power /= 10;
    decimals++;
  }
  const factor = [5, 2].find((candidate) => candidate * power <= size) ?? 1;
  return { step: factor * power, decimals };
}
