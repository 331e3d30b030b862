// The part of the map that changes all the time: links, messages on their way and the marks of nodes, drawn by an own
// WebGL2 canvas beneath sigma's nodes. Sigma takes milliseconds for each edge that changes; here a change of links is
// one upload, and a frame in which only messages move is one number.

import type { Flights } from "./flights.js";
import type { Places } from "./layouts.js";
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

/** A program with its one buffer. */
interface Drawing {
  readonly program: WebGLProgram;
  readonly buffer: WebGLBuffer;
  readonly vertexArray: WebGLVertexArrayObject;
  count: number;
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

  /** The links of one overlay: pairs of nodes, one after the other. */
  setLinks(pairs: ArrayLike<number>, count: number): void {
    const { x, y } = this.#places;
    const points = new Float32Array(count * 4);
    for (let i = 0; i < count * 2; i++) {
      const node = pairs[i]!;
      points[2 * i] = x[node]!;
      points[2 * i + 1] = y[node]!;
    }
    this.#upload(this.#links, points, count * 2);
  }

  /** The messages of a stretch; `typeNumberOf` numbers their types for colours. */
  setFlights(flights: Flights, typeNumberOf: (name: number) => number): void {
    const { x, y } = this.#places;
    const points = new Float32Array(flights.flights.length * FLIGHT_FLOATS);
    const { fromMicros } = flights;
    this.#flightsFromMicros = fromMicros;
    flights.flights.forEach(({ from, to, startMicros, endMicros, name, isLost }, i) => {
      const colour = isLost ? LOST : parseColour(messageColour(typeNumberOf(name)));
      const millis = [(startMicros - fromMicros) / 1000, (endMicros - fromMicros) / 1000];
      const way = [x[from]!, y[from]!, x[to]!, y[to]!];
      points.set([...way, ...millis, ...colour, isLost ? 1 : 0], i * FLIGHT_FLOATS);
    });
    this.#upload(this.#flights, points, flights.flights.length);
  }

  setMarks(marks: readonly Mark[]): void {
    const { x, y } = this.#places;
    const points = new Float32Array(marks.length * MARK_FLOATS);
    marks.forEach(({ node, shape, colour }, i) => {
      points.set([x[node]!, y[node]!, ...colour, shape], i * MARK_FLOATS);
    });
    this.#upload(this.#marks, points, marks.length);
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
    const links = this.#begin(this.#links, camera);
    const linkAlpha = Math.min(0.5, Math.max(0.04, 220 / Math.max(1, this.#links.count)));
    gl.uniform4f(gl.getUniformLocation(links, "colour"), ...link, linkAlpha);
    gl.drawArrays(gl.LINES, 0, this.#links.count);
    const marks = this.#begin(this.#marks, camera);
    gl.uniform1f(gl.getUniformLocation(marks, "pointSize"), nodePixels * 2.6 * ratio);
    gl.drawArrays(gl.POINTS, 0, this.#marks.count);
    const flights = this.#begin(this.#flights, camera);
    const nowMillis = (nowMicros - this.#flightsFromMicros) / 1000;
    gl.uniform1f(gl.getUniformLocation(flights, "now"), nowMillis);
    gl.uniform1f(gl.getUniformLocation(flights, "pointSize"), Math.max(3, nodePixels) * ratio);
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

  #begin({ program, vertexArray }: Drawing, { origin, unitX, unitY }: Camera): WebGLProgram {
    const gl = this.#gl;
    gl.useProgram(program);
    gl.bindVertexArray(vertexArray);
    gl.uniform2f(gl.getUniformLocation(program, "origin"), ...origin);
    gl.uniform2f(gl.getUniformLocation(program, "unitX"), ...unitX);
    gl.uniform2f(gl.getUniformLocation(program, "unitY"), ...unitY);
    const { clientWidth, clientHeight } = this.canvas;
    gl.uniform2f(gl.getUniformLocation(program, "size"), clientWidth, clientHeight);
    return program;
  }

  #upload(drawing: Drawing, values: Float32Array, count: number): void {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, drawing.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW);
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
    const vertexArray = gl.createVertexArray();
    gl.bindVertexArray(vertexArray);
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const stride = 4 * attributes.reduce((sum, [, floats]) => sum + floats, 0);
    let offset = 0;
    for (const [name, floats] of attributes) {
      const location = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, floats, gl.FLOAT, false, stride, offset);
      offset += 4 * floats;
    }
    return { program, buffer, vertexArray, count: 0 };
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
