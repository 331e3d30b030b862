// The container of a trace: an MCAP file (https://mcap.dev/spec) in which every part of a trace is a chunk with one
// message. The few kinds of MCAP record that a trace has are written here: the usual package writes asynchronously,
// which a run cannot wait for, and takes lengths on trust when it reads.

import { ByteWriter } from "./byte-writer.js";
import { crc32 } from "./crc32.js";

/** What an MCAP file begins and ends with. */
export const MCAP_MAGIC = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);

/** Kinds of MCAP record. */
export const Opcode = {
  header: 0x01,
  footer: 0x02,
  channel: 0x04,
  message: 0x05,
  chunk: 0x06,
  messageIndex: 0x07,
  chunkIndex: 0x08,
  statistics: 0x0b,
  dataEnd: 0x0f,
} as const;

/** Bytes of a record's kind and length. */
export const FRAME_BYTES = 9;
/** Bytes of a chunk's content before its records: times, sizes, CRC, no compression. */
export const CHUNK_HEAD_BYTES = 40;
/** Bytes of a message's content before its data: channel, sequence, two times. */
export const MESSAGE_HEAD_BYTES = 22;
/** Bytes of a footer's content. */
export const FOOTER_BYTES = 20;

/** Nanoseconds, in which MCAP counts time. */
const NANOS_A_MICRO = 1000n;

/** One part of a trace as it stands in the container. */
export interface McapChunk {
  readonly channel: number;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly data: Uint8Array;
}

/** Where a chunk stands in the file. */
export interface McapChunkPlace {
  readonly channel: number;
  readonly startMicros: number;
  readonly endMicros: number;
  /** Of the chunk's record, its frame included. */
  readonly offset: number;
  readonly length: number;
}

/** Bytes of the message index after a chunk: one message of one channel. */
export const MESSAGE_INDEX_BYTES = FRAME_BYTES + 2 + 4 + 16;

/** The bytes of a chunk and of the message index that follows it. */
export function mcapChunk({ channel, startMicros, endMicros, data }: McapChunk): Uint8Array {
  const start = nanos(startMicros);
  const records = new ByteWriter();
  frame(records, Opcode.message, MESSAGE_HEAD_BYTES + data.length);
  records.word16(channel);
  records.word32(0);
  records.word64(start);
  records.word64(start);
  records.append(data);
  const writer = new ByteWriter();
  frame(writer, Opcode.chunk, CHUNK_HEAD_BYTES + records.length);
  writer.word64(start);
  writer.word64(nanos(endMicros));
  writer.word64(BigInt(records.length));
  writer.word32(crc32(records.bytes()));
  string(writer, "");
  writer.word64(BigInt(records.length));
  writer.append(records.bytes());
  frame(writer, Opcode.messageIndex, MESSAGE_INDEX_BYTES - FRAME_BYTES);
  writer.word16(channel);
  writer.word32(16);
  writer.word64(start);
  writer.word64(0n);
  return writer.bytes();
}

/** The bytes with which a file begins: magic, header, and a channel for each topic, numbered from 1. */
export function mcapHead(library: string, topics: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  writer.append(MCAP_MAGIC);
  record(writer, Opcode.header, (content) => {
    string(content, "peerscape");
    string(content, library);
  });
  writeChannels(writer, topics);
  return writer.bytes();
}

function writeChannels(writer: ByteWriter, topics: readonly string[]): void {
  topics.forEach((topic, i) => {
    record(writer, Opcode.channel, (content) => {
      content.word16(i + 1);
      content.word16(0);
      string(content, topic);
      string(content, "peerscape-part");
      content.word32(0);
    });
  });
}

export interface McapEnd {
  readonly topics: readonly string[];
  readonly chunks: readonly McapChunkPlace[];
  /** CRC-32 of all bytes before these. */
  readonly dataCrc: number;
  /** How many bytes come before these. */
  readonly dataBytes: number;
}

/** The bytes with which a file ends: end of data, summary, footer, magic. */
export function mcapEnd({ topics, chunks, dataCrc, dataBytes }: McapEnd): Uint8Array {
  const writer = new ByteWriter();
  record(writer, Opcode.dataEnd, (content) => {
    content.word32(dataCrc);
  });
  const summaryStart = writer.length;
  writeChannels(writer, topics);
  for (const chunk of chunks) writeChunkIndex(writer, chunk);
  writeStatistics(writer, topics, chunks);
  frame(writer, Opcode.footer, FOOTER_BYTES);
  writer.word64(BigInt(dataBytes + summaryStart));
  writer.word64(0n);
  writer.word32(crc32(writer.bytes().subarray(summaryStart)));
  writer.append(MCAP_MAGIC);
  return writer.bytes();
}

function writeChunkIndex(writer: ByteWriter, chunk: McapChunkPlace): void {
  record(writer, Opcode.chunkIndex, (content) => {
    content.word64(nanos(chunk.startMicros));
    content.word64(nanos(chunk.endMicros));
    content.word64(BigInt(chunk.offset));
    content.word64(BigInt(chunk.length));
    content.word32(10);
    content.word16(chunk.channel);
    content.word64(BigInt(chunk.offset + chunk.length));
    content.word64(BigInt(MESSAGE_INDEX_BYTES));
    string(content, "");
    const records = BigInt(chunk.length - FRAME_BYTES - CHUNK_HEAD_BYTES);
    content.word64(records);
    content.word64(records);
  });
}

function writeStatistics(
  writer: ByteWriter,
  topics: readonly string[],
  chunks: readonly McapChunkPlace[],
): void {
  const counts = topics.map((_, i) => chunks.filter(({ channel }) => channel === i + 1).length);
  let start = chunks[0]?.startMicros ?? 0;
  let end = 0;
  for (const chunk of chunks) {
    start = Math.min(start, chunk.startMicros);
    end = Math.max(end, chunk.startMicros);
  }
  record(writer, Opcode.statistics, (content) => {
    content.word64(BigInt(chunks.length));
    content.word16(0);
    content.word32(topics.length);
    content.word32(0);
    content.word32(0);
    content.word32(chunks.length);
    content.word64(nanos(start));
    content.word64(nanos(end));
    content.word32(10 * topics.length);
    counts.forEach((count, i) => {
      content.word16(i + 1);
      content.word64(BigInt(count));
    });
  });
}

function record(writer: ByteWriter, opcode: number, fill: (content: ByteWriter) => void): void {
  const content = new ByteWriter();
  fill(content);
  frame(writer, opcode, content.length);
  writer.append(content.bytes());
}

function frame(writer: ByteWriter, opcode: number, length: number): void {
  writer.byte(opcode);
  writer.word64(BigInt(length));
}

function string(writer: ByteWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  writer.word32(bytes.length);
  writer.append(bytes);
}

function nanos(micros: number): bigint {
  return BigInt(micros) * NANOS_A_MICRO;
}
