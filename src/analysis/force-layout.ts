// Nodes where their links pull them, by ForceAtlas2 (Jacomy et al., PLoS ONE 9(6), 2014): parts that hang
// together stand together. No chance is drawn: nodes start on a spiral in order of index.

import iterate from "graphology-layout-forceatlas2/iterate.js";
import { degrees } from "./adjacency.js";
import type { Adjacency } from "./adjacency.js";
import { circlePoint } from "./circle-point.js";
import type { Layout } from "./ring-layout.js";
import { quantile } from "./summary-statistics.js";

/** Numbers a node and an edge take in the matrices of ForceAtlas2, and the places that are set here. */
const NODE_WIDTH = 10;
const NODE_MASS = 6;
const NODE_CONVERGENCE = 7;
const NODE_SIZE = 8;
const EDGE_WIDTH = 3;

/** The golden angle in turns: a spiral of such steps fills a disc evenly. */
const SPIRAL_STEP = 0.381966011250105;
/** From here on far nodes are taken together (Barnes and Hut), which costs n log n a step, not n². */
const BARNES_HUT_NODES_MIN = 600;
/** Steps times nodes: what a layout may cost, some seconds at most. */
const STEPS_BUDGET = 600_000;
const STEPS_MAX = 600;
const STEPS_MIN = 60;

const RADIUS_MAX = 0.022;
const RADIUS_MIN = 0.0055;
/** Up to this many nodes their distances are looked at for the radius: two million pairs. */
const NEAREST_NODES_MAX = 2000;

/** Places the nodes of an undirected overlay. The same links give the same places. */
export function forceLayout(neighbours: Adjacency): Layout {
  const { nodeCount } = neighbours;
  const nodes = startOnSpiral(neighbours);
  const edges = edgeMatrix(neighbours);
  const settings = {
    linLogMode: false,
    outboundAttractionDistribution: false,
    adjustSizes: false,
    edgeWeightInfluence: 0,
    scalingRatio: 10,
    strongGravityMode: true,
    gravity: 0.05,
    slowDown: 1 + 0.7 * (32 - Math.clz32(nodeCount)),
    barnesHutOptimize: nodeCount >= BARNES_HUT_NODES_MIN,
    barnesHutTheta: 0.7,
  };
  const steps = Math.min(STEPS_MAX, Math.max(STEPS_MIN, Math.floor(STEPS_BUDGET / nodeCount)));
  if (nodeCount > 1) for (let step = 0; step < steps; step++) iterate(settings, nodes, edges);
  const places = fitted(nodes, nodeCount);
  return { ...places, nodeRadius: legibleRadius(places) };
}

/** A radius at which most nodes do not touch the one next to them: parts may be crowded beside empty space. */
function legibleRadius({ x, y }: { x: Float64Array; y: Float64Array }): number {
  const count = x.length;
  const fallback = 0.6 / Math.sqrt(Math.max(1, count));
  const gap = count > 1 && count <= NEAREST_NODES_MAX ? usualGap(x, y) : fallback;
  return Math.min(RADIUS_MAX, Math.max(RADIUS_MIN, gap * 0.36));
}

/** The distance from which on nine nodes in ten have no other, by looking at all pairs. */
function usualGap(x: Float64Array, y: Float64Array): number {
  const nearest = new Float64Array(x.length).fill(Infinity);
  for (let a = 0; a < x.length; a++) {
    for (let b = 0; b < a; b++) {
      const right = x[a]! - x[b]!;
      const down = y[a]! - y[b]!;
      const square = right * right + down * down;
      if (square < nearest[a]!) nearest[a] = square;
      if (square < nearest[b]!) nearest[b] = square;
    }
  }
  return Math.sqrt(quantile(nearest.sort(), 0.1));
}

function startOnSpiral(neighbours: Adjacency): Float32Array {
  const nodes = new Float32Array(neighbours.nodeCount * NODE_WIDTH);
  degrees(neighbours).forEach((degree, node) => {
    const at = node * NODE_WIDTH;
    const { cosine, sine } = circlePoint(node * SPIRAL_STEP);
    const distance = 10 * Math.sqrt(node + 1);
    nodes[at] = distance * cosine;
    nodes[at + 1] = distance * sine;
    nodes[at + NODE_MASS] = 1 + degree;
    nodes[at + NODE_CONVERGENCE] = 1;
    nodes[at + NODE_SIZE] = 1;
  });
  return nodes;
}

/** Each pair of neighbours once, by the places of both in the matrix of nodes. */
function edgeMatrix({ nodeCount, offsets, targets }: Adjacency): Float32Array {
  const edges = new Float32Array((targets.length / 2) * EDGE_WIDTH);
  let at = 0;
  for (let node = 0; node < nodeCount; node++) {
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      const target = targets[i]!;
      if (target < node) continue;
      edges[at] = node * NODE_WIDTH;
      edges[at + 1] = target * NODE_WIDTH;
      edges[at + 2] = 1;
      at += EDGE_WIDTH;
    }
  }
  return edges;
}

/** Moves and scales all places so that they fill the square from -0.95 to 0.95, proportions kept. */
function fitted(nodes: Float32Array, count: number): { x: Float64Array; y: Float64Array } {
  const x = Float64Array.from({ length: count }, (_, node) => nodes[node * NODE_WIDTH]!);
  const y = Float64Array.from({ length: count }, (_, node) => nodes[node * NODE_WIDTH + 1]!);
  const [left, right] = bounds(x);
  const [top, bottom] = bounds(y);
  const scale = 1.9 / Math.max(right - left, bottom - top, 1e-9);
  return {
    x: x.map((value) => (value - (left + right) / 2) * scale),
    y: y.map((value) => (value - (top + bottom) / 2) * scale),
  };
}

function bounds(values: Float64Array): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}
