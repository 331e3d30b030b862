// The way between two nodes as connections see it: how far, and whether it is open. Draws nothing that another
// message draws.

import type { Kernel } from "./kernel.js";
import { NodeState } from "./node-table.js";

/** Distances and reachability of one simulation's pairs of nodes. */
export class StreamPaths {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** One way, without jitter; at least a microsecond. */
  forwardMicros(source: number, target: number): number {
    const { passage, network } = this.#kernel;
    passage.begin("stream", source, target, 0, 0, this.#kernel.nowMicros);
    return Math.max(1, network.propagationMicros(passage));
  }

  roundTripMicros(source: number, target: number): number {
    return this.forwardMicros(source, target) + this.forwardMicros(target, source);
  }

  /** Whether data on a standing connection would pass from `source` to `target` now, chance apart. */
  isOpen(source: number, target: number): boolean {
    const { passage, network, nowMicros } = this.#kernel;
    passage.begin("stream", source, target, 0, 0, nowMicros);
    network.judgeReachability(passage);
    return passage.lostReason === "";
  }

  /** Whether both hosts are there and the way between them is open both ways. */
  isOpenBothWays(node: number, peer: number): boolean {
    const { nodes } = this.#kernel;
    if (nodes.state(node) === NodeState.hostDown || nodes.state(peer) === NodeState.hostDown) {
      return false;
    }
    return this.isOpen(node, peer) && this.isOpen(peer, node);
  }
}
