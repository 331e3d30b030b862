// Who runs PHOLD: Peerscape and what it is compared with, each a command that prints one line of JSON.
// Programs in C++ are compiled here, with one compiler and the same flags, in the run that times them.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** What one run of a contestant measured. */
export interface PholdResult {
  readonly nodes: number;
  readonly deliveries: number;
  /** Wall time of the deliveries alone, without start-up and the first messages. */
  readonly seconds: number;
  /** Equal for equal work: shows that no run did less. */
  readonly digest: string;
  /** Memory of an idle node, where the contestant measures it. */
  readonly bytesPerNode?: number;
}

/** A program that runs PHOLD. */
export interface Contestant {
  readonly name: string;
  /** The command, without `--nodes` and `--deliveries`. */
  readonly command: readonly [program: string, ...parameters: string[]];
  /** Slower ones deliver a fraction of the others' count: rates are compared, not times. */
  readonly deliveryShare: number;
}

/** Who takes part, and who cannot, each with the line that would change that. */
export interface Field {
  readonly peerscape: Contestant;
  readonly others: readonly Contestant[];
  readonly absent: readonly string[];
}

/** Compiled from `bench/*.ts` and `src/` by `npm run bench:build`; this file runs from there too. */
const BUILT_FOLDER = import.meta.dirname;
const SOURCE_FOLDER = path.resolve(BUILT_FOLDER, "../../bench");
const CACHE_FOLDER = path.resolve(BUILT_FOLDER, "../../.cache/bench");

/** Debian's own Python, which finds Debian's SimPy. */
const PYTHON = "/usr/bin/python3";
/** SimPy delivers about a twentieth as fast as the others. */
const SIMPY_DELIVERY_SHARE = 0.1;

/** Compiles what has to be compiled and finds out who can take part. */
export function gatherField(): Field {
  const peerscape: Contestant = {
    name: "Peerscape",
    command: [process.execPath, path.join(BUILT_FOLDER, "phold.js")],
    deliveryShare: 1,
  };
  // The same program without its upper layers, to show where the time goes.
  const others: Contestant[] = ["transport", "kernel"].map((layer) => ({
    name: `Peerscape, ${layer} alone`,
    command: [...peerscape.command, "--layer", layer],
    deliveryShare: 1,
  }));
  const absent: string[] = [];

  const bare = compile("phold.cpp", []);
  if (bare === undefined) absent.push("C++ loop: apt-get install g++");
  else others.push({ name: "C++ priority_queue", command: [bare], deliveryShare: 1 });

  const ns3 = bare === undefined ? undefined : compile("phold-ns3.cc", ["-lns3-core"]);
  if (ns3 === undefined) {
    absent.push("ns-3: apt-get install --no-install-recommends libns3-dev");
  } else {
    const fastest = "ns3::PriorityQueueScheduler";
    others.push({ name: "ns-3, default scheduler", command: [ns3], deliveryShare: 1 });
    others.push({
      name: "ns-3, fastest scheduler",
      command: [ns3, "--scheduler", fastest],
      deliveryShare: 1,
    });
  }

  if (succeeds(PYTHON, ["-c", "import simpy"])) {
    const script = path.join(SOURCE_FOLDER, "phold-simpy.py");
    others.push({ name: "SimPy", command: [PYTHON, script], deliveryShare: SIMPY_DELIVERY_SHARE });
  } else {
    absent.push("SimPy: apt-get install python3-simpy3");
  }
  return { peerscape, others, absent };
}

/** Runs a contestant once. Throws an error with what it said when it fails. */
export function runOnce(
  { name, command: [program, ...parameters], deliveryShare }: Contestant,
  { nodes, deliveries }: { nodes: number; deliveries: number },
): PholdResult {
  const share = Math.round(deliveries * deliveryShare);
  const words = [...parameters, "--nodes", String(nodes), "--deliveries", String(share)];
  const { status, signal, stdout, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) {
    const end = signal ?? `exit code ${status ?? "none"}`;
    throw new Error(`${name} ended with ${end}: ${program} ${words.join(" ")}\n${stderr}`);
  }
  return JSON.parse(stdout) as PholdResult;
}

/** Compiles a program of this folder; answers its path, or undefined when that fails. */
function compile(source: string, libraries: readonly string[]): string | undefined {
  fs.mkdirSync(CACHE_FOLDER, { recursive: true });
  const program = path.join(CACHE_FOLDER, path.parse(source).name);
  const flags = ["-O2", "-std=c++17", path.join(SOURCE_FOLDER, source), "-o", program];
  return succeeds("g++", [...flags, ...libraries]) ? program : undefined;
}

function succeeds(program: string, parameters: readonly string[]): boolean {
  return spawnSync(program, parameters, { stdio: "ignore" }).status === 0;
}
