// Frames on a byte stream: a length of four bytes, then as many bytes. The highest bit of the length tells frames of
// the transport itself from messages, so that a message costs four bytes here as it does in simulation.

import { Buffer } from "node:buffer";

import type { FrameKeeper, FrameMemory } from "./node-frame-memory.js";
import { STREAM_MESSAGE_BYTES_MAX } from "./transport.js";

export const FRAME_HEADER_BYTES = 4;
const CONTROL_FLAG = 0x80000000;
/** The longest frame of the transport itself: a greeting with an address takes 120 bytes. */
export const CONTROL_BYTES_MAX = 256;
/** A frame that comes in parts gets this much memory at first; more only as its bytes arrive. */
const PART_BYTES_MIN = 64 * 1024;

/** What a frame is handed to. Each answers whether reading goes on. */
export interface FrameSink {
  onMessageFrame(bytes: Uint8Array): boolean;
  onControlFrame(bytes: Uint8Array): boolean;
}

/** Writes the header of a message's frame. */
export function writeMessageHeader(target: Uint8Array, offset: number, byteCount: number): void {
  target[offset] = byteCount >>> 24;
  target[offset + 1] = byteCount >>> 16;
  target[offset + 2] = byteCount >>> 8;
  target[offset + 3] = byteCount;
}

/** The whole frame of something the transport itself says. */
export function controlFrame(content: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + content.length);
  frame.writeUInt32BE((CONTROL_FLAG | content.length) >>> 0);
  frame.set(content, FRAME_HEADER_BYTES);
  return frame;
}

/**
 * Takes a byte stream apart. A length is held against its limit before a byte of its frame is kept, and a frame in
 * parts takes at most twice the memory of what has arrived of it, and of that no more than its node has for all of them.
 */
export class FrameReader implements FrameKeeper {
  /** The longest message allowed now: none before the greetings. */
  messageBytesMax = -1;
  /** Frames read so far. */
  frameCount = 0;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  /** Length of the frame being read, and whether it is the transport's own. */
  #length = 0;
  #isControl = false;
  #part: Uint8Array | null = null;
  #partBytes = 0;
  readonly #memory: FrameMemory | null;
  readonly #onMemoryOver: () => void;
  #isOver = false;

  /** `memory` is that of all readers of a node; `onMemoryOver` is called when this one's frame has to go. */
  constructor(memory: FrameMemory | null = null, onMemoryOver: () => void = () => undefined) {
    this.#memory = memory;
    this.#onMemoryOver = onMemoryOver;
  }

  /** Bytes of the frame that has begun and not ended; 0 between frames. */
  get expectedBytes(): number {
    if (this.#headerBytes === FRAME_HEADER_BYTES) return FRAME_HEADER_BYTES + this.#length;
    return this.#headerBytes > 0 ? FRAME_HEADER_BYTES : 0;
  }

  /** Lets messages in, once both ends have greeted. */
  allowMessages(): void {
    this.messageBytesMax = STREAM_MESSAGE_BYTES_MAX;
  }

  /** Hands on the frames that end in a chunk. Answers false for a length beyond its limit; the rest is then no use. */
  push(chunk: Uint8Array, sink: FrameSink): boolean {
    let offset = 0;
    while (offset < chunk.length && !this.#isOver) {
      if (this.#part === null) {
        offset = this.#readHeader(chunk, offset);
        if (this.#headerBytes < FRAME_HEADER_BYTES) return true;
        if (!this.#begin()) return false;
        if (chunk.length - offset >= this.#length) {
          const end = offset + this.#length;
          this.#headerBytes = 0;
          if (!this.#deliver(chunk, offset, end, sink)) return true;
          offset = end;
          continue;
        }
        this.#part = this.#allocate(Math.min(this.#length, PART_BYTES_MIN));
        this.#partBytes = 0;
      }
      offset = this.#collect(chunk, offset);
      const whole = this.#part;
      if (whole === null || this.#partBytes < this.#length) return true;
      this.#dropPart();
      this.#headerBytes = 0;
      if (!this.#deliver(whole, 0, this.#length, sink)) return true;
    }
    return true;
  }

  /** No more is read: what was kept of a frame is given up. */
  stop(): void {
    this.#isOver = true;
    this.#dropPart();
  }

  onMemoryOver(): void {
    this.stop();
    this.#onMemoryOver();
  }

  /** Memory for a frame; null once this reader's was the one that had to go. */
  #allocate(byteCount: number): Uint8Array | null {
    this.#memory?.keep(this, byteCount);
    return this.#isOver ? null : new Uint8Array(byteCount);
  }

  #dropPart(): void {
    if (this.#part === null) return;
    this.#part = null;
    this.#memory?.release(this);
  }

  #readHeader(chunk: Uint8Array, offset: number): number {
    while (this.#headerBytes < FRAME_HEADER_BYTES && offset < chunk.length) {
      this.#header[this.#headerBytes++] = chunk[offset++]!;
    }
    return offset;
  }

  /** Reads the length; false when it is beyond its limit. */
  #begin(): boolean {
    const word = this.#header.readUInt32BE();
    this.#isControl = word >= CONTROL_FLAG;
    this.#length = this.#isControl ? word - CONTROL_FLAG : word;
    return this.#length <= (this.#isControl ? CONTROL_BYTES_MAX : this.messageBytesMax);
  }

  /** Adds what a chunk has of the frame, and answers where it ends there. */
  #collect(chunk: Uint8Array, offset: number): number {
    const part = this.#part;
    if (part === null) return offset;
    const byteCount = Math.min(this.#length - this.#partBytes, chunk.length - offset);
    const needed = this.#partBytes + byteCount;
    let target = part;
    if (needed > part.length) {
      const larger = this.#allocate(Math.min(this.#length, Math.max(needed, 2 * part.length)));
      if (larger === null) return offset;
      larger.set(part.subarray(0, this.#partBytes));
      this.#part = target = larger;
    }
    target.set(chunk.subarray(offset, offset + byteCount), this.#partBytes);
    this.#partBytes = needed;
    return offset + byteCount;
  }

  #deliver(bytes: Uint8Array, start: number, end: number, sink: FrameSink): boolean {
    this.frameCount++;
    // A plain Uint8Array: the `slice` of a Buffer shares its memory, and codecs rely on a copy.
    const frame = new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
    return this.#isControl ? sink.onControlFrame(frame) : sink.onMessageFrame(frame);
  }
}
