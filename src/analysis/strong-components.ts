// The parts of an overlay within which every node reaches every other along the direction of views: where
// gossip that follows views can go and come back.

import type { Adjacency } from "./adjacency.js";
import type { Components } from "./weak-components.js";

/**
 * The strong components of directed links, by Tarjan's algorithm (SIAM J. Comput. 1(2), 1972) with a stack of
 * its own, since a chain of nodes would overflow that of the engine.
 */
export function strongComponents(links: Adjacency): Components {
  const search = new ComponentSearch(links);
  for (let root = 0; root < links.nodeCount; root++) search.exploreFrom(root);
  return { count: search.count, largest: search.largest };
}

/** A depth-first search in progress. */
class ComponentSearch {
  count = 0;
  largest = 0;
  readonly #links: Adjacency;
  /** Order of discovery from 1 on; 0 for nodes not found yet. */
  readonly #order: Int32Array;
  /** The earliest node on the open stack that a node's subtree links to, by its order. */
  readonly #low: Int32Array;
  /** The next link of each node to look at. */
  readonly #next: Int32Array;
  readonly #isOpen: Uint8Array;
  /** Nodes whose component is not complete, in order of discovery. */
  readonly #open: Int32Array;
  readonly #path: Int32Array;
  #found = 0;
  #openSize = 0;

  constructor(links: Adjacency) {
    const { nodeCount, offsets } = links;
    this.#links = links;
    this.#order = new Int32Array(nodeCount);
    this.#low = new Int32Array(nodeCount);
    this.#next = offsets.slice(0, nodeCount);
    this.#isOpen = new Uint8Array(nodeCount);
    this.#open = new Int32Array(nodeCount);
    this.#path = new Int32Array(nodeCount);
  }

  /** Completes the components of every node that can be reached from `root` and was not found before. */
  exploreFrom(root: number): void {
    if (this.#order[root] !== 0) return;
    const path = this.#path;
    let depth = 0;
    path[0] = root;
    this.#discover(root);
    while (depth >= 0) {
      const node = path[depth]!;
      const found = this.#nextUnknown(node);
      if (found >= 0) {
        this.#discover(found);
        path[++depth] = found;
        continue;
      }
      if (this.#low[node] === this.#order[node]) this.#closeComponent(node);
      depth--;
      if (depth >= 0) this.#lower(path[depth]!, this.#low[node]!);
    }
  }

  /** Follows a node's links up to the next that leads to a node not found yet; -1 at their end. */
  #nextUnknown(node: number): number {
    const { offsets, targets } = this.#links;
    const end = offsets[node + 1]!;
    for (let i = this.#next[node]!; i < end; i++) {
      const target = targets[i]!;
      if (this.#order[target] === 0) {
        this.#next[node] = i + 1;
        return target;
      }
      if (this.#isOpen[target] === 1) this.#lower(node, this.#order[target]!);
    }
    this.#next[node] = end;
    return -1;
  }

  #discover(node: number): void {
    this.#order[node] = this.#low[node] = ++this.#found;
    this.#isOpen[node] = 1;
    this.#open[this.#openSize++] = node;
  }

  #lower(node: number, order: number): void {
    if (order < this.#low[node]!) this.#low[node] = order;
  }

  #closeComponent(root: number): void {
    let size = 0;
    let node: number;
    do {
      node = this.#open[--this.#openSize]!;
      this.#isOpen[node] = 0;
      size++;
    } while (node !== root);
    this.count++;
    this.largest = Math.max(this.largest, size);
  }
}
