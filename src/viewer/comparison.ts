// Another trace beside the one that is shown: the same time, the same places, the same camera, and a ring around each
// node that is not the same in both. Nodes are matched by name, for each run numbers its own.

import type { NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { Filter } from "./filter.js";
import { FlightWindow } from "./flights.js";
import type { Places } from "./layouts.js";
import type { MapPicture, MapView } from "./map-view.js";
import { Replay } from "./replay.js";

/** The trace that is compared with, by two readers: as the viewer's own. */
export interface ComparedTrace {
  readonly reader: TraceReader;
  readonly other: TraceReader;
}

/** What the first trace shows. */
export interface FirstPicture extends MapPicture {
  readonly timeMicros: number;
}

/** The second trace of two. */
export class Comparison {
  readonly #reader: TraceReader;
  readonly #first: TraceReader;
  readonly #replay: Replay;
  readonly #flights: FlightWindow;
  readonly #map: MapView;
  /** For each node of one trace its index in the other; -1 for none. */
  readonly #toFirst: Int32Array;
  readonly #toSecond: Int32Array;
  readonly #different = new Set<number>();
  #overlay = "";
  #isStale = true;

  constructor({ reader, other }: ComparedTrace, first: TraceReader, map: MapView) {
    this.#reader = reader;
    this.#first = first;
    this.#map = map;
    this.#replay = new Replay(reader);
    this.#flights = new FlightWindow(other);
    this.#toFirst = matched(reader, first);
    this.#toSecond = matched(first, reader);
  }

  /** Nodes of the first trace whose status or links are others in the second, or that it has not. */
  get different(): ReadonlySet<number> {
    return this.#different;
  }

  /** Shows what a filter lets through, as the first trace does. */
  filter(text: string): void {
    new Filter(text, this.#reader).applyTo(this.#map, this.#flights);
    this.#isStale = true;
  }

  get camera(): MapView["camera"] {
    return this.#map.camera;
  }

  /** Nodes stand where those of their name do; those without one beneath all others. */
  setPlaces(places: Places): void {
    const { bottom } = places;
    const at = (axis: Float32Array, without: (node: number) => number): Float32Array =>
      Float32Array.from(this.#toFirst, (first, node) => (first < 0 ? without(node) : axis[first]!));
    const { nodeCount } = this.#reader.run;
    this.#map.setPlaces({
      ...places,
      x: at(places.x, (node) => (2 * node) / Math.max(1, nodeCount) - 1),
      y: at(places.y, () => bottom),
    });
    this.#flights.clear();
    this.#isStale = true;
  }

  /** Goes to the first trace's time, and shows the network there. Answers the nodes of the first that differ. */
  async show(first: FirstPicture, colours: (type: string) => number): Promise<ReadonlySet<number>> {
    await this.#replay.seek(first.timeMicros);
    const taken = this.#replay.takeChanged();
    const changed = this.#isStale || first.overlay !== this.#overlay ? null : taken;
    this.#overlay = first.overlay;
    this.#isStale = false;
    this.#compare(first, changed);
    const toSecond = this.#toSecond;
    this.#map.show({
      state: this.#replay.state,
      overlay: first.overlay,
      chosen: first.chosen < 0 ? -1 : (toSecond[first.chosen] ?? -1),
      changed,
      different: new Set([...this.#different].map((node) => toSecond[node] ?? -1)),
    });
    if (!this.#flights.covers(first.timeMicros)) await this.#cover(first.timeMicros, colours);
    return this.#different;
  }

  /** Draws messages where they are at a time. */
  render(nowMicros: number): void {
    this.#map.render(nowMicros);
  }

  destroy(): void {
    this.#map.destroy();
  }

  async #cover(timeMicros: number, colours: (type: string) => number): Promise<void> {
    await this.#flights.cover(timeMicros, timeMicros + STRETCH_MICROS);
    this.#map.showFlights(this.#flights, (name) => colours(this.#reader.text(name)));
  }

  #compare(first: FirstPicture, changed: ReadonlySet<number> | null): void {
    if (changed === null || first.changed === null) {
      for (let node = 0; node < this.#first.run.nodeCount; node++) this.#judge(node, first);
      return;
    }
    for (const node of first.changed) this.#judge(node, first);
    for (const node of changed) this.#judge(this.#toFirst[node] ?? -1, first);
  }

  #judge(node: number, { state, overlay }: FirstPicture): void {
    if (node < 0) return;
    if (this.#isSame(node, state, overlay)) this.#different.delete(node);
    else this.#different.add(node);
  }

  #isSame(node: number, state: NetworkState, overlay: string): boolean {
    const other = this.#toSecond[node] ?? -1;
    const second = this.#replay.state;
    if (other < 0) return !state.statuses.has(node);
    if (state.statuses.get(node) !== second.statuses.get(other)) return false;
    const view = state.view(overlay, node);
    const otherView = second.view(overlay, other);
    if (view.size !== otherView.size) return false;
    for (const peer of view) if (!otherView.has(this.#toSecond[peer] ?? -1)) return false;
    return true;
  }
}

/** Virtual time for which messages are collected ahead. */
const STRETCH_MICROS = 1_000_000;

/** For each node of one trace the index of the node with its name in another; -1 for none. */
function matched(of: TraceReader, among: TraceReader): Int32Array {
  const indexes = new Map(among.nodes.names.map((name, i) => [name, i]));
  return Int32Array.from(
    { length: of.run.nodeCount },
    (_, node) => indexes.get(of.nodeName(node)) ?? -1,
  );
}
