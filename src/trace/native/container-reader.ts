// Finds the parts of a container: by its index where there is one, by walking from part to part where the writer was
// killed. Every length is checked against the size of the file before anything is read or allocated.

import { ByteReader, TraceDamageError } from "./byte-reader.js";
import type { ByteSource } from "./byte-source.js";
import { crc32 } from "./crc32.js";
import {
  CHUNK_HEAD_BYTES,
  FOOTER_BYTES,
  FRAME_BYTES,
  MCAP_MAGIC,
  MESSAGE_HEAD_BYTES,
  Opcode,
} from "./mcap.js";
import type { McapChunkPlace } from "./mcap.js";
import { PART_HEAD_BYTES, PART_TOPICS, partCount } from "./trace-parts.js";

/** From the start of a chunk's record to the data of its message. */
const DATA_OFFSET = FRAME_BYTES + CHUNK_HEAD_BYTES + FRAME_BYTES + MESSAGE_HEAD_BYTES;
const FOOT_BYTES = FRAME_BYTES + FOOTER_BYTES + MCAP_MAGIC.length;
/** A summary larger than this is no summary of ours: some 80 bytes a part of 64 thousand records. */
const SUMMARY_BYTES_MAX = 256 * 1024 * 1024;
/** A chunk's bytes at most: a part's at most, and room for what deflate cannot shrink. */
const CHUNK_BYTES_MAX = 160 * 1024 * 1024;

/** A part as the container tells of it. */
export interface PlacedPart extends McapChunkPlace {
  /** How many things are in it; null where only the end's part says so. */
  readonly count: number | null;
}

/** What was found in a container. */
export interface ContainerParts {
  readonly parts: readonly PlacedPart[];
  /** Whether the file has its index, and so was written to its end. */
  readonly isWhole: boolean;
  /** Up to which byte the file was understood; its size when it is whole. */
  readonly endOffset: number;
}

/** What is known of a file before anything was read of it. */
const NOTHING: ContainerParts = { parts: [], isWhole: false, endOffset: MCAP_MAGIC.length };

/** Finds all parts; of a file that has grown since `known` was found those behind it. Rejects with `TraceDamageError` when this is no trace. */
export async function findParts(
  source: ByteSource,
  known: ContainerParts = NOTHING,
): Promise<ContainerParts> {
  if (source.size < MCAP_MAGIC.length || !isMagic(await source.read(0, MCAP_MAGIC.length))) {
    throw new TraceDamageError(
      "This is no Peerscape trace, it begins unlike an MCAP file: name one that --trace FILE.mcap wrote",
      0,
    );
  }
  try {
    const parts = await readSummary(source);
    if (parts !== null) return { parts, isWhole: true, endOffset: source.size };
  } catch (error) {
    // A summary that cannot be read is as good as none: the parts are found without it.
    if (!(error instanceof TraceDamageError)) throw error;
  }
  return await walkParts(source, known);
}

/** The parts that the file's summary lists; null when there is no footer. */
async function readSummary(source: ByteSource): Promise<PlacedPart[] | null> {
  if (source.size < FOOT_BYTES) return null;
  const foot = new ByteReader(await source.read(source.size - FOOT_BYTES, FOOT_BYTES));
  if (foot.byte() !== Opcode.footer || foot.word64() !== FOOTER_BYTES) return null;
  const start = foot.word64();
  foot.word64();
  const crc = foot.word32();
  if (!isMagic(foot.take(MCAP_MAGIC.length))) return null;
  const length = source.size - 4 - MCAP_MAGIC.length - start;
  if (start === 0 || length < 0 || length > SUMMARY_BYTES_MAX) {
    throw new TraceDamageError("The index lies outside the file", source.size - FOOT_BYTES);
  }
  const summary = await source.read(start, length);
  if (crc32(summary) !== crc) throw new TraceDamageError("The index is damaged", start);
  const reader = new ByteReader(summary);
  const parts: PlacedPart[] = [];
  while (reader.left > FOOT_BYTES - 4 - MCAP_MAGIC.length) {
    const opcode = reader.byte();
    const content = new ByteReader(reader.take(reader.word64()));
    if (opcode === Opcode.chunkIndex) parts.push(readChunkIndex(content, source.size));
  }
  return parts;
}

function readChunkIndex(content: ByteReader, size: number): PlacedPart {
  const startMicros = micros(content);
  const endMicros = micros(content);
  const offset = content.word64();
  const length = content.word64();
  content.word32();
  const channel = content.word16();
  if (offset + length > size || length < DATA_OFFSET || length > CHUNK_BYTES_MAX) {
    throw new TraceDamageError("A part lies outside the file", offset);
  }
  return { channel, startMicros, endMicros, offset, length, count: null };
}

/** Goes on from record to record behind what is known, up to the first that is not whole or not one of ours. */
async function walkParts(source: ByteSource, known: ContainerParts): Promise<ContainerParts> {
  const parts: PlacedPart[] = [...known.parts];
  let offset = known.endOffset;
  const headBytes = DATA_OFFSET + PART_HEAD_BYTES;
  while (offset + FRAME_BYTES <= source.size) {
    const head = await source.read(offset, Math.min(headBytes, source.size - offset));
    const part = readHead(head, offset, source.size);
    if (part === null) break;
    if (part.channel > 0) parts.push(part);
    offset += part.length;
  }
  // What a machine that lost power leaves behind has its length and not its bytes.
  while (parts.length > known.parts.length && !(await isSound(source, parts[parts.length - 1]!))) {
    offset = parts.pop()?.offset ?? offset;
  }
  return { parts, isWhole: false, endOffset: offset };
}

/** What begins here, chunks with their channel and other records with channel 0; null when it is nothing whole. */
function readHead(head: Uint8Array, offset: number, size: number): PlacedPart | null {
  const other = { channel: 0, startMicros: 0, endMicros: 0, offset, count: 0 };
  try {
    const reader = new ByteReader(head);
    const opcode = reader.byte();
    const length = FRAME_BYTES + reader.word64();
    if (offset + length > size || length > CHUNK_BYTES_MAX) return null;
    const isKnown =
      opcode === Opcode.header || opcode === Opcode.channel || opcode === Opcode.messageIndex;
    if (isKnown) return { ...other, length };
    if (opcode !== Opcode.chunk) return null;
    const startMicros = micros(reader);
    const endMicros = micros(reader);
    reader.take(8 + 4 + 4 + 8 + FRAME_BYTES);
    const channel = reader.word16();
    reader.take(MESSAGE_HEAD_BYTES - 2);
    if (channel === 0 || channel > PART_TOPICS.length) return null;
    const count = partCount(reader.take(reader.left));
    return { channel, startMicros, endMicros, offset, length, count };
  } catch (error) {
    if (error instanceof TraceDamageError) return null;
    throw error;
  }
}

async function isSound(source: ByteSource, part: PlacedPart): Promise<boolean> {
  try {
    await readPart(source, part);
    return true;
  } catch (error) {
    if (error instanceof TraceDamageError) return false;
    throw error;
  }
}

/** The data of a part, as `packPart` made it. Rejects with `TraceDamageError` unless its CRC and its head are right. */
export async function readPart(source: ByteSource, part: McapChunkPlace): Promise<Uint8Array> {
  const { offset, length } = part;
  const reader = new ByteReader(await source.read(offset, length));
  const isChunk = reader.byte() === Opcode.chunk && reader.word64() === length - FRAME_BYTES;
  const startMicros = micros(reader);
  const endMicros = micros(reader);
  const sizeBytes = reader.word64();
  const crc = reader.word32();
  const isPlain = reader.word32() === 0 && reader.word64() === sizeBytes;
  if (!isChunk || !isPlain || sizeBytes !== reader.left) {
    throw new TraceDamageError("A part's head is damaged", offset);
  }
  const records = reader.take(reader.left);
  if (crc32(records) !== crc)
    throw new TraceDamageError("A part is damaged: its CRC differs", offset);
  const message = new ByteReader(records);
  const isMessage =
    message.byte() === Opcode.message && message.word64() === records.length - FRAME_BYTES;
  const channel = message.word16();
  message.word32();
  const logMicros = micros(message);
  if (
    !isMessage ||
    channel !== part.channel ||
    startMicros !== part.startMicros ||
    endMicros !== part.endMicros ||
    logMicros !== startMicros
  ) {
    throw new TraceDamageError("A part's head and its index differ", offset);
  }
  message.take(8);
  return message.take(message.left);
}

/** Nanoseconds, as MCAP counts time, in whole microseconds. */
function micros(reader: ByteReader): number {
  const low = reader.word32();
  const high = reader.word32();
  return Number(((BigInt(high) << 32n) | BigInt(low)) / 1000n);
}

function isMagic(bytes: Uint8Array): boolean {
  return MCAP_MAGIC.every((byte, i) => bytes[i] === byte);
}
