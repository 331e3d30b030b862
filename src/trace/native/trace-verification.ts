// Is a trace as it was written, byte for byte? Each part has a CRC, but the bytes between parts have none: they follow
// from the parts, so they are made again and compared.

import { TraceDamageError } from "./byte-reader.js";
import type { ByteSource } from "./byte-source.js";
import type { InflateRaw } from "./compression.js";
import { findParts, readPart } from "./container-reader.js";
import { ContainerWriter } from "./container-writer.js";
import { TraceReader } from "./trace-reader.js";
import type { Part } from "./trace-parts.js";

/** Compares a file with what a writer makes of its parts. */
class Comparison {
  offset = 0;
  readonly #source: ByteSource;
  readonly #written: Uint8Array[] = [];

  constructor(source: ByteSource) {
    this.#source = source;
  }

  write(bytes: Uint8Array): void {
    this.#written.push(bytes);
  }

  /** Compares what was written since the last call. */
  async check(): Promise<void> {
    for (const bytes of this.#written.splice(0)) {
      const left = this.#source.size - this.offset;
      const found = await this.#source.read(this.offset, Math.min(bytes.length, left));
      const differs = bytes.findIndex((byte, i) => found[i] !== byte);
      if (differs >= 0) {
        throw new TraceDamageError("The file is damaged between its parts", this.offset + differs);
      }
      this.offset += bytes.length;
    }
  }
}

/**
 * Reads a trace from its first byte to its last. Rejects with `TraceDamageError` for any byte that differs from what
 * was written; a trace that was cut off is sound up to `endOffset` of the reader that is the result.
 */
export async function verifyTrace(source: ByteSource, inflate: InflateRaw): Promise<TraceReader> {
  const reader = await TraceReader.open(source, { inflate });
  await reader.checkParts();
  const { parts, isWhole } = await findParts(source);
  const comparison = new Comparison(source);
  const write = (bytes: Uint8Array): void => {
    comparison.write(bytes);
  };
  const writer = new ContainerWriter(write, reader.run.version);
  await comparison.check();
  for (const place of parts) {
    const data = await readPart(source, place);
    const { channel, startMicros, endMicros } = place;
    writer.add({ part: channel as Part, startMicros, endMicros, count: 0, data });
    await comparison.check();
  }
  if (isWhole) writer.end();
  await comparison.check();
  if (isWhole && comparison.offset !== source.size) {
    throw new TraceDamageError("The file has bytes after its end", comparison.offset);
  }
  return reader;
}
