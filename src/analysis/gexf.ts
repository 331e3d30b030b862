// An overlay as a GEXF 1.3 file, which Gephi and most graph tools read.

import writeGraph from "graphology-gexf/common/writer.js";
import { buildOverlayGraph } from "./overlay-graph.js";
import type { OverlaySnapshot } from "./overlay-snapshot.js";
import { toXmlCharacters } from "./xml-text.js";

/**
 * Writes an overlay as the text of a GEXF file: nodes with label, index, class, region, status and whether they
 * run, and a directed edge for each entry in a view. The same snapshot gives the same text. Throws
 * `OverlayGraphError` for names that no graph can hold.
 */
export function writeGexf(snapshot: OverlaySnapshot, description: string): string {
  // The writer escapes what has a meaning in XML, and lets through what XML cannot hold at all.
  const nodes = snapshot.nodes.map((node) => ({ ...node, name: toXmlCharacters(node.name) }));
  const graph = buildOverlayGraph({ ...snapshot, nodes });
  graph.setAttribute("creator", "Peerscape");
  graph.setAttribute("description", toXmlCharacters(description));
  return writeGraph(graph, {
    version: "1.3",
    formatNode: (name, { index, className, region, status, live }) => ({
      label: name,
      attributes: {
        index,
        class: toXmlCharacters(className),
        region: toXmlCharacters(region),
        status,
        live,
      },
    }),
    formatEdge: () => ({}),
  });
}
