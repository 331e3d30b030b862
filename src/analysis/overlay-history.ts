// An overlay over a span of time: when each node had which status, and when each link was there. Made from the state at
// the span's start and the records in it; what a dynamic graph file is written from.

import type { NetworkState } from "../trace/native/network-state.js";
import { RecordKind } from "../trace/record.js";
import type { RunRecord } from "../trace/record.js";
import type { RecordWords } from "../trace/trace-line.js";
import type { NodeStatus } from "./live-nodes.js";
import { statusOf } from "./state-snapshot.js";

/** A time during which something was so. */
export interface Spell {
  readonly startMicros: number;
  readonly endMicros: number;
}

export interface StatusSpell extends Spell {
  readonly status: NodeStatus;
}

/** By node, or by source and target: the spells in order of time. */
export interface OverlaySpells {
  readonly nodes: ReadonlyMap<number, readonly StatusSpell[]>;
  readonly links: ReadonlyMap<number, ReadonlyMap<number, readonly Spell[]>>;
}

/** Gathers spells. Memory grows with their number, `size`. */
export class OverlayHistory {
  readonly #state: NetworkState;
  readonly #overlay: string;
  readonly #statuses = new Map<number, { status: NodeStatus; sinceMicros: number }>();
  readonly #nodes = new Map<number, StatusSpell[]>();
  /** By source and target: since when the link is there. */
  readonly #open = new Map<number, Map<number, number>>();
  readonly #links = new Map<number, Map<number, Spell[]>>();
  #size = 0;

  /** Takes over `state`, the network at the start, and changes it from record to record. */
  constructor(state: NetworkState, overlay: string, startMicros: number) {
    this.#state = state;
    this.#overlay = overlay;
    for (const node of state.statuses.keys()) this.#follow(node, startMicros);
    for (const [node, view] of state.views.get(overlay) ?? []) {
      for (const peer of view) this.#setLink(node, peer, { holds: true, timeMicros: startMicros });
    }
  }

  /** How many spells there are so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes in the next record of the span. */
  apply(record: RunRecord, words: Pick<RecordWords, "text">): void {
    const { kind, node, peer, timeMicros } = record;
    if (kind !== RecordKind.view && kind !== RecordKind.status && kind !== RecordKind.fault) return;
    this.#state.apply(record, words);
    if (node < 0) return;
    this.#follow(node, timeMicros);
    const view = this.#state.view(this.#overlay, node);
    if (kind === RecordKind.view) {
      if (words.text(record.name) !== this.#overlay) return;
      this.#setLink(node, peer, { holds: view.has(peer), timeMicros });
      return;
    }
    for (const target of [...(this.#open.get(node)?.keys() ?? [])]) {
      if (!view.has(target)) this.#setLink(node, target, { holds: false, timeMicros });
    }
  }

  /** All spells, those that last ending with the span. */
  end(endMicros: number): OverlaySpells {
    for (const [node, open] of this.#open) {
      for (const target of [...open.keys()]) {
        this.#setLink(node, target, { holds: false, timeMicros: endMicros });
      }
    }
    for (const [node, { status, sinceMicros }] of this.#statuses) {
      this.#addStatus(node, { status, startMicros: sinceMicros, endMicros });
    }
    this.#statuses.clear();
    return { nodes: this.#nodes, links: this.#links };
  }

  #follow(node: number, timeMicros: number): void {
    const status = statusOf(this.#state, node);
    const before = this.#statuses.get(node);
    if (before?.status === status) return;
    if (before !== undefined) {
      const { sinceMicros } = before;
      this.#addStatus(node, {
        status: before.status,
        startMicros: sinceMicros,
        endMicros: timeMicros,
      });
    }
    this.#statuses.set(node, { status, sinceMicros: timeMicros });
  }

  #addStatus(node: number, spell: StatusSpell): void {
    const spells = this.#nodes.get(node) ?? [];
    this.#nodes.set(node, spells);
    spells.push(spell);
    this.#size++;
  }

  #setLink(
    source: number,
    target: number,
    { holds, timeMicros }: { readonly holds: boolean; readonly timeMicros: number },
  ): void {
    const open = this.#open.get(source) ?? new Map<number, number>();
    this.#open.set(source, open);
    const startMicros = open.get(target);
    if (holds === (startMicros !== undefined)) return;
    if (startMicros === undefined) {
      open.set(target, timeMicros);
      return;
    }
    open.delete(target);
    const links = this.#links.get(source) ?? new Map<number, Spell[]>();
    this.#links.set(source, links);
    const spells = links.get(target) ?? [];
    links.set(target, spells);
    spells.push({ startMicros, endMicros: timeMicros });
    this.#size++;
  }
}
