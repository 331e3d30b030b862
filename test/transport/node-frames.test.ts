// Frames: whatever way a stream is cut into chunks, and lengths that lie.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  CONTROL_BYTES_MAX,
  FrameReader,
  controlFrame,
  writeMessageHeader,
} from "../../src/transport/node-frames.js";
import { STREAM_MESSAGE_BYTES_MAX } from "../../src/transport/transport.js";

interface Frame {
  readonly isControl: boolean;
  readonly content: Uint8Array;
}

/** Notes what a reader hands on. */
class Sink {
  readonly frames: Frame[] = [];

  onMessageFrame(content: Uint8Array): boolean {
    this.frames.push({ isControl: false, content: Uint8Array.from(content) });
    return true;
  }

  onControlFrame(content: Uint8Array): boolean {
    this.frames.push({ isControl: true, content: Uint8Array.from(content) });
    return true;
  }
}

function bytesOf({ isControl, content }: Frame): Uint8Array {
  if (isControl) return controlFrame(content);
  const frame = new Uint8Array(4 + content.length);
  writeMessageHeader(frame, 0, content.length);
  frame.set(content, 4);
  return frame;
}

function header(word: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word);
  return bytes;
}

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ isControl: fc.constant(true), content: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ isControl: fc.constant(false), content: fc.uint8Array({ maxLength: 300 }) }),
);

describe("frames", () => {
  it("come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames.map(bytesOf));
          const reader = new FrameReader();
          reader.allowMessages();
          const sink = new Sink();
          for (let offset = 0, i = 0; offset < stream.length; i++) {
            const end = offset + cuts[i % cuts.length]!;
            expect(reader.push(stream.subarray(offset, end), sink)).toBe(true);
            offset = end;
          }
          expect(sink.frames).toEqual(frames);
          expect(reader.expectedBytes).toBe(0);
          expect(reader.frameCount).toBe(frames.length);
        },
      ),
    );
  });

  it("are no Buffers, whose slices share their memory", () => {
    const reader = new FrameReader();
    reader.allowMessages();
    const seen: Uint8Array[] = [];
    const chunk = Buffer.from([0, 0, 0, 1, 7]);
    reader.push(chunk, {
      onMessageFrame: (bytes) => seen.push(bytes) > 0,
      onControlFrame: () => false,
    });
    expect(seen[0]).not.toBeInstanceOf(Buffer);
    expect(seen[0]).toEqual(Uint8Array.of(7));
  });

  it("a length is taken up to its limit and refused one past it, before any of its bytes came", () => {
    for (const [word, isTaken] of [
      [STREAM_MESSAGE_BYTES_MAX, true],
      [STREAM_MESSAGE_BYTES_MAX + 1, false],
      [0x80000000 + CONTROL_BYTES_MAX, true],
      [0x80000000 + CONTROL_BYTES_MAX + 1, false],
      [0xffffffff, false],
    ] as const) {
      const reader = new FrameReader();
      reader.allowMessages();
      expect(reader.push(header(word), new Sink())).toBe(isTaken);
    }
  });

  it("no message is let in before the greetings, not even an empty one", () => {
    expect(new FrameReader().push(header(0), new Sink())).toBe(false);
  });

  it("a frame that comes byte by byte takes no more memory than twice what came", () => {
    const reader = new FrameReader();
    reader.allowMessages();
    const before = process.memoryUsage().arrayBuffers;
    const sink = new Sink();
    reader.push(header(STREAM_MESSAGE_BYTES_MAX), sink);
    const chunk = new Uint8Array(100);
    for (let i = 0; i < 3000; i++) reader.push(chunk, sink);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000);
    expect(sink.frames).toEqual([]);
  });

  it("what follows is left alone once a frame's receiver has had enough", () => {
    const reader = new FrameReader();
    reader.allowMessages();
    let count = 0;
    const stream = Buffer.concat([
      bytesOf({ isControl: false, content: Uint8Array.of(1) }),
      header(0xffffffff),
    ]);
    const isWhole = reader.push(stream, {
      onMessageFrame: () => {
        count++;
        return false;
      },
      onControlFrame: () => true,
    });
    expect([isWhole, count]).toEqual([true, 1]);
  });
});
