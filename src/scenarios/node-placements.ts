// Whom each node knows when it starts: the contact to join through, or its neighbours in a drawn start overlay.

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
  /** By node, for an overlay from a file. */
  #linksOf: Map<number, number[]> | null = null;

  constructor(options: NodePlacementsOptions) {
    this.#options = options;
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
    const { start, nodeCount } = scenario;
    switch (start.kind) {
      case "join":
        return [];
      case "star": {
        if (!contacts.includes(node)) return contacts;
        return Array.from({ length: nodeCount }, (_, other) => other).filter((other) => other !== node);
      }
      case "chain":
        return [node - 1, node + 1].filter((other) => other >= 0 && other < nodeCount);
      case "random":
        return this.#random(node, Math.min(start.outDegree, nodeCount - 1));
      case "file":
        return this.#fromFile(node);
    }
  }

  /** Distinct others by stateless draws, so that another node's choice never moves this one's. */
  #random(node: number, count: number): number[] {
    const { scenario, sha256, nameOf } = this.#options;
    const key = mixKey(sha256, scenario.seed, "start/random");
    const name = hashText(nameOf(node));
    const chosen = new Set<number>();
    for (let n = 0; chosen.size < count; n++) {
      const other = Math.floor(mixUnit(key, name, n, 0, 0) * scenario.nodeCount);
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
