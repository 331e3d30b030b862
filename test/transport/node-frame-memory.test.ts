// The memory of frames in parts: whoever keeps the most gives up first, and no more than is needed do.

import { describe, expect, it } from "vitest";

import { FrameMemory } from "../../src/transport/node-frame-memory.js";
import { FrameReader, writeMessageHeader } from "../../src/transport/node-frames.js";

interface Kept {
  readonly reader: FrameReader;
  readonly given: string[];
}

/** A reader that notes when its frame had to go. */
function readerOf(memory: FrameMemory, name: string, given: string[]): Kept {
  const reader = new FrameReader(memory, () => given.push(name));
  reader.allowMessages();
  return { reader, given };
}

/** Sends so much of a frame that is longer. */
function begin({ reader }: Kept, byteCount: number): boolean {
  const chunk = new Uint8Array(4 + byteCount);
  writeMessageHeader(chunk, 0, 10_000_000);
  return reader.push(chunk, { onMessageFrame: () => true, onControlFrame: () => true });
}

describe("the memory of frames in parts", () => {
  it("is taken from the largest until the rest fits, the one that asks included", () => {
    const memory = new FrameMemory(1_000_000);
    const given: string[] = [];
    const [one, two, three] = ["one", "two", "three"].map((name) => readerOf(memory, name, given));
    begin(one!, 200_000);
    begin(two!, 600_000);
    expect([given, memory.bytes]).toEqual([[], 800_000]);
    begin(three!, 300_000);
    expect([given, memory.bytes]).toEqual([["two"], 500_000]);
    const greedy = readerOf(memory, "greedy", given);
    expect(begin(greedy, 900_000)).toBe(true);
    expect([given, memory.bytes]).toEqual([["two", "greedy"], 500_000]);
    // Up to the limit itself nobody has to go.
    begin(readerOf(memory, "exact", given), 500_000);
    expect([given, memory.bytes]).toEqual([["two", "greedy"], 1_000_000]);
  });

  it("is free again when a frame ends, or its reader stops", () => {
    const memory = new FrameMemory(1_000_000);
    const given: string[] = [];
    const kept = readerOf(memory, "kept", given);
    begin(kept, 400_000);
    kept.reader.stop();
    expect(memory.bytes).toBe(0);
    const ended = readerOf(memory, "ended", given);
    const frame = new Uint8Array(4 + 200_000);
    writeMessageHeader(frame, 0, 200_000);
    const lengths: number[] = [];
    for (let offset = 0; offset < frame.length; offset += 70_000) {
      ended.reader.push(frame.subarray(offset, offset + 70_000), {
        onMessageFrame: ({ length }) => lengths.push(length) > 0,
        onControlFrame: () => true,
      });
    }
    expect([lengths, memory.bytes, given]).toEqual([[200_000], 0, []]);
  });

  it("is nothing to a reader that has stopped: it reads no more", () => {
    const memory = new FrameMemory(100_000);
    const given: string[] = [];
    const kept = readerOf(memory, "kept", given);
    begin(kept, 200_000);
    expect([given, memory.bytes]).toEqual([["kept"], 0]);
    expect(begin(kept, 50_000)).toBe(true);
    expect([given, memory.bytes, kept.reader.frameCount]).toEqual([["kept"], 0, 0]);
  });
});
