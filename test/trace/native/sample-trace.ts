// Small traces in memory for tests of what reads them.

import { nodeDeflateRaw, nodeInflateRaw } from "../../../src/trace/native/node-compression.js";
import { BlobSource } from "../../../src/trace/native/byte-source.js";
import { TraceReader } from "../../../src/trace/native/trace-reader.js";
import { TraceRecording } from "../../../src/trace/native/trace-recording.js";
import type { TraceRecordingOptions } from "../../../src/trace/native/trace-recording.js";
import { RunRecord } from "../../../src/trace/record.js";
import { sampleWords } from "../record-samples.js";

const NODES = Array.from({ length: 100 }, (_, i) => i);

/** What the traces say was run. */
export const RUN = {
  ...{ scenario: "sample", seed: 7, version: "0.0.0", nodeCount: 100 },
  ...{ scenarioText: "name: sample\n", only: null },
};

/** The bytes of a trace of some records, and where each write ended. `flushEvery` makes small blocks. */
export function writeTrace(
  records: readonly RunRecord[],
  {
    flushMicros = null,
    isEnded = true,
    endMicros = 5,
    ...options
  }: Partial<TraceRecordingOptions> & {
    flushMicros?: number | null;
    isEnded?: boolean;
    endMicros?: number;
  } = {},
): { bytes: Uint8Array<ArrayBuffer>; ends: readonly number[] } {
  const written: number[] = [];
  const ends: number[] = [];
  const recording = new TraceRecording({
    run: RUN,
    nodes: {
      names: NODES.map((node) => `home-${node}`),
      classNames: NODES.map(() => "home"),
      regionNames: NODES.map(() => ""),
    },
    words: sampleWords().words,
    deflate: nodeDeflateRaw,
    only: null,
    windowMicros: null,
    blockMicros: flushMicros,
    write: (bytes) => {
      for (const byte of bytes) written.push(byte);
      ends.push(written.length);
    },
    ...options,
  });
  for (const record of records) recording.accept(record);
  if (isEnded) {
    recording.close({
      ...{ endMicros, digest: "ab", ending: "complete", isWanted: true },
      markers: [{ timeMicros: 3, kind: "expectation", name: "all", node: -1, text: "none" }],
      metrics: [{ names: ["degree"], rows: [[1, 2.5]] }],
    });
  }
  return { bytes: Uint8Array.from(written), ends };
}

/** Opens bytes as a reader opens a dropped file. */
export async function openTrace(bytes: Uint8Array<ArrayBuffer>): Promise<TraceReader> {
  return await TraceReader.open(new BlobSource(new Blob([bytes])), { inflate: nodeInflateRaw });
}

/** All records of a trace, copied. */
export async function readAll(reader: TraceReader): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  await reader.visit(0, (record) => {
    records.push(Object.assign(new RunRecord(), record));
    return true;
  });
  return records;
}
