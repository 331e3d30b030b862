// Byte streams cut anywhere: whatever the cuts, the reader of frames hands on what a plain reading of the whole stream
// finds, ends at the same length that lies, and keeps no more than it was sent.

import { isDeepStrictEqual } from "node:util";

import type { RandomStream } from "../../src/sim/random-stream.js";
import { CONTROL_BYTES_MAX, FrameReader } from "../../src/transport/node-frames.js";
import type { FrameSink } from "../../src/transport/node-frames.js";
import { STREAM_MESSAGE_BYTES_MAX } from "../../src/transport/transport.js";
import type { HostileBytes } from "./hostile-bytes.js";

const HEADER_BYTES = 4;
const CONTROL_FLAG = 0x80000000;
const FRAMES_MAX = 12;
const SPLITS = 4;
/** Headers with lengths that nothing stands behind. */
const LYING_LENGTHS = [0xffffffff, 0x7fffffff, CONTROL_FLAG + CONTROL_BYTES_MAX + 1];
/** A frame in parts takes twice what has come, and 64 KiB at first. */
const KEPT_SLACK_BYTES = 256 * 1024;

/** What a reading of a stream came to. */
interface Reading {
  readonly frames: string[];
  isRefused: boolean;
}

/** What the campaign needs of a reader. */
export interface StreamReader {
  allowMessages(): void;
  push(chunk: Uint8Array, sink: FrameSink): boolean;
}

export interface SplitFindings {
  streams: number;
  splits: number;
  bytes: number;
  refused: number;
  worstKeptBytes: number;
  failure: { readonly stream: Uint8Array; readonly problem: string } | null;
}

export interface SplitCampaign {
  readonly stream: RandomStream;
  readonly hostile: HostileBytes;
  readonly goesOn: (streams: number) => boolean;
  /** Another reader than the product's: for the test of this test. */
  readonly makeReader?: () => StreamReader;
}

/** Cuts stream after stream in several ways until it is told to stop or a way differs. */
export function fuzzSplits(campaign: SplitCampaign): SplitFindings {
  const { stream, hostile, goesOn, makeReader = () => new FrameReader() } = campaign;
  const findings: SplitFindings = {
    ...{ streams: 0, splits: 0, bytes: 0, refused: 0, worstKeptBytes: 0, failure: null },
  };
  while (findings.failure === null && goesOn(findings.streams)) {
    const bytes = makeStream(stream, hostile);
    const expected = readPlainly(bytes);
    for (let split = 0; split < SPLITS; split++) {
      const before = process.memoryUsage().arrayBuffers;
      const read = readInParts(makeReader(), bytes, () => chunkBytes(stream, split));
      const kept = Math.max(0, process.memoryUsage().arrayBuffers - before);
      findings.worstKeptBytes = Math.max(findings.worstKeptBytes, kept);
      findings.splits++;
      if (!isDeepStrictEqual(read, expected))
        findings.failure ??= { stream: bytes, problem: "read otherwise when cut" };
      if (kept > 4 * bytes.length + KEPT_SLACK_BYTES)
        findings.failure ??= { stream: bytes, problem: `kept ${kept} bytes` };
    }
    findings.streams++;
    findings.bytes += bytes.length;
    if (expected.isRefused) findings.refused++;
  }
  return findings;
}

/** The first way cuts byte by byte, the others into pieces of up to some size. */
function chunkBytes(stream: RandomStream, split: number): number {
  return split === 0 ? 1 : 1 + stream.integer([1, 7, 200, 5000][split]!);
}

/** True and broken frames, and now and then a length that lies or an end in the middle. */
function makeStream(stream: RandomStream, hostile: HostileBytes): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let left = stream.integer(FRAMES_MAX); left > 0; left--) {
    const isControl = stream.chance(0.3);
    const content = isControl
      ? hostile.next("noise").bytes.subarray(0, stream.integer(CONTROL_BYTES_MAX + 1))
      : hostile.next(stream.pick(["noise", "changed", "cut"])).bytes;
    parts.push(header(content.length + (isControl ? CONTROL_FLAG : 0)), content);
  }
  if (stream.chance(0.2)) parts.push(header(stream.pick(LYING_LENGTHS)));
  const whole = Buffer.concat(parts);
  return stream.chance(0.3) ? whole.subarray(0, stream.integer(whole.length + 1)) : whole;
}

function header(word: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeUInt32BE(word);
  return bytes;
}

/** What `docs/live.md` says of frames, read from a stream that is there as a whole. */
function readPlainly(stream: Uint8Array): Reading {
  const bytes = Buffer.from(stream);
  const reading: Reading = { frames: [], isRefused: false };
  for (let offset = 0; offset + HEADER_BYTES <= bytes.length;) {
    const word = bytes.readUInt32BE(offset);
    const isControl = word >= CONTROL_FLAG;
    const length = isControl ? word - CONTROL_FLAG : word;
    if (length > (isControl ? CONTROL_BYTES_MAX : STREAM_MESSAGE_BYTES_MAX)) {
      reading.isRefused = true;
      break;
    }
    offset += HEADER_BYTES;
    if (offset + length > bytes.length) break;
    reading.frames.push(written(isControl, bytes.subarray(offset, offset + length)));
    offset += length;
  }
  return reading;
}

function readInParts(reader: StreamReader, stream: Uint8Array, size: () => number): Reading {
  const reading: Reading = { frames: [], isRefused: false };
  const note = (isControl: boolean, bytes: Uint8Array): boolean => {
    reading.frames.push(written(isControl, bytes));
    return true;
  };
  const sink: FrameSink = {
    onMessageFrame: (bytes) => note(false, bytes),
    onControlFrame: (bytes) => note(true, bytes),
  };
  reader.allowMessages();
  for (let offset = 0; offset < stream.length && !reading.isRefused;) {
    const end = Math.min(stream.length, offset + size());
    // A copy of its own, as chunks of a socket are: a reader must not look beyond its end.
    reading.isRefused = !reader.push(stream.slice(offset, end), sink);
    offset = end;
  }
  return reading;
}

function written(isControl: boolean, bytes: Uint8Array): string {
  return `${isControl ? "control" : "message"} ${Buffer.from(bytes).toString("hex")}`;
}
