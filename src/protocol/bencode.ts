// Bencoding, the data format of BitTorrent (BEP 3), as one datagram carries it. The bytes come from strangers, so depth and
// number of values are bounded before anything is built, and whatever is not canonical in its numbers is refused.

/** What bencoding holds. Text is bytes; keys of dictionaries are read a character a byte. */
export type BencodeValue = number | Uint8Array | readonly BencodeValue[] | BencodeDictionary;

/** A dictionary: a map, so that no key of a stranger's can mean anything to the language. */
export type BencodeDictionary = ReadonlyMap<string, BencodeValue>;

/** Lists and dictionaries inside each other: KRPC has three, and extensions one or two more. */
export const BENCODE_DEPTH_MAX = 8;

/** Values in one text: more than the longest answer in a datagram has. */
export const BENCODE_VALUES_MAX = 1024;

/** Bytes that are no bencoding, or more of it than is accepted. */
export class BencodeError extends Error {
  override readonly name = "BencodeError";

  constructor(
    /** Where in the bytes. */
    readonly offset: number,
    problem: string,
  ) {
    super(`Bencoding, byte ${offset}: ${problem}`);
  }
}

const COLON = 0x3a;
const DICTIONARY = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;
const MINUS = 0x2d;
const ZERO = 0x30;
/** Digits of the largest safe integer. */
const DIGITS_MAX = 16;

/** The value of some bytes, all of them. Throws `BencodeError`; never anything else. */
export function decodeBencode(bytes: Uint8Array): BencodeValue {
  const reader = new BencodeReader(bytes);
  const value = reader.value(0);
  reader.requireEnd();
  return value;
}

/** The bytes of a value; the keys of dictionaries in the order of their bytes, as the format demands. */
export function encodeBencode(value: BencodeValue): Uint8Array {
  const parts: Uint8Array[] = [];
  write(value, parts);
  const encoded = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    encoded.set(part, offset);
    offset += part.length;
  }
  return encoded;
}

/** The bytes of a text, a character a byte: for texts of ASCII. */
export function bytesOfText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

/** The text of some bytes, a character a byte. */
export function textOfBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

class BencodeReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #valueCount = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(depth: number): BencodeValue {
    this.#valueCount++;
    if (this.#valueCount > BENCODE_VALUES_MAX) this.#fail(`more than ${BENCODE_VALUES_MAX} values`);
    if (depth > BENCODE_DEPTH_MAX) this.#fail(`nested deeper than ${BENCODE_DEPTH_MAX}`);
    const first = this.#bytes[this.#at];
    if (first === INTEGER) return this.#integer();
    if (first === LIST) return this.#list(depth);
    if (first === DICTIONARY) return this.#dictionary(depth);
    return this.#text();
  }

  requireEnd(): void {
    if (this.#at !== this.#bytes.length) this.#fail("bytes behind the end");
  }

  #list(depth: number): BencodeValue {
    const items: BencodeValue[] = [];
    this.#at++;
    while (this.#bytes[this.#at] !== END) items.push(this.value(depth + 1));
    this.#at++;
    return items;
  }

  #dictionary(depth: number): BencodeDictionary {
    const fields = new Map<string, BencodeValue>();
    this.#at++;
    while (this.#bytes[this.#at] !== END) {
      const key = textOfBytes(this.#text());
      // Keys out of order are forgiven, as others forgive them; one that is there twice has no meaning.
      if (fields.has(key)) this.#fail(`key ${JSON.stringify(key.slice(0, 40))} is there twice`);
      fields.set(key, this.value(depth + 1));
    }
    this.#at++;
    return fields;
  }

  #integer(): number {
    this.#at++;
    const isNegative = this.#bytes[this.#at] === MINUS;
    if (isNegative) this.#at++;
    const size = this.#digits(END);
    if (isNegative && size === 0) this.#fail("minus zero");
    return isNegative ? -size : size;
  }

  #text(): Uint8Array {
    const length = this.#digits(COLON);
    const start = this.#at;
    if (length > this.#bytes.length - start)
      this.#fail(`a text of ${length} bytes goes past the end`);
    this.#at += length;
    return this.#bytes.slice(start, this.#at);
  }

  /** A number without a sign, and what ends it. */
  #digits(ending: number): number {
    const start = this.#at;
    let number = 0;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === ending && this.#at > start) break;
      const digit = byte === undefined ? -1 : byte - ZERO;
      if (digit < 0 || digit > 9) this.#fail("a digit was expected");
      if (this.#at - start >= DIGITS_MAX) this.#fail("a number too large");
      if (this.#at > start && number === 0) this.#fail("a number with a leading zero");
      number = number * 10 + digit;
      this.#at++;
    }
    this.#at++;
    if (number > Number.MAX_SAFE_INTEGER) this.#fail("a number too large");
    return number;
  }

  #fail(problem: string): never {
    throw new BencodeError(this.#at, problem);
  }
}

function write(value: BencodeValue, parts: Uint8Array[]): void {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`Number ${value} in bencoding; expected a whole number below 2^53`);
    }
    parts.push(bytesOfText(`i${value}e`));
  } else if (value instanceof Uint8Array) {
    parts.push(bytesOfText(`${value.length}:`), value);
  } else if (value instanceof Map) {
    const fields = [...(value as BencodeDictionary)].sort(([a], [b]) => (a < b ? -1 : 1));
    parts.push(bytesOfText("d"));
    for (const [key, field] of fields) {
      write(bytesOfText(key), parts);
      write(field, parts);
    }
    parts.push(bytesOfText("e"));
  } else {
    parts.push(bytesOfText("l"));
    for (const item of value as readonly BencodeValue[]) write(item, parts);
    parts.push(bytesOfText("e"));
  }
}
