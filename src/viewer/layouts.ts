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
  /** What of the square is shown: a map of the world is wider than it is high. */
  readonly bottom: number;
  readonly top: number;
  /** Whether they are places in the world. */
  readonly isWorld: boolean;
}

const SQUARE = { bottom: -1, top: 1, isWorld: false };
/** Degrees north between which people live, and so nodes are: the world without its ends. */
const WORLD = { bottom: mapY(-58), top: mapY(78), isWorld: true };

export const LAYOUT_NAMES = ["force", "ring", "regions", "grid"] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** Instants at which links are looked at for the force layout: their union stands for the whole run. */
const FORCE_SAMPLES = 6;
/** Above this a layout by forces takes longer than anyone waits. */
const FORCE_LINKS_MAX = 400_000;
/** Above this a layout by forces is no first picture: it takes seconds, and is there to be chosen. */
const FORCE_NODES_MAX = 2000;
/** The golden angle in turns: nodes of one region on a spiral around its place, none on top of another. */
const SPIRAL_STEP = 0.381966011250105;
/** How far apart nodes of a region are where there is room, and how far they reach at most. */
const SPIRAL_GAP = 0.019;
const SPIRAL_REACH = 0.11;

/** The layouts that a trace has: regions only where its nodes have some that are known. */
export function layoutsOf(reader: TraceReader): readonly LayoutName[] {
  const hasPlaces = reader.nodes.regionNames.some((region) => REGION_PLACES.has(region));
  return LAYOUT_NAMES.filter((name) => name !== "regions" || hasPlaces);
}

/** The layout that a trace is first shown in. */
export function firstLayoutOf(reader: TraceReader): LayoutName {
  return reader.run.nodeCount > FORCE_NODES_MAX ? "ring" : "force";
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
      return { x: Float32Array.from(x), y: Float32Array.from(y, (value) => -value), ...SQUARE };
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
    ...SQUARE,
  };
}

/** Where a longitude in degrees is on the map, east to the right. */
export function mapX(longitude: number): number {
  return longitude / 180;
}

/** Where a latitude in degrees is on the map, as far apart as a longitude's degrees: north is up. */
export function mapY(latitude: number): number {
  return latitude / 180;
}

function byRegion(reader: TraceReader): Places {
  const { nodeCount } = reader.run;
  const x = new Float32Array(nodeCount);
  const y = new Float32Array(nodeCount);
  const met = new Map<string, number>();
  const largest = largestShare(reader.nodes.regionNames);
  const gap = Math.min(SPIRAL_GAP, SPIRAL_REACH / Math.sqrt(largest));
  for (let node = 0; node < nodeCount; node++) {
    const region = reader.regionName(node);
    const index = met.get(region) ?? 0;
    met.set(region, index + 1);
    // Nodes without a known region stand in the south of the Atlantic, where nobody lives.
    const [longitude, latitude] = REGION_PLACES.get(region) ?? [-20, -50];
    const { cosine, sine } = circlePoint(index * SPIRAL_STEP);
    const distance = gap * Math.sqrt(index);
    x[node] = mapX(longitude) + distance * cosine;
    y[node] = mapY(latitude) + distance * sine;
  }
  return { x, y, ...WORLD };
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
  return { x: Float32Array.from(x), y: Float32Array.from(y, (value) => -value), ...SQUARE };
}
