// The part of the map that changes all the time: links, messages on their way and the marks of nodes, drawn by an own
// WebGL2 canvas beneath sigma's nodes. Sigma takes milliseconds for each edge that changes; here a change of links is
// one upload, and a frame in which only messages move is one number.

import type { FlightWindow } from "./flights.js";
import type { Places } from "./layouts.js";
import type { LinkSet } from "./link-set.js";
import { LOST_COLOUR, messageColour, parseColour } from "./palette.js";
import type { Colour } from "./palette.js";
import {
  FLIGHT_FRAGMENT,
  FLIGHT_VERTEX,
  LINK_FRAGMENT,
  LINK_VERTEX,
  MARK_FRAGMENT,
  MARK_VERTEX,
} from "./shaders.js";

const LOST = parseColour(LOST_COLOUR);
const FLIGHT_FLOATS = 10;
const MARK_FLOATS = 6;

/** The affine map from map coordinates to CSS pixels. */
export interface Camera {
  readonly origin: readonly [number, number];
  readonly unitX: readonly [number, number];
  readonly unitY: readonly [number, number];
}

/** A mark at a node: what it looks like by its number in `shaders.ts`. */
export interface Mark {
  readonly node: number;
  readonly shape: number;
  readonly colour: Colour;
}

/** Shape of the mark around the chosen node. */
export const CHOSEN_SHAPE = 10;
/** Shape of the mark around a node that another trace has otherwise. */
export const DIFFERENT_SHAPE = 11;

/** A program with its one buffer, and what is in it. */
class Drawing {
  readonly program: WebGLProgram;
  readonly buffer: WebGLBuffer;
  readonly vertexArray: WebGLVertexArrayObject;
  /** Numbers a vertex. */
  readonly floats: number;
  values = new Float32Array(0);
  /** Vertices that are drawn. */
  count = 0;
  /** Numbers that the graphics memory has room for. */
  bufferFloats = 0;
  readonly #gl: WebGL2RenderingContext;
  readonly #uniforms = new Map<string, WebGLUniformLocation | null>();

  constructor(gl: WebGL2RenderingContext, program: WebGLProgram, floats: number) {
    this.#gl = gl;
    this.program = program;
    this.floats = floats;
    this.buffer = gl.createBuffer();
    this.vertexArray = gl.createVertexArray();
  }

  /** Room for so many numbers; those that are there stay. */
  room(floats: number): Float32Array {
    if (this.values.length < floats) {
      const grown = new Float32Array(Math.max(floats, 2 * this.values.length));
      grown.set(this.values);
      this.values = grown;
    }
    return this.values;
  }

  /** Asked once: the answer takes a way to the graphics process and back. */
  uniform(name: string): WebGLUniformLocation | null {
    const known = this.#uniforms.get(name);
    if (known !== undefined) return known;
    const found = this.#gl.getUniformLocation(this.program, name);
    this.#uniforms.set(name, found);
    return found;
  }
}

/** Draws links, messages and marks. */
export class LinkLayer {
  readonly canvas = document.createElement("canvas");
  readonly #gl: WebGL2RenderingContext;
  readonly #links: Drawing;
  readonly #flights: Drawing;
  readonly #marks: Drawing;
  #places: Pick<Places, "x" | "y"> = { x: new Float32Array(0), y: new Float32Array(0) };
  #flightsFromMicros = 0;

  /** Throws `Error` where the browser has no WebGL2. */
  constructor() {
    const gl = this.canvas.getContext("webgl2", { alpha: true, antialias: true });
    if (gl === null) throw new Error("This browser has no WebGL2: switch it on, or use another");
    this.#gl = gl;
    this.#links = this.#drawing(LINK_VERTEX, LINK_FRAGMENT, [["at", 2]]);
    this.#flights = this.#drawing(FLIGHT_VERTEX, FLIGHT_FRAGMENT, [
      ["way", 4],
      ["time", 2],
      ["look", 4],
    ]);
    this.#marks = this.#drawing(MARK_VERTEX, MARK_FRAGMENT, [
      ["at", 2],
      ["look", 4],
    ]);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  /** Where nodes stand from now on. What was set before is to be set anew. */
  setPlaces(places: Pick<Places, "x" | "y">): void {
    this.#places = places;
  }

  /** The links of one overlay, all of them or those in the places that have changed. */
  setLinks(links: LinkSet, changed: ReadonlySet<number> | null): void {
    const points = this.#links.room(4 * links.count);
    if (changed === null) {
      for (let place = 0; place < links.count; place++) this.#setLink(points, links.pairs, place);
    } else {
      for (const place of changed) {
        if (place < links.count) this.#setLink(points, links.pairs, place);
      }
    }
    this.#upload(this.#links, 2 * links.count);
  }

  #setLink(points: Float32Array, pairs: Int32Array, place: number): void {
    const { x, y } = this.#places;
    const one = pairs[2 * place]!;
    const other = pairs[2 * place + 1]!;
    points[4 * place] = x[one]!;
    points[4 * place + 1] = y[one]!;
    points[4 * place + 2] = x[other]!;
    points[4 * place + 3] = y[other]!;
  }

  /** The messages of a stretch; `typeNumberOf` numbers their types for colours. */
  setFlights(window: FlightWindow, typeNumberOf: (name: number) => number): void {
    const { x, y } = this.#places;
    const { columns, fromMicros } = window;
    const points = this.#flights.room(FLIGHT_FLOATS * window.shownCount);
    const colours: (Colour | undefined)[] = [];
    this.#flightsFromMicros = fromMicros;
    let at = 0;
    for (let i = 0; i < columns.count && at < FLIGHT_FLOATS * window.shownCount; i++) {
      if (!window.isShown(i)) continue;
      const name = columns.name[i]!;
      const isLost = columns.isLost[i] === 1;
      const colour = isLost
        ? LOST
        : (colours[name] ??= parseColour(messageColour(typeNumberOf(name))));
      const from = columns.from[i]!;
      const to = columns.to[i]!;
      points[at] = x[from]!;
      points[at + 1] = y[from]!;
      points[at + 2] = x[to]!;
      points[at + 3] = y[to]!;
      points[at + 4] = (columns.startMicros[i]! - fromMicros) / 1000;
      points[at + 5] = (columns.endMicros[i]! - fromMicros) / 1000;
      points[at + 6] = colour[0];
      points[at + 7] = colour[1];
      points[at + 8] = colour[2];
      points[at + 9] = isLost ? 1 : 0;
      at += FLIGHT_FLOATS;
    }
    this.#upload(this.#flights, at / FLIGHT_FLOATS);
  }

  setMarks(marks: readonly Mark[]): void {
    const { x, y } = this.#places;
    const points = this.#marks.room(marks.length * MARK_FLOATS);
    marks.forEach(({ node, shape, colour }, i) => {
      points.set([x[node]!, y[node]!, ...colour, shape], i * MARK_FLOATS);
    });
    this.#upload(this.#marks, marks.length);
  }

  /** Draws one frame: links of this colour, and messages where they are at a time. */
  draw(
    camera: Camera,
    { nowMicros, link, nodePixels }: { nowMicros: number; link: Colour; nodePixels: number },
  ): void {
    const gl = this.#gl;
    const ratio = this.#fit();
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.#begin(this.#links, camera);
    const linkAlpha = Math.min(0.5, Math.max(0.04, 220 / Math.max(1, this.#links.count)));
    gl.uniform4f(this.#links.uniform("colour"), ...link, linkAlpha);
    gl.drawArrays(gl.LINES, 0, this.#links.count);
    this.#begin(this.#marks, camera);
    gl.uniform1f(this.#marks.uniform("pointSize"), nodePixels * 2.6 * ratio);
    gl.drawArrays(gl.POINTS, 0, this.#marks.count);
    this.#begin(this.#flights, camera);
    const nowMillis = (nowMicros - this.#flightsFromMicros) / 1000;
    gl.uniform1f(this.#flights.uniform("now"), nowMillis);
    gl.uniform1f(this.#flights.uniform("pointSize"), Math.max(3, nodePixels) * ratio);
    gl.drawArrays(gl.POINTS, 0, this.#flights.count);
  }

  /** Gives the graphics memory back: browsers allow few contexts a page. */
  destroy(): void {
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.remove();
  }

  /** Makes the canvas as large as it is shown; answers device pixels a CSS pixel. */
  #fit(): number {
    const { canvas } = this;
    const ratio = window.devicePixelRatio;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    this.#gl.viewport(0, 0, width, height);
    return ratio;
  }

  #begin(drawing: Drawing, { origin, unitX, unitY }: Camera): void {
    const gl = this.#gl;
    gl.useProgram(drawing.program);
    gl.bindVertexArray(drawing.vertexArray);
    gl.uniform2f(drawing.uniform("origin"), ...origin);
    gl.uniform2f(drawing.uniform("unitX"), ...unitX);
    gl.uniform2f(drawing.uniform("unitY"), ...unitY);
    const { clientWidth, clientHeight } = this.canvas;
    gl.uniform2f(drawing.uniform("size"), clientWidth, clientHeight);
  }

  /** Hands the first vertices of a drawing to the graphics memory. */
  #upload(drawing: Drawing, count: number): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, drawing.buffer);
    if (drawing.bufferFloats < drawing.values.length) {
      drawing.bufferFloats = drawing.values.length;
      gl.bufferData(gl.ARRAY_BUFFER, 4 * drawing.bufferFloats, gl.DYNAMIC_DRAW);
    }
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, drawing.values, 0, count * drawing.floats);
    drawing.count = count;
  }

  #drawing(
    vertex: string,
    fragment: string,
    attributes: readonly (readonly [name: string, floats: number])[],
  ): Drawing {
    const gl = this.#gl;
    const program = gl.createProgram();
    gl.attachShader(program, this.#shader(gl.VERTEX_SHADER, vertex));
    gl.attachShader(program, this.#shader(gl.FRAGMENT_SHADER, fragment));
    gl.linkProgram(program);
    if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
      throw new Error(`The map cannot be drawn here: ${gl.getProgramInfoLog(program) ?? ""}`);
    }
    const floatCount = attributes.reduce((sum, [, floats]) => sum + floats, 0);
    const drawing = new Drawing(gl, program, floatCount);
    gl.bindVertexArray(drawing.vertexArray);
    gl.bindBuffer(gl.ARRAY_BUFFER, drawing.buffer);
    const stride = 4 * floatCount;
    let offset = 0;
    for (const [name, floats] of attributes) {
      const location = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, floats, gl.FLOAT, false, stride, offset);
      offset += 4 * floats;
    }
    return drawing;
  }

  #shader(type: GLenum, source: string): WebGLShader {
    const gl = this.#gl;
    const shader = gl.createShader(type);
    if (shader === null) throw new Error("The map cannot be drawn here: its context is lost");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) === true) return shader;
    throw new Error(`The map cannot be drawn here: ${gl.getShaderInfoLog(shader) ?? ""}`);
  }
}
