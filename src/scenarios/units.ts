// Quantities as people write them (`1.5s`, `20/s`, `20Mbit/s`, `4KiB`, `0.5%`) and as Peerscape reckons
// with them. Strict on purpose: forgiving parsers read `1,5s` as 15 s and `10mss` as 10 s.

/** A quantity could not be read. Says what was written, what was expected, and what to write instead. */
export class UnitError extends Error {
  override readonly name = "UnitError";
  /** What is wrong: the value, and what it is not. */
  readonly problem: string;

  constructor(
    readonly value: string,
    readonly expected: string,
    readonly remedy: string,
  ) {
    const problem = `${value === "" ? "an empty text" : value} is not ${expected}`;
    super(`${problem}; ${remedy}`);
    this.problem = problem;
  }
}

/** A century: longer spans are slips of the unit, and all sums stay below 2^53 µs. */
export const DURATION_MICROS_MAX = 36_525 * 86_400_000_000;
/** A million million bytes: more than any message or queue, and exact as a number. */
export const SIZE_BYTES_MAX = 1e12;
/** A terabit a second, and one bit a second: outside lie slips of the unit. */
const BIT_RATE_MAX = 1e12;
/** From about one a week to a thousand a microsecond: what a number prints without an exponent. */
const RATE_MIN = 1e-6;
const RATE_MAX = 1e9;
/** Crystals are within 200 ppm; ten per cent is already absurd. */
const DRIFT_PPM_MAX = 100_000;

const DURATION_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["us", 1n],
  ["µs", 1n],
  ["μs", 1n],
  ["ms", 1_000n],
  ["s", 1_000_000n],
  ["m", 60_000_000n],
  ["min", 60_000_000n],
  ["h", 3_600_000_000n],
  ["d", 86_400_000_000n],
]);

const SIZE_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["", 1n],
  ["B", 1n],
  ["kB", 1_000n],
  ["MB", 1_000_000n],
  ["GB", 1_000_000_000n],
  ["KiB", 1_024n],
  ["MiB", 1_048_576n],
  ["GiB", 1_073_741_824n],
]);

const BIT_RATE_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["bit/s", 1n],
  ["kbit/s", 1_000n],
  ["Mbit/s", 1_000_000n],
  ["Gbit/s", 1_000_000_000n],
]);

/** Seconds in what a rate is counted by. */
const RATE_SECONDS: ReadonlyMap<string, number> = new Map([
  ["ms", 0.001],
  ["s", 1],
  ["m", 60],
  ["min", 60],
  ["h", 3_600],
  ["d", 86_400],
]);

const QUANTITY = /^(\d{1,16})(?:\.(\d{1,15}))?([^\d.,\s][^,\s]*)?$/u;

interface Kind {
  readonly units: ReadonlyMap<string, bigint>;
  readonly expected: string;
  readonly remedy: string;
  readonly max: number;
  /** The largest value as it would be written. */
  readonly shownMax: string;
  /** What values are whole numbers of. */
  readonly baseUnits: string;
}

/** Reads `<digits>[.<digits>]<unit>` exactly: what is not a whole number of base units is refused. */
function readWhole(text: string, kind: Kind): number {
  const parts = QUANTITY.exec(text);
  const factor = kind.units.get(parts?.[3] ?? "");
  if (parts === null || factor === undefined) throw new UnitError(text, kind.expected, kind.remedy);
  const fraction = parts[2] ?? "";
  const scaled = BigInt(`${parts[1]!}${fraction}`) * factor;
  const divisor = BigInt(`1${"0".repeat(fraction.length)}`);
  if (scaled % divisor !== 0n) {
    throw new UnitError(
      text,
      kind.expected,
      `write fewer decimals: it must be a whole number of ${kind.baseUnits}`,
    );
  }
  const value = Number(scaled / divisor);
  if (value > kind.max) throw new UnitError(text, kind.expected, `write at most ${kind.shownMax}`);
  return value;
}

function readDecimal(text: string, expected: string, remedy: string): number {
  if (!/^\d{1,15}(\.\d{1,25})?$/u.test(text)) throw new UnitError(text, expected, remedy);
  return Number(text);
}

/** Whole microseconds of `10ms`, `1.5s`, `2h`. Units: us, ms, s, min (or m), h, d. Throws `UnitError`. */
export function parseDurationMicros(text: string): number {
  return readWhole(text, {
    units: DURATION_UNITS,
    expected: "a length of time",
    remedy: "write a number with us, ms, s, min, h or d, such as 1.5s",
    max: DURATION_MICROS_MAX,
    shownMax: `${DURATION_MICROS_MAX / 86_400_000_000}d`,
    baseUnits: "microseconds",
  });
}

/** Bytes of `256`, `4KiB`, `1MB`. Units: none, B, kB, MB, GB (thousands), KiB, MiB, GiB (1,024). Throws `UnitError`. */
export function parseSizeBytes(text: string): number {
  return readWhole(text, {
    units: SIZE_UNITS,
    expected: "a number of bytes",
    remedy: "write a number with B, kB, MB, GB, KiB, MiB, GiB or without a unit, such as 4KiB",
    max: SIZE_BYTES_MAX,
    shownMax: `${SIZE_BYTES_MAX / 1e9}GB`,
    baseUnits: "bytes",
  });
}

/** Bits a second of `20Mbit/s`. Units: bit/s, kbit/s, Mbit/s, Gbit/s. Throws `UnitError`. */
export function parseBitsPerSecond(text: string): number {
  const expected = "a bit rate above zero";
  const remedy = "write a number with bit/s, kbit/s, Mbit/s or Gbit/s, such as 20Mbit/s";
  const value = readWhole(text, {
    units: BIT_RATE_UNITS,
    expected,
    remedy,
    max: BIT_RATE_MAX,
    shownMax: `${BIT_RATE_MAX / 1e9}Gbit/s`,
    baseUnits: "bits a second",
  });
  if (value === 0) throw new UnitError(text, expected, remedy);
  return value;
}

/** How many a second: `20/s`, `3/min`. Throws `UnitError`. */
export function parsePerSecond(text: string): number {
  const expected = "a rate from 0.000001/s to 1000000000/s";
  const remedy = "write a number with /ms, /s, /min, /h or /d, such as 20/s";
  const slash = text.indexOf("/");
  const seconds = RATE_SECONDS.get(text.slice(slash + 1));
  if (slash < 0 || seconds === undefined) throw new UnitError(text, expected, remedy);
  const count = readDecimal(text.slice(0, slash), expected, remedy);
  const perSecond = seconds < 1 ? count * 1_000 : count / seconds;
  if (perSecond < RATE_MIN || perSecond > RATE_MAX) throw new UnitError(text, expected, remedy);
  return perSecond;
}

/** A share of 0–1 from `0%` to `100%`. Throws `UnitError`. */
export function parseShare(text: string): number {
  const expected = "a percentage from 0% to 100%";
  const remedy = "write a number with %, such as 0.5%";
  if (!text.endsWith("%")) throw new UnitError(text, expected, remedy);
  const percent = readDecimal(text.slice(0, -1), expected, remedy);
  if (percent > 100 || (percent > 0 && percent < 1e-6)) throw new UnitError(text, expected, remedy);
  return shareOfPercent(text.slice(0, -1));
}

/** Moves the point in the text: dividing 99.9 by 100 would miss 0.999 by a rounding. */
function shareOfPercent(percent: string): number {
  return Number(`${percent}e-2`);
}

/** Parts per million of `50ppm`. Throws `UnitError`. */
export function parsePpm(text: string): number {
  const expected = `a drift of at most ${DRIFT_PPM_MAX}ppm`;
  const remedy = "write a whole number with ppm, such as 50ppm";
  if (!/^\d{1,9}ppm$/u.test(text)) throw new UnitError(text, expected, remedy);
  const ppm = Number(text.slice(0, -3));
  if (ppm > DRIFT_PPM_MAX) throw new UnitError(text, expected, remedy);
  return ppm;
}

/** Writes microseconds so that `parseDurationMicros` reads the same number: `90s`, `1500ms`, `7us`. */
export function formatDuration(micros: number): string {
  if (micros % 1_000_000 === 0) return `${micros / 1_000_000}s`;
  if (micros % 1_000 === 0) return `${micros / 1_000}ms`;
  return `${micros}us`;
}

/** Writes bits a second in the largest unit that leaves a whole number. */
export function formatBitRate(bitsPerSecond: number): string {
  if (bitsPerSecond % 1e9 === 0) return `${bitsPerSecond / 1e9}Gbit/s`;
  if (bitsPerSecond % 1e6 === 0) return `${bitsPerSecond / 1e6}Mbit/s`;
  if (bitsPerSecond % 1e3 === 0) return `${bitsPerSecond / 1e3}kbit/s`;
  return `${bitsPerSecond}bit/s`;
}

/** Writes a rate so that `parsePerSecond` reads the same number. */
export function formatPerSecond(perSecond: number): string {
  return `${writeDecimal(perSecond, (text) => Number(text))}/s`;
}

/** Writes a share so that `parseShare` reads the same number. */
export function formatShare(share: number): string {
  return `${writeDecimal(share * 100, shareOfPercent, share)}%`;
}

/** The shortest decimal that `read` turns into `target`; its neighbours in the last place are tried too. */
function writeDecimal(value: number, read: (text: string) => number, target = value): string {
  for (let digits = 1; digits <= 17; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (read(text) === target) return text;
  }
  return String(value);
}
