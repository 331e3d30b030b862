// Bytes that grow: variable-length whole numbers, as LEB128 and zigzag, and what else a block is written with.

const START_BYTES = 256;
const TWO_TO_6 = 64;
const TWO_TO_7 = 128;
const TWO_TO_28 = 268_435_456;
/** The most bytes that a whole number below 2^53 takes. */
const VARINT_BYTES_MAX = 8;

/** A growing array of bytes. */
export class ByteWriter {
  #bytes = new Uint8Array(START_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** What was written: a view, valid until the next write. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written, and keeps the room. */
  clear(): void {
    this.#length = 0;
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes a whole number from 0 to 2^53 - 1 in groups of seven bits, lowest first. */
  varint(value: number): void {
    if (this.#length + VARINT_BYTES_MAX > this.#bytes.length) this.#grow(VARINT_BYTES_MAX);
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    // Beyond 31 bits JavaScript's shifts do not reach.
    while (rest >= TWO_TO_28) {
      bytes[at++] = (rest % TWO_TO_7) | TWO_TO_7;
      rest = Math.floor(rest / TWO_TO_7);
    }
    while (rest >= TWO_TO_7) {
      bytes[at++] = (rest & 127) | TWO_TO_7;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#length = at;
  }

  /**
   * Writes a whole number from -2^53 to 2^53 - 1, small ones of either sign in few bytes: the varint of 2n, or of -2n - 1
   * for a negative n. Its first byte is made apart, since doubling would leave the whole numbers that doubles hold.
   */
  zigzag(value: number): void {
    const sign = value < 0 ? 1 : 0;
    const size = value < 0 ? -value - 1 : value;
    if (size < TWO_TO_6) {
      this.byte((size << 1) | sign);
      return;
    }
    this.byte(((size % TWO_TO_6) << 1) | sign | TWO_TO_7);
    this.varint(Math.floor(size / TWO_TO_6));
  }

  /** Writes 16 bits, low byte first. */
  word16(value: number): void {
    this.byte(value & 255);
    this.byte((value >>> 8) & 255);
  }

  /** Writes 32 bits, low byte first; signed and unsigned numbers alike. */
  word32(value: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4);
    this.#view.setInt32(this.#length, value | 0, true);
    this.#length += 4;
  }

  /** Writes a whole number below 2^64 as 64 bits, low byte first. */
  word64(value: bigint): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes a double, low byte first; the same bits come back, of NaNs too. */
  double(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes bytes as they are. */
  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes a text as UTF-8, its length in bytes before it as a varint. */
  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.varint(bytes.length);
    this.append(bytes);
  }

  #grow(room: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + room));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
