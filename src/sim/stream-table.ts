// All ends of connections, by node and then by peer. Costs nothing for a node that has none.

import type { PlainData } from "./plain-data.js";
import { StreamEnd } from "./stream-end.js";

const NO_ENDS: ReadonlyMap<number, StreamEnd> = new Map();

/** The ends of all nodes of a simulation. */
export class StreamTable {
  readonly #endsOf: (Map<number, StreamEnd> | undefined)[] = [];
  /** Connections dialled by each node. Survives restarts, as names of connections must not repeat. */
  readonly #dialsOf: number[] = [];
  /** When the last bytes of ended connections arrive, by node and peer, where a dial could overtake them. */
  readonly #tailsOf = new Map<number, Map<number, number>>();

  /** No node from here on ever had an end. */
  get nodeEnd(): number {
    return this.#endsOf.length;
  }

  /** The ends of a node, by peer. */
  endsOf(node: number): ReadonlyMap<number, StreamEnd> {
    return this.#endsOf[node] ?? NO_ENDS;
  }

  get(node: number, peer: number): StreamEnd | undefined {
    return this.#endsOf[node]?.get(peer);
  }

  insert(node: number, end: StreamEnd): void {
    while (this.#endsOf.length <= node) this.#endsOf.push(undefined);
    (this.#endsOf[node] ??= new Map()).set(end.peer, end);
  }

  delete(node: number, end: StreamEnd): void {
    this.#endsOf[node]?.delete(end.peer);
  }

  /** Remembers that bytes of an ended connection from `node` to `peer` are on their way until `untilMicros`. */
  leaveTail(node: number, peer: number, untilMicros: number): void {
    const tails = this.#tailsOf.get(node);
    if (tails === undefined) this.#tailsOf.set(node, new Map([[peer, untilMicros]]));
    else tails.set(peer, untilMicros);
  }

  /** Until when bytes of the pair's earlier connections are on their way; 0 when none are. */
  tailMicros(node: number, peer: number, nowMicros: number): number {
    const tails = this.#tailsOf.get(node);
    const untilMicros = tails?.get(peer) ?? 0;
    if (untilMicros > nowMicros) return untilMicros;
    tails?.delete(peer);
    return 0;
  }

  /** The name of the next connection that `source` dials to `target`. */
  nextEpoch(source: number, target: number): number {
    while (this.#dialsOf.length <= source) this.#dialsOf.push(0);
    const dials = ++this.#dialsOf[source]!;
    // The last bit tells the pair's two possible diallers apart, so that no name is given twice.
    return dials * 2 + (source < target ? 0 : 1);
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return {
      dialsOf: [...this.#dialsOf],
      tails: [...this.#tailsOf].map(([node, tails]) => [node, [...tails]]),
      ends: this.#endsOf.map((ends) =>
        [...(ends ?? NO_ENDS).values()].map((end) => end.snapshot(pack)),
      ),
    };
  }

  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    const saved = state as unknown as {
      dialsOf: readonly number[];
      tails: readonly (readonly [number, readonly (readonly [number, number])[]])[];
      ends: readonly (readonly PlainData[])[];
    };
    this.#dialsOf.length = 0;
    this.#dialsOf.push(...saved.dialsOf);
    this.#tailsOf.clear();
    for (const [node, tails] of saved.tails) this.#tailsOf.set(node, new Map(tails));
    this.#endsOf.length = 0;
    saved.ends.forEach((ends, node) => {
      for (const plain of ends) this.insert(node, StreamEnd.restore(plain, unpack));
      while (this.#endsOf.length <= node) this.#endsOf.push(undefined);
    });
  }
}
