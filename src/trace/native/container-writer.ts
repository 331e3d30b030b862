// Writes parts into a container, one after another, and its index at the end. Each call hands on whole parts, so that
// a file that ends anywhere opens up to its last whole one.

import { crc32 } from "./crc32.js";
import { MESSAGE_INDEX_BYTES, mcapChunk, mcapEnd, mcapHead } from "./mcap.js";
import type { McapChunkPlace } from "./mcap.js";
import { PART_TOPICS } from "./trace-parts.js";
import type { Part } from "./trace-parts.js";

/** A packed part with the time it is about. */
export interface TimedPart {
  readonly part: Part;
  readonly startMicros: number;
  readonly endMicros: number;
  /** How many things are in it. */
  readonly count: number;
  /** As `packPart` makes it. */
  readonly data: Uint8Array;
}

/** Takes bytes in the order in which they stand in the file, and keeps none of them. */
export type WriteBytes = (bytes: Uint8Array) => void;

/** One container, from its first byte to its last. */
export class ContainerWriter {
  readonly #write: WriteBytes;
  readonly #chunks: McapChunkPlace[] = [];
  readonly #counts: number[] = [];
  #bytes = 0;
  #crc = 0;

  constructor(write: WriteBytes, version: string) {
    this.#write = write;
    this.#put(mcapHead(`peerscape ${version}`, PART_TOPICS));
  }

  /** How many things each part written so far has. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  add({ part, startMicros, endMicros, count, data }: TimedPart): void {
    const bytes = mcapChunk({ channel: part, startMicros, endMicros, data });
    const length = bytes.length - MESSAGE_INDEX_BYTES;
    this.#chunks.push({ channel: part, startMicros, endMicros, offset: this.#bytes, length });
    this.#counts.push(count);
    this.#put(bytes);
  }

  /** Writes index and footer. */
  end(): void {
    const end = { topics: PART_TOPICS, chunks: this.#chunks };
    this.#write(mcapEnd({ ...end, dataCrc: this.#crc, dataBytes: this.#bytes }));
  }

  #put(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc);
    this.#bytes += bytes.length;
    this.#write(bytes);
  }
}
