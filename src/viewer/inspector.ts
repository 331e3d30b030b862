// What is known of the chosen node at the moment that is shown.

import type { NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { button, definitions, textElement } from "./elements.js";

/** Peers of a view that are listed: the rest is a number. */
const PEERS_SHOWN = 40;

/** The panel of the chosen node. */
export class Inspector {
  readonly #panel: HTMLElement;
  readonly #reader: TraceReader;
  readonly #onChoose: (node: number) => void;

  constructor(panel: HTMLElement, reader: TraceReader, onChoose: (node: number) => void) {
    this.#panel = panel;
    this.#reader = reader;
    this.#onChoose = onChoose;
  }

  /** Shows a node, or the network as a whole for -1. */
  show(node: number, state: NetworkState): void {
    if (node < 0) this.#showNetwork(state);
    else this.#showNode(node, state);
  }

  #showNetwork(state: NetworkState): void {
    const counts = new Map<string, number>();
    for (const status of state.statuses.values()) {
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    const facts: [string, string | Node][] = [...counts].map(([status, count]) => [
      status,
      count.toLocaleString("en"),
    ]);
    for (const [overlay, views] of state.views) {
      const links = [...views.values()].reduce((sum, { size }) => sum + size, 0);
      facts.push([overlay, `${links.toLocaleString("en")} links`]);
    }
    this.#panel.replaceChildren(textElement("h2", "The network"), definitions(facts));
  }

  #showNode(node: number, state: NetworkState): void {
    const reader = this.#reader;
    const status = state.statuses.get(node) ?? "not begun";
    const facts: [string, string | Node][] = [["status", status]];
    if (reader.className(node) !== "") facts.push(["class", reader.className(node)]);
    if (reader.regionName(node) !== "") facts.push(["region", reader.regionName(node)]);
    for (const overlay of state.views.keys()) {
      facts.push([overlay, this.#peers(state.view(overlay, node), state)]);
    }
    const connections = state.connections.get(node) ?? new Map<number, string>();
    const ready = [...connections].filter(([, word]) => word === "connected");
    facts.push(["connected", this.#peers(new Set(ready.map(([peer]) => peer)), state)]);
    if (connections.size > ready.length) {
      facts.push(["dialing", String(connections.size - ready.length)]);
    }
    this.#panel.replaceChildren(textElement("h2", reader.nodeName(node)), definitions(facts));
  }

  /** Peers by name, those that no longer run marked: to click on. */
  #peers(peers: ReadonlySet<number>, state: NetworkState): Node {
    const place = document.createElement("span");
    place.className = "peers";
    if (peers.size === 0) return textElement("span", "none");
    place.append(`${peers.size.toLocaleString("en")}: `);
    const sorted = [...peers].sort((a, b) => a - b);
    for (const peer of sorted.slice(0, PEERS_SHOWN)) {
      const name = this.#reader.nodeName(peer) + (state.isLive(peer) ? "" : " ✕");
      place.append(button(name, () => this.#onChoose(peer)));
    }
    if (sorted.length > PEERS_SHOWN) place.append(`and ${sorted.length - PEERS_SHOWN} more`);
    return place;
  }
}
