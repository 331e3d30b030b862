// Scenarios as they run live, by the built program: real sockets, real time, the same expectations as in simulation.
// The rest of the shipped ones takes too long for every run of the tests: npm run validate:live.

import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readTraceFile, readTraceFooter } from "../../src/trace/node-trace-file.js";
import { RECORD_KIND_NAMES } from "../../src/trace/record.js";
import { ProgramFolder } from "../cli/program-folder.js";
import { PROJECT_FOLDER } from "../support/built-program.js";
import { StartedProgram } from "../support/started-program.js";

const folder = new ProgramFolder();

/** Longer than the scenario and its end take on a machine that is busy otherwise. */
const PATIENCE_MILLIS = 300_000;

interface Report {
  readonly transport: string;
  readonly digest: string | null;
  readonly ending: string;
  readonly live: {
    readonly lagMillis: { readonly p99: number };
    readonly memoryBytesPerNode: number;
  };
  readonly messages: { readonly sent: number; readonly delivered: number };
}

async function runLive(name: string, ...words: readonly string[]): Promise<Report> {
  const file = path.join(PROJECT_FOLDER, name);
  const report = `${path.basename(name, ".yaml")}.json`;
  const program = new StartedProgram(
    ["sim", file, "--transport", "tcp", "--report", report, ...words],
    { folder: folder.path, timeoutMillis: PATIENCE_MILLIS },
  );
  const exit = await program.exit;
  // With the text, which says what failed and how late the machine was.
  expect({ exit, text: exit === 0 ? "" : program.standardOutput + program.standardError }).toEqual({
    exit: 0,
    text: "",
  });
  return JSON.parse(folder.read(report)) as Report;
}

describe("a scenario that runs live", () => {
  it(
    "holds what it expects of two nodes, over TLS, with a trace of the same kinds of record",
    async () => {
      const report = await runLive(
        "scenarios/two-nodes.yaml",
        ...["--security", "tls", "--trace", "two.jsonl"],
      );
      expect(report).toMatchObject({ transport: "tcp", digest: null, ending: "complete" });
      expect(report.messages.delivered).toBe(report.messages.sent);
      const trace = path.join(folder.path, "two.jsonl");
      const kinds = new Set([...readTraceFile(trace)].map(({ kind }) => kind));
      kinds.delete("header");
      kinds.delete("footer");
      for (const kind of kinds) expect(RECORD_KIND_NAMES).toContain(kind);
      for (const kind of [
        "sent",
        "delivered",
        "connection",
        "status",
        "view",
        "broadcast",
        "action",
      ]) {
        expect(kinds).toContain(kind);
      }
      expect(readTraceFooter(trace)).toMatchObject({ digest: null, ending: "complete" });
    },
    PATIENCE_MILLIS,
  );

  it(
    "holds what it expects under half a minute of churn, loss, bandwidth and a partition",
    async () => {
      const report = await runLive("test/live/churn-cut.yaml");
      expect(report.live.memoryBytesPerNode).toBeGreaterThan(0);
    },
    PATIENCE_MILLIS,
  );

  it(
    "holds what it expects when the genesis host vanishes and comes back",
    async () => {
      await runLive("scenarios/genesis-dies.yaml");
    },
    PATIENCE_MILLIS,
  );
});
