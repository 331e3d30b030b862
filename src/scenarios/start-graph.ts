// A start overlay drawn in a file: GEXF, or a plain list of links.

import { MultiGraph } from "graphology";
import { parse as parseGexf } from "graphology-gexf";
import { ImportError } from "./import-error.js";
import type { NodeDirectory } from "./node-directory.js";

/** A link: the first node knows the second. */
export type StartLink = readonly [from: number, to: number];

/** Ten million links: ten for each node of the largest network. */
const LINKS_MAX = 10_000_000;

/**
 * The links of a file, as node indexes. Nodes are called by their names (`home-17`) or indexes. Throws
 * `ImportError` for what is neither GEXF nor a list, and for nodes that the scenario does not have.
 */
export function parseStartGraph(text: string, nodes: NodeDirectory): StartLink[] {
  return /^\s*(?:<\?xml|<gexf|<!--)/u.test(text) ? readGexf(text, nodes) : readList(text, nodes);
}

/** Two names a line, with blanks, a comma or `->` between them; `#` begins a remark. */
function readList(text: string, nodes: NodeDirectory): StartLink[] {
  const links: StartLink[] = [];
  for (const [i, line] of text.split(/\r?\n/u).entries()) {
    const content = line.replace(/#.*$/u, "").trim();
    if (content === "") continue;
    const ends = content.split(/\s*(?:->|,|\s)\s*/u);
    if (ends.length !== 2) {
      throw new ImportError(
        `${content.slice(0, 40)} is not a link`,
        "write two nodes a line, such as home-0 home-1",
        i + 1,
      );
    }
    if (links.length === LINKS_MAX) {
      throw new ImportError(`more than ${LINKS_MAX} links`, "draw fewer links", i + 1);
    }
    links.push(readLink(ends[0]!, ends[1]!, nodes, i + 1));
  }
  return links;
}

function readGexf(text: string, nodes: NodeDirectory): StartLink[] {
  const links: StartLink[] = [];
  const graph = parseGraph(text);
  const nameOf = (key: string): string =>
    nameInGraph(key, graph.getNodeAttribute(key, "label"), nodes);
  graph.forEachEdge((_edge, _attributes, source, target, _s, _t, undirected) => {
    links.push(readLink(nameOf(source), nameOf(target), nodes));
    if (undirected) links.push(readLink(nameOf(target), nameOf(source), nodes));
  });
  return links;
}

/** What a node of a graph is called: its label before its key, which programs number as they please. */
function nameInGraph(key: string, label: unknown, nodes: NodeDirectory): string {
  if (typeof label !== "string" || label === "") return key;
  if (findNode(label, nodes) !== undefined) return label;
  if (findNode(key, nodes) !== undefined) return key;
  throw new ImportError(
    `neither the label ${label.slice(0, 40)} nor the key ${key.slice(0, 40)} is a node`,
    nodes.suggest(label),
  );
}

function parseGraph(text: string) {
  if (!text.includes("<gexf") || !text.includes("</gexf>")) {
    throw new ImportError("XML that is not a whole GEXF file", "export the graph as GEXF");
  }
  try {
    return parseGexf(MultiGraph, text, { allowUndeclaredAttributes: true });
  } catch (error) {
    // The parser throws plain errors of many kinds; whatever it is, the file is at fault.
    const reason = error instanceof Error ? error.message.replace(/^graphology[^:]*: /u, "") : "";
    throw new ImportError(`not a readable GEXF file: ${reason}`, "export the graph as GEXF again");
  }
}

function readLink(source: string, target: string, nodes: NodeDirectory, line?: number): StartLink {
  const from = findNode(source, nodes);
  const to = findNode(target, nodes);
  if (from === undefined || to === undefined) {
    const unknown = from === undefined ? source : target;
    throw new ImportError(`${unknown.slice(0, 40)} is not a node`, nodes.suggest(unknown), line);
  }
  if (from === to)
    throw new ImportError(`${source} is linked with itself`, "remove the link", line);
  return [from, to];
}

/** A node by name or by index. */
function findNode(text: string, nodes: NodeDirectory): number | undefined {
  const index = /^\d{1,7}$/u.test(text) ? Number(text) : undefined;
  if (index === undefined) return nodes.indexOf(text);
  return index < nodes.nodeCount ? index : undefined;
}
