// Serves the viewer and one trace or two on loopback: the page's own files, and the traces by ranges. Nothing else, to nobody
// else: what a page of the web may ask of this machine's ports must not reach a trace.

import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { asTraceFileError } from "../trace/trace-file-error.js";

/** The one address it listens at. */
const LOOPBACK = "127.0.0.1";

/** The page's files, as they were built. */
const PAGES = new Map([
  ["/", ["index.html", "text/html; charset=utf-8"]],
  ["/viewer.js", ["viewer.js", "text/javascript; charset=utf-8"]],
  ["/viewer.css", ["viewer.css", "text/css; charset=utf-8"]],
] as const);

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;

/** What is asked for of a file: both ends inclusive. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Where the traces are, in the order in which they were given; the page knows each by this name. */
const TRACE_NAMES = ["trace", "second"] as const;

/** A server of one trace, or of two to compare. */
export class ViewServer {
  readonly #server: Server;
  readonly #traces: readonly string[];
  readonly #pagesFolder: string;
  readonly #isGrowing: boolean;

  /** `pagesFolder` is where the viewer was built to; `isGrowing` says that a run still writes the trace. Throws `TraceFileError` for a trace that is no file. */
  constructor(
    traces: readonly string[],
    pagesFolder: string,
    { isGrowing = false }: { readonly isGrowing?: boolean } = {},
  ) {
    this.#isGrowing = isGrowing;
    this.#traces = traces;
    this.#pagesFolder = pagesFolder;
    for (const trace of traces) sizeOf(trace);
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Listens at a port, 0 for any that is free; resolves to the page's address. Rejects with the system's error. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, LOOPBACK, resolve);
    });
    const { port: given } = this.#server.address() as AddressInfo;
    return `http://${LOOPBACK}:${given}/`;
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", headers } = request;
    // A page elsewhere that renames its own host to this address asks under that name.
    const host = (headers.host ?? "").replace(/:\d+$/u, "");
    if (host !== LOOPBACK && host !== "localhost") refuse(response, 403, "Ask at 127.0.0.1");
    else if (method !== "GET" && method !== "HEAD") refuse(response, 405, "Only GET and HEAD");
    else this.#serve(request, response);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // Compared, never resolved: what is no path of ours, or no path at all, is simply not there.
    const [path = "/"] = (request.url ?? "/").split("?");
    const isHead = request.method === "HEAD";
    try {
      const trace = this.#traces[TRACE_NAMES.findIndex((name) => path === `/${name}`)];
      if (trace === undefined) this.#servePage(path, response, isHead);
      else serveTrace(trace, { range: request.headers.range, response, isHead });
    } catch (error) {
      refuse(response, 500, error instanceof Error ? error.message : String(error));
    }
  }

  #servePage(path: string, response: ServerResponse, isHead: boolean): void {
    const page = PAGES.get(path as "/");
    if (page === undefined) {
      refuse(response, 404, "There is no such page");
      return;
    }
    const [file, type] = page;
    let body = readFileSync(`${this.#pagesFolder}/${file}`);
    if (path === "/") {
      const metas = this.#traces.map((trace, i) => {
        const name = basename(trace).replace(/[&<>"]/gu, "_");
        return `<meta name="${TRACE_NAMES[i] ?? ""}" content="${name}" />`;
      });
      if (this.#isGrowing) metas.push('<meta name="growing" content="" />');
      body = Buffer.from(body.toString().replace("<head>", () => `<head>${metas.join("")}`));
    }
    response.writeHead(200, { ...HEADERS, "content-type": type, "content-length": body.length });
    response.end(isHead ? undefined : body);
  }
}

/** How a trace is asked for. */
interface Asked {
  readonly range: string | undefined;
  readonly response: ServerResponse;
  readonly isHead: boolean;
}

function serveTrace(trace: string, { range, response, isHead }: Asked): void {
  const size = sizeOf(trace);
  const asked = readRange(range, size);
  if (asked === null) {
    response.writeHead(416, { ...HEADERS, "content-range": `bytes */${size}` }).end();
    return;
  }
  const { first, last } = asked;
  response.writeHead(range === undefined ? 200 : 206, {
    ...HEADERS,
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    "content-length": last - first + 1,
    ...(range === undefined ? {} : { "content-range": `bytes ${first}-${last}/${size}` }),
  });
  if (isHead || last < first) {
    response.end();
    return;
  }
  createReadStream(trace, { start: first, end: last })
    .on("error", () => response.destroy())
    .pipe(response);
}

/** The size of a trace now. Throws `TraceFileError` for what is no file. */
function sizeOf(trace: string): number {
  try {
    const facts = statSync(trace);
    if (facts.isFile()) return facts.size;
  } catch (error) {
    throw asTraceFileError(trace, error, "read");
  }
  const cause = Object.assign(new Error("not a regular file"), { code: "EISDIR" });
  throw asTraceFileError(trace, cause, "read");
}

/** The range that is asked for; the whole file for none, null for one that cannot be had. */
function readRange(range: string | undefined, size: number): ByteRange | null {
  if (range === undefined) return { first: 0, last: size - 1 };
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/u.exec(range) ?? [];
  if (from === "" && to === "") return null;
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(size - 1, Number(to));
  return first <= last && first < size ? { first, last } : null;
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
