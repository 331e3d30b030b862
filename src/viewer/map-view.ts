// The one place that knows sigma: nodes, labels, camera and picking. Beneath it lies the link layer, on its camera.

import { DirectedGraph } from "graphology";
import Sigma from "sigma";
import type { NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import type { FlightWindow } from "./flights.js";
import type { Places } from "./layouts.js";
import { CHOSEN_SHAPE, DIFFERENT_SHAPE, LinkLayer } from "./link-layer.js";
import type { Camera, Mark } from "./link-layer.js";
import { LinkSet } from "./link-set.js";
import { WorldLayer } from "./world-layer.js";
import { DIFFERENT_COLOUR, STATUS_LOOKS, lookOf, parseColour } from "./palette.js";

/** Sizes of a node in pixels: for few nodes and for many. */
const NODE_PIXELS_MAX = 7;
const NODE_PIXELS_MIN = 2.2;
/** Nodes that take as much room as there is. */
const CROWD = 60;
/** Milliseconds of a zoom for those who want less motion: sigma divides by it, so it is not nothing. */
const STILL_MILLIS = 1;
const DIFFERENT = parseColour(DIFFERENT_COLOUR);
const GONE = "rgba(0, 0, 0, 0)";

/** What a map shows. */
export interface MapPicture {
  readonly state: NetworkState;
  readonly overlay: string;
  readonly chosen: number;
  /** The nodes that are not as they were when last shown; null when any may be another. */
  readonly changed: ReadonlySet<number> | null;
  /** Nodes that are others in the trace that is compared with. */
  readonly different: ReadonlySet<number>;
}

/** The map of one trace. */
export class MapView {
  readonly #graph = new DirectedGraph();
  readonly #resizing: ResizeObserver;
  readonly #sigma: Sigma;
  readonly #layer = new LinkLayer();
  readonly #world = new WorldLayer();
  readonly #container: HTMLElement;
  readonly #nodeCount: number;
  readonly #nodePixels: number;
  readonly #statuses: (string | undefined)[];
  readonly #linkColour;
  /** Of what is written on the ground. */
  readonly #inkColour: string;
  /** Of a node that the filter leaves out: still there, to tell where it is. */
  readonly #fadedColour: string;
  readonly #links: LinkSet;
  /** Marks of nodes that are not just active, by node. */
  readonly #marks = new Map<number, Mark>();
  /** The camera's map, worked out once for as long as the camera rests. */
  #cameraMap: Camera | null = null;
  #nowMicros = 0;
  /** Which nodes are wanted, by their status. Set it before all of them are shown anew. */
  isWanted: (node: number, status: string | undefined) => boolean = () => true;

  constructor(container: HTMLElement, reader: TraceReader, onChoose: (node: number) => void) {
    this.#container = container;
    this.#nodeCount = reader.run.nodeCount;
    this.#links = new LinkSet(this.#nodeCount);
    this.#statuses = new Array<string | undefined>(this.#nodeCount).fill("none");
    const shrunk = NODE_PIXELS_MAX * Math.sqrt(CROWD / Math.max(CROWD, this.#nodeCount));
    this.#nodePixels = Math.max(NODE_PIXELS_MIN, shrunk);
    for (let node = 0; node < this.#nodeCount; node++) {
      const size = this.#nodePixels;
      this.#graph.addNode(node, { x: 0, y: 0, size, color: GONE, label: reader.nodeName(node) });
    }
    const isDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#inkColour = isDark ? "#aab4be" : "#3a4149";
    this.#fadedColour = isDark ? "#33383e" : "#d9dcde";
    this.#linkColour = parseColour(this.#inkColour);
    this.#sigma = new Sigma(this.#graph, container, {
      renderEdgeLabels: false,
      labelColor: { color: isDark ? "#d9dde1" : "#22262a" },
      labelSize: 11,
      labelRenderedSizeThreshold: 5,
      itemSizesReference: "screen",
      zIndex: true,
      stagePadding: 24,
      ...(isStill
        ? {
            zoomDuration: STILL_MILLIS,
            doubleClickZoomingDuration: STILL_MILLIS,
            inertiaDuration: STILL_MILLIS,
          }
        : {}),
    });
    for (const { canvas } of [this.#layer, this.#world]) {
      canvas.style.width = "100%";
      canvas.style.height = "100%";
      container.prepend(canvas);
    }
    // Sigma hears of the window's size alone, and the map changes its own when a panel opens beside it.
    this.#resizing = new ResizeObserver(() => this.#sigma.scheduleRender());
    this.#resizing.observe(container);
    this.#sigma.on("afterRender", () => {
      this.#cameraMap = this.#mapOfCamera();
      this.#world.draw(this.#cameraMap, this.#inkColour);
      this.#draw();
    });
    this.#sigma.on("clickNode", ({ node }) => onChoose(Number(node)));
    this.#sigma.on("clickStage", () => onChoose(-1));
  }

  /** Moves all nodes to where they stand in another layout; the camera stays. */
  setPlaces(places: Places): void {
    this.#graph.updateEachNodeAttributes((name, attributes) => ({
      ...attributes,
      x: places.x[Number(name)]!,
      y: places.y[Number(name)]!,
    }));
    // A box of its own, or nodes that join would make the picture jump.
    this.#sigma.setCustomBBox({ x: [-1, 1], y: [places.bottom, places.top] });
    this.#layer.setPlaces(places);
    this.#world.isShown = places.isWorld;
  }

  /** Shows the network as it is. Draws nothing by itself: call `render`. */
  show({ state, overlay, chosen, changed, different }: MapPicture): void {
    if (changed === null) {
      this.#links.clear();
      this.#statuses.fill("none");
      for (let node = 0; node < this.#nodeCount; node++) this.#setStatus(node, state);
      for (const [node, view] of state.views.get(overlay) ?? []) this.#links.setView(node, view);
    } else {
      for (const node of changed) {
        if (node < 0 || node >= this.#nodeCount) continue;
        this.#setStatus(node, state);
        this.#links.setView(node, state.view(overlay, node));
      }
    }
    const marks = [...this.#marks.values()];
    for (const node of different) {
      if (node >= 0) marks.push({ node, shape: DIFFERENT_SHAPE, colour: DIFFERENT });
    }
    if (chosen >= 0) {
      marks.push({ node: chosen, shape: CHOSEN_SHAPE, colour: this.#linkColour });
    }
    this.#layer.setMarks(marks);
    const places = this.#links.takeChanged();
    this.#layer.setLinks(this.#links, changed === null ? null : places);
  }

  showFlights(flights: FlightWindow, typeNumberOf: (name: number) => number): void {
    this.#layer.setFlights(flights, typeNumberOf);
  }

  #setStatus(node: number, state: NetworkState): void {
    const status = state.statuses.get(node);
    if (this.#statuses[node] === status) return;
    this.#statuses[node] = status;
    const look = lookOf(status);
    const isWanted = this.isWanted(node, status);
    if (look === undefined || look.mark === "disc" || !isWanted) this.#marks.delete(node);
    else {
      const shape = STATUS_LOOKS.filter(({ mark }) => mark !== "disc").indexOf(look);
      this.#marks.set(node, { node, shape, colour: parseColour(look.colour) });
    }
    // A node without a disc can be picked all the same: it is drawn without a colour.
    const hasDisc = look !== undefined && (look.mark === "disc" || look.mark === "ring");
    const colour = isWanted ? look?.colour : this.#fadedColour;
    this.#graph.setNodeAttribute(node, "color", hasDisc ? (colour ?? GONE) : GONE);
  }

  /** Draws the layer for a time; sigma draws its nodes when they change. */
  render(nowMicros: number): void {
    this.#nowMicros = nowMicros;
    this.#draw();
  }

  /** Where the camera looks, for a link to this view; sigma's own numbers. */
  get camera(): { readonly x: number; readonly y: number; readonly ratio: number } {
    const { x, y, ratio } = this.#sigma.getCamera().getState();
    return { x, y, ratio };
  }

  set camera(state: { readonly x: number; readonly y: number; readonly ratio: number }) {
    this.#sigma.getCamera().setState(state);
  }

  /** Draws all of the map into a canvas of its own size: what a person sees, on the page's ground. */
  drawInto(picture: HTMLCanvasElement): void {
    const { canvas } = this.#layer;
    // What a browser has shown is gone from its graphics memory: drawn anew in this same turn, it is there.
    this.#sigma.refresh({ skipIndexation: true });
    if (picture.width !== canvas.width) picture.width = canvas.width;
    if (picture.height !== canvas.height) picture.height = canvas.height;
    const context = picture.getContext("2d");
    if (context === null) return;
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, picture.width, picture.height);
    for (const layer of this.#container.querySelectorAll("canvas")) {
      context.drawImage(layer, 0, 0, picture.width, picture.height);
    }
  }

  /** Calls back whenever the camera looks elsewhere. */
  onCamera(moved: () => void): void {
    this.#sigma.getCamera().on("updated", moved);
  }

  /** Where a node is on the screen, in CSS pixels of the map. */
  pixelOf(node: number): { readonly x: number; readonly y: number } {
    const { x, y } = this.#graph.getNodeAttributes(node) as { x: number; y: number };
    return this.#sigma.graphToViewport({ x, y });
  }

  destroy(): void {
    this.#resizing.disconnect();
    this.#sigma.kill();
    this.#layer.destroy();
    this.#world.canvas.remove();
  }

  #draw(): void {
    const zoom = 1 / Math.sqrt(this.#sigma.getCamera().ratio);
    const nodePixels = this.#nodePixels * Math.min(3, zoom);
    const picture = { nowMicros: this.#nowMicros, link: this.#linkColour, nodePixels };
    this.#cameraMap ??= this.#mapOfCamera();
    this.#layer.draw(this.#cameraMap, picture);
  }

  /** The affine map of sigma's camera, from where it puts three points. */
  #mapOfCamera(): Camera {
    const at = (x: number, y: number): { x: number; y: number } =>
      this.#sigma.graphToViewport({ x, y });
    const origin = at(0, 0);
    const right = at(1, 0);
    const up = at(0, 1);
    return {
      origin: [origin.x, origin.y],
      unitX: [right.x - origin.x, right.y - origin.y],
      unitY: [up.x - origin.x, up.y - origin.y],
    };
  }
}
