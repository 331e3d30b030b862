import { describe, expect, it } from "vitest";
import { finishedRun } from "./traced-run.js";

/** Six nodes that are soon active, with these lines besides. */
function text(lines: string): string {
  return `
name: actions
seed: 1
nodes: { boot: 1, home: 5 }
start: { overlay: join, contact: boot }
phases: { run: 30s }
network: { latency: 20ms }
protocols: { discovery: { use: genesis }, broadcast: { use: flood } }
${lines}
`;
}

describe("the parts of a network", () => {
  it("are single nodes where a hold keeps a group's nodes apart from everybody", () => {
    const { run } = finishedRun(
      text(`events: [{ name: keep, at: 10s, do: hold, from: home, to: all }]`),
    );
    const parts = [0, 1, 2, 3, 4, 5].map((node) => run.view.componentOf(node));
    expect(new Set(parts).size).toBe(6);
  });

  it("hold nodes of a group together that reach each other through others", () => {
    const { run } = finishedRun(
      text(`events: [{ name: keep, at: 10s, do: hold, from: home, to: home }]`),
    );
    const parts = [0, 1, 2, 3, 4, 5].map((node) => run.view.componentOf(node));
    expect(new Set(parts)).toEqual(new Set([0]));
  });

  it("are single nodes where groups are cut off and held within", () => {
    const { run } = finishedRun(
      text(`events: [{ name: cut, at: 9s, do: partition, groups: [home, rest] },
                     { name: keep, at: 10s, do: hold, from: home, to: home }]`),
    );
    const parts = [1, 2, 3, 4, 5].map((node) => run.view.componentOf(node));
    expect(new Set(parts).size).toBe(5);
  });
});
