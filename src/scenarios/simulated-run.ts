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
import { mixKey, mixUnit } from "../sim/mix.js";
import { hashText } from "../trace/names.js";
import { networkRules } from "./network-rules.js";
import { NodeDirectory } from "./node-directory.js";
import { NodePlacements } from "./node-placements.js";
import type { Platform } from "./platform.js";
import type { NetworkIdentity, ProtocolDefinition } from "./protocol-definition.js";
import { SHIPPED_PROTOCOLS, findProtocol } from "./protocol-registry.js";
import type { WatchReport } from "./run-report.js";
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
      definitionOf: definitionFinder(options.protocols ?? []),
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
      peers,
      sha256,
      contacts,
      degreeOverlay: degreeOverlay(scenario, options.protocols ?? []),
    });
    placements.leaveOut((node) => this.world.isAwayAtStart(node));
    this.view = this.#makeView();
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
   * snapshot of another scenario or seed, or in another format, before anything is changed.
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
    this.#identity ??= snapshotIdentity(this.scenario, this.#sha256);
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

  #makeView(): RunView {
    const { scenario, network, world } = this;
    const { latency } = scenario.network;
    return {
      nodeCount: scenario.nodeCount,
      text: (name) => this.#names.text(name),
      nodeName: (node) => network.nameOf(node),
      className: (node) => network.classOf(node).name,
      regionName: (node) =>
        latency.kind === "regions"
          ? (latency.matrix.names[scenario.regionOf[node] ?? 0] ?? "")
          : "",
      isReachable: (source, target) => world.conditions.isReachable(source, target),
      componentOf: (node) => world.conditions.componentOf(node),
    };
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

/** A network is called after its scenario and seed: an instruction for one is worth nothing in another. */
function networkId({ name, seed }: Scenario): string {
  return `${name}/${seed}`.replace(/[^!-~]/g, "_").slice(0, 64);
}

/** Finds protocols among the shipped ones and a user's own. */
function definitionFinder(
  own: readonly ProtocolDefinition[],
): (slot: string, use: string) => ProtocolDefinition {
  const definitions = [...own, ...SHIPPED_PROTOCOLS];
  return (slot, use) => {
    const found = findProtocol(definitions, slot, use);
    if (found === undefined) throw new RangeError(`There is no protocol ${use} for slot ${slot}`);
    return found;
  };
}

/** The overlay in which selectors count degrees: that of the first protocol that keeps one. */
function degreeOverlay(scenario: Scenario, own: readonly ProtocolDefinition[]): string | null {
  const find = definitionFinder(own);
  for (const { slot, use, options } of scenario.classes.flatMap(({ protocols }) => protocols)) {
    const first = find(slot, use).overlays(options)[0];
    if (first !== undefined) return first.overlay;
  }
  return null;
}

/** 1 for each node that accepts no connection it did not open; null when there is none. */
function undialableNodes(
  scenario: Scenario,
  { sha256 }: Platform,
  nameOf: (node: number) => string,
): Uint8Array | null {
  if (scenario.classes.every(({ dialableShare }) => dialableShare === 1)) return null;
  const key = mixKey(sha256, scenario.seed, "undialable");
  const mask = new Uint8Array(scenario.nodeCount);
  for (const { firstNode, count, dialableShare } of scenario.classes) {
    const ranked = Array.from({ length: count }, (_, i) => ({
      node: firstNode + i,
      rank: mixUnit(key, hashText(nameOf(firstNode + i)), 0, 0, 0),
    })).sort((a, b) => a.rank - b.rank || a.node - b.node);
    // The share is of the class, not of each node's luck, so that small classes get it as well.
    for (const { node } of ranked.slice(Math.round(dialableShare * count))) mask[node] = 1;
  }
  return mask;
}
