// Types of the one file that is used of graphology-gexf. Its main module loads an XML parser for Node, its
// browser module one of the browser; the writer needs neither.

declare module "graphology-gexf/common/writer.js" {
  import type { Attributes } from "graphology-types";
  import type { DirectedGraph } from "graphology";

  export interface GexfElement {
    label?: string;
    attributes?: Record<string, string | number | boolean>;
  }

  export default function write<Node extends Attributes>(
    graph: DirectedGraph<Node>,
    options: {
      version: "1.2" | "1.3";
      formatNode: (key: string, attributes: Node) => GexfElement;
      formatEdge: (key: string) => GexfElement;
    },
  ): string;
}
