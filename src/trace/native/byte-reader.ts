// Reads what `ByteWriter` writes, from bytes that anybody may have made: nothing is read past the end, nothing is
// allocated by a length that was not checked against what is there, and what cannot be is a `TraceDamageError`.

/** Groups of seven bits beyond this scale are beyond 2^53. */
const SCALE_MAX = 2 ** 49;

/** The bytes of a trace are not what they should be: damaged, cut off, or made by something else. */
export class TraceDamageError extends Error {
  override readonly name = "TraceDamageError";
  /** Where in the file, in bytes from its start; null where only the part is known. */
  readonly offset: number | null;

  constructor(problem: string, offset: number | null = null) {
    super(offset === null ? problem : `${problem} (byte ${offset})`);
    this.offset = offset;
  }
}

/** A place in bytes, which moves on as they are read. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#at;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++]!;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(): number {
    const bytes = this.#bytes;
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte === undefined) throw new TraceDamageError("The bytes end inside a number");
      this.#at++;
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale > SCALE_MAX) throw new TraceDamageError("A number has too many bytes");
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new TraceDamageError("A number is too large");
    return value;
  }

  zigzag(): number {
    const first = this.byte();
    let size = (first & 127) >> 1;
    if (first >= 128) size += 64 * this.varintUpTo(2 ** 47, "A signed number's upper part");
    return (first & 1) === 0 ? size : -size - 1;
  }

  /** A whole number up to and including `max`; `what` names it if it is not. */
  varintUpTo(max: number, what: string): number {
    const value = this.varint();
    if (value > max) throw new TraceDamageError(`${what} is ${value}, and ${max} is the most`);
    return value;
  }

  word16(): number {
    this.#need(2);
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  /** 32 bits as an unsigned number. */
  word32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  /** 64 bits as a whole number; throws for one above 2^53, which no offset or length of ours is. */
  word64(): number {
    const low = this.word32();
    const high = this.word32();
    if (high >= 0x200000) throw new TraceDamageError("A 64-bit number is too large");
    return high * 4_294_967_296 + low;
  }

  double(): number {
    this.#need(8);
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** The next bytes: a view, not a copy. */
  take(length: number): Uint8Array {
    this.#need(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A text as `ByteWriter.text` writes it. */
  text(): string {
    const bytes = this.take(this.varint());
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new TraceDamageError("A text is not UTF-8");
    }
  }

  /** Throws unless everything was read. */
  end(what: string): void {
    if (this.left > 0) throw new TraceDamageError(`${what} has ${this.left} bytes too many`);
  }

  #need(length: number): void {
    if (length > this.left) {
      throw new TraceDamageError(`The bytes end: ${length} are needed, ${this.left} are left`);
    }
  }
}
