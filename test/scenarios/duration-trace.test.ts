import { describe, expect, it } from "vitest";
import { parseDurationTrace } from "../../src/scenarios/duration-trace.js";
import { ImportError } from "../../src/scenarios/import-error.js";

describe("parseDurationTrace", () => {
  it("reads one length a line, without remarks and empty lines", () => {
    expect(parseDurationTrace("# KAD\n90s\n\n1.5h\r\n7us\n")).toEqual([
      90_000_000, 5_400_000_000, 7,
    ]);
  });

  it("reads the column headed duration, or the first", () => {
    expect(parseDurationTrace('node,duration\nn1,"5s"\nn2,6s\n')).toEqual([5_000_000, 6_000_000]);
    expect(parseDurationTrace("length,node\n5s,n1\n")).toEqual([5_000_000]);
  });

  it.each([
    ["nothing", ""],
    ["a heading alone", "duration\n"],
    ["a number without a unit", "90s\n91\n"],
    ["an empty cell", "node,duration\nn1,\n"],
    ["zeros alone", "0s\n0s\n"],
    ["bytes", "90s\n\u0000\u0001\n"],
  ])("refuses %s", (_, text) => {
    expect(() => parseDurationTrace(text)).toThrow(ImportError);
  });

  it("names the line that is wrong", () => {
    expect(() => parseDurationTrace("90s\n# remark\n90\n")).toThrow("line 3: 90 is not");
  });
});
