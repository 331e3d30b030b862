// What a person wants to see of a run: `type:genesis/link region:Tokyo status:crashed node:home-1`. Terms of one key are
// alternatives, different keys must all hold, a term without a key is a message type. Case does not matter, and a part
// of the name will do.

import type { TraceReader } from "../trace/native/trace-reader.js";
import type { FlightWindow } from "./flights.js";
import type { MapView } from "./map-view.js";

const KEYS = ["type", "node", "class", "region", "status"] as const;
type Key = (typeof KEYS)[number];

/** A filter that was read, for one trace. */
export class Filter {
  readonly #reader: TraceReader;
  readonly #terms = new Map<Key, string[]>();

  constructor(text: string, reader: TraceReader) {
    this.#reader = reader;
    for (const word of text.toLowerCase().split(/\s+/u)) {
      const key = KEYS.find((name) => word.startsWith(`${name}:`)) ?? "type";
      const value = word.replace(`${key}:`, "");
      if (value !== "") this.#terms.set(key, [...(this.#terms.get(key) ?? []), value]);
    }
  }

  /** Whether it lets everything through. */
  get isEmpty(): boolean {
    return this.#terms.size === 0;
  }

  /** Whether a node is wanted that has this status; what a node is does not depend on messages' types. */
  wantsNode(node: number, status: string | undefined): boolean {
    return this.wantsAlways(node) && this.#fits("status", status ?? "");
  }

  /** The same for a node whatever its status, which changes. */
  wantsAlways(node: number): boolean {
    const reader = this.#reader;
    return (
      this.#fits("node", reader.nodeName(node)) &&
      this.#fits("class", reader.className(node)) &&
      this.#fits("region", reader.regionName(node))
    );
  }

  /**
   * Whether something is wanted that is named so, a type of message or what else a record tells of, and happened
   * between two nodes, one of which has to be wanted; -1 is no node.
   */
  wantsBetween(name: string, node: number, peer: number): boolean {
    if (this.isEmpty) return true;
    if (!this.#fits("type", name)) return false;
    return (node >= 0 && this.wantsAlways(node)) || (peer >= 0 && this.wantsAlways(peer));
  }

  /** Lets a map and its messages show only what is wanted. Both have to be shown anew. */
  applyTo(map: MapView, flights: FlightWindow): void {
    map.isWanted = (node, status) => this.wantsNode(node, status);
    flights.isWanted = (name, from, to) => this.wantsBetween(this.#reader.text(name), from, to);
    flights.clear();
  }

  #fits(key: Key, name: string): boolean {
    const terms = this.#terms.get(key);
    if (terms === undefined) return true;
    const lower = name.toLowerCase();
    return terms.some((term) => lower.includes(term));
  }
}
