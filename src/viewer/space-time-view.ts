// Draws the space-time diagram: time to the right, a line for each of some nodes, messages as arrows, losses as crosses.
// Its middle is the moment that is shown; a click goes to another.

import { RecordKind } from "../trace/record.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { LOST_COLOUR, lookOf, messageColour } from "./palette.js";
import { busiestPeers, spaceTime } from "./space-time.js";
import type { Arrow, Diagram, DiagramSpan } from "./space-time.js";

/** Room for the nodes' names. */
const NAMES_PIXELS = 64;
const ROW_PIXELS = 18;
const TOP_PIXELS = 6;
/** Pixels that two ends of arrows must be apart to be told from one another. */
const COLUMN_PIXELS = 3;
/** How near to an arrow a pointer has to be to mean it. */
const NEAR_PIXELS = 5;
const MICROS_PER_MILLI = 1000;

/** What to show. */
export interface DiagramRequest {
  readonly timeMicros: number;
  /** How much time is shown. */
  readonly widthMicros: number;
  /** The chosen node; -1 for none. */
  readonly node: number;
}

/** The diagram on its canvas. */
export class SpaceTimeView {
  readonly #canvas: HTMLCanvasElement;
  readonly #reader: TraceReader;
  readonly #typeNumberOf: (name: number) => number;
  readonly #listening = new AbortController();
  #diagram: Diagram | null = null;

  constructor(
    canvas: HTMLCanvasElement,
    reader: TraceReader,
    on: {
      readonly typeNumberOf: (name: number) => number;
      readonly onSeek: (timeMicros: number) => void;
      readonly onRecord: (index: number) => void;
    },
  ) {
    this.#canvas = canvas;
    this.#reader = reader;
    this.#typeNumberOf = on.typeNumberOf;
    const { signal } = this.#listening;
    canvas.addEventListener(
      "click",
      ({ offsetX, offsetY }) => {
        const arrow = this.#arrowAt(offsetX, offsetY);
        if (arrow !== undefined) on.onRecord(arrow.index);
        else if (this.#diagram !== null) on.onSeek(this.#timeAt(offsetX, this.#diagram));
      },
      { signal },
    );
    canvas.addEventListener(
      "pointermove",
      ({ offsetX, offsetY }) => {
        const arrow = this.#arrowAt(offsetX, offsetY);
        canvas.title = arrow === undefined ? "" : this.#titleOf(arrow);
      },
      { signal },
    );
    window.addEventListener("resize", () => this.#draw(), { signal });
  }

  /** Collects what is asked for and draws it. */
  async show({ timeMicros, widthMicros, node }: DiagramRequest): Promise<void> {
    const fromMicros = Math.max(0, timeMicros - widthMicros / 2);
    const columns = Math.max(1, Math.floor(this.#plotPixels() / COLUMN_PIXELS));
    const span: DiagramSpan = { fromMicros, toMicros: fromMicros + widthMicros, columns };
    const nodes = await busiestPeers(this.#reader, node, span);
    this.#diagram = await spaceTime(this.#reader, nodes, span);
    const { arrows, isCut } = this.#diagram;
    const count = arrows.reduce((sum, arrow) => sum + arrow.count, 0);
    const lost = arrows.reduce((sum, arrow) => sum + (arrow.isLost ? arrow.count : 0), 0);
    // The picture in words, for those who do not see it; the records themselves stand in the list.
    const words = `${count} messages between ${nodes.length} nodes in ${widthMicros / MICROS_PER_MILLI} ms`;
    this.#canvas.setAttribute(
      "aria-label",
      `Space-time diagram: ${words}, ${lost} lost${isCut ? ", and more" : ""}`,
    );
    this.#draw(timeMicros);
  }

  destroy(): void {
    this.#listening.abort();
  }

  #nowMicros = 0;

  #draw(nowMicros = this.#nowMicros): void {
    this.#nowMicros = nowMicros;
    const diagram = this.#diagram;
    const canvas = this.#canvas;
    const context = canvas.getContext("2d");
    if (diagram === null || context === null) return;
    const height = TOP_PIXELS + Math.max(1, diagram.nodes.length) * ROW_PIXELS;
    // Set by script, not by a style attribute: the policy of the page forbids those.
    canvas.style.height = `${height}px`;
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const text = getComputedStyle(canvas).color;
    this.#drawLines(context, diagram, text);
    context.save();
    context.beginPath();
    context.rect(NAMES_PIXELS, 0, this.#plotPixels(), height);
    context.clip();
    for (const arrow of diagram.arrows) this.#drawArrow(context, diagram, arrow);
    this.#drawTicks(context, diagram, text);
    context.restore();
    context.globalAlpha = 0.8;
    context.fillStyle = text;
    context.fillRect(this.#x(nowMicros, diagram) - 0.5, 0, 1, height);
    context.globalAlpha = 1;
  }

  #drawLines(context: CanvasRenderingContext2D, { nodes }: Diagram, text: string): void {
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.fillStyle = text;
    nodes.forEach((node, row) => {
      const y = rowY(row);
      context.globalAlpha = 0.9;
      context.fillText(this.#reader.nodeName(node), 0, y, NAMES_PIXELS - 6);
      context.globalAlpha = 0.25;
      context.fillRect(NAMES_PIXELS, y - 0.5, this.#plotPixels(), 1);
    });
    context.globalAlpha = 1;
  }

  #drawArrow(context: CanvasRenderingContext2D, diagram: Diagram, arrow: Arrow): void {
    const { fromRow, toRow, startMicros, endMicros, isLost, count } = arrow;
    const start = { x: this.#x(startMicros, diagram), y: rowY(fromRow) };
    const whole = { x: this.#x(endMicros, diagram), y: rowY(toRow) };
    // What was lost at once goes a little of the way, straight to the other line.
    const end = isLost ? { x: (start.x + whole.x) / 2, y: (start.y + whole.y) / 2 } : whole;
    const colour = isLost ? LOST_COLOUR : messageColour(this.#typeNumberOf(arrow.name));
    context.strokeStyle = context.fillStyle = colour;
    context.globalAlpha = Math.min(1, 0.55 + 0.1 * count);
    context.lineWidth = Math.min(4, 1 + Math.log2(count) / 2);
    context.beginPath();
    context.moveTo(start.x, start.y);
    context.lineTo(end.x, end.y);
    if (isLost) {
      for (const side of [-3, 3]) {
        context.moveTo(end.x - 3, end.y - side);
        context.lineTo(end.x + 3, end.y + side);
      }
    }
    context.stroke();
    if (!isLost) drawHead(context, start, end);
    context.globalAlpha = 1;
  }

  #drawTicks(context: CanvasRenderingContext2D, diagram: Diagram, text: string): void {
    for (const { row, timeMicros, kind, name } of diagram.ticks) {
      const status = kind === RecordKind.status ? this.#reader.text(name) : "crashed";
      context.fillStyle = lookOf(status)?.colour ?? text;
      context.fillRect(this.#x(timeMicros, diagram) - 1.5, rowY(row) - 6, 3, 12);
    }
  }

  #plotPixels(): number {
    return Math.max(1, this.#canvas.clientWidth - NAMES_PIXELS);
  }

  #x(timeMicros: number, { fromMicros, toMicros }: Diagram): number {
    return (
      NAMES_PIXELS + ((timeMicros - fromMicros) / (toMicros - fromMicros)) * this.#plotPixels()
    );
  }

  #timeAt(x: number, { fromMicros, toMicros }: Diagram): number {
    const share = Math.max(0, x - NAMES_PIXELS) / this.#plotPixels();
    return fromMicros + share * (toMicros - fromMicros);
  }

  /** The arrow under a point: that which is nearest, if it is near. */
  #arrowAt(x: number, y: number): Arrow | undefined {
    const diagram = this.#diagram;
    if (diagram === null || x < NAMES_PIXELS) return undefined;
    let nearest: Arrow | undefined;
    let least = NEAR_PIXELS;
    for (const arrow of diagram.arrows) {
      const start = { x: this.#x(arrow.startMicros, diagram), y: rowY(arrow.fromRow) };
      const end = { x: this.#x(arrow.endMicros, diagram), y: rowY(arrow.toRow) };
      const distance = distanceTo({ x, y }, start, end);
      if (distance >= least) continue;
      least = distance;
      nearest = arrow;
    }
    return nearest;
  }

  #titleOf({ name, count, fromRow, toRow, startMicros, endMicros, isLost }: Arrow): string {
    const nodes = this.#diagram?.nodes ?? [];
    const ends = [fromRow, toRow].map((row) => this.#reader.nodeName(nodes[row] ?? -1)).join(" → ");
    const took = `${((endMicros - startMicros) / MICROS_PER_MILLI).toLocaleString("en")} ms`;
    const others = count > 1 ? ` and ${count - 1} more` : "";
    return `${this.#reader.text(name)}${others}, ${ends}, ${isLost ? "lost" : took}`;
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function rowY(row: number): number {
  return TOP_PIXELS + (row + 0.5) * ROW_PIXELS;
}

function drawHead(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 1) return;
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  context.beginPath();
  context.moveTo(to.x, to.y);
  context.lineTo(to.x - 6 * along.x - 2.5 * along.y, to.y - 6 * along.y + 2.5 * along.x);
  context.lineTo(to.x - 6 * along.x + 2.5 * along.y, to.y - 6 * along.y - 2.5 * along.x);
  context.fill();
}

/** How far a point is from the stretch between two others. */
function distanceTo(point: Point, from: Point, to: Point): number {
  const across = { x: to.x - from.x, y: to.y - from.y };
  const square = across.x * across.x + across.y * across.y;
  const along = (point.x - from.x) * across.x + (point.y - from.y) * across.y;
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, along / square));
  return Math.hypot(point.x - from.x - share * across.x, point.y - from.y - share * across.y);
}
