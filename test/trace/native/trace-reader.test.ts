import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceDamageError } from "../../../src/trace/native/byte-reader.js";
import { BlobSource, HttpSource } from "../../../src/trace/native/byte-source.js";
import type { ByteSource } from "../../../src/trace/native/byte-source.js";
import { MESSAGE_INDEX_BYTES } from "../../../src/trace/native/mcap.js";
import { nodeInflateRaw } from "../../../src/trace/native/node-compression.js";
import { TraceReader } from "../../../src/trace/native/trace-reader.js";
import { verifyTrace } from "../../../src/trace/native/trace-verification.js";
import { webInflateRaw } from "../../../src/trace/native/web-compression.js";
import { RecordKind, RunRecord } from "../../../src/trace/record.js";
import { traceLine } from "../../../src/trace/trace-line.js";
import { anyRecord, sampleWords } from "../record-samples.js";
import { RUN, openTrace, readAll, writeTrace } from "./sample-trace.js";

const { names, words } = sampleWords();

/** Records a microsecond apart, nodes joining and linking, so that blocks of any length are several. */
function sampleRecords(count: number): RunRecord[] {
  return Array.from({ length: count }, (_, i) =>
    Object.assign(new RunRecord(), {
      ...{
        kind: i % 3 === 0 ? RecordKind.view : RecordKind.sent,
        node: i % 40,
        peer: (i * 7) % 50,
      },
      ...{ timeMicros: i, origin: (i % 40) + 1, counter: i, number: i % 2, bytes: 100 + (i % 9) },
      ...{ name: names.id("flood/payload"), contentHigh: i * 7919, contentLow: i },
    }),
  );
}

const SAMPLE = sampleRecords(200);
const WHOLE = writeTrace(SAMPLE, { blockMicros: 20 });

describe("a trace", () => {
  it("gives any records back, with what was run and how it ended", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 30 }), async (records) => {
        // Only statuses that there are make sense to the state of the network; the others are kept all the same.
        const reader = await openTrace(writeTrace(records).bytes);
        const lines = (await readAll(reader)).map((record) => traceLine(record, reader));
        expect(lines).toEqual(records.map((record) => traceLine(record, words)));
      }),
      { numRuns: 60 },
    );
  });

  it("says what was run, how it ended, and what is worth finding", async () => {
    const reader = await openTrace(WHOLE.bytes);
    expect(reader.run).toMatchObject(RUN);
    expect(reader.end).toMatchObject({ records: 200, digest: "ab", ending: "complete" });
    expect(await reader.markers()).toMatchObject([{ kind: "expectation", name: "all" }]);
    expect(await reader.metrics()).toContainEqual({ names: ["degree"], rows: [[1, 2.5]] });
    expect(reader.nodeName(3)).toBe("home-3");
    expect(reader.nodeIndex("home-3")).toBe(3);
  });

  it("knows the network at any instant as its records tell it from the start", async () => {
    const reader = await openTrace(WHOLE.bytes);
    expect(reader.blocks.length).toBeGreaterThan(5);
    for (const at of [0, 19, 20, 63, 120, 199, 1000]) {
      const views = new Map<number, Set<number>>();
      for (const { kind, node, peer, number, timeMicros } of SAMPLE) {
        if (kind !== RecordKind.view || timeMicros > at) continue;
        const view = views.get(node) ?? new Set<number>();
        views.set(node, view);
        if (number === 1) view.add(peer);
        else view.delete(peer);
      }
      const state = await reader.stateAt(at);
      for (let node = 0; node < 40; node++) {
        expect(new Set(state.view("flood/payload", node))).toEqual(views.get(node) ?? new Set());
      }
    }
  });

  it("finds the first record at or after a time", async () => {
    const reader = await openTrace(WHOLE.bytes);
    for (const at of [0, 19, 20, 21, 150, 199]) expect(await reader.recordAt(at)).toBe(at);
    expect(await reader.recordAt(200)).toBe(200);
  });

  it("is read by the web's own inflater as by Node's", async () => {
    const source = new BlobSource(new Blob([WHOLE.bytes]));
    const reader = await TraceReader.open(source, { inflate: webInflateRaw });
    expect(await readAll(reader)).toHaveLength(200);
  });

  it("is read from a server by ranges, and from none that sends everything", async () => {
    const ranges: string[] = [];
    const serve = (knowsRanges: boolean): typeof fetch => {
      return (_url, options) => {
        const range = new Headers(options?.headers).get("range") ?? "";
        ranges.push(range);
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
        const part = WHOLE.bytes.slice(Number(from), Number(to) + 1);
        const about = { "content-range": `bytes ${from}-${to}/${WHOLE.bytes.length}` };
        const status = knowsRanges ? 206 : 200;
        return Promise.resolve(new Response(part, { status, headers: about }));
      };
    };
    const source = await HttpSource.open("http://localhost/run.mcap", serve(true));
    const reader = await TraceReader.open(source, { inflate: nodeInflateRaw });
    await reader.load(3);
    expect(reader.recordCount).toBe(200);
    // Size, beginning, footer, index, first and last part, nodes, one block: nothing else was asked for.
    expect(ranges.length).toBeLessThan(10);
    await expect(HttpSource.open("http://localhost/", serve(false))).rejects.toThrow("206");
  });
});

describe("a trace that was cut off", () => {
  it("opens up to its last whole part, wherever it was cut", async () => {
    const { bytes, ends } = WHOLE;
    const reader = await openTrace(bytes);
    const blockEnds = reader.blocks.map(({ firstRecord, count }) => firstRecord + count);
    const runEnd = ends[1] ?? 0;
    let last = 0;
    const near = ends.flatMap((end) => [end - 32, end - 31, end - 1, end, end + 1, end + 60]);
    const lengths = [...near, ...Array.from({ length: 200 }, (_, i) => runEnd + i * 53)]
      .filter((length) => length >= runEnd && length < bytes.length)
      .sort((a, b) => a - b);
    for (const length of lengths) {
      const cut = await openTrace(bytes.slice(0, length));
      expect(cut.isWhole).toBe(false);
      // Never fewer than a shorter file gave, always whole blocks.
      expect(cut.recordCount).toBeGreaterThanOrEqual(last);
      expect([0, ...blockEnds]).toContain(cut.recordCount);
      last = cut.recordCount;
      if (ends.includes(length)) {
        const lines = (await readAll(cut)).map((record) => traceLine(record, cut));
        expect(lines).toEqual(SAMPLE.slice(0, last).map((record) => traceLine(record, words)));
      }
    }
    expect(last).toBe(200);
  });

  it("is refused in words where not even the beginning is there", async () => {
    for (let length = 0; length < (WHOLE.ends[1] ?? 0) - MESSAGE_INDEX_BYTES; length += 7) {
      await expect(openTrace(WHOLE.bytes.slice(0, length))).rejects.toBeInstanceOf(
        TraceDamageError,
      );
    }
  });

  it("leaves out a last block whose bytes never reached the disk", async () => {
    const { bytes, ends } = writeTrace(SAMPLE, { blockMicros: 20, isEnded: false });
    const whole = await openTrace(bytes);
    const torn = Uint8Array.from(bytes);
    // The last part has the traffic; the block of records comes before it.
    torn.fill(0, (ends[ends.length - 2] ?? 0) - MESSAGE_INDEX_BYTES - 1);
    const reader = await openTrace(torn);
    expect(reader.recordCount).toBeLessThan(whole.recordCount);
    expect(await readAll(reader)).toHaveLength(reader.recordCount);
  });
});

describe("a damaged trace", () => {
  it("is found out whichever byte it is", async () => {
    const { bytes } = WHOLE;
    const verify = async (trace: Uint8Array<ArrayBuffer>): Promise<TraceReader> =>
      await verifyTrace(new BlobSource(new Blob([trace])), nodeInflateRaw);
    expect((await verify(bytes)).isWhole).toBe(true);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (place, change) => {
          const damaged = Uint8Array.from(bytes);
          damaged[place] = (damaged[place] ?? 0) ^ change;
          try {
            // What can no longer be told from a file that was cut off says so.
            expect((await verify(damaged)).isWhole).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(TraceDamageError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("makes no reader read or allocate what is not there", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(WHOLE.bytes.length - 9),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        async (place, eight) => {
          const damaged = Uint8Array.from(WHOLE.bytes);
          damaged.set(eight, place);
          const inner = new BlobSource(new Blob([damaged]));
          const source: ByteSource = {
            size: inner.size,
            read: async (offset, length) => {
              expect(offset).toBeGreaterThanOrEqual(0);
              expect(offset + length).toBeLessThanOrEqual(inner.size);
              return await inner.read(offset, length);
            },
          };
          try {
            await readAll(await TraceReader.open(source, { inflate: nodeInflateRaw }));
          } catch (error) {
            expect(error).toBeInstanceOf(TraceDamageError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe("a flight recorder", () => {
  it("writes nothing unless something went wrong, then the last stretch with its beginning", async () => {
    const silent = writeTrace(SAMPLE, { windowMicros: 50, isEnded: false });
    expect(silent.bytes).toHaveLength(0);
    const { bytes } = writeTrace(SAMPLE, { windowMicros: 50 });
    const reader = await openTrace(bytes);
    const records = await readAll(reader);
    const first = records[0]?.timeMicros ?? 0;
    expect(records[records.length - 1]?.timeMicros).toBe(199);
    expect(199 - first).toBeGreaterThanOrEqual(50);
    expect(199 - first).toBeLessThan(70);
    const whole = await openTrace(WHOLE.bytes);
    expect(await reader.stateAt(180)).toEqual(await whole.stateAt(180));
    expect(reader.end?.records).toBe(records.length);
  });
});
