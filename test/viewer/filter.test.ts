import { describe, expect, it } from "vitest";
import type { TraceReader } from "../../src/trace/native/trace-reader.js";
import { Filter } from "../../src/viewer/filter.js";

const NODES = [
  { name: "boot", className: "boot", region: "London" },
  { name: "home-1", className: "home", region: "Tokyo" },
  { name: "home-2", className: "home", region: "Seoul" },
];

const reader = {
  nodeName: (node: number) => NODES[node]!.name,
  className: (node: number) => NODES[node]!.className,
  regionName: (node: number) => NODES[node]!.region,
} as unknown as TraceReader;

/** The nodes that a filter lets through when their statuses are these. */
function nodesOf(text: string, statuses = ["active", "active", "active"]): number[] {
  const filter = new Filter(text, reader);
  return NODES.map((_, node) => node).filter((node) => filter.wantsNode(node, statuses[node]));
}

describe("a filter", () => {
  it("of nothing lets everything through", () => {
    const filter = new Filter("  ", reader);
    expect(filter.isEmpty).toBe(true);
    expect(nodesOf("  ")).toEqual([0, 1, 2]);
    expect(filter.wantsBetween("genesis/link", -1, -1)).toBe(true);
  });

  it("chooses nodes by name, class, region and status, by a part and in any case", () => {
    expect(nodesOf("node:HOME")).toEqual([1, 2]);
    expect(nodesOf("class:boot")).toEqual([0]);
    expect(nodesOf("region:tok")).toEqual([1]);
    expect(nodesOf("status:crash", ["active", "crashed", "active"])).toEqual([1]);
  });

  it("takes terms of one key as alternatives, and wants all keys to hold", () => {
    expect(nodesOf("region:tokyo region:london")).toEqual([0, 1]);
    expect(nodesOf("region:tokyo region:london class:home")).toEqual([1]);
    expect(nodesOf("region:nowhere")).toEqual([]);
  });

  it("takes a word without a key as a type, which says nothing of nodes", () => {
    const filter = new Filter("plumtree type:link", reader);
    const types = ["plumtree/gossip", "genesis/link", "genesis/news"];
    const wanted = types.map((type) => filter.wantsBetween(type, 0, 1));
    expect(wanted).toEqual([true, true, false]);
    expect(nodesOf("plumtree")).toEqual([0, 1, 2]);
  });

  it("lets through what either end of is wanted", () => {
    const filter = new Filter("node:home-1", reader);
    expect(filter.wantsBetween("x", 0, 1)).toBe(true);
    expect(filter.wantsBetween("x", 1, -1)).toBe(true);
    expect(filter.wantsBetween("x", 0, 2)).toBe(false);
    expect(filter.wantsBetween("x", -1, -1)).toBe(false);
  });
});
