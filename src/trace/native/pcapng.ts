// Messages of a trace as packets in a pcapng file, for Wireshark and tshark with `tooling/peerscape.lua`. A packet is
// what the trace knows of a message when it was sent, delivered or dropped: its fields, not its bytes on a wire, which a
// simulation has none of. docs/trace-exports.md has the layout of a packet.

import { NO_NAME } from "../names.js";
import { RecordKind } from "../record.js";
import type { RunRecord } from "../record.js";
import type { RecordWords } from "../trace-line.js";
import { FlyingMessages } from "./flying-messages.js";
import type { RunFacts } from "./run-facts.js";

/** LINKTYPE_USER0: for private use, which the dissector registers itself for. */
const LINK_TYPE = 147;
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Options: a comment in any block; of a section, the program; of an interface, its name and decimals of a second. */
const COMMENT = 1;
const SECTION_PROGRAM = 4;
const INTERFACE_NAME = 2;
const INTERFACE_RESOLUTION = 9;
const MICROSECONDS = 6;
/** The longest that a packet may be, as the interface says; the contents of a longer message are cut. */
const PACKET_BYTES_MAX = 256 * 1024;
/** Raised when a dissector of the old layout could misread the new one. */
const LAYOUT_VERSION = 1;
/** The fixed part of a packet, before its texts. */
const FIXED_BYTES = 44;
const WORD = 2 ** 32;
/** No index of a node: the world's, or none. */
const NO_INDEX = 0xffffffff;

const PACKET_KINDS: ReadonlySet<RecordKind> = new Set([
  RecordKind.sent,
  RecordKind.delivered,
  RecordKind.dropped,
]);

/** What a `sent` record needs to be known again by the record of its content. */
interface HeldPacket {
  readonly node: number;
  readonly peer: number;
  readonly number: number;
  readonly timeMicros: number;
  readonly parts: PacketParts;
}

interface PacketParts {
  readonly fixed: Uint8Array;
  readonly texts: readonly string[];
}

/** Writes packets, piece by piece: each call hands on the bytes that follow those before. */
export class PcapngWriter {
  readonly #words: RecordWords;
  readonly #flying = new FlyingMessages<null>();
  /** The last message that was sent: its content may follow. */
  #held: HeldPacket | null = null;

  constructor(words: RecordWords) {
    this.#words = words;
  }

  /** The head of the file. */
  begin({ scenario, seed, version }: Pick<RunFacts, "scenario" | "seed" | "version">): Uint8Array {
    // Byte order, version 1.0, a section of any length.
    const section = new Uint8Array(16);
    const view = new DataView(section.buffer);
    view.setUint32(0, BYTE_ORDER_MAGIC, true);
    view.setUint16(4, 1, true);
    view.setBigInt64(8, -1n, true);
    const link = new Uint8Array(8);
    new DataView(link.buffer).setUint16(0, LINK_TYPE, true);
    new DataView(link.buffer).setUint32(4, PACKET_BYTES_MAX, true);
    return join([
      block(SECTION_HEADER, [
        section,
        option(SECTION_PROGRAM, utf8(`peerscape ${version}`)),
        option(COMMENT, utf8(`${scenario}, seed ${seed}; times are virtual, from 0 on`)),
        option(0, new Uint8Array()),
      ]),
      block(INTERFACE_DESCRIPTION, [
        link,
        option(INTERFACE_NAME, utf8("peerscape")),
        option(INTERFACE_RESOLUTION, Uint8Array.of(MICROSECONDS)),
        option(0, new Uint8Array()),
      ]),
    ]);
  }

  /** The packets that a record ends or adds; often none. */
  record(record: RunRecord): Uint8Array {
    const { kind, node, peer, number, timeMicros } = record;
    const held = this.#held;
    if (kind === RecordKind.content) {
      const isOfHeld = held?.node === node && held.peer === peer && held.number === number;
      if (!isOfHeld) return this.end();
      this.#held = null;
      return packet(held, record.text);
    }
    const before = this.end();
    if (!PACKET_KINDS.has(kind)) return before;
    const isSent = kind === RecordKind.sent;
    if (isSent) this.#flying.start(record, null);
    const isAtSource = isSent || this.#flying.end(record)?.isAtSource === true;
    const parts = partsOf(record, isAtSource, this.#words);
    const made = { node, peer, number, timeMicros, parts };
    if (!isSent) return join([before, packet(made, "")]);
    this.#held = made;
    return before;
  }

  /** The packet that was held back, if any. */
  end(): Uint8Array {
    const held = this.#held;
    this.#held = null;
    return held === null ? new Uint8Array() : packet(held, "");
  }
}

/** Source and target are those of the message, wherever the record was written. */
function partsOf(record: RunRecord, isAtSource: boolean, words: RecordWords): PacketParts {
  const source = isAtSource ? record.node : record.peer;
  const target = isAtSource ? record.peer : record.node;
  const fixed = new Uint8Array(FIXED_BYTES);
  const view = new DataView(fixed.buffer);
  view.setUint8(0, LAYOUT_VERSION);
  view.setUint8(1, record.kind);
  view.setUint8(2, record.channel);
  view.setUint32(4, source < 0 ? NO_INDEX : source);
  view.setUint32(8, target < 0 ? NO_INDEX : target);
  setWhole(view, 12, record.number < 0 ? record.number >>> 0 : record.number);
  setWhole(view, 20, record.application);
  setWhole(view, 28, record.bytes);
  if (record.kind === RecordKind.sent) {
    view.setInt32(36, record.contentHigh);
    view.setInt32(40, record.contentLow);
  }
  const nameOf = (index: number): string => (index < 0 ? "" : words.nodeName(index));
  const hasReason = record.kind !== RecordKind.delivered && record.reason !== NO_NAME;
  const reason = hasReason ? words.text(record.reason) : "";
  return { fixed, texts: [nameOf(source), nameOf(target), words.text(record.name), reason] };
}

function packet({ timeMicros, parts }: HeldPacket, content: string): Uint8Array {
  const texts = parts.texts.map((text) => {
    const bytes = utf8(text).subarray(0, 0xffff);
    return join([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
  });
  const whole = join([parts.fixed, ...texts, utf8(content)]);
  const data = whole.subarray(0, PACKET_BYTES_MAX);
  const head = new Uint8Array(20);
  const view = new DataView(head.buffer);
  view.setUint32(4, Math.floor(timeMicros / WORD), true);
  view.setUint32(8, timeMicros % WORD, true);
  view.setUint32(12, data.length, true);
  view.setUint32(16, whole.length, true);
  return block(ENHANCED_PACKET, [head, padded(data)]);
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = join(parts);
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

function option(code: number, value: Uint8Array): Uint8Array {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint16(0, code, true);
  new DataView(head.buffer).setUint16(2, value.length, true);
  return join([head, padded(value)]);
}

/** Up to a multiple of four bytes, as everything in the file is. */
function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function setWhole(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, Math.floor(value / WORD));
  view.setUint32(offset + 4, value % WORD);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
