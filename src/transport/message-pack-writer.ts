// Writes MessagePack into a buffer of known size. The schema knows every size beforehand, so nothing grows and
// nothing is copied; every value takes the shortest format that the specification has for it, except floats.

import { PEER_ADDRESS_BYTES, PEER_ID_BYTES } from "./peer.js";
import type { Peer } from "./peer.js";

/** Bytes of a peer behind its two-byte header: fixed, whatever its address. */
const PEER_PAYLOAD_BYTES = PEER_ID_BYTES + PEER_ADDRESS_BYTES;
const TWO_TO_32 = 4294967296;

/** Bytes of a whole number. */
export function integerBytes(value: number): number {
  if (value >= 0) {
    if (value < 0x80) return 1;
    if (value < 0x100) return 2;
    if (value < 0x10000) return 3;
    return value < TWO_TO_32 ? 5 : 9;
  }
  if (value >= -0x20) return 1;
  if (value >= -0x80) return 2;
  if (value >= -0x8000) return 3;
  return value >= -0x80000000 ? 5 : 9;
}

/** Bytes of the header in front of text of so many UTF-8 bytes. */
export function textHeaderBytes(byteCount: number): number {
  if (byteCount < 0x20) return 1;
  if (byteCount < 0x100) return 2;
  return byteCount < 0x10000 ? 3 : 5;
}

/** Bytes of the header in front of so many bytes. */
export function bytesHeaderBytes(byteCount: number): number {
  if (byteCount < 0x100) return 2;
  return byteCount < 0x10000 ? 3 : 5;
}

/** Bytes of the header in front of a list of so many items. */
export function listHeaderBytes(itemCount: number): number {
  if (itemCount < 0x10) return 1;
  return itemCount < 0x10000 ? 3 : 5;
}

/** Bytes of a peer with its header. */
export const PEER_WIRE_BYTES = PEER_PAYLOAD_BYTES + 2;

/** Bytes of a float: always the 64-bit format, so that a size does not depend on the value. */
export const FLOAT_WIRE_BYTES = 9;

/** Text up to this length is copied by hand when it is ASCII: calling the encoder costs as much. */
const SHORT_TEXT_BYTES = 64;
const textEncoder = new TextEncoder();

/** One message being written. */
export class MessagePackWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(byteCount: number) {
    this.bytes = new Uint8Array(byteCount);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Number of bytes written so far. */
  get position(): number {
    return this.#position;
  }

  nil(): void {
    this.#byte(0xc0);
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  integer(value: number): void {
    if (value >= 0) this.#unsigned(value);
    else this.#negative(value);
  }

  float(value: number): void {
    this.#byte(0xcb);
    this.#view.setFloat64(this.#advance(8), value);
  }

  /** Text with its length in UTF-8 bytes, which the schema has counted. */
  text(value: string, byteCount: number): void {
    if (byteCount < 0x20) this.#byte(0xa0 | byteCount);
    else this.#header(0xd9, byteCount);
    const start = this.#advance(byteCount);
    if (byteCount > SHORT_TEXT_BYTES || byteCount !== value.length) {
      textEncoder.encodeInto(value, this.bytes.subarray(start, this.#position));
      return;
    }
    // As many bytes as UTF-16 units: it is ASCII, and copying that is faster than asking the encoder.
    for (let i = 0; i < byteCount; i++) this.bytes[start + i] = value.charCodeAt(i);
  }

  binary(value: Uint8Array): void {
    this.#header(0xc4, value.length);
    this.bytes.set(value, this.#advance(value.length));
  }

  listHeader(itemCount: number): void {
    if (itemCount < 0x10) this.#byte(0x90 | itemCount);
    else if (itemCount < 0x10000) this.#number16(0xdc, itemCount);
    else this.#number32(0xdd, itemCount);
  }

  /** A peer: 32 bytes of id (zeros for none), the address in ASCII padded with zeros. */
  peer(value: Peer): void {
    this.#header(0xc4, PEER_PAYLOAD_BYTES);
    const start = this.#advance(PEER_PAYLOAD_BYTES);
    const { id, address } = value;
    for (let i = 0; i < id.length; i += 2) {
      this.bytes[start + i / 2] = Number.parseInt(id.slice(i, i + 2), 16);
    }
    for (let i = 0; i < address.length; i++) {
      this.bytes[start + PEER_ID_BYTES + i] = address.charCodeAt(i);
    }
  }

  /** A header whose 8-, 16- and 32-bit formats follow each other, as those of text and bytes do. */
  #header(format8: number, byteCount: number): void {
    if (byteCount < 0x100) {
      this.#byte(format8);
      this.#byte(byteCount);
    } else if (byteCount < 0x10000) this.#number16(format8 + 1, byteCount);
    else this.#number32(format8 + 2, byteCount);
  }

  #unsigned(value: number): void {
    if (value < 0x80) this.#byte(value);
    else if (value < 0x100) {
      this.#byte(0xcc);
      this.#byte(value);
    } else if (value < 0x10000) this.#number16(0xcd, value);
    else if (value < TWO_TO_32) this.#number32(0xce, value);
    else this.#number64(0xcf, value);
  }

  #negative(value: number): void {
    if (value >= -0x20) this.#byte(value & 0xff);
    else if (value >= -0x80) {
      this.#byte(0xd0);
      this.#byte(value & 0xff);
    } else if (value >= -0x8000) this.#number16(0xd1, value & 0xffff);
    else if (value >= -0x80000000) this.#number32(0xd2, value >>> 0);
    else this.#number64(0xd3, value);
  }

  #number16(format: number, value: number): void {
    this.#byte(format);
    this.#view.setUint16(this.#advance(2), value);
  }

  #number32(format: number, value: number): void {
    this.#byte(format);
    this.#view.setUint32(this.#advance(4), value);
  }

  /** Two's complement in two halves; exact, since the value is a whole number of at most 53 bits. */
  #number64(format: number, value: number): void {
    this.#byte(format);
    const at = this.#advance(8);
    this.#view.setInt32(at, Math.floor(value / TWO_TO_32));
    this.#view.setUint32(at + 4, value >>> 0);
  }

  #byte(value: number): void {
    this.bytes[this.#position++] = value;
  }

  /** Takes so many bytes and answers where they begin. */
  #advance(byteCount: number): number {
    const start = this.#position;
    this.#position += byteCount;
    return start;
  }
}
