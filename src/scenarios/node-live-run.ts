// One scenario running live: its nodes are real listeners on loopback, its plans happen at their real times, and what
// watches a simulated run watches the records of all nodes.

import { invariant } from "../trace/invariant.js";
import { setTimeout } from "node:timers";

import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import type { RecordSink } from "../trace/record.js";
import type { Security } from "../transport/node-secure-socket.js";
import { SystemClock } from "../transport/node-system-clock.js";
import type { Sampler } from "./checkers/checker.js";
import { refuseUnlessLive } from "./live-refusal.js";
import type { LiveNetwork, NodeHost } from "./live-network.js";
import { LiveAssembly } from "./node-live-assembly.js";
import { LoadMeter } from "./node-live-load.js";
import type { ProcessLoad } from "./node-live-load.js";
import { LOOPBACK_HOST, LoopbackPorts } from "./node-loopback-ports.js";
import { nodePlatform } from "./node-platform.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import type { LiveReport, WatchReport } from "./run-report.js";
import { makeView } from "./run-setup.js";
import type { RunView } from "./run-view.js";
import { RunWatch } from "./run-watch.js";
import type { Scenario } from "./scenario.js";
import type { ScenarioWorld } from "./scenario-world.js";

/** The longest between two looks at the time: at signals, samples and the end. */
const LOOK_MILLIS = 50;

export interface LiveRunOptions {
  readonly scenario: Scenario;
  readonly protocols?: readonly ProtocolDefinition[];
  readonly security: Security;
  readonly sinks?: (view: RunView) => readonly RecordSink[];
  readonly samplers?: (view: RunView, tracker: OverlayTracker) => readonly Sampler[];
  /** Called at every look at the time, between two plans. */
  readonly onLook?: () => void;
  readonly isInterrupted?: () => boolean;
}

/** Nodes in some process, and how that ends. */
interface RunningHost extends NodeHost {
  destroy(): Promise<void>;
}

export class LiveRun {
  readonly scenario: Scenario;
  readonly network: LiveNetwork;
  readonly world: ScenarioWorld;
  readonly view: RunView;
  readonly watch: RunWatch;
  readonly #options: LiveRunOptions;
  readonly #assembly: LiveAssembly;
  readonly #host: RunningHost;
  readonly #start: (epochMicros: number) => void;
  #failure: { readonly error: unknown } | null = null;
  #load: ProcessLoad | null = null;
  #endedMicros: number | null = null;

  /** Throws `LiveScenarioError` for a scenario with something that cannot be applied live. */
  constructor(options: LiveRunOptions) {
    const { scenario, protocols = [], security } = options;
    refuseUnlessLive(scenario);
    this.#options = options;
    this.scenario = scenario;
    const ports = new LoopbackPorts();
    const addresses = Array.from({ length: scenario.nodeCount }, () => {
      return `${LOOPBACK_HOST}:${ports.next()}`;
    });
    const assembly = new LiveAssembly({
      ...{ scenario, protocols, addresses },
      onFailure: (error) => {
        this.#failure ??= { error };
      },
    });
    this.#assembly = assembly;
    const host = assembly.makeHost({
      ...{ security, ports },
      onPlaced: () => undefined,
      truth: () => this.network,
    });
    this.#host = host;
    this.#start = (epochMicros) => {
      host.begin(epochMicros);
    };
    const { network, world } = assembly.makeWorld(host);
    this.network = network;
    this.world = world;
    this.view = makeView(scenario, assembly.names, this);
    this.watch = this.#makeWatch();
    const { recorder } = assembly;
    // What is true of a node is known before anyone asks about a record.
    recorder.attach(network);
    this.watch.attachTo(recorder);
    for (const sink of options.sinks?.(this.view) ?? []) recorder.attach(sink);
    recorder.onInstant = (nowMicros) => {
      this.#sampleBefore(nowMicros);
    };
  }

  /** Time that the run has come to, in microseconds since its beginning. */
  get nowMicros(): number {
    return this.#endedMicros ?? Math.min(this.#assembly.nowMicros(), this.scenario.endMicros);
  }

  /** Planned actions, and calls of nodes' code. */
  get eventCount(): number {
    return this.#assembly.stretchCount;
  }

  /** There is none: a live run does not repeat to the bit. */
  digest(): null {
    return null;
  }

  /**
   * Runs the scenario to its end, in real time. Answers how it ended; throws what a node's code threw, and `LiveNodeError`.
   * In each case no socket and no timer of it is left.
   */
  async run(): Promise<"complete" | "interrupted"> {
    const assembly = this.#assembly;
    // Keys and certificates take half a millisecond a node: not on the run's time.
    for (let index = 0; index < this.scenario.nodeCount; index++) {
      const { certificatePem } = assembly.identityOf(index);
      invariant(certificatePem !== "", "Every node has a certificate before its run begins");
    }
    const meter = new LoadMeter();
    const epochMicros = SystemClock.machineMicros();
    assembly.begin(epochMicros);
    this.#start(epochMicros);
    try {
      this.world.begin();
      return await this.#pump();
    } finally {
      this.#endedMicros = this.nowMicros;
      this.#load = meter.stop();
      await this.#host.destroy();
    }
  }

  /** Ends the observation and gives what was seen. Called once, after `run`. */
  finish(facts: Readonly<Record<string, unknown>>): WatchReport {
    return this.watch.finish(this.nowMicros, facts);
  }

  /** What the run took of its machine. */
  liveReport(): LiveReport {
    const load = this.#load;
    const peak = Math.max(1, this.watch.lives.peakCount);
    const nodeBytes = load === null ? 0 : load.peakBytes - load.baseBytes;
    return {
      processes: 1,
      security: this.#options.security,
      lagMillis: load?.lagMillis ?? { median: 0, p99: 0, max: 0 },
      processorShare: load?.processorShare ?? 0,
      waitedShare: load?.waitedShare ?? null,
      memoryBytesPerNode: Math.round(nodeBytes / peak),
    };
  }

  /** Does what is planned when its time has come. */
  async #pump(): Promise<"complete" | "interrupted"> {
    const { simulation } = this.#assembly;
    const { endMicros } = this.scenario;
    for (;;) {
      const now = this.#assembly.nowMicros();
      while (simulation.nextMicros <= Math.min(now, endMicros)) simulation.step();
      if (this.#failure !== null) throw this.#failure.error;
      this.#options.onLook?.();
      if (now >= endMicros) return "complete";
      if (this.#options.isInterrupted?.() === true) return "interrupted";
      this.#sampleBefore(now);
      const nextMicros = Math.min(simulation.nextMicros, endMicros);
      const waitMillis = Math.min(LOOK_MILLIS, (nextMicros - this.#assembly.nowMicros()) / 1000);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, Math.ceil(waitMillis)));
      });
    }
  }

  #sampleBefore(nowMicros: number): void {
    const micros = Math.min(nowMicros, this.scenario.endMicros + 1);
    if (micros > this.watch.nextSampleMicros) this.watch.advanceTo(micros);
  }

  #makeWatch(): RunWatch {
    return new RunWatch({
      ...{ scenario: this.scenario, view: this.view, names: this.#assembly.names },
      sha256: nodePlatform.sha256,
      samplers: (tracker) => this.#options.samplers?.(this.view, tracker) ?? [],
    });
  }
}
