// What PHOLD is compared with must do the same work, or the ratios say nothing.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../support/built-program.js";
import {
  GPP,
  INSTALLATION_MILLIS,
  NS3,
  SIMPY,
  requireSystemPackage,
} from "../support/system-package.js";

const NODES = 200;
const DELIVERIES = 5000;
const SIZE = ["--nodes", String(NODES), "--deliveries", String(DELIVERIES)];

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-bench-"));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function source(file: string): string {
  return path.join(PROJECT_FOLDER, "bench", file);
}

function run(program: string, ...parameters: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout === "" ? undefined : JSON.parse(stdout);
}

function compileAndRun(
  file: string,
  libraries: readonly string[],
  words: readonly string[],
): unknown {
  const program = path.join(folder, path.parse(file).name);
  run("g++", "-O2", "-std=c++17", "-Wall", source(file), "-o", program, ...libraries);
  return run(program, ...SIZE, ...words);
}

const RESULT = {
  nodes: NODES,
  deliveries: DELIVERIES,
  seconds: expect.any(Number) as number,
  digest: expect.stringMatching(/^[0-9a-f]+$/) as string,
};

describe("the programs that PHOLD is compared with", () => {
  it("deliver as many messages as asked: C++", { timeout: INSTALLATION_MILLIS }, (context) => {
    requireSystemPackage(context, GPP);
    expect(compileAndRun("phold.cpp", [], [])).toEqual(RESULT);
  });

  it.for(["ns3::MapScheduler", "ns3::HeapScheduler", "ns3::PriorityQueueScheduler"])(
    "deliver the same messages in the same order: C++ and %s",
    { timeout: INSTALLATION_MILLIS },
    (scheduler, context) => {
      requireSystemPackage(context, GPP);
      requireSystemPackage(context, NS3);
      const { digest } = compileAndRun("phold.cpp", [], []) as { digest: string };
      const ns3 = compileAndRun("phold-ns3.cc", ["-lns3-core"], ["--scheduler", scheduler]);
      expect(ns3).toEqual({ ...RESULT, digest });
    },
  );

  it("deliver as many messages as asked: SimPy", { timeout: INSTALLATION_MILLIS }, (context) => {
    requireSystemPackage(context, SIMPY);
    expect(run("/usr/bin/python3", source("phold-simpy.py"), ...SIZE)).toEqual(RESULT);
  });
});
