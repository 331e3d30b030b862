// Whom each node knows when it starts: the contact to join through, or its neighbours in a drawn start overlay.
// A drawn overlay is one of the nodes that are there from the beginning; who comes later joins through a contact.

import { mixKey } from "../sim/mix.js";
import type { Sha256 } from "../trace/hashing.js";
import type { Peer } from "../transport/peer.js";
import type { NetworkIdentity, ProtocolPlacement } from "./protocol-definition.js";
import { RankedPicks } from "./ranked-picks.js";
import type { RunPeers } from "./run-peers.js";
import type { Scenario } from "./scenario.js";

export interface NodePlacementsOptions {
  readonly scenario: Scenario;
  readonly peers: RunPeers;
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
  /** For a random overlay. */
  #picks: RankedPicks | null = null;
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
    this.#picks = null;
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
        return this.#random(node, start.outDegree);
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

  #random(node: number, count: number): readonly number[] {
    const { scenario, sha256, nameOf } = this.#options;
    this.#picks ??= new RankedPicks({
      nodes: this.#early,
      key: mixKey(sha256, scenario.seed, "start/random"),
      nameOf,
    });
    return this.#picks.of(node, count);
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
