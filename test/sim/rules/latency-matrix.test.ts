import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { AWS_LATENCIES, AWS_REGIONS } from "../../../src/sim/rules/aws-regions.js";
import {
  LatencyMatrixBuilder,
  PLACES_MAX,
  ROUND_TRIP_MICROS_MAX,
  withSamePlaceRoundTrip,
} from "../../../src/sim/rules/latency-matrix.js";
import type { LatencyMatrix } from "../../../src/sim/rules/latency-matrix.js";
import { LatencyMatrixError } from "../../../src/sim/rules/latency-matrix-error.js";
import { parseLatencyMatrix } from "../../../src/sim/rules/latency-matrix-text.js";
import type { LatencyMatrixFormat } from "../../../src/sim/rules/latency-matrix-text.js";
import { SIX_REGIONS, SIX_REGION_LATENCIES } from "../../../src/sim/rules/six-regions.js";

function between(matrix: LatencyMatrix, from: string, to: string): number {
  const row = matrix.names.indexOf(from);
  const column = matrix.names.indexOf(to);
  return matrix.latencyMicros[row * matrix.names.length + column] ?? NaN;
}

function errorOf(text: string, format: LatencyMatrixFormat): LatencyMatrixError {
  try {
    parseLatencyMatrix(text, format);
  } catch (error) {
    if (error instanceof LatencyMatrixError) return error;
    throw error;
  }
  throw new Error(`read without error: ${text}`);
}

describe("the tables that come with it", () => {
  it("hold half the measured round trips between Amazon's regions, the same both ways", () => {
    expect(AWS_REGIONS).toHaveLength(11);
    expect(between(AWS_LATENCIES, "Oregon", "Virginia")).toBe(40_500);
    expect(between(AWS_LATENCIES, "Sydney", "Frankfurt")).toBe(141_000);
    expect(between(AWS_LATENCIES, "London", "Ireland")).toBe(6_000);
    expect(between(AWS_LATENCIES, "Seoul", "Tokyo")).toBe(between(AWS_LATENCIES, "Tokyo", "Seoul"));
    expect(between(AWS_LATENCIES, "Mumbai", "Mumbai")).toBe(500);
  });

  it("hold the world's six regions one way, with their own latency within", () => {
    expect(between(SIX_REGION_LATENCIES, "NorthAmerica", "NorthAmerica")).toBe(32_000);
    expect(between(SIX_REGION_LATENCIES, "Europe", "Australia")).toBe(294_000);
    expect(between(SIX_REGION_LATENCIES, "Australia", "Japan")).toBe(126_000);
    expect(SIX_REGIONS.reduce((sum, { nodeShare }) => sum + nodeShare, 0)).toBeCloseTo(1, 6);
    expect(Math.max(...SIX_REGION_LATENCIES.latencyMicros)).toBe(325_000);
  });

  it("take another round trip within one place", () => {
    const changed = withSamePlaceRoundTrip(AWS_LATENCIES, 3_000);
    expect(between(changed, "Tokyo", "Tokyo")).toBe(1_500);
    expect(between(changed, "Tokyo", "Seoul")).toBe(17_500);
    expect(between(AWS_LATENCIES, "Tokyo", "Tokyo")).toBe(500);
    expect(() => withSamePlaceRoundTrip(AWS_LATENCIES, -1)).toThrow(RangeError);
  });
});

describe("a matrix under construction", () => {
  it("keeps a pair asymmetric where both directions were measured", () => {
    const builder = new LatencyMatrixBuilder(["a", "b"]);
    builder.setRoundTrip(0, 1, 10_000);
    builder.setRoundTrip(1, 0, 30_001);
    const matrix = builder.build();
    expect(between(matrix, "a", "b")).toBe(5_000);
    expect(between(matrix, "b", "a")).toBe(15_000.5);
  });

  it("refuses missing pairs by name, the first five of them", () => {
    const builder = new LatencyMatrixBuilder(["a", "b", "c", "d", "e"]);
    builder.setRoundTrip(1, 0, 10);
    expect(() => builder.build()).toThrow(/a–c, a–d, a–e, b–c, b–d and 4 more/);
  });

  it("refuses no place, too many, two of one name, and round trips that cannot be", () => {
    expect(() => new LatencyMatrixBuilder([])).toThrow(LatencyMatrixError);
    const names = Array.from({ length: PLACES_MAX + 1 }, (_, i) => `p${i}`);
    expect(() => new LatencyMatrixBuilder(names)).toThrow(LatencyMatrixError);
    expect(() => new LatencyMatrixBuilder(["a", "b", "a"])).toThrow(/"a"/);
    const builder = new LatencyMatrixBuilder(["a"]);
    builder.setRoundTrip(0, 0, ROUND_TRIP_MICROS_MAX);
    expect(() => {
      builder.setRoundTrip(0, 0, ROUND_TRIP_MICROS_MAX + 1);
    }).toThrow(RangeError);
    expect(() => {
      builder.setRoundTrip(0, 0, NaN);
    }).toThrow(RangeError);
  });
});

describe("King text", () => {
  it("gives hosts in the order of their numbers, half of each round trip, and 1 ms to oneself", () => {
    const matrix = parseLatencyMatrix(
      "# measured 2004\n10 2 3000\n\n2  1\t1001 \r\n1 10 500.5\n",
      "king",
    );
    expect(matrix.names).toEqual(["1", "2", "10"]);
    expect([...matrix.latencyMicros]).toEqual([
      500, 500.5, 250.25, 500.5, 500, 1500, 250.25, 1500, 500,
    ]);
  });

  it("reads back every complete matrix that is written out", () => {
    const roundTrips = fc.integer({ min: 2, max: 12 }).chain((count) =>
      fc.array(fc.integer({ min: 0, max: ROUND_TRIP_MICROS_MAX }), {
        minLength: count * count,
        maxLength: count * count,
      }),
    );
    fc.assert(
      fc.property(roundTrips, (flat) => {
        const count = Math.sqrt(flat.length);
        const lines = flat.map((micros, i) => `${Math.floor(i / count)} ${i % count} ${micros}`);
        const matrix = parseLatencyMatrix(lines.reverse().join("\n"), "king");
        expect([...matrix.latencyMicros]).toEqual(flat.map((micros) => micros / 2));
      }),
      { seed: 1 },
    );
  });

  it.each([
    ["1 2 300\n1 3\n", 2, "1 3"],
    ["1 2 300 400", 1, "1 2 300 400"],
    ["\n# x\nnode 2 300", 3, "node"],
    ["1 -2 300", 1, "-2"],
    ["1 2 -1", 1, "-1"],
    ["1 2 60000001", 1, "60000001"],
    ["1 2 3e4", 1, "3e4"],
    ["1 2 NaN", 1, "NaN"],
    ["1 2 300\n1 2 300", 2, "1 2"],
  ])("refuses %j on its line, showing the value", (text, line, value) => {
    const error = errorOf(text, "king");
    expect(error.line).toBe(line);
    expect(error.message).toContain(value);
  });

  it("shows the beginning of a line only, however long", () => {
    const error = errorOf("\u0001 ".repeat(1_000_000), "king");
    expect(error.message).toContain("\\u0001");
    expect(error.message.length).toBeLessThan(300);
  });

  it("refuses a text without pairs, and names pairs that no line gives", () => {
    expect(errorOf("", "king").line).toBeUndefined();
    expect(errorOf("# nothing\n", "king").message).toMatch(/at least one/);
    expect(errorOf("1 2 300\n2 3 300", "king").message).toContain("1–3");
  });

  it("refuses more hosts than are allowed as soon as it meets them", () => {
    const lines = Array.from({ length: PLACES_MAX }, (_, i) => `0 ${i + 1} 5`);
    expect(errorOf(lines.join("\n"), "king").line).toBe(PLACES_MAX);
  });
});

describe("a CSV of latencies", () => {
  it("gives round trips in milliseconds by name, whether both triangles are there or one", () => {
    const full = "\uFEFFfrom,Oslo,Rome\nOslo,,40.5\nRome,42,2\n";
    const matrix = parseLatencyMatrix(full, "csv");
    expect(matrix.names).toEqual(["Oslo", "Rome"]);
    expect([...matrix.latencyMicros]).toEqual([500, 20_250, 21_000, 1_000]);
    const half = parseLatencyMatrix(",Oslo,Rome\nOslo,,40.5", "csv");
    expect([...half.latencyMicros]).toEqual([500, 20_250, 20_250, 500]);
  });

  it("takes names in quotes, with commas and quotes inside", () => {
    const matrix = parseLatencyMatrix(',"Washington, DC","the ""Hub"""\n"the ""Hub""",7,\n', "csv");
    expect(matrix.names).toEqual(["Washington, DC", 'the "Hub"']);
    expect(between(matrix, "Washington, DC", 'the "Hub"')).toBe(3_500);
  });

  it.each([
    [",a,b\na,,x", 2, '"x"'],
    [",a,b\na,,-4", 2, '"-4"'],
    [",a,b\na,,60000.1", 2, "60000.1"],
    [",a,b\na,1", 2, "got 1"],
    [",a,b\nc,1,2", 2, '"c"'],
    [",a,b\na,1,2\n\na,1,2", 4, "line 2"],
    [",a,a\n", 1, '"a"'],
    [",a,,b\n", 1, "column 3"],
    [',a,"b\na,1,2', 1, "quote"],
    [",a;b\na;1", 2, "a;1"],
  ])("refuses %j on its line, showing the value", (text, line, value) => {
    const error = errorOf(text, "csv");
    expect(error.line).toBe(line);
    expect(error.message).toContain(value);
  });

  it("refuses an empty text, and names pairs measured in neither direction", () => {
    expect(errorOf("", "csv").message).toMatch(/empty/);
    expect(errorOf(",a,b,c\na,,1,\n", "csv").message).toContain("a–c, b–c");
  });
});
