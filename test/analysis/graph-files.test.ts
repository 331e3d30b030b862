import * as fc from "fast-check";
import { DirectedGraph } from "graphology";
import { parse } from "graphology-gexf";
import { describe, expect, it } from "vitest";
import { writeGexf } from "../../src/analysis/gexf.js";
import { writeGraphMl } from "../../src/analysis/graphml.js";
import { OverlayGraphError, buildOverlayGraph } from "../../src/analysis/overlay-graph.js";
import type { OverlaySnapshot } from "../../src/analysis/overlay-snapshot.js";
import { anyOverlay, liveSnapshotOf } from "./random-overlays.js";

const AWKWARD: OverlaySnapshot = {
  nodes: [
    { index: 0, name: "boot", className: "a<b", region: "Zürich", status: "active", live: true },
    { index: 4, name: "h\"&\u0001'", className: "home", region: "", status: "left", live: false },
  ],
  sources: [0],
  targets: [4],
};

describe("writeGexf", () => {
  it("writes what graphology's own reader reads back", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const graph = buildOverlayGraph(snapshot);
        // The reader refuses to make a directed graph of a file without edges.
        fc.pre(graph.size > 0);
        const read = parse(DirectedGraph, writeGexf(snapshot, "any"));
        expect(read.nodes()).toEqual(graph.nodes());
        graph.forEachNode((name, { index, className, status, live }) => {
          expect(read.getNodeAttributes(name)).toMatchObject({
            index,
            class: className,
            status,
            live,
          });
        });
        const toPair = (_edge: string, _attributes: object, source: string, target: string) =>
          `${source}>${target}`;
        expect(read.mapDirectedEdges(toPair)).toEqual(graph.mapDirectedEdges(toPair));
      }),
    );
  });

  it("writes the same text twice in one process", () => {
    const snapshot = liveSnapshotOf(3, [
      [0, 1],
      [2, 0],
    ]);
    expect(writeGexf(snapshot, "once")).toBe(writeGexf(snapshot, "once"));
  });

  it("keeps special characters and replaces those that XML cannot hold", () => {
    const read = parse(DirectedGraph, writeGexf(AWKWARD, "1 < 2 & 3"));
    expect(read.nodes()).toContain("boot");
    expect(read.getNodeAttributes("boot")).toMatchObject({ class: "a<b", region: "Zürich" });
    expect(read.getNodeAttribute("h\"&\uFFFD'", "status")).toBe("left");
    expect(read.getAttribute("description")).toBe("1 < 2 & 3");
  });
});

describe("writeGraphMl", () => {
  it("writes nodes with their attributes and a directed edge for each entry in a view", () => {
    const body = writeGraphMl(AWKWARD, "1 < 2 & 3").split('edgedefault="directed">\n')[1];
    expect(body).toBe(
      [
        '    <data key="description">1 &lt; 2 &amp; 3</data>',
        '    <node id="boot"><data key="index">0</data><data key="class">a&lt;b</data>' +
          '<data key="region">Zürich</data><data key="status">active</data>' +
          '<data key="live">true</data></node>',
        '    <node id="h&quot;&amp;\uFFFD\'"><data key="index">4</data><data key="class">home</data>' +
          '<data key="region"></data><data key="status">left</data>' +
          '<data key="live">false</data></node>',
        '    <edge source="boot" target="h&quot;&amp;\uFFFD\'"/>',
        "  </graph>",
        "</graphml>",
        "",
      ].join("\n"),
    );
  });
});

describe("graphs of overlays", () => {
  const base = liveSnapshotOf(2, [[0, 1]]);
  const renamed = (...names: string[]): OverlaySnapshot => ({
    ...base,
    nodes: base.nodes.map((node, i) => ({ ...node, name: names[i] ?? node.name })),
  });

  it.each([
    ["a numeric name", renamed("17"), '"17"'],
    ["a name used twice", renamed("same", "same"), '"same"'],
    ["a link to an index that is not there", { ...base, targets: [9] }, "9"],
  ])("refuse %s and name it", (_what, snapshot, value) => {
    for (const write of [buildOverlayGraph, writeGexf, writeGraphMl]) {
      const attempt = (): unknown => write(snapshot, "any");
      expect(attempt).toThrow(OverlayGraphError);
      expect(attempt).toThrow(value);
    }
  });
});
