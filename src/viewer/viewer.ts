// One open trace on the page: position, map, lists and charts, and what the person does to them.

import { firstDifference } from "../trace/native/trace-difference.js";
import { RecordKind } from "../trace/record.js";
import type { RunRecord } from "../trace/record.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { Charts } from "./charts.js";
import { Clock } from "./clock.js";
import { Comparison } from "./comparison.js";
import type { ComparedTrace } from "./comparison.js";
import type { ViewLink } from "./deep-link.js";
import { element, setOptions } from "./elements.js";
import { Filter } from "./filter.js";
import { FlightWindow } from "./flights.js";
import { Inspector } from "./inspector.js";
import { firstLayoutOf, layoutsOf, placesFor } from "./layouts.js";
import type { LayoutName, Places } from "./layouts.js";
import { MapView } from "./map-view.js";
import { MessageTypes } from "./message-types.js";
import type { MessageType } from "./message-types.js";
import { Film, writeMoment, writePng } from "./moment-files.js";
import type { MomentFormat } from "./moment-files.js";
import { RecordList } from "./record-list.js";
import { Replay } from "./replay.js";
import { SpaceTimeView } from "./space-time-view.js";
import { StoryPanel } from "./story-panel.js";
import { Strip } from "./strip.js";
import { WhyPanel } from "./why-panel.js";

/** Real time for which messages are collected ahead. */
const AHEAD_SECONDS = 1;
/** Least virtual time for which messages are collected: a longer way than most. */
const STRETCH_MICROS_MIN = 100_000;
/** While playing, how often panel, strip and charts follow. */
const READING_MILLIS = 150;

/** Two readers of one trace: the position's, and one for looking elsewhere without losing the place. */
export interface OpenTrace {
  readonly reader: TraceReader;
  readonly other: TraceReader;
}

/** What a view shows, for the address and for tests. */
export interface ViewState extends ViewLink {
  readonly index: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly flights: number;
  /** Nodes that are others in the trace that is compared with. */
  readonly different: number;
}

const NONE: ReadonlySet<number> = new Set();

/** The viewer of one trace. */
export class Viewer {
  readonly #reader: TraceReader;
  readonly #other: TraceReader;
  readonly #replay: Replay;
  readonly #map: MapView;
  readonly #clock: Clock;
  readonly #strip: Strip;
  #charts: Charts;
  readonly #list: RecordList;
  readonly #inspector: Inspector;
  readonly #story: StoryPanel;
  readonly #why: WhyPanel;
  readonly #spaceTime: SpaceTimeView;
  readonly #places = new Map<string, Places>();
  readonly #types: MessageTypes;
  #comparison: Comparison | null = null;
  /** The trace that is compared with. */
  #second: ComparedTrace | null = null;
  readonly #flights: FlightWindow;
  #filterText = "";
  #filter: Filter;
  #chosen = -1;
  #overlay = "";
  #layout: LayoutName = "force";
  #shownIndex = -1;
  /** Whether the map has to be made anew, whatever has changed. */
  #isMapStale = true;
  /** When panel, strip and charts are shown anew while playing. */
  #nextReadingMillis = 0;
  #isListStale = true;
  /** What is done to the position, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #pending = 0;
  readonly onChange: () => void;

  private constructor(
    { reader, other }: OpenTrace,
    parts: { strip: Strip; charts: Charts; onChange: () => void },
  ) {
    this.#reader = reader;
    this.#other = other;
    this.#replay = new Replay(reader);
    this.#flights = new FlightWindow(other);
    this.#types = new MessageTypes(reader);
    this.#filter = new Filter("", reader);
    this.#strip = parts.strip;
    this.#charts = parts.charts;
    this.onChange = parts.onChange;
    const choose = (node: number): void => this.choose(node);
    this.#map = new MapView(element("map", HTMLElement), reader, choose);
    this.#inspector = new Inspector(element("node", HTMLElement), reader, choose);
    this.#list = new RecordList(element("list", HTMLOListElement), other, (index) => {
      this.goTo(index);
    });
    const follow = (index: number): void => this.goTo(index + 1);
    this.#story = new StoryPanel(element("story", HTMLElement), other, follow);
    this.#why = new WhyPanel(other, (timeMicros) => {
      this.#clock.pause();
      this.seek(timeMicros);
    });
    this.#spaceTime = new SpaceTimeView(element("diagram", HTMLCanvasElement), other, {
      typeNumberOf: (name) => this.#types.numberOf(name),
      onSeek: (timeMicros) => this.seek(timeMicros),
      onRecord: follow,
    });
    this.#clock = new Clock(reader.endMicros, (timeMicros) => this.#onFrame(timeMicros));
  }

  /** Opens a view at what a link says. */
  static async open(trace: OpenTrace, link: ViewLink, onChange: () => void): Promise<Viewer> {
    let made: Viewer | null = null;
    const seek = (timeMicros: number): void => made?.seek(timeMicros);
    const strip = await Strip.of(element("strip", HTMLCanvasElement), trace.other, seek);
    const charts = await Charts.of(element("charts", HTMLElement), trace.other, seek);
    const viewer = new Viewer(trace, { strip, charts, onChange });
    made = viewer;
    await viewer.#begin(link);
    return viewer;
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** All that is shown, as data. */
  get state(): ViewState {
    const statuses: Record<string, number> = {};
    for (const status of this.#replay.state.statuses.values()) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    const { x, y, ratio } = this.#map.camera;
    return {
      timeMicros: this.#replay.timeMicros,
      index: this.#replay.index,
      ...(this.#chosen < 0 ? {} : { node: this.#reader.nodeName(this.#chosen) }),
      overlay: this.#overlay,
      layout: this.#layout,
      speed: this.#clock.speed,
      kind: element("kind", HTMLSelectElement).value,
      message: this.#why.message,
      filter: this.#filterText,
      camera: [x, y, ratio],
      statuses,
      flights: this.#flights.shownCount,
      different: this.different,
    };
  }

  /** Where the position is. */
  get timeMicros(): number {
    return this.#replay.timeMicros;
  }

  get index(): number {
    return this.#replay.index;
  }

  get scenario(): string {
    return this.#reader.run.scenario;
  }

  /** What the trace reaches, so far. */
  get endMicros(): number {
    return this.#reader.endMicros;
  }

  /** Whether the trace was written to its end. */
  get isWhole(): boolean {
    return this.#reader.isWhole;
  }

  /** How many nodes are others in the trace that is compared with. */
  get different(): number {
    return this.#comparison?.different.size ?? 0;
  }

  /** Resolves when everything asked for so far is shown. */
  async settled(): Promise<void> {
    while (this.#pending > 0) await this.#work;
  }

  pixelOf(node: string): { readonly x: number; readonly y: number } {
    return this.#map.pixelOf(this.#reader.nodeIndex(node));
  }

  seek(timeMicros: number): void {
    this.#clock.timeMicros = timeMicros;
    this.#do(() => this.#replay.seek(timeMicros));
  }

  goTo(index: number): void {
    this.#clock.pause();
    this.#do(() => this.#replay.goTo(index));
  }

  /** The next record, or the one before: of the kind and node that are chosen. */
  step(direction: 1 | -1): void {
    this.#clock.pause();
    this.#do(async () => {
      const test = this.#test();
      await (direction > 0 ? this.#replay.stepForward(test) : this.#replay.stepBack(test));
    });
  }

  nextMarker(): void {
    const marker = this.#strip.markerAfter(this.#replay.timeMicros);
    if (marker === undefined) return;
    this.#clock.pause();
    this.seek(marker.timeMicros);
    if (marker.node >= 0) this.choose(marker.node);
  }

  /** Shows another trace beside this one, on the same clock and with the same camera. */
  compareWith(second: ComparedTrace, container: HTMLElement): void {
    const map = new MapView(container, second.reader, (node) => {
      this.choose(node < 0 ? -1 : this.#reader.nodeIndex(second.reader.nodeName(node)));
    });
    follow(this.#map, map);
    follow(map, this.#map);
    this.#second = second;
    this.#comparison = new Comparison(second, this.#reader, map);
    this.#comparison.filter(this.#filterText);
    this.#do(() => this.#place());
  }

  /** Whether both maps look at the same place; true without a second one. */
  get camerasAgree(): boolean {
    const own = JSON.stringify(this.#map.camera);
    return this.#comparison === null || JSON.stringify(this.#comparison.camera) === own;
  }

  /** The moment that is shown, as a file. */
  async momentFile(format: MomentFormat): Promise<Blob> {
    await this.settled();
    if (format === "png") {
      const picture = document.createElement("canvas");
      this.#map.drawInto(picture);
      return await writePng(picture);
    }
    const { state, timeMicros } = this.#replay;
    const layout = this.#layout === "force" ? "force" : "ring";
    return writeMoment(format, {
      ...{ reader: this.#reader, state, timeMicros, layout },
      overlay: this.#overlay,
    });
  }

  /** Plays from here to a time, or to the end, and answers the film of the map on the way. */
  async film(toMicros: number): Promise<Blob> {
    await this.settled();
    const canvas = document.createElement("canvas");
    this.#map.drawInto(canvas);
    const film = new Film(canvas);
    this.#clock.play();
    while (this.#clock.isPlaying && this.#clock.timeMicros < toMicros) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      this.#map.drawInto(canvas);
    }
    this.#clock.pause();
    return await film.end();
  }

  /** Goes behind the first record that the other trace has not; answers whether there is one. */
  async firstDifference(): Promise<boolean> {
    const second = this.#second;
    if (second === null) return false;
    const found: number[] = [];
    this.#clock.pause();
    this.#do(async () => {
      const index = await firstDifference(this.#other, second.other);
      if (index === null) return;
      found.push(index);
      await this.#replay.goTo(index + 1);
    });
    await this.settled();
    return found.length > 0;
  }

  /** Chooses a node; -1 for none. */
  choose(node: number): void {
    this.#chosen = node < this.#reader.run.nodeCount ? node : -1;
    const own = element("own", HTMLInputElement);
    own.disabled = this.#chosen < 0;
    if (own.disabled) own.checked = false;
    this.refresh();
  }

  /** Chooses the node with this name; false when there is none. */
  chooseByName(name: string): boolean {
    const node = this.#reader.nodeIndex(name);
    if (node >= 0) this.choose(node);
    return node >= 0;
  }

  /** Shows another overlay or layout. */
  setMap(overlay: string, layout: LayoutName): void {
    this.#overlay = overlay;
    this.#layout = layout;
    this.#do(() => this.#place());
  }

  /** Shows what a filter lets through: other nodes are faded, other messages and records are left out. */
  filter(text: string): void {
    this.#filterText = text.trim();
    this.#filter = new Filter(text, this.#reader);
    this.#filter.applyTo(this.#map, this.#flights);
    this.#comparison?.filter(text);
    this.#isMapStale = true;
    this.refresh();
  }

  /** Shows everything anew after a choice has changed. */
  refresh(): void {
    this.#shownIndex = -1;
    this.#do(() => Promise.resolve());
  }

  destroy(): void {
    this.#clock.pause();
    this.#strip.stop();
    this.#charts.destroy();
    this.#spaceTime.destroy();
    this.#map.destroy();
    this.#comparison?.destroy();
  }

  async #begin(link: ViewLink): Promise<void> {
    await this.#findOverlays(link.overlay);
    const layouts = layoutsOf(this.#reader);
    setOptions(
      element("layout", HTMLSelectElement),
      layouts.map((name) => [name, name]),
    );
    this.#layout = layouts.find((name) => name === link.layout) ?? firstLayoutOf(this.#reader);
    element("layout", HTMLSelectElement).value = this.#layout;
    if (link.speed !== undefined && link.speed > 0) this.#clock.speed = link.speed;
    this.filter(link.filter ?? "");
    if (link.message !== undefined) this.#why.message = link.message;
    if (link.node !== undefined) this.#chosen = this.#reader.nodeIndex(link.node);
    element("own", HTMLInputElement).disabled = this.#chosen < 0;
    this.#do(() => this.#place());
    this.seek(link.timeMicros ?? 0);
    await this.settled();
    if (link.camera !== undefined) {
      const [x, y, ratio] = link.camera;
      this.#map.camera = { x, y, ratio };
    }
  }

  /** The overlays in the middle of the run, and which one is shown: the one asked for, or the most telling. */
  async #findOverlays(asked: string | undefined): Promise<void> {
    const reader = this.#other;
    const atMicros = reader.isWhole ? reader.endMicros / 2 : reader.endMicros;
    const overlays = [...(await reader.stateAt(atMicros)).views.keys()];
    const preferred = overlays.find((name) => name !== "members") ?? overlays[0] ?? "";
    setOptions(element("overlay", HTMLSelectElement), [
      ...overlays.map((name) => [name, name] as const),
      ["", "none"],
    ]);
    this.#overlay = overlays.find((name) => name === asked) ?? preferred;
    element("overlay", HTMLSelectElement).value = this.#overlay;
  }

  /** Takes in what a run that goes on has written. Whoever is at the end stays there; others stay where they are. */
  async grow(): Promise<void> {
    const place = element("charts", HTMLElement);
    this.#do(async () => {
      const isAtEnd = this.#replay.index >= this.#reader.recordCount;
      await this.#reader.grow();
      await this.#other.grow();
      this.#clock.endMicros = this.#reader.endMicros;
      this.#flights.clear();
      await this.#strip.load(this.#other);
      this.#charts.destroy();
      this.#charts = await Charts.of(place, this.#other, (timeMicros) => this.seek(timeMicros));
      // A layout by forces stands for the links of the whole run: chosen again, it is worked out again.
      for (const key of this.#places.keys()) if (key.startsWith("force")) this.#places.delete(key);
      if (this.#overlay === "" || element("overlay", HTMLSelectElement).options.length < 2) {
        await this.#findOverlays(undefined);
        this.#isMapStale = true;
      }
      // By number: clocks of real machines may tell of a record a little before one that came earlier.
      if (isAtEnd && !this.#clock.isPlaying) await this.#replay.goTo(this.#reader.recordCount);
    });
    await this.settled();
  }

  async #place(): Promise<void> {
    const key = this.#layout === "force" ? `force ${this.#overlay}` : this.#layout;
    let places = this.#places.get(key);
    if (places === undefined) {
      places = await placesFor(this.#layout, this.#other, this.#overlay);
      this.#places.set(key, places);
    }
    this.#map.setPlaces(places);
    this.#comparison?.setPlaces(places);
    this.#flights.clear();
    this.#shownIndex = -1;
    this.#isMapStale = true;
  }

  /** A frame of playing: the position follows when it has time to, messages move in any case. */
  #onFrame(timeMicros: number): void {
    if (this.#pending === 0) this.#do(() => this.#replay.seek(timeMicros));
    this.#map.render(timeMicros);
    this.#comparison?.render(timeMicros);
  }

  /** Does something to the position behind what is being done, and shows the result. */
  #do(action: () => Promise<void>): void {
    this.#pending++;
    this.#work = this.#work
      .then(action)
      .then(() => this.#show())
      .catch((error: unknown) => {
        this.#clock.pause();
        reportError(error);
      })
      .finally(() => {
        this.#pending--;
        if (this.#pending === 0) this.onChange();
      });
  }

  async #show(): Promise<void> {
    const { index, timeMicros, state } = this.#replay;
    if (!this.#clock.isPlaying) this.#clock.timeMicros = timeMicros;
    await this.#collectFlights(timeMicros);
    await this.#showMap();
    this.#map.render(this.#clock.timeMicros);
    this.#comparison?.render(this.#clock.timeMicros);
    // What is read rather than watched need not change sixty times a second.
    if (this.#clock.isPlaying && performance.now() < this.#nextReadingMillis) return;
    this.#nextReadingMillis = performance.now() + READING_MILLIS;
    if (index !== this.#shownIndex) {
      this.#shownIndex = index;
      this.#isListStale = true;
      this.#inspector.show(this.#chosen, state);
    }
    this.#strip.show(timeMicros);
    this.#charts.show(timeMicros);
    if (!this.#isListStale || this.#clock.isPlaying) return;
    this.#isListStale = false;
    await this.#list.show(index, this.#test());
    await this.#story.show(index - 1);
    await this.#why.show(this.#chosen);
    if (!element("space-time", HTMLDetailsElement).open) return;
    const widthMicros = Number(element("span", HTMLSelectElement).value);
    await this.#spaceTime.show({ timeMicros, widthMicros, node: this.#chosen });
  }

  async #showMap(): Promise<void> {
    const taken = this.#replay.takeChanged();
    const changed = this.#isMapStale ? null : taken;
    const comparison = this.#comparison;
    if (comparison === null && changed?.size === 0 && this.#shownIndex >= 0) return;
    this.#isMapStale = false;
    const { state, timeMicros } = this.#replay;
    const picture = {
      state,
      overlay: this.#overlay,
      chosen: this.#chosen,
      changed,
      different: NONE,
    };
    const different = await comparison?.show({ ...picture, timeMicros }, (type) =>
      this.#types.numberOfType(type),
    );
    this.#map.show({ ...picture, different: different ?? NONE });
  }

  async #collectFlights(timeMicros: number): Promise<void> {
    if (this.#flights.covers(timeMicros)) return;
    const stretch = Math.max(STRETCH_MICROS_MIN, this.#clock.speed * AHEAD_SECONDS * 1_000_000);
    await this.#flights.cover(timeMicros, timeMicros + stretch);
    this.#map.showFlights(this.#flights, (name) => this.#types.numberOf(name));
    this.#types.count(this.#flights);
  }

  /** The most frequent types of the messages around this moment, with the numbers of their colours. */
  get types(): readonly MessageType[] {
    return this.#types.frequent;
  }

  #test(): (record: RunRecord) => boolean {
    const kindName = element("kind", HTMLSelectElement).value;
    const kind = kindName === "" ? 0 : RecordKind[kindName as keyof typeof RecordKind];
    const node = element("own", HTMLInputElement).checked ? this.#chosen : -1;
    const filter = this.#filter;
    return (record) =>
      filter.wantsBetween(this.#reader.text(record.name), record.node, record.peer) &&
      (kind === 0 || record.kind === kind) &&
      (node < 0 || record.node === node || record.peer === node);
  }
}

/** Lets one map look where another does. */
function follow(leader: MapView, follower: MapView): void {
  leader.onCamera(() => {
    const { x, y, ratio } = leader.camera;
    const is = follower.camera;
    if (x !== is.x || y !== is.y || ratio !== is.ratio) follower.camera = { x, y, ratio };
  });
}
