// What every process of a live run makes of the scenario: the same ids, addresses, rules and choices as in simulation. A
// simulation is among it that holds no node: its queue has the scenario's plans, its network the rules.

import type { NetworkTruth } from "../protocol/network-truth.js";
import { NetworkModel } from "../sim/network-model.js";
import { NodeState } from "../sim/node-table.js";
import type { PlainData } from "../sim/plain-data.js";
import { RandomStreams } from "../sim/random-streams.js";
import { Simulation } from "../sim/simulation.js";
import { invariant } from "../trace/invariant.js";
import { Names } from "../trace/names.js";
import { NodeIdentity } from "../transport/node-identity.js";
import { NodePeers } from "../transport/node-peers.js";
import type { Security } from "../transport/node-secure-socket.js";
import { SystemClock } from "../transport/node-system-clock.js";
import type { Signer } from "../transport/signatures.js";
import { accessLinkOf } from "./access-link-of.js";
import { ClassKits } from "./class-kits.js";
import { LiveConditions } from "./live-conditions.js";
import { LiveNetwork } from "./live-network.js";
import type { NodeHost } from "./live-network.js";
import { LivePeers } from "./live-peers.js";
import { LiveRecorder } from "./live-recorder.js";
import { LiveRecords } from "./live-records.js";
import { networkRules } from "./network-rules.js";
import { NodeDirectory } from "./node-directory.js";
import { LiveHost } from "./node-live-host.js";
import type { LoopbackPorts } from "./node-loopback-ports.js";
import { NodePlacements } from "./node-placements.js";
import { identitySecret, nodePlatform } from "./node-platform.js";
import { NodeRecords } from "./node-records.js";
import type { NetworkIdentity, ProtocolDefinition } from "./protocol-definition.js";
import { definitionFinder, degreeOverlay, networkId, undialableNodes } from "./run-setup.js";
import { ScenarioWorld } from "./scenario-world.js";
import type { Scenario } from "./scenario.js";
import { startContacts } from "./start-contacts.js";

export interface LiveAssemblyOptions {
  readonly scenario: Scenario;
  readonly protocols: readonly ProtocolDefinition[];
  /** Where nodes are told to be at first, by index. */
  readonly addresses: readonly string[];
  readonly onFailure: (error: unknown) => void;
}

/** The parts of a live run in one process. */
export class LiveAssembly {
  readonly names = new Names();
  readonly recorder: LiveRecorder;
  readonly simulation: Simulation;
  readonly peers = new LivePeers(new NodePeers());
  readonly directory: NodeDirectory;
  readonly #options: LiveAssemblyOptions;
  readonly #identities = new Map<number, NodeIdentity>();
  readonly #contacts: readonly number[];
  readonly #placements: NodePlacements;
  readonly #networkIdentity: NetworkIdentity;
  readonly #networkKey: Signer;
  #epochMicros = SystemClock.machineMicros();
  #scenarioCounter = 0;
  #world: ScenarioWorld | null = null;
  /** Planned actions, and calls of nodes' code. */
  stretchCount = 0;

  constructor(options: LiveAssemblyOptions) {
    this.#options = options;
    const { scenario, addresses } = options;
    const { sha256 } = nodePlatform;
    this.directory = new NodeDirectory(scenario.classes);
    this.recorder = new LiveRecorder({
      nowMicros: () => this.nowMicros(),
      nextCounter: (origin) => this.#nextCounter(origin),
    });
    this.simulation = new Simulation({
      names: this.names,
      recorder: this.recorder,
      network: new NetworkModel({ seed: String(scenario.seed), sha256 }),
      onWorldEvent: (planned) => {
        this.#take(planned);
      },
    });
    this.#declareNodes(addresses);
    this.#contacts = startContacts(scenario, sha256);
    this.#networkKey = nodePlatform.networkSigner(scenario.seed, scenario.name);
    this.#networkIdentity = {
      id: networkId(scenario),
      publicKey: this.#networkKey.publicKey,
      signatures: nodePlatform.signatures,
    };
    const nameOf = (node: number): string => this.directory.nameOf(node);
    this.#placements = new NodePlacements({
      ...{ scenario, sha256, nameOf, peers: this.peers },
      contacts: this.#contacts,
      network: this.#networkIdentity,
    });
    for (const rule of networkRules(scenario, undialableNodes(scenario, nodePlatform, nameOf))) {
      this.simulation.kernel.network.add(rule);
    }
  }

  /** Time of the run so far; at zero until it begins. */
  nowMicros(): number {
    return Math.max(0, SystemClock.machineMicros() - this.#epochMicros);
  }

  /** The run begins at this time of the machine. */
  begin(epochMicros: number): void {
    this.#epochMicros = epochMicros;
  }

  /** The scenario at work on nodes that are at `host`. Called once. */
  makeWorld(host: NodeHost): { readonly network: LiveNetwork; readonly world: ScenarioWorld } {
    const { scenario, protocols } = this.#options;
    const { names, peers, simulation } = this;
    const network = new LiveNetwork({
      ...{ scenario, names, peers, host },
      nowMicros: () => this.nowMicros(),
    });
    const world = new ScenarioWorld({
      ...{ scenario, simulation, network, contacts: this.#contacts },
      sha256: nodePlatform.sha256,
      degreeOverlay: degreeOverlay(scenario, protocols),
    });
    this.#world = world;
    this.#placements.leaveOut((node) => world.isAwayAtStart(node));
    return { network, world };
  }

  /** The place in this process where nodes run. Which ones is decided by who is started. */
  makeHost(options: {
    readonly security: Security;
    /** The address of this machine at which its nodes listen. */
    readonly listenHost: string;
    readonly ports: LoopbackPorts;
    /** Whether the scenario's network is applied here, above the sockets. */
    readonly appliesNetwork: boolean;
    readonly onPlaced: (index: number, address: string) => void;
    /** What is true of the nodes; null where that is not known. */
    readonly truth: (() => LiveNetwork) | null;
  }): LiveHost {
    const { scenario, protocols, onFailure } = this.#options;
    const { names, peers, simulation, recorder } = this;
    const { kernel } = simulation;
    const network = options.truth;
    const truth: NetworkTruth | null =
      network === null
        ? null
        : {
            statusOf: (peer) => network().statusOf(peer),
            liveCount: () => network().liveCount(),
          };
    const nameOf = (index: number): string => this.directory.nameOf(index);
    const kits = new ClassKits({
      ...{ scenario, peers, truth, nameOf },
      platform: nodePlatform,
      streams: new RandomStreams({ seed: scenario.seed, sha256: nodePlatform.sha256 }),
      definitionOf: definitionFinder(protocols),
      placements: this.#placements,
      recorder: new NodeRecords({ recorder, names, peers, nameOf, onStatus: () => undefined }),
      guarded: (_index, run) => {
        run();
      },
    });
    return new LiveHost({
      ...{ simulation, kits, nameOf, peers, onFailure },
      ...{ security: options.security, ports: options.ports, onPlaced: options.onPlaced },
      listenHost: options.listenHost,
      classOf: (index) => scenario.classes.findLastIndex(({ firstNode }) => firstNode <= index),
      records: new LiveRecords({ recorder, names, peers }),
      conditions: new LiveConditions({
        appliesNetwork: options.appliesNetwork,
        ...{ network: kernel.network, links: kernel.links, peers },
        nowMicros: () => this.nowMicros(),
        isHostDown: (node) => kernel.nodes.state(node) === NodeState.hostDown,
      }),
      identityOf: (index) => this.identityOf(index),
      network: { networkId: this.#networkIdentity.id, networkKey: this.#networkKey, truth },
    });
  }

  /** Makes keys and certificates, which take half a millisecond a node, before they are needed. */
  prepare(nodes: Iterable<number>): void {
    for (const index of nodes) {
      const { certificatePem } = this.identityOf(index);
      invariant(certificatePem !== "", "Every node has a certificate before its run begins");
    }
  }

  /** Who a node is; its certificate is made with it, before the run needs it. */
  identityOf(index: number): NodeIdentity {
    let identity = this.#identities.get(index);
    if (identity === undefined) {
      const { seed } = this.#options.scenario;
      identity = NodeIdentity.fromSeed(identitySecret(seed, this.directory.nameOf(index)));
      this.#identities.set(index, identity);
    }
    return identity;
  }

  #take(planned: PlainData): void {
    this.recorder.within(0, () => {
      this.#world?.take(planned);
    });
  }

  #declareNodes(addresses: readonly string[]): void {
    const { scenario } = this.#options;
    const { simulation, peers, directory } = this;
    for (let index = 0; index < scenario.nodeCount; index++) {
      const name = directory.nameOf(index);
      simulation.declareNode(name);
      peers.declare(nodePlatform.peerId(scenario.seed, name));
      peers.place(index, addresses[index] ?? "");
    }
    for (const { firstNode, count, link } of scenario.classes) {
      const accessLink = accessLinkOf(link);
      if (accessLink === null) continue;
      for (let index = firstNode; index < firstNode + count; index++) {
        simulation.setAccessLink(index, accessLink);
      }
    }
  }

  #nextCounter(origin: number): number {
    this.stretchCount++;
    return origin === 0
      ? this.#scenarioCounter++
      : this.simulation.kernel.nodes.nextCounter(origin - 1);
  }
}
