// Reads MessagePack as the schema expects it. The bytes come from strangers: each length is held against the
// field's limit and the bytes that remain before anything is allocated, so a message costs what it is worth.

import { FieldProblem } from "./field-problem.js";
import { PEER_ADDRESS_BYTES, PEER_ID_BYTES } from "./peer.js";
import type { Peer, PeerTable } from "./peer.js";
import { toHex } from "../trace/hashing.js";

const NIL = 0xc0;
const TWO_TO_32 = 4294967296;
const NO_ID = "0".repeat(PEER_ID_BYTES * 2);

// Bytes that are not UTF-8 are refused, and a byte order mark is part of the text.
const textDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** One message being read. Every method throws `FieldProblem` when the bytes hold something else. */
export class MessagePackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #peers: PeerTable;
  #position = 0;

  constructor(bytes: Uint8Array, peers: PeerTable) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#peers = peers;
  }

  /** Bytes not yet read. */
  get remainingBytes(): number {
    return this.#bytes.length - this.#position;
  }

  /** Takes a nil when one is next. */
  takeNil(): boolean {
    if (this.#bytes[this.#position] !== NIL) return false;
    this.#position++;
    return true;
  }

  boolean(): boolean {
    const format = this.#byte();
    if (format !== 0xc2 && format !== 0xc3) throw unexpected(format, "a boolean");
    return format === 0xc3;
  }

  /** A whole number, in any format for one. Beyond 2^53 it is refused. */
  integer(): number {
    const format = this.#byte();
    const value = this.#integerOf(format);
    if (value === undefined) throw unexpected(format, "a whole number");
    if (!Number.isSafeInteger(value)) throw new FieldProblem("a whole number beyond 2^53");
    return value;
  }

  /** A number, in any format for one. */
  float(): number {
    const format = this.#byte();
    if (format === 0xcb) return this.#view.getFloat64(this.#take(8));
    if (format === 0xca) return this.#view.getFloat32(this.#take(4));
    const value = this.#integerOf(format);
    if (value === undefined) throw unexpected(format, "a number");
    return value;
  }

  text(bytesMax: number): string {
    const format = this.#byte();
    let byteCount: number;
    if (format >= 0xa0 && format <= 0xbf) byteCount = format & 0x1f;
    else if (format >= 0xd9 && format <= 0xdb) byteCount = this.#length(format - 0xd9);
    else throw unexpected(format, "text");
    const start = this.#takeAtMost(byteCount, bytesMax, "text");
    try {
      return textDecoder.decode(this.#bytes.subarray(start, this.#position));
    } catch {
      throw new FieldProblem("text that is not UTF-8");
    }
  }

  /** A copy of the bytes: what came in may be a reused buffer. */
  binary(bytesMax: number): Uint8Array {
    const format = this.#byte();
    if (format < 0xc4 || format > 0xc6) throw unexpected(format, "bytes");
    const start = this.#takeAtMost(this.#length(format - 0xc4), bytesMax, "data");
    return this.#bytes.slice(start, this.#position);
  }

  /** The number of items that follow. Each takes a byte at least, so a list cannot be longer than the message. */
  listHeader(itemsMax: number): number {
    const format = this.#byte();
    let itemCount: number;
    if (format >= 0x90 && format <= 0x9f) itemCount = format & 0x0f;
    else if (format === 0xdc || format === 0xdd) itemCount = this.#length(format - 0xdb);
    else throw unexpected(format, "a list");
    if (itemCount > itemsMax) {
      throw new FieldProblem(`a list of ${itemCount}, at most ${itemsMax} are allowed`);
    }
    if (itemCount > this.remainingBytes) throw endsEarly();
    return itemCount;
  }

  peer(): Peer {
    const payloadBytes = PEER_ID_BYTES + PEER_ADDRESS_BYTES;
    const format = this.#byte();
    if (format !== 0xc4 || this.#byte() !== payloadBytes) throw new FieldProblem("not a peer");
    const start = this.#take(payloadBytes);
    const id = toHex(this.#bytes.subarray(start, start + PEER_ID_BYTES));
    const address = this.#address(start + PEER_ID_BYTES);
    if (id === NO_ID && address === "")
      throw new FieldProblem("a peer with neither id nor address");
    return this.#peers.intern(id === NO_ID ? "" : id, address);
  }

  /** Printable ASCII up to the first zero, zeros from there on. */
  #address(start: number): string {
    let address = "";
    let hasEnded = false;
    for (let i = start; i < start + PEER_ADDRESS_BYTES; i++) {
      const byte = this.#bytes[i]!;
      if (byte === 0) hasEnded = true;
      else if (hasEnded || byte <= 0x20 || byte > 0x7e)
        throw new FieldProblem("a peer with a malformed address");
      else address += String.fromCharCode(byte);
    }
    return address;
  }

  /** The whole number behind a format byte; undefined when the format is none for whole numbers. */
  #integerOf(format: number): number | undefined {
    if (format <= 0x7f) return format;
    if (format >= 0xe0) return format - 0x100;
    const view = this.#view;
    switch (format) {
      case 0xcc:
        return this.#byte();
      case 0xcd:
        return view.getUint16(this.#take(2));
      case 0xce:
        return view.getUint32(this.#take(4));
      case 0xcf: {
        const at = this.#take(8);
        return view.getUint32(at) * TWO_TO_32 + view.getUint32(at + 4);
      }
      case 0xd0:
        return view.getInt8(this.#take(1));
      case 0xd1:
        return view.getInt16(this.#take(2));
      case 0xd2:
        return view.getInt32(this.#take(4));
      case 0xd3: {
        const at = this.#take(8);
        return view.getInt32(at) * TWO_TO_32 + view.getUint32(at + 4);
      }
      default:
        return undefined;
    }
  }

  /** A length of 8, 16 or 32 bits. */
  #length(widthExponent: number): number {
    if (widthExponent === 0) return this.#byte();
    return widthExponent === 1
      ? this.#view.getUint16(this.#take(2))
      : this.#view.getUint32(this.#take(4));
  }

  #byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  #takeAtMost(byteCount: number, bytesMax: number, what: string): number {
    if (byteCount > bytesMax) {
      throw new FieldProblem(`${what} of ${byteCount} bytes, at most ${bytesMax} are allowed`);
    }
    return this.#take(byteCount);
  }

  #take(byteCount: number): number {
    const start = this.#position;
    if (start + byteCount > this.#bytes.length) throw endsEarly();
    this.#position = start + byteCount;
    return start;
  }
}

function unexpected(format: number, expected: string): FieldProblem {
  return new FieldProblem(
    `MessagePack format 0x${format.toString(16)} where ${expected} is expected`,
  );
}

function endsEarly(): FieldProblem {
  return new FieldProblem("the message ends early");
}
