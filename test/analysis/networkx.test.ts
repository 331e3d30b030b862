// Values that networkx 2.8.8 measured on committed overlays; networkx/reference.py made them.

import * as fs from "node:fs";
import { describe, expect, it } from "vitest";
import { measureSnapshot } from "../../src/analysis/measure-overlay.js";
import { liveSnapshotOf } from "./random-overlays.js";

interface Reference {
  readonly name: string;
  readonly nodes: number;
  readonly links: string;
  readonly density: number;
  readonly outDegreeDeviation: number;
  readonly inDegreeDeviation: number;
  readonly weakComponents: { readonly count: number; readonly largest: number };
  readonly strongComponents: { readonly count: number; readonly largest: number };
  readonly reciprocity: number;
  readonly clustering: number;
  readonly averageShortestPath: number;
  readonly diameter: number;
}

const references = JSON.parse(
  fs.readFileSync(new URL("networkx/reference.json", import.meta.url), "utf8"),
) as readonly Reference[];

describe("measureSnapshot agrees with networkx", () => {
  it.each(references)("on $name", (reference) => {
    const links = reference.links.split(" ").map((link): [number, number] => {
      const [source = NaN, target = NaN] = link.split(">").map(Number);
      return [source, target];
    });
    const measured = measureSnapshot(liveSnapshotOf(reference.nodes, links), { pick: () => 0 });
    expect(measured.links).toBe(links.length);
    expect(measured.density).toBeCloseTo(reference.density, 12);
    expect(measured.outDegree.standardDeviation).toBeCloseTo(reference.outDegreeDeviation, 12);
    expect(measured.inDegree.standardDeviation).toBeCloseTo(reference.inDegreeDeviation, 12);
    expect(measured.weakComponents).toEqual(reference.weakComponents);
    expect(measured.strongComponents).toEqual(reference.strongComponents);
    expect(measured.reciprocity).toBeCloseTo(reference.reciprocity, 12);
    expect(measured.clustering).toBeCloseTo(reference.clustering, 12);
    expect(measured.paths.averageShortestPath).toBeCloseTo(reference.averageShortestPath, 12);
    expect(measured.paths.diameter).toBe(reference.diameter);
  });
});
