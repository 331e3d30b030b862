// The parts of a trace: what each is, and how it is packed into the data of a message of the container.

import { ByteReader, TraceDamageError } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";
import type { DeflateRaw, InflateRaw } from "./compression.js";

/** What the run's part calls the format, so that other MCAP files are refused by name. */
export const NATIVE_FORMAT = "peerscape-trace-blocks";
/** Raised when a reader of the old format could misread the new one. */
export const NATIVE_FORMAT_VERSION = 1;

/** The channels of the container, by their numbers. */
export const Part = {
  /** JSON: what was run. The first part. */
  run: 1,
  /** JSON: names, classes and regions of the nodes. */
  nodes: 2,
  /** JSON: the words that blocks name by number; each part goes on where the one before it ended. */
  words: 3,
  /** A block of records. */
  records: 4,
  /** The state of the network before the block that follows. */
  keyframe: 5,
  /** JSON: measures over time. */
  metrics: 6,
  /** JSON: moments worth finding: faults, actions, expectations that failed. */
  markers: 7,
  /** JSON: how the run ended, and how many records each block has. The last part. */
  end: 8,
} as const;
export type Part = (typeof Part)[keyof typeof Part];

/** Topics of the channels, in the order of their numbers. */
export const PART_TOPICS: readonly string[] = Object.keys(Part);

/** The most bytes of a part once inflated: what a damaged or hostile file can make a reader allocate. */
export const PART_BYTES_MAX = 128 * 1024 * 1024;
/** Enough bytes of a part's data to read its head. */
export const PART_HEAD_BYTES = 17;
/** Below this many bytes compression does not pay. */
const DEFLATE_BYTES_MIN = 64;
const RAW = 0;
const DEFLATED = 1;

/** Packs a part: codec, size, how many things are in it, the bytes. */
export function packPart(body: Uint8Array, count: number, deflate: DeflateRaw): Uint8Array {
  const packed = body.length < DEFLATE_BYTES_MIN ? body : deflate(body);
  const isSmaller = packed.length < body.length;
  const writer = new ByteWriter();
  writer.byte(isSmaller ? DEFLATED : RAW);
  writer.varint(body.length);
  writer.varint(count);
  writer.append(isSmaller ? packed : body);
  return writer.bytes();
}

/** How many things a part has in it, as its head says. */
export function partCount(data: Uint8Array): number {
  const reader = new ByteReader(data);
  reader.byte();
  reader.varint();
  return reader.varint();
}

/** The bytes of a part. Rejects with `TraceDamageError`. */
export async function unpackPart(data: Uint8Array, inflate: InflateRaw): Promise<Uint8Array> {
  const reader = new ByteReader(data);
  const codec = reader.byte();
  const size = reader.varintUpTo(PART_BYTES_MAX, "The size of a part");
  reader.varint();
  const packed = reader.take(reader.left);
  if (codec === DEFLATED) return await inflate(packed, size);
  if (codec !== RAW) throw new TraceDamageError(`A part has the codec ${codec}, which is none`);
  if (packed.length === size) return packed;
  throw new TraceDamageError(`A part has ${packed.length} bytes, and ${size} are promised`);
}
