// The bytes of a file that a run still writes, behind an address. What lies behind its head never changes, so pages that
// were read whole are kept: looking at all parts again, as each growth asks for, costs requests for the new ones alone.

import { HttpSource } from "../trace/native/byte-source.js";
import type { ByteSource } from "../trace/native/byte-source.js";

const PAGE_BYTES = 128 * 1024;
/** Pages that are kept: 16 MiB. */
const PAGES_MAX = 128;

/** A source that grows when it is told to look. */
export class GrowingSource implements ByteSource {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  /** Whole pages by their number, those used last behind all others. */
  readonly #pages = new Map<number, Uint8Array>();
  #source: HttpSource;

  private constructor(url: string, fetcher: typeof fetch, source: HttpSource) {
    this.#url = url;
    this.#fetch = fetcher;
    this.#source = source;
  }

  /** Rejects with `TraceDamageError` for an empty file, and with the browser's error for a server that is gone. */
  static async open(url: string, fetcher: typeof fetch): Promise<GrowingSource> {
    return new GrowingSource(url, fetcher, await HttpSource.open(url, fetcher));
  }

  get size(): number {
    return this.#source.size;
  }

  /** Asks how large the file is now; answers whether it has grown. Rejects as `open` does. */
  async look(): Promise<boolean> {
    const before = this.size;
    this.#source = await HttpSource.open(this.#url, this.#fetch);
    return this.size > before;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const at = offset + done;
      const page = await this.#page(Math.floor(at / PAGE_BYTES));
      const part = page.subarray(at % PAGE_BYTES, (at % PAGE_BYTES) + length - done);
      bytes.set(part, done);
      done += part.length;
    }
    return bytes;
  }

  async #page(number: number): Promise<Uint8Array> {
    const kept = this.#pages.get(number);
    this.#pages.delete(number);
    const start = number * PAGE_BYTES;
    const length = Math.min(PAGE_BYTES, this.size - start);
    const page = kept ?? (await this.#source.read(start, length));
    // The last one grows on: it is read anew.
    if (page.length === PAGE_BYTES) this.#pages.set(number, page);
    if (this.#pages.size > PAGES_MAX) {
      const [oldest] = this.#pages.keys();
      if (oldest !== undefined) this.#pages.delete(oldest);
    }
    return page;
  }
}
