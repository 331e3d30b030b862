import { describe, expect, it } from "vitest";
import type { Sampler } from "../../src/scenarios/checkers/checker.js";
import { NEVER } from "../../src/scenarios/checkers/checker.js";
import { SampleClock } from "../../src/scenarios/sample-clock.js";
import { InvariantError } from "../../src/trace/invariant.js";

/** A sampler that wants these instants and writes down when it was asked. */
function sampler(name: string, instants: readonly number[], log: string[]): Sampler {
  const left = [...instants];
  return {
    get nextSampleMicros() {
      return left[0] ?? NEVER;
    },
    sampleAt(timeMicros) {
      left.shift();
      log.push(`${name}@${timeMicros}`);
    },
  };
}

describe("the sample clock", () => {
  it("takes samples of all samplers in order of time, and of one instant in order of the list", () => {
    const log: string[] = [];
    const clock = new SampleClock([sampler("a", [5, 10, 20], log), sampler("b", [3, 10], log)]);
    expect(clock.nextMicros).toBe(3);
    clock.advanceTo(11);
    expect(log).toEqual(["b@3", "a@5", "a@10", "b@10"]);
    expect(clock.nextMicros).toBe(20);
  });

  it("takes the sample of an instant after the events of that instant: not before a later one", () => {
    const log: string[] = [];
    const clock = new SampleClock([sampler("a", [10], log)]);
    clock.advanceTo(10);
    expect(log).toEqual([]);
    clock.advanceTo(11);
    expect(log).toEqual(["a@10"]);
  });

  it("takes the samples up to the run's end, the end included", () => {
    const log: string[] = [];
    const clock = new SampleClock([sampler("a", [10, 20, 30], log)]);
    clock.finish(20);
    expect(log).toEqual(["a@10", "a@20"]);
  });

  it("waits for nothing when nobody wants anything", () => {
    expect(new SampleClock([]).nextMicros).toBe(NEVER);
  });

  it("refuses a sampler that stands still, which would stop the run", () => {
    const stuck: Sampler = { nextSampleMicros: 5, sampleAt: () => undefined };
    const clock = new SampleClock([stuck]);
    expect(() => {
      clock.advanceTo(6);
    }).toThrow(InvariantError);
  });
});
