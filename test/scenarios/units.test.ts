import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DURATION_MICROS_MAX,
  SIZE_BYTES_MAX,
  formatBitRate,
  formatDuration,
  formatPerSecond,
  formatShare,
  parseBitsPerSecond,
  parseDurationMicros,
  parsePerSecond,
  parsePpm,
  parseShare,
  parseSizeBytes,
  UnitError,
} from "../../src/scenarios/units.js";

describe("units", () => {
  it.each([
    ["7us", 7],
    ["7µs", 7],
    ["10ms", 10_000],
    ["1.5s", 1_500_000],
    ["0.000001s", 1],
    ["3min", 180_000_000],
    ["3m", 180_000_000],
    ["2h", 7_200_000_000],
    ["1.1h", 3_960_000_000],
    ["1d", 86_400_000_000],
    ["0s", 0],
    ["36525d", DURATION_MICROS_MAX],
  ])("reads the duration %s as %d microseconds", (text, micros) => {
    expect(parseDurationMicros(text)).toBe(micros);
  });

  it.each([
    "1,5s", // parse-duration reads 15 s
    "10mss", // @lukeed/ms reads 10 s
    "-1s",
    "+1s",
    "NaN",
    "Infinity",
    "5",
    "s",
    "",
    " 1s",
    "1s ",
    "1 s",
    "1e3s",
    ".5s",
    "5.s",
    "1.5.5s",
    "0x10s",
    "1s2s",
    "١s", // a digit, but none of ours
    "0.0000001s", // a tenth of a microsecond
    "36525.00000000001d", // past the limit, or no whole number of microseconds
    "36526d",
    "9999999999999999d",
    "1constructor",
  ])("refuses the duration %j and names it", (text) => {
    const read = (): number => parseDurationMicros(text);
    expect(read).toThrow(UnitError);
    expect(read).toThrow(text || "an empty text");
  });

  it("reads back every duration that it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DURATION_MICROS_MAX }), (micros) => {
        expect(parseDurationMicros(formatDuration(micros))).toBe(micros);
      }),
    );
  });

  it("reads decimals of any length exactly, or refuses them", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), fc.nat(9), (fraction, whole) => {
        const text = `${whole}.${String(fraction).padStart(6, "0")}s`;
        expect(parseDurationMicros(text)).toBe(whole * 1_000_000 + fraction);
      }),
    );
  });

  it.each([
    ["256", 256],
    ["256B", 256],
    ["1kB", 1_000],
    ["4KiB", 4_096],
    ["1MB", 1_000_000],
    ["1.5MiB", 1_572_864],
    ["1GB", 1e9],
    ["1GiB", 1_073_741_824],
    ["1000GB", SIZE_BYTES_MAX],
  ])("reads the size %s as %d bytes", (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes);
  });

  it.each(["1KB", "1kb", "1.5", "0.3kBs", "-1", "1e6", "1Mbit", "1001GB", "NaN"])(
    "refuses the size %s",
    (text) => {
      expect(() => parseSizeBytes(text)).toThrow(UnitError);
    },
  );

  it.each([
    ["20Mbit/s", 20_000_000],
    ["1.5kbit/s", 1_500],
    ["1bit/s", 1],
    ["1Gbit/s", 1e9],
  ])("reads the bit rate %s as %d bits a second", (text, rate) => {
    expect(parseBitsPerSecond(text)).toBe(rate);
    expect(parseBitsPerSecond(formatBitRate(rate))).toBe(rate);
  });

  it.each(["20Mbps", "20MB/s", "20Mbit", "0bit/s", "0.5bit/s", "20", "-1bit/s", "1001Gbit/s"])(
    "refuses the bit rate %s",
    (text) => {
      expect(() => parseBitsPerSecond(text)).toThrow(UnitError);
    },
  );

  it.each([
    ["20/s", 20],
    ["3/min", 0.05],
    ["6/m", 0.1],
    ["36/h", 0.01],
    ["1/ms", 1_000],
    ["0.5/s", 0.5],
  ])("reads the rate %s as %d a second", (text, perSecond) => {
    expect(parsePerSecond(text)).toBe(perSecond);
  });

  it.each([
    "20",
    "20/",
    "/s",
    "0/s",
    "20/us",
    "20 /s",
    "1,5/s",
    "-1/s",
    "1/d/s",
    "0.0000001/s",
    "NaN/s",
  ])("refuses the rate %j", (text) => {
    expect(() => parsePerSecond(text)).toThrow(UnitError);
  });

  it("reads back every rate that it writes", () => {
    const written = fc.tuple(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom("ms", "s", "min", "h", "d"),
    );
    fc.assert(
      fc.property(written, ([count, unit]) => {
        fc.pre(unit !== "d" || count > 1);
        const perSecond = parsePerSecond(`${count}/${unit}`);
        expect(parsePerSecond(formatPerSecond(perSecond))).toBe(perSecond);
      }),
    );
  });

  it.each([
    ["0%", 0],
    ["0.5%", 0.005],
    ["7%", 0.07],
    ["99.9%", 0.999],
    ["100%", 1],
  ])("reads the percentage %s as %d", (text, share) => {
    expect(parseShare(text)).toBe(share);
    expect(formatShare(share)).toBe(text);
  });

  it.each(["0.5", "50", "101%", "100.001%", "-1%", "%", "5 %", "1e1%", "0.0000001%", "NaN%"])(
    "refuses the percentage %s",
    (text) => {
      expect(() => parseShare(text)).toThrow(UnitError);
    },
  );

  it("reads back every percentage that it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000 }), (millionths) => {
        const share = parseShare(`${(millionths / 1e6).toFixed(6)}%`);
        expect(parseShare(formatShare(share))).toBe(share);
      }),
    );
  });

  it("reads a drift in whole parts per million up to a tenth", () => {
    expect(parsePpm("50ppm")).toBe(50);
    expect(parsePpm("100000ppm")).toBe(100_000);
    for (const text of ["100001ppm", "-1ppm", "1.5ppm", "50", "50 ppm"]) {
      expect(() => parsePpm(text), text).toThrow(UnitError);
    }
  });

  it("says in an error what was written, what was expected and what to do", () => {
    try {
      parseDurationMicros("10 apples");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "UnitError", value: "10 apples" });
      expect(error).toHaveProperty("expected", "a length of time");
      expect(error).toHaveProperty("remedy", expect.stringContaining("1.5s"));
    }
  });
});
