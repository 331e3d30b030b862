import { describe, expect, it } from "vitest";
import { finishedRun } from "./traced-run.js";

const TEXT = `
name: links
seed: 1
nodes: { boot: 1, home: 5 }
phases: { run: 5s }
protocols: { discovery: { use: genesis } }
`;

describe("a queue in bytes", () => {
  it("holds them in each direction at that direction's speed", () => {
    const { run } = finishedRun(
      TEXT.replace(
        "home: 5",
        "home: { count: 5, link: { up: 1Mbit/s, down: 10Mbit/s, queue: 125kB } }",
      ),
    );
    const { links } = run.simulation.kernel;
    const now = run.nowMicros;
    // 125 kB take a second upwards and a tenth of one downwards.
    links.departureMicros(3, 137_500, now);
    expect(links.isUplinkFull(3, now + 99_000)).toBe(true);
    expect(links.isUplinkFull(3, now + 101_000)).toBe(false);
    links.receiptMicros(3, 137_500, now);
    expect(links.isDownlinkFull(3, now + 9_000)).toBe(true);
    expect(links.isDownlinkFull(3, now + 11_000)).toBe(false);
  });
});

describe("clocks with skew", () => {
  it("show other times and make no delay longer or shorter", () => {
    const skewed = TEXT.replace("home: 5", "home: { count: 5, clock: { skew: 4s } }");
    const timesOf = (text: string): (number | undefined)[] =>
      finishedRun(text).lines.map(({ timeMicros }) => timeMicros);
    expect(timesOf(skewed)).toEqual(timesOf(TEXT));
  });
});
