// Who is there: the true status of every node, as its records told. Kept apart from the overlays, since
// all overlays of a run are judged against the same nodes.

import { SetHash } from "./set-hash.js";

/** The true status of a node. `absent` is a node of which no record has told yet. */
export type NodeStatus = "absent" | "joining" | "active" | "leaving" | "left" | "crashed";

const STATUSES: readonly NodeStatus[] = [
  "absent",
  "joining",
  "active",
  "leaving",
  "left",
  "crashed",
];

/** Whether a node of this status runs: it has joined or tries to, and has neither left nor crashed. */
export function isLiveStatus(status: NodeStatus): boolean {
  return status === "joining" || status === "active" || status === "leaving";
}

/** Whether a word is the status of a node that a record can tell. */
export function isNodeStatus(word: string): word is NodeStatus {
  return word !== "absent" && (STATUSES as readonly string[]).includes(word);
}

/** The status of each node by index, and the set of those that run. Any index may be asked about. */
export class LiveNodes {
  #statuses = new Uint8Array(64);
  #count = 0;
  #indexEnd = 0;
  readonly #hash = new SetHash();

  /** How many nodes run. */
  get count(): number {
    return this.#count;
  }

  /** One more than the largest index that ever had a status. */
  get indexEnd(): number {
    return this.#indexEnd;
  }

  /** The order-free hash of the set of running nodes. Not to be changed by the caller. */
  get hash(): SetHash {
    return this.#hash;
  }

  /** What the node's last record said. */
  status(node: number): NodeStatus {
    return STATUSES[this.#statuses[node] ?? 0] ?? "absent";
  }

  /** Whether the node runs. */
  isLive(node: number): boolean {
    const status = this.#statuses[node] ?? 0;
    return status >= 1 && status <= 3;
  }

  /** Sets a node's status; says whether it began to run (1), ceased to run (-1), or neither (0). */
  set(node: number, status: NodeStatus): -1 | 0 | 1 {
    if (node >= this.#statuses.length) this.#grow(node);
    if (node >= this.#indexEnd) this.#indexEnd = node + 1;
    const before = this.isLive(node);
    this.#statuses[node] = STATUSES.indexOf(status);
    const after = this.isLive(node);
    if (before === after) return 0;
    if (after) {
      this.#count++;
      this.#hash.add(node);
      return 1;
    }
    this.#count--;
    this.#hash.remove(node);
    return -1;
  }

  /** Calls `visit` with each running node, in order of index. */
  forEach(visit: (node: number) => void): void {
    for (let node = 0; node < this.#indexEnd; node++) if (this.isLive(node)) visit(node);
  }

  #grow(node: number): void {
    const larger = new Uint8Array(Math.max(node + 1, this.#statuses.length * 2));
    larger.set(this.#statuses);
    this.#statuses = larger;
  }
}
