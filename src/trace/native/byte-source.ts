// Where the bytes of a trace come from: a file on disk, a file dropped on a page, or a server that answers ranges.

import { TraceDamageError } from "./byte-reader.js";

/** Bytes that can be read at any place. */
export interface ByteSource {
  /** How many bytes there are. */
  readonly size: number;
  /** Reads exactly `length` bytes at `offset`, which lie within `size`; rejects when they cannot be had. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The bytes of a `Blob`: a dropped or chosen `File`. */
export class BlobSource implements ByteSource {
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  get size(): number {
    return this.#blob.size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return new Uint8Array(await this.#blob.slice(offset, offset + length).arrayBuffer());
  }
}

/** The bytes behind an address, read by HTTP ranges. */
export class HttpSource implements ByteSource {
  readonly size: number;
  readonly #url: string;
  readonly #fetch: typeof fetch;

  private constructor(url: string, size: number, fetcher: typeof fetch) {
    this.#url = url;
    this.size = size;
    this.#fetch = fetcher;
  }

  /** Asks how large it is. Rejects with `TraceDamageError` when the server does not answer ranges. */
  static async open(url: string, fetcher: typeof fetch): Promise<HttpSource> {
    const response = await fetcher(url, { headers: { range: "bytes=0-0" } });
    await response.body?.cancel();
    const total = /^bytes 0-0\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
    if (response.status === 206 && total !== undefined) {
      return new HttpSource(url, Number(total), fetcher);
    }
    throw new TraceDamageError(
      `${url} answers ${response.status} where 206 is expected; serve it by a server that knows ranges`,
    );
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await this.#fetch(this.#url, { headers: { range } });
    // A server that ignores the range would send the whole file, however large.
    if (response.status !== 206) {
      await response.body?.cancel();
      throw new TraceDamageError(`${this.#url} answers ${response.status} to the range ${range}`);
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length === length) return bytes;
    throw new TraceDamageError(`${this.#url} sends ${bytes.length} bytes for the range ${range}`);
  }
}
