// One scenario running live: its nodes are real listeners, in this process or in workers, its plans happen at their real
// times, and what watches a simulated run watches the records of all nodes.

import { setTimeout } from "node:timers";

import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import type { RecordSink } from "../trace/record.js";
import { formatAddress } from "../transport/node-address.js";
import type { Security } from "../transport/node-secure-socket.js";
import { SystemClock } from "../transport/node-system-clock.js";
import type { Sampler } from "./checkers/checker.js";
import { refuseUnlessLive } from "./live-refusal.js";
import type { LiveNetwork, NodeHost } from "./live-network.js";
import { LiveAssembly } from "./node-live-assembly.js";
import type { LiveHost } from "./node-live-host.js";
import { LoadMeter, joinLoads } from "./node-live-load.js";
import type { ProcessLoad } from "./node-live-load.js";
import { LOOPBACK_HOST, LoopbackPorts } from "./node-loopback-ports.js";
import { nodePlatform } from "./node-platform.js";
import { WorkerCrew } from "./node-worker-crew.js";
import type { WorkerPlace } from "./node-worker-process.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import type { LiveReport, WatchReport } from "./run-report.js";
import { definitionFinder, makeView } from "./run-setup.js";
import type { RunView } from "./run-view.js";
import { RunWatch } from "./run-watch.js";
import type { Scenario } from "./scenario.js";
import type { ScenarioWorld } from "./scenario-world.js";

/** The longest between two looks at the time: at signals, samples and the end. */
const LOOK_MILLIS = 50;
/** The same where records come from workers, and watchers wait for them. */
const WORKERS_LOOK_MILLIS = 10;

export interface LiveRunOptions {
  readonly scenario: Scenario;
  readonly protocols?: readonly ProtocolDefinition[];
  readonly security: Security;
  /** Processes for the nodes; in this one if not given. */
  readonly workers?: readonly WorkerPlace[];
  /** The modules, as absolute paths, that `protocols` are from: workers load them as well. */
  readonly protocolFiles?: readonly string[];
  /** False where the workers' packets meet the scenario's network below their sockets; true if not given. */
  readonly appliesNetwork?: boolean;
  readonly sinks?: (view: RunView) => readonly RecordSink[];
  readonly samplers?: (view: RunView, tracker: OverlayTracker) => readonly Sampler[];
  /** Called at every look at the time, between two plans. */
  readonly onLook?: () => void;
  readonly isInterrupted?: () => boolean;
}

export class LiveRun {
  readonly scenario: Scenario;
  readonly network: LiveNetwork;
  readonly world: ScenarioWorld;
  readonly view: RunView;
  readonly watch: RunWatch;
  readonly #options: LiveRunOptions;
  readonly #assembly: LiveAssembly;
  /** The nodes of this process; null where all are in workers. */
  readonly #host: LiveHost | null;
  readonly #crew: WorkerCrew | null;
  #failure: { readonly error: unknown } | null = null;
  #load: ProcessLoad | null = null;
  #endedMicros: number | null = null;

  /** Throws `LiveScenarioError` for a scenario with something that cannot be applied live. */
  constructor(options: LiveRunOptions) {
    const { scenario, protocols = [], security, workers = [] } = options;
    refuseUnlessLive(scenario);
    this.#options = options;
    this.scenario = scenario;
    const ports = new LoopbackPorts();
    const addresses = Array.from({ length: scenario.nodeCount }, (_, index) => {
      const place = workers[index % Math.max(1, workers.length)];
      return formatAddress(place?.host ?? LOOPBACK_HOST, ports.next());
    });
    const onFailure = (error: unknown): void => {
      this.#failure ??= { error };
    };
    const assembly = new LiveAssembly({ scenario, protocols, addresses, onFailure });
    this.#assembly = assembly;
    let host: NodeHost;
    if (workers.length === 0) {
      this.#crew = null;
      host = this.#host = assembly.makeHost({
        ...{ security, ports, listenHost: LOOPBACK_HOST, appliesNetwork: true },
        onPlaced: () => undefined,
        truth: () => this.network,
      });
    } else {
      this.#host = null;
      this.#crew = new WorkerCrew({
        ...{ places: workers, assembly, onFailure },
        setup: {
          // Texts of imported files are for the report.
          scenario: { ...scenario, imports: [] },
          ...{ protocolFiles: options.protocolFiles ?? [], addresses, security },
          appliesNetwork: options.appliesNetwork ?? true,
        },
        network: () => this.network,
        conditions: () => this.world.conditions,
      });
      ({ host } = this.#crew);
    }
    const { network, world } = assembly.makeWorld(host);
    this.network = network;
    this.world = world;
    const { names, peers } = assembly;
    const definitionOf = definitionFinder(protocols);
    this.view = makeView(scenario, names, { network, world, peers, definitionOf });
    this.watch = this.#makeWatch();
    this.#attachWatchers();
  }

  /** Time that the run has come to, in microseconds since its beginning. */
  get nowMicros(): number {
    return this.#endedMicros ?? Math.min(this.#assembly.nowMicros(), this.scenario.endMicros);
  }

  /** Planned actions, and calls of nodes' code. */
  get eventCount(): number {
    return this.#assembly.stretchCount + (this.#crew?.host.stretchCount ?? 0);
  }

  /** There is none: a live run does not repeat to the bit. */
  digest(): null {
    return null;
  }

  /**
   * Runs the scenario to its end, in real time. Answers how it ended; throws what a node's code threw, `LiveNodeError`,
   * and `WorkerError`. In each case no socket, no timer and no process of it is left.
   */
  async run(): Promise<"complete" | "interrupted"> {
    const assembly = this.#assembly;
    let meter: LoadMeter | null = null;
    try {
      if (this.#crew === null) assembly.prepare(Array(this.scenario.nodeCount).keys());
      else await this.#crew.open();
      this.#throwFailure();
      meter = new LoadMeter();
      const epochMicros = SystemClock.machineMicros();
      assembly.begin(epochMicros);
      this.#host?.begin(epochMicros);
      this.#crew?.host.begin(epochMicros);
      this.world.begin();
      const ending = await this.#pump();
      this.#endedMicros = this.nowMicros;
      await this.#crew?.end(this.#endedMicros, this.#sampler);
      this.#throwFailure();
      return ending;
    } finally {
      this.#endedMicros ??= this.nowMicros;
      this.#load = this.#loadOf(meter?.stop() ?? null);
      await this.#host?.destroy();
      await this.#crew?.host.destroy();
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
      processes: Math.max(1, this.#options.workers?.length ?? 0),
      lost: this.#crew?.lost ?? [],
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
    const lookMillis = this.#crew === null ? LOOK_MILLIS : WORKERS_LOOK_MILLIS;
    for (;;) {
      const now = this.#assembly.nowMicros();
      while (simulation.nextMicros <= Math.min(now, endMicros)) {
        simulation.step();
        this.#crew?.tellChanges();
      }
      this.#throwFailure();
      this.#options.onLook?.();
      if (now >= endMicros) return "complete";
      if (this.#options.isInterrupted?.() === true) return "interrupted";
      if (this.#crew === null) this.#sampler(now);
      else this.#crew.look(now, this.#sampler);
      const nextMicros = Math.min(simulation.nextMicros, endMicros);
      const waitMillis = Math.min(lookMillis, (nextMicros - this.#assembly.nowMicros()) / 1000);
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, Math.ceil(waitMillis)));
      });
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Takes the samples that are due before a time. */
  readonly #sampler = (nowMicros: number): void => {
    const micros = Math.min(nowMicros, this.scenario.endMicros + 1);
    if (micros > this.watch.nextSampleMicros) this.watch.advanceTo(micros);
  };

  /** The process of the run takes part in the load; its memory is not that of the nodes where they are elsewhere. */
  #loadOf(own: ProcessLoad | null): ProcessLoad | null {
    if (own === null || this.#crew === null) return own;
    const watching = { ...own, baseBytes: 0, peakBytes: 0 };
    return joinLoads([watching, ...this.#crew.loads]);
  }

  #attachWatchers(): void {
    const { recorder } = this.#assembly;
    const watched = this.#crew?.recorder ?? recorder;
    // What is true of a node is known before anyone asks about a record; of workers' nodes the crew tells it.
    if (this.#crew === null) {
      recorder.attach(this.network);
      recorder.onInstant = this.#sampler;
    }
    this.watch.attachTo(watched);
    for (const sink of this.#options.sinks?.(this.view) ?? []) watched.attach(sink);
  }

  #makeWatch(): RunWatch {
    return new RunWatch({
      ...{ scenario: this.scenario, view: this.view, names: this.#assembly.names },
      sha256: nodePlatform.sha256,
      samplers: (tracker) => this.#options.samplers?.(this.view, tracker) ?? [],
    });
  }
}
