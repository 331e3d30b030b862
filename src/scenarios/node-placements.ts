// Whom each node knows when it starts: the contact to join through, or its neighbours in a drawn start overlay.
// A drawn overlay is one of the nodes that are there from the beginning; who comes later joins through a contact.

import { mixKey, mixUnit } from "../sim/mix.js";
import type { Sha256 } from "../trace/hashing.js";
import { hashText } from "../trace/names.js";
import type { Peer } from "../transport/peer.js";
import type { SimPeers } from "../transport/sim-peers.js";
import type { NetworkIdentity, ProtocolPlacement } from "./protocol-definition.js";
import type { Scenario } from "./scenario.js";

export interface NodePlacementsOptions {
  readonly scenario: Scenario;
  readonly peers: SimPeers;
  readonly sha256: Sha256;
  /** The nodes that `start` chose as contact or hub, in order of index. */
  readonly contacts: readonly number[];
  readonly nameOf: (node: number) => string;
  readonly network: NetworkIdentity;
}

/** The places of all nodes of a run. */
export class NodePlacements {
  readonly #options: NodePlacementsOptions;
  /** The nodes that are there from the beginning, in order of index. */
  #early: readonly number[];
  /** By node, for an overlay from a file. */
  #linksOf: Map<number, number[]> | null = null;

  constructor(options: NodePlacementsOptions) {
    this.#options = options;
    this.#early = options.scenario.classes.flatMap(({ startsAtBeginning, firstNode, count }) =>
      startsAtBeginning ? Array.from({ length: count }, (_, i) => firstNode + i) : [],
    );
  }

  /** Leaves nodes out of the drawn overlay that turn out to be away at the start. Called before the first start. */
  leaveOut(isAway: (node: number) => boolean): void {
    const { contacts } = this.#options;
    this.#early = this.#early.filter((node) => contacts.includes(node) || !isAway(node));
  }

  /** The place of one node. */
  of(node: number): ProtocolPlacement {
    const { scenario, peers, contacts, network } = this.#options;
    return {
      contacts: contacts.map((contact) => peers.at(contact)),
      startPeers: this.#startPeers(node).map((peer): Peer => peers.at(peer)),
      nodeCount: scenario.nodeCount,
      network,
    };
  }

  #startPeers(node: number): readonly number[] {
    const { scenario, contacts } = this.#options;
    const { start } = scenario;
    const place = this.#placeOf(node);
    if (start.kind === "join" || place < 0) return [];
    switch (start.kind) {
      case "star":
        return contacts.includes(node) ? this.#early.filter((other) => other !== node) : contacts;
      case "chain":
        return this.#early
          .slice(Math.max(0, place - 1), place + 2)
          .filter((other) => other !== node);
      case "random":
        return this.#random(node, Math.min(start.outDegree, this.#early.length - 1));
      case "file":
        return this.#fromFile(node).filter((other) => this.#placeOf(other) >= 0);
    }
  }

  /** Which of the early nodes a node is; negative for one that comes later. */
  #placeOf(node: number): number {
    let low = 0;
    let high = this.#early.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#early[middle]! < node) low = middle + 1;
      else high = middle;
    }
    return this.#early[low] === node ? low : -1;
  }

  /** Distinct others by stateless draws, so that another node's choice never moves this one's. */
  #random(node: number, count: number): number[] {
    const { scenario, sha256, nameOf } = this.#options;
    const key = mixKey(sha256, scenario.seed, "start/random");
    const name = hashText(nameOf(node));
    const chosen = new Set<number>();
    for (let n = 0; chosen.size < count; n++) {
      const other = this.#early[Math.floor(mixUnit(key, name, n, 0, 0) * this.#early.length)]!;
      if (other !== node) chosen.add(other);
    }
    return [...chosen];
  }

  #fromFile(node: number): readonly number[] {
    const { start } = this.#options.scenario;
    if (start.kind !== "file") return [];
    if (this.#linksOf === null) {
      this.#linksOf = new Map();
      for (const [from, to] of start.edges) {
        const known = this.#linksOf.get(from);
        if (known === undefined) this.#linksOf.set(from, [to]);
        else known.push(to);
      }
    }
    return this.#linksOf.get(node) ?? [];
  }
}
