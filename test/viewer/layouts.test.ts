import { describe, expect, it } from "vitest";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import type { TraceReader } from "../../src/trace/native/trace-reader.js";
import { LAYOUT_NAMES, layoutsOf, placesFor } from "../../src/viewer/layouts.js";
import { openTrace, writeTrace } from "../trace/native/sample-trace.js";
import { sampleWords } from "../trace/record-samples.js";

const { names } = sampleWords();
const OVERLAY = "flood/payload";
const NODE_COUNT = 100;

/** A ring of links among the nodes of the trace. */
async function ringTrace(regionOf: (node: number) => string = () => ""): Promise<TraceReader> {
  const records = Array.from({ length: NODE_COUNT }, (_, node) =>
    Object.assign(new RunRecord(), {
      ...{ kind: RecordKind.view, node, peer: (node + 1) % NODE_COUNT, number: 1 },
      ...{ timeMicros: 0, origin: node + 1, name: names.id(OVERLAY) },
    }),
  );
  const nodes = Array.from({ length: NODE_COUNT }, (_, node) => node);
  const facts = {
    names: nodes.map((node) => `home-${node}`),
    classNames: nodes.map(() => "home"),
    regionNames: nodes.map(regionOf),
  };
  return await openTrace(writeTrace(records, { nodes: facts }).bytes);
}

function inRegions(node: number): string {
  return node % 2 === 0 ? "Tokyo" : "London";
}

describe("a layout", () => {
  it.each(LAYOUT_NAMES)(
    "%s gives every node a place of its own within the picture",
    async (name) => {
      const reader = await ringTrace(inRegions);
      const { x, y } = await placesFor(name, reader, OVERLAY);
      expect([x.length, y.length]).toEqual([NODE_COUNT, NODE_COUNT]);
      expect([...x, ...y].every((place) => place >= -1.02 && place <= 1.02)).toBe(true);
      const places = new Set(
        [...x].map((at, node) => `${at.toFixed(5)},${(y[node] ?? 0).toFixed(5)}`),
      );
      expect(places.size).toBe(NODE_COUNT);
    },
  );

  it.each(LAYOUT_NAMES)("%s is the same each time", async (name) => {
    const one = await placesFor(name, await ringTrace(inRegions), OVERLAY);
    const other = await placesFor(name, await ringTrace(inRegions), OVERLAY);
    expect(one).toEqual(other);
  });

  it("by forces puts nodes that are linked nearer than others", async () => {
    const { x, y } = await placesFor("force", await ringTrace(), OVERLAY);
    const apart = (a: number, b: number): number => Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!);
    let linked = 0;
    let opposite = 0;
    for (let node = 0; node < NODE_COUNT; node++) {
      linked += apart(node, (node + 1) % NODE_COUNT);
      opposite += apart(node, (node + NODE_COUNT / 2) % NODE_COUNT);
    }
    expect(linked).toBeLessThan(opposite / 4);
  });

  it("by regions puts Tokyo east of London, and is offered only where there are regions", async () => {
    const reader = await ringTrace(inRegions);
    const { x } = await placesFor("regions", reader, OVERLAY);
    for (let node = 0; node < NODE_COUNT; node += 2) expect(x[node]).toBeGreaterThan(x[node + 1]!);
    expect(layoutsOf(reader)).toContain("regions");
    expect(layoutsOf(await ringTrace())).not.toContain("regions");
  });
});
