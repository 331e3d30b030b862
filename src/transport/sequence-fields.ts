// Fields that hold text or bytes, each with a limit on its bytes: nothing that comes from others is unbounded.

import type { ContentHasher } from "./content-hasher.js";
import { Field, INVALID } from "./field.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { bytesHeaderBytes, textHeaderBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";

/** Bytes of text in UTF-8, or `INVALID` when a surrogate stands alone: such text does not survive encoding. */
function utf8Bytes(text: string): number {
  let byteCount = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) byteCount++;
    else if (unit < 0xd800 || unit > 0xdfff) byteCount += 2;
    else {
      const next = text.charCodeAt(i + 1);
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return INVALID;
      byteCount += 2;
      i++;
    }
  }
  return byteCount;
}

class TextField extends Field<string> {
  readonly bytesMax: number;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
    this.bytesMax = maxBytes + textHeaderBytes(maxBytes);
  }

  get expectation(): string {
    return `well-formed text of at most ${this.#maxBytes} bytes in UTF-8`;
  }

  measure(value: unknown, hasher: ContentHasher | null): number {
    // Every UTF-16 unit takes a byte at least, so that text far too long is refused unread.
    if (typeof value !== "string" || value.length > this.#maxBytes) return INVALID;
    const byteCount = utf8Bytes(value);
    if (byteCount === INVALID || byteCount > this.#maxBytes) return INVALID;
    hasher?.text(value);
    return byteCount + textHeaderBytes(byteCount);
  }

  write(value: string, writer: MessagePackWriter): void {
    writer.text(value, utf8Bytes(value));
  }

  read(reader: MessagePackReader): string {
    return reader.text(this.#maxBytes);
  }
}

class BytesField extends Field<Uint8Array> {
  readonly bytesMax: number;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
    this.bytesMax = maxBytes + bytesHeaderBytes(maxBytes);
  }

  get expectation(): string {
    return `at most ${this.#maxBytes} bytes in a Uint8Array`;
  }

  measure(value: unknown, hasher: ContentHasher | null): number {
    if (!(value instanceof Uint8Array) || value.length > this.#maxBytes) return INVALID;
    hasher?.bytes(value);
    return value.length + bytesHeaderBytes(value.length);
  }

  write(value: Uint8Array, writer: MessagePackWriter): void {
    writer.binary(value);
  }

  read(reader: MessagePackReader): Uint8Array {
    return reader.binary(this.#maxBytes);
  }
}

/** Text of at most `maxBytes` in UTF-8. */
export function text({ maxBytes }: { readonly maxBytes: number }): Field<string> {
  return new TextField(checkedMaximum(maxBytes));
}

/** At most `maxBytes` of data. */
export function bytes({ maxBytes }: { readonly maxBytes: number }): Field<Uint8Array> {
  return new BytesField(checkedMaximum(maxBytes));
}

function checkedMaximum(maxBytes: number): number {
  if (!Number.isInteger(maxBytes) || maxBytes < 0 || maxBytes > 0xffffffff) {
    throw new RangeError(`maxBytes of ${maxBytes}; expected a whole number of bytes below 2^32`);
  }
  return maxBytes;
}
