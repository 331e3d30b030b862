// A run written by hand: records through a real recorder, watched as a simulated run is watched. Tests say what
// happened and ask what the checkers made of it.

import type { Expectation } from "../../../src/scenarios/expectation.js";
import type { CheckResult } from "../../../src/scenarios/checkers/checker.js";
import type { WatchReport } from "../../../src/scenarios/run-report.js";
import type { RunView } from "../../../src/scenarios/run-view.js";
import { RunWatch } from "../../../src/scenarios/run-watch.js";
import type { Measure, Phase, Scenario, ScenarioEvent } from "../../../src/scenarios/scenario.js";
import { Names } from "../../../src/trace/names.js";
import { nodeSha256 } from "../../../src/trace/node-hashing.js";
import { Channel, NO_PEER, RecordKind, WORLD } from "../../../src/trace/record.js";
import type { RunRecord } from "../../../src/trace/record.js";
import { Recorder } from "../../../src/trace/recorder.js";

export const SECOND = 1_000_000;

export interface ScriptedRunOptions {
  readonly nodeCount: number;
  readonly expect: readonly Expectation[];
  readonly endMicros?: number;
  readonly events?: readonly ScenarioEvent[];
  readonly phases?: readonly Phase[];
  readonly measure?: Measure | null;
}

/** A scenario of which only what is watched matters. */
export function scriptedScenario(options: ScriptedRunOptions): Scenario {
  const endMicros = options.endMicros ?? 100 * SECOND;
  return {
    name: "scripted",
    description: "",
    seed: 1,
    params: {},
    classes: [],
    nodeCount: options.nodeCount,
    regionOf: new Uint16Array(0),
    start: { kind: "chain" },
    phases: options.phases ?? [{ name: "run", startMicros: 0, endMicros }],
    endMicros,
    network: {
      latency: { kind: "drawn", from: { kind: "fixed", micros: 1000 }, per: "pair" },
      jitter: null,
      conditions: {
        lossProbability: 0,
        duplicateProbability: 0,
        corruptProbability: 0,
        reorder: null,
        delay: null,
      },
      rules: [],
    },
    churn: [],
    workload: [],
    events: options.events ?? [],
    measure: options.measure ?? null,
    expect: options.expect,
    imports: [],
  };
}

/** Writes records at rising times. Node i is called `n<i>`. */
export class ScriptedRun {
  readonly names = new Names();
  readonly recorder = new Recorder(null);
  readonly watch: RunWatch;
  readonly view: RunView;
  readonly #endMicros: number;
  #components: number[];
  #counter = 0;
  #timeMicros = 0;

  constructor(options: ScriptedRunOptions) {
    const scenario = scriptedScenario(options);
    this.#endMicros = scenario.endMicros;
    this.#components = new Array<number>(options.nodeCount).fill(0);
    this.view = {
      nodeCount: options.nodeCount,
      text: (name) => this.names.text(name),
      nodeName: (node) => `n${node}`,
      nodeId: (node) => node.toString(16).padStart(64, "0"),
      keyDistance: "xor",
      className: () => "peer",
      regionName: () => "",
      isReachable: (source, target) => this.#components[source] === this.#components[target],
      componentOf: (node) => this.#components[node] ?? 0,
    };
    this.watch = new RunWatch({
      scenario,
      view: this.view,
      names: this.names,
      sha256: nodeSha256,
    });
    this.watch.attachTo(this.recorder);
  }

  /** An event of its own at `seconds`. */
  at(seconds: number): this {
    const timeMicros = Math.round(seconds * SECOND);
    if (timeMicros > this.watch.nextSampleMicros) this.watch.advanceTo(timeMicros);
    this.#timeMicros = timeMicros;
    this.#counter++;
    return this;
  }

  status(node: number, status: string): this {
    return this.#write(RecordKind.status, node, { name: this.names.id(status), number: 0 });
  }

  statusOfAll(status: string): this {
    for (let node = 0; node < this.view.nodeCount; node++) this.status(node, status);
    return this;
  }

  adds(node: number, peer: number, overlay = "members"): this {
    return this.#write(RecordKind.view, node, { name: this.names.id(overlay), peer, number: 1 });
  }

  removes(node: number, peer: number, overlay = "members"): this {
    return this.#write(RecordKind.view, node, { name: this.names.id(overlay), peer, number: 0 });
  }

  /** All of `nodes` add each other. */
  meshes(nodes: readonly number[], overlay = "members"): this {
    for (const node of nodes) {
      for (const peer of nodes) if (peer !== node) this.adds(node, peer, overlay);
    }
    return this;
  }

  fault(name: string, node: number): this {
    return this.#write(RecordKind.fault, node, { name: this.names.id(name), peer: NO_PEER });
  }

  /** Cuts the network: component of each node by index. */
  cut(components: readonly number[]): this {
    this.#components = [...components];
    return this.fault("partition", WORLD);
  }

  heal(): this {
    this.#components.fill(0);
    return this.fault("heal", WORLD);
  }

  action(name: string, node = WORLD, peer = NO_PEER): this {
    return this.#write(RecordKind.action, node, { name: this.names.id(name), peer, number: 1 });
  }

  starts(node: number, application: number, target = NO_PEER): this {
    const name = this.names.id("started");
    return this.#write(RecordKind.broadcast, node, { name, application, peer: target, bytes: 10 });
  }

  receives(node: number, application: number): this {
    const name = this.names.id("received");
    return this.#write(RecordKind.broadcast, node, { name, application, peer: 0, bytes: 10 });
  }

  /** An operation on a key begins; `text` is the key and, for a put, `=` and the value's hash. */
  asks(node: number, operation: string, application: number, text: string): this {
    const [name, reason] = [this.names.id(operation), this.names.id("started")];
    const none = { bytes: 0, number: 0, value: 0 };
    return this.#write(RecordKind.lookup, node, { name, reason, application, text, ...none });
  }

  /** An operation ends, `found` being the nearest node. */
  learns(
    node: number,
    operation: string,
    application: number,
    outcome: { readonly text: string; readonly found?: number; readonly isDone?: boolean },
  ): this {
    const { text, found = NO_PEER, isDone = true } = outcome;
    const [name, reason] = [this.names.id(operation), this.names.id(isDone ? "done" : "failed")];
    const figures = { peer: found, bytes: 4, number: 2, value: 1 };
    return this.#write(RecordKind.lookup, node, { name, reason, application, text, ...figures });
  }

  sends(node: number, peer: number, bytes = 100, reason = ""): this {
    return this.#write(RecordKind.sent, node, {
      name: this.names.id("test/message"),
      peer,
      bytes,
      channel: Channel.stream,
      reason: this.names.id(reason),
    });
  }

  believes(node: number, peer: number, belief: string): this {
    return this.#write(RecordKind.belief, node, { name: this.names.id(belief), peer, number: 0 });
  }

  finish(seconds = this.#endMicros / SECOND): WatchReport {
    return this.watch.finish(seconds * SECOND, { events: this.#counter });
  }

  /** Ends the run and gives the result of its only expectation. */
  verdict(): CheckResult {
    const [result] = this.finish().expectations;
    if (result === undefined) throw new Error("The scripted run expects nothing.");
    return result;
  }

  #write(kind: RecordKind, node: number, fields: Partial<RunRecord>): this {
    const row = this.recorder.open(kind, node);
    row.timeMicros = this.#timeMicros;
    row.origin = node + 1;
    row.counter = this.#counter;
    Object.assign(row, { peer: NO_PEER, application: 0, reason: 0 }, fields);
    this.recorder.commit();
    return this;
  }
}
