// The views of all nodes in one overlay, kept current change by change: every count a checker asks for is
// there without a walk over the network.

import { IndexSet } from "./index-set.js";
import type { LiveNodes } from "./live-nodes.js";
import { SetHash } from "./set-hash.js";

/** What one node sees of the overlay. */
class View {
  readonly peers = new IndexSet();
  readonly hash = new SetHash();
}

const EMPTY_VIEW = new View();

/**
 * One overlay as it is now. Only nodes that run have a view: a node that ends loses its links at once, and
 * the links of others to it are stale from then on, until they are removed or it runs again.
 *
 * The methods that change it belong to `OverlayTracker`. Each costs O(1), counting the loss of a whole view
 * against the additions that made it.
 */
export class OverlayViews {
  readonly #live: LiveNodes;
  readonly #views: (View | undefined)[] = [];
  readonly #scratch = new SetHash();
  readonly #truth = new SetHash();
  #inDegrees = new Int32Array(64);
  #links = 0;
  #staleLinks = 0;
  /** How many running nodes know exactly which peers, by key of the set with themselves; null until asked. */
  #knowing: Map<number, number> | null = null;

  constructor(live: LiveNodes) {
    this.#live = live;
  }

  /** How many links there are: entries in the views of all running nodes. */
  get links(): number {
    return this.#links;
  }

  /** How many of the links lead to a node that does not run. */
  get staleLinks(): number {
    return this.#staleLinks;
  }

  /** No index from here on was ever a peer. */
  get indexEnd(): number {
    return this.#inDegrees.length;
  }

  /** How many peers a node has in its view, running or not. */
  viewSize(node: number): number {
    return this.#view(node).peers.size;
  }

  /** How many running nodes have this node in their view. */
  inDegree(node: number): number {
    return this.#inDegrees[node] ?? 0;
  }

  /** Whether a node has this peer in its view. */
  has(node: number, peer: number): boolean {
    return this.#view(node).peers.has(peer);
  }

  /** The order-free hash of a node's view. Valid until the next record; not to be changed. */
  viewHash(node: number): SetHash {
    return this.#view(node).hash;
  }

  /** A node's peers in ascending order, as a copy. */
  peers(node: number): Int32Array {
    return this.#view(node).peers.toSorted();
  }

  /** Calls `visit` with each peer in a node's view, in a repeatable order. */
  forEachPeer(node: number, visit: (peer: number) => void): void {
    this.#view(node).peers.forEach(visit);
  }

  /** Calls `visit` with each link; sources in order of index. */
  forEachLink(visit: (source: number, target: number) => void): void {
    this.#views.forEach((view, source) => {
      view?.peers.forEach((target) => {
        visit(source, target);
      });
    });
  }

  /**
   * How many running nodes know every running node and no other (each is taken to know itself). The network
   * has full membership when this equals the count of running nodes. O(1), but for the first call.
   */
  completeCount(): number {
    this.#knowing ??= this.#countKnowing();
    return this.#knowing.get(this.#live.hash.key()) ?? 0;
  }

  /**
   * Whether a node's view is the set of all running nodes, itself aside, where the `optional` ones (too young
   * to be known to all, too lately gone to be forgotten by all) may be in it or not. O(length of `optional`).
   */
  isComplete(node: number, optional: readonly number[]): boolean {
    const view = this.#view(node);
    const seen = copyInto(this.#scratch, view.hash);
    const truth = copyInto(this.#truth, this.#live.hash);
    if (view.peers.has(node)) seen.remove(node);
    if (this.#live.isLive(node)) truth.remove(node);
    for (const index of optional) {
      if (index === node) continue;
      if (view.peers.has(index)) seen.remove(index);
      if (this.#live.isLive(index)) truth.remove(index);
    }
    return seen.equals(truth);
  }

  /** A peer enters the view of a running node; false when it was there already. */
  add(node: number, peer: number): boolean {
    const view = (this.#views[node] ??= new View());
    const keyBefore = this.#knowing === null ? 0 : knowledgeKey(view, node);
    if (!view.peers.add(peer)) return false;
    view.hash.add(peer);
    this.#links++;
    if (!this.#live.isLive(peer)) this.#staleLinks++;
    if (peer >= this.#inDegrees.length) this.#grow(peer);
    this.#inDegrees[peer]!++;
    this.#moveKnowledge(keyBefore, view, node);
    return true;
  }

  /** A peer leaves the view of a running node; false when it was not there. */
  remove(node: number, peer: number): boolean {
    const view = this.#views[node];
    if (view === undefined) return false;
    const keyBefore = this.#knowing === null ? 0 : knowledgeKey(view, node);
    if (!view.peers.delete(peer)) return false;
    view.hash.remove(peer);
    this.#loseLink(peer);
    this.#moveKnowledge(keyBefore, view, node);
    return true;
  }

  /** A node runs from now on, with an empty view. Called after its status has changed. */
  nodeStarted(node: number): void {
    this.#staleLinks -= this.inDegree(node);
    if (this.#knowing !== null) count(this.#knowing, EMPTY_VIEW.hash.keyWith(node), 1);
  }

  /** A node runs no longer: its links are gone, those to it stale. Called after its status has changed. */
  nodeEnded(node: number): void {
    this.#staleLinks += this.inDegree(node);
    const view = this.#view(node);
    if (this.#knowing !== null) count(this.#knowing, knowledgeKey(view, node), -1);
    view.peers.forEach((peer) => {
      this.#loseLink(peer);
    });
    this.#views[node] = undefined;
  }

  #view(node: number): View {
    return this.#views[node] ?? EMPTY_VIEW;
  }

  #loseLink(peer: number): void {
    this.#links--;
    if (!this.#live.isLive(peer)) this.#staleLinks--;
    this.#inDegrees[peer]!--;
  }

  #moveKnowledge(keyBefore: number, view: View, node: number): void {
    if (this.#knowing === null) return;
    count(this.#knowing, keyBefore, -1);
    count(this.#knowing, knowledgeKey(view, node), 1);
  }

  #countKnowing(): Map<number, number> {
    const knowing = new Map<number, number>();
    this.#live.forEach((node) => {
      count(knowing, knowledgeKey(this.#view(node), node), 1);
    });
    return knowing;
  }

  #grow(node: number): void {
    const larger = new Int32Array(Math.max(node + 1, this.#inDegrees.length * 2));
    larger.set(this.#inDegrees);
    this.#inDegrees = larger;
  }
}

/** The key of all a node knows: its view and itself. */
function knowledgeKey(view: View, node: number): number {
  return view.peers.has(node) ? view.hash.key() : view.hash.keyWith(node);
}

function copyInto(target: SetHash, source: SetHash): SetHash {
  target.high = source.high;
  target.low = source.low;
  return target;
}

/** Adds to a count that is kept only while it is not zero, so that the table stays as small as the network. */
function count(counts: Map<number, number>, key: number, change: number): void {
  const sum = (counts.get(key) ?? 0) + change;
  if (sum === 0) counts.delete(key);
  else counts.set(key, sum);
}
