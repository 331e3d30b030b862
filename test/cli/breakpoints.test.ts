// --break and --break-at: a debugger that is attached stops before the handler of the event that is meant.

import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { isRecordLine } from "../../src/trace/json-lines.js";
import { readTraceFile } from "../../src/trace/node-trace-file.js";
import type { TraceLine } from "../../src/trace/trace-line.js";
import { InspectorClient } from "../support/inspector-client.js";
import { StartedProgram } from "../support/started-program.js";
import { CARELESS_FILE, ProgramFolder, digestIn } from "./program-folder.js";

const folder = new ProgramFolder();
folder.writeTwoNodes("ok.yaml");
const plain = folder.run(["sim", "ok.yaml", "--trace", "ok.jsonl"]);
const trace = [...readTraceFile(path.join(folder.path, "ok.jsonl"))].filter(isRecordLine);

/** Where the debugger stood. */
interface Stop {
  /** The innermost functions, and the source file of the first. */
  readonly functions: readonly string[];
  /** Key of the event that is about to be handled. */
  readonly event: readonly number[];
}

/** What the debugger evaluates where the run is advanced: the key of the next event. */
const NEXT_EVENT = `(() => {
  const { queue } = run.simulation.kernel;
  const slot = queue.peek();
  return JSON.stringify([queue.timeOf(slot), queue.originOf(slot), queue.counterOf(slot)]);
})()`;

/** Runs under a debugger that lets go at every stop; gives the stops. */
async function stopsOf(words: readonly string[]): Promise<Stop[]> {
  const program = new StartedProgram(["sim", "ok.yaml", ...words], {
    folder: folder.path,
    nodeFlags: ["--inspect-brk=0"],
  });
  const [, address] = await program.says(/Debugger listening on (ws:\S+)/);
  const client = await InspectorClient.connect(address!);
  const stops: Stop[] = [];
  await client.call("Debugger.enable");
  await client.call("Runtime.runIfWaitingForDebugger");
  // The first stop is that of --inspect-brk itself.
  await client.event("Debugger.paused");
  await client.call("Debugger.resume");
  // Node waits for the debugger to go before it ends: the summary says that nothing more will happen.
  const summary = program.says(/^repeat /mu).then(() => undefined);
  for (;;) {
    const paused = await Promise.race([client.event("Debugger.paused"), summary]);
    if (paused === undefined) break;
    const frames = paused["callFrames"] as readonly {
      readonly functionName: string;
      readonly callFrameId: string;
    }[];
    const { result } = await client.call("Debugger.evaluateOnCallFrame", {
      callFrameId: frames[1]!.callFrameId,
      expression: NEXT_EVENT,
    });
    const { value } = result as { readonly value: string };
    stops.push({
      functions: frames.slice(0, 2).map(({ functionName }) => functionName),
      event: JSON.parse(value) as number[],
    });
    await client.call("Debugger.resume");
  }
  client.close();
  expect(await program.exit).toBe(0);
  expect(program.standardOutput).toContain(`digest ${digestIn(plain)}\n`);
  return stops;
}

/** The keys of the events of these records, each once. */
function eventsOf(records: readonly TraceLine[]): (readonly number[])[] {
  const keys = new Map(records.map(({ event }) => [JSON.stringify(event), [...event]]));
  return [...keys.values()];
}

describe("--break", () => {
  it("stops before every event of a kind at a node, and changes nothing", async () => {
    const wanted = trace.filter(
      ({ kind, node, name }) =>
        kind === "delivered" && node === "node-0" && name === "flood/rumour",
    );
    expect(wanted.length).toBeGreaterThan(0);
    const stops = await stopsOf(["--break", "node:node-0 & kind:flood/rumour"]);
    expect(stops.map(({ event }) => event)).toEqual(eventsOf(wanted));
    for (const { functions } of stops) expect(functions).toEqual(["breakHere", "advance"]);
  });

  it.each(["kind:timer", "kind:timer:discovery/period", "kind:node/message", "node:1"])(
    "does nothing where no debugger is attached: %s",
    (condition) => {
      const result = folder.run(["sim", "ok.yaml", "--break", condition]);
      expect(result).toMatchObject({ exit: 0, standardError: "" });
      expect(digestIn(result)).toBe(digestIn(plain));
    },
  );

  it("leaves a protocol's failure to the run itself, which tells of it", () => {
    const careless = "use: flood }\n  careless: { use: math-random }";
    const file = folder.writeTwoNodes("careless.yaml", "use: flood }", careless);
    const broken = folder.run([
      ...["sim", file, "--protocols", CARELESS_FILE, "--break", "kind:timer:nosuch/timer"],
    ]);
    expect(broken.exit).toBe(1);
    expect(broken.standardError).toMatch(/^At [\d.]+ s of virtual time: /);
  });
});

describe("--break-at", () => {
  it("stops before the event of a record, by the key that every line of a trace has", async () => {
    const record = trace.find(({ kind, name }) => kind === "delivered" && name === "flood/rumour")!;
    const stops = await stopsOf(["--break-at", record.event.join(":")]);
    expect(stops.map(({ event }) => event)).toEqual([[...record.event]]);
  });

  it("stops before the event of a record, by the number that a determinism check gives it", async () => {
    // The check counts what it compares: logs and contents are not part of it.
    const compared = trace.filter(({ kind }) => !["log", "content"].includes(kind));
    const number = compared.findIndex(({ name }) => name === "flood/rumour");
    const stops = await stopsOf(["--break-at", String(number)]);
    expect(stops.map(({ event }) => event)).toEqual([[...compared[number]!.event]]);
  });
});
