// An overlay as a GraphML file, which networkx, igraph and yEd read. graphology only parses GraphML.

import { requireGraphNames } from "./overlay-graph.js";
import type { OverlayNode, OverlaySnapshot } from "./overlay-snapshot.js";
import { escapeXml, toXmlCharacters } from "./xml-text.js";

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns
      http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
  <key id="description" for="graph" attr.name="description" attr.type="string"/>
  <key id="index" for="node" attr.name="index" attr.type="int"/>
  <key id="class" for="node" attr.name="class" attr.type="string"/>
  <key id="region" for="node" attr.name="region" attr.type="string"/>
  <key id="status" for="node" attr.name="status" attr.type="string"/>
  <key id="live" for="node" attr.name="live" attr.type="boolean"/>
  <graph id="overlay" edgedefault="directed">
`;

/**
 * Writes an overlay as the text of a GraphML file: nodes with index, class, region, status and whether they
 * run, and a directed edge for each entry in a view. The same snapshot gives the same text. Throws
 * `OverlayGraphError` for names that no graph can hold.
 */
export function writeGraphMl(snapshot: OverlaySnapshot, description: string): string {
  const nodes = snapshot.nodes.map((node) => ({ ...node, name: toXmlCharacters(node.name) }));
  const nameOf = requireGraphNames({ ...snapshot, nodes });
  const { sources, targets } = snapshot;
  const lines = [HEAD, `    ${data("description", description)}\n`];
  for (const node of nodes) lines.push(nodeElement(node));
  for (let i = 0; i < sources.length; i++) {
    const source = escapeXml(nameOf(sources[i]!));
    const target = escapeXml(nameOf(targets[i]!));
    lines.push(`    <edge source="${source}" target="${target}"/>\n`);
  }
  lines.push("  </graph>\n</graphml>\n");
  return lines.join("");
}

function nodeElement({ index, name, className, region, status, live }: OverlayNode): string {
  const fields = [
    data("index", `${index}`),
    data("class", className),
    data("region", region),
    data("status", status),
    data("live", `${live}`),
  ];
  return `    <node id="${escapeXml(name)}">${fields.join("")}</node>\n`;
}

function data(key: string, value: string): string {
  return `<data key="${key}">${escapeXml(value)}</data>`;
}
