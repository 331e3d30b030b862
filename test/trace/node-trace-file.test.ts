import {
  mkdtempSync,
  readFileSync,
  rmSync,
  existsSync,
  appendFileSync,
  truncateSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRecordLine, traceHeader } from "../../src/trace/json-lines.js";
import {
  TraceFileWriter,
  readTraceFile,
  readTraceFooter,
} from "../../src/trace/node-trace-file.js";
import { TraceFileError } from "../../src/trace/trace-file-error.js";
import { RecordKind } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";
import { sampleWords } from "./record-samples.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trace-file-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const HEADER = traceHeader({ scenario: "churn", seed: "köln", version: "0.1.0", nodeCount: 3 });

/** Writes so many records through a recorder, as a run does. */
function write(path: string, count: number): TraceFileWriter {
  const { names, words } = sampleWords();
  const writer = new TraceFileWriter(path, HEADER, words);
  const recorder = new Recorder(null);
  recorder.attach(writer);
  for (let i = 0; i < count; i++) {
    const row = recorder.open(RecordKind.status, i % 7);
    row.timeMicros = i;
    row.name = names.id("active");
    recorder.commit();
  }
  return writer;
}

describe("a trace file", () => {
  it("gives back the records in order, more than one buffer of them", () => {
    const path = join(folder, "run.jsonl");
    const writer = write(path, 5000);
    writer.close({ endMicros: 5000, digest: "ab", ending: "complete" });
    const entries = [...readTraceFile(path)];
    expect(entries[0]).toEqual(HEADER);
    const times = entries.filter(isRecordLine).map(({ timeMicros }) => timeMicros);
    expect(times).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    expect(readTraceFooter(path)).toMatchObject({
      records: 5000,
      digest: "ab",
      ending: "complete",
    });
  });

  it("holds only whole lines at any time while it is being written", () => {
    const path = join(folder, "run.jsonl");
    const writer = write(path, 3000);
    const text = readFileSync(path, "utf8");
    expect(text.length).toBeGreaterThan(64 * 1024);
    expect(text.endsWith("\n")).toBe(true);
    expect([...readTraceFile(path)].length).toBeGreaterThan(100);
    expect(readTraceFooter(path)).toBeNull();
    writer.close({ endMicros: 0, digest: null, ending: "interrupted" });
    expect(readTraceFooter(path)).toMatchObject({ ending: "interrupted" });
  });

  it("is read up to the last whole line when somebody else cut it", () => {
    const path = join(folder, "run.jsonl");
    write(path, 10).close({ endMicros: 0, digest: null, ending: "complete" });
    truncateSync(path, statSync(path).size - 3);
    expect([...readTraceFile(path)].filter(isRecordLine)).toHaveLength(10);
    expect(readTraceFooter(path)).toBeNull();
    appendFileSync(path, "x");
    expect(readTraceFooter(path)).toBeNull();
  });

  it("is closed once, however often that is asked", () => {
    const path = join(folder, "run.jsonl");
    const writer = write(path, 1);
    writer.close({ endMicros: 1, digest: null, ending: "complete" });
    writer.close({ endMicros: 2, digest: null, ending: "interrupted" });
    expect(readTraceFooter(path)).toMatchObject({ endMicros: 1 });
  });

  it("says which file could not be written and why", () => {
    const path = join(folder, "missing", "run.jsonl");
    expect(() => write(path, 1)).toThrow(TraceFileError);
    expect(() => write(folder, 1)).toThrow(
      expect.objectContaining({ code: "EISDIR", path: folder }),
    );
    expect(() => [...readTraceFile(path)]).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });

  // A device that is always full stands in for a full disk.
  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", () => {
    expect(() => write("/dev/full", 1)).toThrow(expect.objectContaining({ code: "ENOSPC" }));
  });
});
