import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  TraceFormatError,
  formatEntry,
  isRecordLine,
  parseEntry,
  readEntries,
  traceHeader,
} from "../../src/trace/json-lines.js";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import { describeLine, traceLine } from "../../src/trace/trace-line.js";
import { anyRecord, sampleWords } from "./record-samples.js";

const HEADER = formatEntry(
  traceHeader({ scenario: "churn", seed: 42, version: "0.1.0", nodeCount: 3 }),
);
const RECORD = formatEntry({
  timeMicros: 5,
  kind: "status",
  node: "home-1",
  event: [5, 2, 7],
  cause: [0, 0, 1],
  name: "active",
  number: 0,
});

function footer(records: number): string {
  return `{"kind":"footer","records":${records},"endMicros":9,"digest":null,"ending":"complete"}`;
}

function read(text: string): string[] {
  return [...readEntries(text.split("\n"))].map(({ kind }) => kind);
}

function errorOf(run: () => unknown): TraceFormatError {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceFormatError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

describe("a line of a trace", () => {
  it("is read as it was written, for any record", () => {
    const { words } = sampleWords();
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = traceLine(record, words);
        const text = formatEntry(line);
        expect(text.indexOf("\n")).toBe(text.length - 1);
        expect(parseEntry(text.slice(0, -1), 1)).toEqual(line);
      }),
      { seed: 7 },
    );
  });

  it("names nodes and words, and writes a content hash as sixteen digits", () => {
    const { names, words } = sampleWords();
    const record = Object.assign(new RunRecord(), {
      kind: RecordKind.sent,
      node: 3,
      peer: 9,
      name: names.id("flood/payload"),
      reason: names.id("loss"),
      channel: 2,
      contentHigh: 0xab,
      contentLow: 0xffffffff,
    });
    expect(traceLine(record, words)).toMatchObject({
      kind: "sent",
      node: "home-3",
      peer: "home-9",
      name: "flood/payload",
      reason: "loss",
      channel: "datagram",
      content: "000000abffffffff",
    });
  });

  it("leaves out what says nothing", () => {
    const { words } = sampleWords();
    const record = Object.assign(new RunRecord(), { kind: RecordKind.sent, contentLow: 1 });
    const fields = Object.keys(traceLine(record, words));
    for (const absent of ["node", "peer", "reason", "application", "channel", "value", "text"]) {
      expect(fields).not.toContain(absent);
    }
  });

  it("reads as a sentence", () => {
    const [line] = [...readEntries((HEADER + RECORD).split("\n"))].filter(isRecordLine);
    if (line === undefined) throw new Error("There is a record.");
    expect(describeLine(line)).toBe("0.000005 s home-1 status active incarnation 0");
  });
});

describe("a trace of JSON Lines", () => {
  it("has a header, records and a footer that counts them", () => {
    expect(read(HEADER + RECORD + RECORD + footer(2))).toEqual([
      "header",
      "status",
      "status",
      "footer",
    ]);
  });

  it("is read to its end when it was cut off before the footer", () => {
    expect(read(HEADER + RECORD)).toEqual(["header", "status"]);
  });

  it.each([
    ["no header", RECORD, 1],
    ["a second header", HEADER + HEADER, 2],
    ["a footer that counts otherwise", HEADER + RECORD + footer(2), 3],
    ["lines after the footer", HEADER + footer(0) + "\n" + RECORD, 3],
    ["a line that is not JSON", HEADER + "{", 2],
    ["a list", HEADER + "[1]", 2],
    ["an unknown kind", HEADER + RECORD.replace("status", "telepathy"), 2],
    ["a field of the wrong type", HEADER + RECORD.replace('"timeMicros":5', '"timeMicros":"5"'), 2],
    ["a key that is no triple", HEADER + RECORD.replace("[5,2,7]", "[5,2]"), 2],
    ["another version", HEADER.replace('"formatVersion":1', '"formatVersion":2'), 1],
    ["another format", HEADER.replace("peerscape-trace", "pcap"), 1],
    ["nothing", "", 1],
  ])("is refused with %s, by the number of the line", (_what, text, line) => {
    expect(errorOf(() => read(text)).line).toBe(line);
  });
});
