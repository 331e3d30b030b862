// Types of one step of ForceAtlas2. The package's main module wants a graph of objects and exports in a way
// that cannot be typed from a module; a step works on the same two matrices without either.

declare module "graphology-layout-forceatlas2/iterate.js" {
  export interface ForceAtlas2Settings {
    readonly linLogMode: boolean;
    readonly outboundAttractionDistribution: boolean;
    readonly adjustSizes: boolean;
    readonly edgeWeightInfluence: number;
    readonly scalingRatio: number;
    readonly strongGravityMode: boolean;
    readonly gravity: number;
    readonly slowDown: number;
    readonly barnesHutOptimize: boolean;
    readonly barnesHutTheta: number;
  }

  /** Moves all nodes once, in place: ten numbers a node, three an edge. */
  export default function iterate(
    settings: ForceAtlas2Settings,
    nodes: Float32Array,
    edges: Float32Array,
  ): void;
}
