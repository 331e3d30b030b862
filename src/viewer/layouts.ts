// Where nodes stand on the map. Each layout is worked out once for a trace and never moves: what changes is what
// happens between the nodes.

import { buildAdjacency, undirected } from "../analysis/adjacency.js";
import { forceLayout } from "../analysis/force-layout.js";
import { circlePoint } from "../analysis/circle-point.js";
import { ringLayout } from "../analysis/ring-layout.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { REGION_PLACES } from "./region-places.js";

/** Coordinates of all nodes, from -1 to 1; x to the right, y upwards. */
export interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export const LAYOUT_NAMES = ["force", "ring", "regions", "grid"] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** Instants at which links are looked at for the force layout: their union stands for the whole run. */
const FORCE_SAMPLES = 6;
/** Above this a layout by forces takes longer than anyone waits. */
const FORCE_LINKS_MAX = 400_000;
/** The golden angle in turns: nodes of one region on a spiral around its place, none on top of another. */
const SPIRAL_STEP = 0.381966011250105;

/** The layouts that a trace has: regions only where its nodes have some that are known. */
export function layoutsOf(reader: TraceReader): readonly LayoutName[] {
  const hasPlaces = reader.nodes.regionNames.some((region) => REGION_PLACES.has(region));
  return LAYOUT_NAMES.filter((name) => name !== "regions" || hasPlaces);
}

/** Works a layout out. For `force` the overlay's links are looked at six times over the run. */
export async function placesFor(
  name: LayoutName,
  reader: TraceReader,
  overlay: string,
): Promise<Places> {
  const { nodeCount } = reader.run;
  switch (name) {
    case "force":
      return await byForce(reader, overlay);
    case "ring": {
      const { x, y } = ringLayout(nodeCount);
      return { x: Float32Array.from(x), y: Float32Array.from(y, (value) => -value) };
    }
    case "regions":
      return byRegion(reader);
    case "grid":
      return grid(nodeCount);
  }
}

function grid(nodeCount: number): Places {
  const columns = Math.max(1, Math.ceil(Math.sqrt(nodeCount)));
  const step = 1.9 / Math.max(1, columns - 1);
  const at = (index: number): number => -0.95 + index * step;
  return {
    x: Float32Array.from({ length: nodeCount }, (_, node) => at(node % columns)),
    y: Float32Array.from({ length: nodeCount }, (_, node) => -at(Math.floor(node / columns))),
  };
}

function byRegion(reader: TraceReader): Places {
  const { nodeCount } = reader.run;
  const x = new Float32Array(nodeCount);
  const y = new Float32Array(nodeCount);
  const met = new Map<string, number>();
  const largest = largestShare(reader.nodes.regionNames);
  for (let node = 0; node < nodeCount; node++) {
    const region = reader.regionName(node);
    const index = met.get(region) ?? 0;
    met.set(region, index + 1);
    // Nodes without a known region stand in the south of the Atlantic, where nobody lives.
    const [longitude, latitude] = REGION_PLACES.get(region) ?? [-20, -50];
    const { cosine, sine } = circlePoint(index * SPIRAL_STEP);
    const distance = 0.085 * Math.sqrt(index / Math.max(1, largest));
    x[node] = longitude / 180 + distance * cosine;
    y[node] = latitude / 90 + distance * sine * 1.4;
  }
  return { x, y };
}

function largestShare(regions: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const region of regions) counts.set(region, (counts.get(region) ?? 0) + 1);
  return Math.max(1, ...counts.values());
}

async function byForce(reader: TraceReader, overlay: string): Promise<Places> {
  const { nodeCount } = reader.run;
  const sources: number[] = [];
  const targets: number[] = [];
  for (let sample = 1; sample <= FORCE_SAMPLES; sample++) {
    const state = await reader.stateAt(
      Math.floor((reader.endMicros * sample) / (FORCE_SAMPLES + 1)),
    );
    for (const [node, peers] of state.views.get(overlay) ?? []) {
      for (const peer of peers) {
        if (peer >= nodeCount || sources.length >= FORCE_LINKS_MAX) continue;
        sources.push(node);
        targets.push(peer);
      }
    }
  }
  const { x, y } = forceLayout(undirected(buildAdjacency(nodeCount, sources, targets)));
  return { x: Float32Array.from(x), y: Float32Array.from(y, (value) => -value) };
}
