import { describe, expect, it } from "vitest";
import { showSeconds } from "../../src/trace/show-quantity.js";

describe("showSeconds", () => {
  it.each([
    [0, "0 s"],
    [999, "999 µs"],
    [999_949, "999.9 ms"],
    [999_950, "1 s"],
    [999_999, "1 s"],
    [1_000_000, "1 s"],
  ])("never says a thousand of a smaller unit: %d µs are %s", (micros, shown) => {
    expect(showSeconds(micros)).toBe(shown);
  });
});
