// One scenario running in simulation: puts kernel, nodes, world and watchers together, advances them, and can be
// cut between two events and continued in another process.

import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import { NetworkModel } from "../sim/network-model.js";
import type { Limits } from "../sim/limits.js";
import type { PlainData } from "../sim/plain-data.js";
import { RandomStreams } from "../sim/random-streams.js";
import { Simulation } from "../sim/simulation.js";
import { captureState, restoreState } from "../protocol/plain-state.js";
import { Digest } from "../trace/digest.js";
import type { DigestState } from "../trace/digest.js";
import type { Sha256 } from "../trace/hashing.js";
import { Names } from "../trace/names.js";
import { Recorder } from "../trace/recorder.js";
import type { RecordSink } from "../trace/record.js";
import { comparePeers } from "../transport/peer.js";
import { SimPeers } from "../transport/sim-peers.js";
import type { WireMode } from "../transport/sim-wire.js";
import { QUEUE_LIMIT_BYTES } from "../transport/transport.js";
import type { Sampler } from "./checkers/checker.js";
import { networkRules } from "./network-rules.js";
import { NodeDirectory } from "./node-directory.js";
import { NodePlacements } from "./node-placements.js";
import type { Platform } from "./platform.js";
import type { NetworkIdentity, ProtocolDefinition } from "./protocol-definition.js";
import type { WatchReport } from "./run-report.js";
import {
  definitionFinder,
  degreeOverlay,
  makeView,
  networkId,
  undialableNodes,
} from "./run-setup.js";
import type { RunView } from "./run-view.js";
import { RunWatch } from "./run-watch.js";
import type { Scenario, ScenarioEvent } from "./scenario.js";
import { ScenarioWorld } from "./scenario-world.js";
import { SimulatedNetwork } from "./simulated-network.js";
import { checkSnapshot, snapshotIdentity } from "./snapshot-identity.js";
import type { SnapshotIdentity } from "./snapshot-identity.js";
import { startContacts } from "./start-contacts.js";

/** How a scenario is run. None of it changes what happens; `limits` only stop a run. */
export interface SimulatedRunOptions {
  readonly platform: Platform;
  /** Protocols besides the shipped ones. */
  readonly protocols?: readonly ProtocolDefinition[];
  /** `objects` unless said otherwise; every mode gives the same digest. */
  readonly wireMode?: WireMode;
  /** Whether the digest is computed; true unless said otherwise. */
  readonly digests?: boolean;
  /** Whether checkers, counters and samplers watch; true unless said otherwise. */
  readonly watches?: boolean;
  /** Who else sees the records: traces, logs, fingerprints. Called with the run's words when they are known. */
  readonly sinks?: (view: RunView, names: Names) => readonly RecordSink[];
  /** Who else looks at instants: pictures, graph files. */
  readonly samplers?: (view: RunView, tracker: OverlayTracker) => readonly Sampler[];
  readonly limits?: Partial<Limits>;
}

/** A run that is watched cannot go on from a snapshot: its checkers would judge a part of it for the whole. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";

  constructor() {
    super(
      "A snapshot does not hold what watchers saw, and this run has watchers. " +
        "Make the run that continues with watches: false.",
    );
  }
}

/** A scenario in simulation, from its first event to its last. */
export class SimulatedRun {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly network: SimulatedNetwork;
  readonly world: ScenarioWorld;
  readonly view: RunView;
  /** Null for a run that nobody watches. */
  readonly watch: RunWatch | null;
  readonly #names = new Names();
  readonly #digest: Digest | null;
  readonly #streams: RandomStreams;
  readonly #peers = new SimPeers();
  readonly #sha256: Sha256;
  #identity: SnapshotIdentity | null = null;
  #hasBegun = false;

  constructor(scenario: Scenario, options: SimulatedRunOptions) {
    const { platform, digests = true, watches = true } = options;
    const { sha256 } = platform;
    this.scenario = scenario;
    this.#sha256 = sha256;
    this.#digest = digests ? new Digest({ names: this.#names, sha256 }) : null;
    this.#streams = new RandomStreams({ seed: scenario.seed, sha256 });
    const recorder = new Recorder(this.#digest);
    this.simulation = this.#makeSimulation(recorder, options);
    const directory = new NodeDirectory(scenario.classes);
    const contacts = startContacts(scenario, sha256);
    const definitionOf = definitionFinder(options.protocols ?? []);
    const peers = this.#peers;
    const nameOf = (node: number): string => directory.nameOf(node);
    const networkKey = platform.networkSigner(scenario.seed, scenario.name);
    const identity: NetworkIdentity = {
      id: networkId(scenario),
      publicKey: networkKey.publicKey,
      signatures: platform.signatures,
    };
    const placements = new NodePlacements({
      scenario,
      peers,
      sha256,
      contacts,
      nameOf,
      network: identity,
    });
    this.network = new SimulatedNetwork({
      scenario,
      platform,
      simulation: this.simulation,
      streams: this.#streams,
      peers,
      wireMode: options.wireMode ?? "objects",
      definitionOf,
      placements,
      identity,
      networkKey,
    });
    for (const rule of networkRules(scenario, undialableNodes(scenario, platform, nameOf))) {
      this.simulation.kernel.network.add(rule);
    }
    this.world = new ScenarioWorld({
      scenario,
      simulation: this.simulation,
      network: this.network,
      sha256,
      contacts,
      degreeOverlay: degreeOverlay(scenario, options.protocols ?? []),
    });
    placements.leaveOut((node) => this.world.isAwayAtStart(node));
    const { network, world } = this;
    this.view = makeView(scenario, this.#names, { network, world, peers, definitionOf });
    this.watch = watches ? this.#makeWatch(options) : null;
    this.watch?.attachTo(recorder);
    for (const sink of options.sinks?.(this.view, this.#names) ?? []) recorder.attach(sink);
  }

  /** Virtual time reached. */
  get nowMicros(): number {
    return this.simulation.nowMicros;
  }

  /** The digest of everything so far; null when none is computed. */
  digest(): string | null {
    return this.#digest?.value() ?? null;
  }

  /** Executes the next event; false when the run is over. */
  step(): boolean {
    this.#begin();
    const { simulation, scenario, watch } = this;
    const nextMicros = simulation.nextMicros;
    if (nextMicros > scenario.endMicros) return false;
    if (watch !== null && nextMicros > watch.nextSampleMicros) watch.advanceTo(nextMicros);
    return simulation.step();
  }

  /** Runs up to a virtual time, inclusive, or until the predicate holds; answers whether the run goes on. */
  runUntil(until: number | (() => boolean)): boolean {
    this.#begin();
    if (typeof until === "number") {
      while (this.simulation.nextMicros <= until) if (!this.step()) return false;
      // Nothing is left to do until then: this moves the clock alone.
      this.simulation.runUntil(Math.min(until, this.scenario.endMicros));
      return this.simulation.nextMicros <= this.scenario.endMicros;
    }
    while (!until()) if (!this.step()) return false;
    return true;
  }

  /**
   * Makes an event happen between two steps, a microsecond after the present time. It is recorded as an action, with a
   * world event of its own as its key, so that a scenario with this event at this time repeats the run.
   */
  inject(event: Omit<ScenarioEvent, "atMicros">): void {
    this.#begin();
    while (this.simulation.hasBeforeInjection()) this.step();
    const { watch } = this;
    if (watch !== null && this.nowMicros >= watch.nextSampleMicros)
      watch.advanceTo(this.nowMicros + 1);
    this.simulation.inject(() => {
      this.world.act(event);
    });
  }

  /** Ends the observation and gives what was seen; null for a run that nobody watched. Called once. */
  finish(facts: Readonly<Record<string, unknown>> = {}): WatchReport | null {
    return (
      this.watch?.finish(Math.min(this.scenario.endMicros, this.#reachedMicros()), facts) ?? null
    );
  }

  /** The virtual time that the run has come to: its end when everything planned has happened. */
  #reachedMicros(): number {
    const isOver = this.#hasBegun && this.simulation.nextMicros > this.scenario.endMicros;
    return isOver ? this.scenario.endMicros : this.nowMicros;
  }

  /** All state between two events, watchers apart: a run restored from it ends with the same digest. */
  snapshot(): PlainData {
    this.#begin();
    return {
      identity: { ...this.#snapshotIdentity() },
      names: this.#names.texts(),
      digest: (this.#digest?.snapshot() ?? null) as unknown as PlainData,
      streams: this.#streams.snapshot(),
      simulation: this.simulation.snapshot((payload) => this.#pack(payload)),
      network: this.network.snapshot(),
      world: this.world.snapshot(),
    };
  }

  /**
   * Continues from what `snapshot` of a run of the same scenario gave, in place of beginning. Throws `RestoreError` in
   * a run with watchers (`watches: false` makes one without): what they saw is not saved. Throws `SnapshotError` for a
   * snapshot of another scenario or seed, in another format, or without the digest that this run wants, before anything is
   * changed.
   */
  restore(state: PlainData): void {
    if (this.watch !== null) throw new RestoreError();
    checkSnapshot(state, this.#snapshotIdentity());
    const saved = state as Readonly<Record<string, PlainData>>;
    this.#hasBegun = true;
    for (const text of saved["names"] as readonly string[]) this.#names.id(text);
    if (this.#digest !== null) this.#digest.restore(saved["digest"] as unknown as DigestState);
    this.#streams.restore(saved["streams"]);
    this.world.restore(saved["world"]);
    this.simulation.restore(saved["simulation"], (packed) => this.#unpack(packed));
    this.network.restore(saved["network"]);
  }

  /** Worked out when it is first needed: most runs are never cut. */
  #snapshotIdentity(): SnapshotIdentity {
    this.#identity ??= snapshotIdentity(this.scenario, this.#sha256, this.#digest !== null);
    return this.#identity;
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.world.begin();
  }

  #makeSimulation(recorder: Recorder, { platform, limits }: SimulatedRunOptions): Simulation {
    const seed = String(this.scenario.seed);
    const peers = this.#peers;
    return new Simulation({
      names: this.#names,
      recorder,
      network: new NetworkModel({ seed, sha256: platform.sha256 }),
      onWorldEvent: (planned) => {
        this.world.take(planned);
      },
      idPrecedes: (a, b) => comparePeers(peers.at(a), peers.at(b)) < 0,
      queueBytesMax: QUEUE_LIMIT_BYTES,
      ...(limits === undefined ? {} : { limits }),
      ...(platform.heapBytes === undefined ? {} : { heapBytes: platform.heapBytes }),
    });
  }

  #makeWatch({ platform, samplers }: SimulatedRunOptions): RunWatch {
    return new RunWatch({
      scenario: this.scenario,
      view: this.view,
      names: this.#names,
      sha256: platform.sha256,
      samplers: (tracker) => samplers?.(this.view, tracker) ?? [],
    });
  }

  #pack(payload: unknown): PlainData {
    return captureState({ payload }, ["payload"], this.#payloadOwner());
  }

  #unpack(packed: PlainData): unknown {
    const holder: { payload?: unknown } = {};
    restoreState(holder, packed, this.#payloadOwner());
    return holder.payload;
  }

  #payloadOwner(): Parameters<typeof captureState>[2] {
    return {
      owner: "a pending event",
      peers: this.#peers,
      overlayOf: () => undefined,
      view: () => ({}),
    };
  }
}
