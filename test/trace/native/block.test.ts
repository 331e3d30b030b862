import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockDecoder } from "../../../src/trace/native/block-decoder.js";
import { BlockEncoder } from "../../../src/trace/native/block-encoder.js";
import { TraceDamageError } from "../../../src/trace/native/byte-reader.js";
import { BLOCK_RECORDS_MAX, RecordColumns } from "../../../src/trace/native/record-columns.js";
import { Channel, RecordKind, RunRecord } from "../../../src/trace/record.js";
import { traceLine } from "../../../src/trace/trace-line.js";
import { anyRecord, sampleWords } from "../record-samples.js";

const { words } = sampleWords();

function encode(records: readonly RunRecord[]): Uint8Array<ArrayBuffer> {
  const columns = new RecordColumns();
  for (const record of records) columns.add(record, record.text);
  return new BlockEncoder(columns).encode();
}

function decode(bytes: Uint8Array): RecordColumns {
  const columns = new RecordColumns();
  new BlockDecoder(columns).decode(bytes);
  return columns;
}

function lines(columns: RecordColumns): unknown[] {
  return Array.from({ length: columns.count }, (_, i) => {
    const record = new RunRecord();
    columns.read(i, record);
    return traceLine(record, words);
  });
}

/** Few values of everything, so that events, causes, messages and contents meet again. */
const closeRecord = fc
  .tuple(anyRecord, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 }))
  .map(([record, small]) => {
    const [timeMicros, origin, counter, causeTimeMicros, causeOrigin, causeCounter] = small;
    const [node, peer, channel, number, name, content] = small.slice(6);
    const kind = [RecordKind.sent, RecordKind.delivered, RecordKind.dropped][content ?? 0];
    return Object.assign(new RunRecord(), record, {
      ...{ timeMicros, origin, counter, causeTimeMicros, causeOrigin, causeCounter, kind },
      ...{
        node,
        peer,
        channel,
        number,
        name,
        bytes: 1,
        application: 0,
        reason: name === 2 ? 1 : 0,
      },
      ...{ contentHigh: content, contentLow: 7, text: "" },
    });
  });

describe("a block of records", () => {
  it.each([
    ["any", anyRecord],
    ["close", closeRecord],
  ])("gives %s records back as they were", (_, record) => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        const back = lines(decode(encode(records)));
        expect(back).toEqual(records.map((one) => traceLine(one, words)));
      }),
      { numRuns: 300 },
    );
  });

  it("takes the text of any record apart from other records' leftovers", () => {
    const record = Object.assign(new RunRecord(), { kind: RecordKind.log, text: "ünïcode\n" });
    expect(decode(encode([record])).texts.get(0)).toBe("ünïcode\n");
  });

  it("writes an arrival in the bytes of a reference, since its message tells the rest", () => {
    const sent = Object.assign(new RunRecord(), {
      ...{ kind: RecordKind.sent, node: 4, peer: 9, channel: Channel.datagram, name: 1 },
      ...{ bytes: 300, number: -5, timeMicros: 100, origin: 5, counter: 8 },
    });
    const arrival = Object.assign(new RunRecord(), sent, {
      ...{ kind: RecordKind.delivered, node: 9, peer: 4, timeMicros: 150, counter: 9 },
      ...{ causeTimeMicros: 100, causeOrigin: 5, causeCounter: 8 },
    });
    const apart = Object.assign(new RunRecord(), arrival, { bytes: 299 });
    const alone = encode([sent]).length;
    // A head, a time, a counter and how many messages back.
    expect(encode([sent, arrival]).length - alone).toBe(4);
    expect(encode([sent, apart]).length - alone).toBeGreaterThan(8);
    expect(lines(decode(encode([sent, apart])))[1]).toEqual(traceLine(apart, words));
  });

  it("holds as many records as its limit, and no more are read", () => {
    const columns = new RecordColumns();
    const record = new RunRecord();
    for (let i = 0; i < BLOCK_RECORDS_MAX; i++) {
      record.timeMicros = i;
      columns.add(record, "");
    }
    const bytes = new BlockEncoder(columns).encode();
    expect(decode(bytes).count).toBe(BLOCK_RECORDS_MAX);
    // One more in the count, which three bytes hold: 65,537.
    const more = Uint8Array.from(bytes);
    more[0] = (more[0] ?? 0) | 1;
    expect(() => decode(more)).toThrow(TraceDamageError);
  });

  it("refuses damaged bytes by a TraceDamageError, and reads nothing past them", () => {
    fc.assert(
      fc.property(
        fc.array(closeRecord, { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (records, place, change) => {
          const bytes = Uint8Array.from(encode(records));
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ change;
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(TraceDamageError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("refuses bytes of anything", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TraceDamageError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
