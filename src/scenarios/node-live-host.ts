// The nodes of a live run that run in this process: real listeners on loopback, started, stopped, crashed and started
// again as the scenario wants it.

import { clearTimeout, setTimeout } from "node:timers";

import { Network } from "../protocol/network.js";
import type { NetworkTruth } from "../protocol/network-truth.js";
import { Node } from "../protocol/node.js";
import { NodeState } from "../sim/node-table.js";
import type { Simulation } from "../sim/simulation.js";
import { formatAddress } from "../transport/node-address.js";
import type { NodeIdentity } from "../transport/node-identity.js";
import type { Security } from "../transport/node-secure-socket.js";
import { SystemClock } from "../transport/node-system-clock.js";
import { TcpTransport } from "../transport/node-tcp-transport.js";
import type { Signer } from "../transport/signatures.js";
import type { ClassKits } from "./class-kits.js";
import type { LiveConditions } from "./live-conditions.js";
import type { NodeHost } from "./live-network.js";
import type { LivePeers } from "./live-peers.js";
import type { LiveRecords } from "./live-records.js";
import { LiveProcess } from "./node-live-process.js";
import type { LoopbackPorts } from "./node-loopback-ports.js";
import { performCommand } from "./participant-command.js";
import type { ParticipantCommand } from "./participant-command.js";
import type { CrashKind } from "./run-network.js";

/** How long bytes on their way may outlive the process that sent them: longer than any link here takes. */
const IN_FLIGHT_MILLIS_MAX = 1000;
/** A vanished host is silent for longer than its peers' keep-alive; after that nobody listens for it. */
const SILENCE_MILLIS = 60_000;
/** Ports that are tried for one node. */
const PORT_ATTEMPTS = 64;

/** A node of a live run could not open its ports. */
export class LiveNodeError extends Error {
  override readonly name = "LiveNodeError";

  constructor(
    readonly node: string,
    /** The system's word for it: `EMFILE`. */
    readonly code: string,
    /** Where it was to listen. */
    readonly listenHost: string,
  ) {
    const remedy =
      code === "EMFILE" || code === "ENFILE"
        ? "The process has too many open files: raise ulimit -n, or run fewer nodes."
        : "The system does not say more.";
    super(`Node ${node} could not listen on ${listenHost}: ${code}. ${remedy}`);
  }
}

export interface LiveHostOptions {
  /** Holds what all parts share: names, links, states of nodes, the recorder. */
  readonly simulation: Simulation;
  readonly kits: ClassKits;
  /** The class of each node. */
  readonly classOf: (index: number) => number;
  readonly nameOf: (index: number) => string;
  readonly peers: LivePeers;
  readonly records: LiveRecords;
  readonly conditions: LiveConditions;
  readonly identityOf: (index: number) => NodeIdentity;
  readonly security: Security;
  /** The address of this machine at which its nodes listen. */
  readonly listenHost: string;
  readonly ports: LoopbackPorts;
  /** Told when a node listens elsewhere than was said. */
  readonly onPlaced: (index: number, address: string) => void;
  /** Something that ends the run. */
  readonly onFailure: (error: unknown) => void;
  readonly network: {
    readonly networkId: string;
    readonly networkKey: Signer;
    readonly truth: NetworkTruth | null;
  };
}

interface Member {
  readonly node: Node;
  readonly process: LiveProcess;
  readonly clock: SystemClock;
  /** When the sockets of a crashed process go. */
  timer: NodeJS.Timeout | null;
}

export class LiveHost implements NodeHost {
  readonly #options: LiveHostOptions;
  readonly #members = new Map<number, Member>();
  readonly #opening = new Set<Promise<void>>();
  #epochMicros = 0;
  #isOver = false;

  constructor(options: LiveHostOptions) {
    this.#options = options;
  }

  /** Sets the beginning of the run, on the machine's clock. */
  begin(epochMicros: number): void {
    this.#epochMicros = epochMicros;
  }

  /** The participant at an index, its last process if it has ended. */
  node(index: number): Node | null {
    return this.#members.get(index)?.node ?? null;
  }

  start(index: number, keepsState: boolean): void {
    const { simulation, records, onFailure } = this.#options;
    const { nodes } = simulation.kernel;
    const before = this.#members.get(index);
    if (before !== undefined) this.#bury(before);
    const state = keepsState ? before?.node.snapshot() : undefined;
    nodes.setState(index, NodeState.up);
    nodes.setPaused(index, false);
    if (before !== undefined) simulation.recordFault("restart", index);
    try {
      const member = this.#make(index);
      this.#members.set(index, member);
      member.process.perform(() => {
        member.node.start(state === undefined ? {} : { state });
      });
      this.#open(index, member);
    } catch (error) {
      records.within(index, () => {
        onFailure(error);
      });
    }
  }

  crash(index: number, kind: CrashKind): void {
    const { simulation, conditions } = this.#options;
    const { nodes } = simulation.kernel;
    const member = this.#members.get(index);
    nodes.setState(index, kind === "host" ? NodeState.hostDown : NodeState.stopped);
    nodes.setPaused(index, false);
    if (member !== undefined) {
      member.process.crash(kind);
      const inFlightMillis = (conditions.lastArrivalMicros(index) - this.#nowMicros()) / 1000;
      const millis =
        kind === "host" ? SILENCE_MILLIS : Math.min(inFlightMillis, IN_FLIGHT_MILLIS_MAX);
      if (member.timer !== null) clearTimeout(member.timer);
      if (millis <= 0) member.process.destroy();
      else {
        member.timer = setTimeout(() => {
          this.#bury(member);
        }, millis);
      }
    }
    simulation.recordFault(`crash-${kind}`, index);
  }

  pause(index: number): void {
    const { simulation } = this.#options;
    simulation.kernel.nodes.setPaused(index, true);
    this.#members.get(index)?.process.pause();
    simulation.recordFault("pause", index);
  }

  resume(index: number): void {
    const { simulation } = this.#options;
    simulation.kernel.nodes.setPaused(index, false);
    simulation.recordFault("resume", index);
    this.#members.get(index)?.process.resume();
  }

  do(index: number, command: ParticipantCommand): void {
    const member = this.#members.get(index);
    member?.process.perform(() => {
      performCommand(member.node, command, this.#options.peers);
    });
  }

  shutDownThrough(index: number): void {
    const member = this.#members.get(index);
    member?.process.perform(() => {
      const { network } = this.#options;
      const nowMicros = (): number => this.#nowMicros();
      new Network({ ...network, nowMicros, nodes: () => [member.node] }).shutdown();
    });
  }

  /** Ends everything at once: no socket and no timer is left when the promise resolves. */
  async destroy(): Promise<void> {
    this.#isOver = true;
    for (const member of this.#members.values()) this.#bury(member);
    await Promise.all(this.#opening);
  }

  #nowMicros(): number {
    return Math.max(0, SystemClock.machineMicros() - this.#epochMicros);
  }

  #bury(member: Member): void {
    if (member.timer !== null) clearTimeout(member.timer);
    member.timer = null;
    member.process.destroy();
  }

  #make(index: number): Member {
    const { kits, classOf, nameOf, peers, records, simulation, onFailure } = this.#options;
    const { environment, nodeClass } = kits.at(classOf(index));
    const clock = new SystemClock(this.#epochMicros);
    const process = new LiveProcess({
      index,
      self: peers.at(index),
      clock,
      skew: kits.clockOf(nodeClass, index),
      links: simulation.kernel.links,
      processingMicros: nodeClass.processingMicros,
      records,
      onFailure,
      onStopped: () => {
        simulation.kernel.nodes.setState(index, NodeState.stopped);
      },
    });
    const node = new Node({
      name: nameOf(index),
      transport: process,
      clock: process,
      protocols: kits.protocolsOf(nodeClass, index),
      environment,
    });
    return { node, process, clock, timer: null };
  }

  #open(index: number, member: Member): void {
    const opening = this.#openTransport(index, member).then(
      (transport) => {
        if (this.#isOver) transport.destroy();
        else member.process.begin(transport);
      },
      (error: unknown) => {
        const code = (error as NodeJS.ErrnoException).code ?? String(error);
        if (!this.#isOver)
          this.#options.onFailure(
            new LiveNodeError(this.#options.nameOf(index), code, this.#options.listenHost),
          );
      },
    );
    this.#opening.add(opening);
    void opening.then(() => this.#opening.delete(opening));
  }

  /** At the port that everyone was told of; at another where somebody else has that. */
  async #openTransport(index: number, { process, clock }: Member): Promise<TcpTransport> {
    const { kits, classOf, peers, conditions, identityOf, security, ports, onPlaced, listenHost } =
      this.#options;
    const { networkId } = this.#options.network;
    let port = Number(peers.at(index).address.split(":").at(-1));
    for (let attempt = 1; ; attempt++) {
      try {
        return await TcpTransport.open({
          identity: identityOf(index),
          codec: kits.at(classOf(index)).codec,
          peers,
          host: listenHost,
          port,
          security,
          network: networkId,
          observer: process,
          clock,
          conditions: conditions.of(index),
        });
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (!isTaken || attempt === PORT_ATTEMPTS) throw error;
        port = ports.next();
        const address = formatAddress(listenHost, port);
        peers.place(index, address);
        onPlaced(index, address);
      }
    }
  }
}
