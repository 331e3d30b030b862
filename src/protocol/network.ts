// The network as a whole, as far as whoever runs nodes of it can see and steer it.

import { comparePeers } from "../transport/peer.js";
import type { Peer } from "../transport/peer.js";
import type { NetworkHost } from "./network-host.js";
import type { Node } from "./node.js";
import type { NodeStatus } from "./protocol.js";
import { Shutdown } from "./shutdown.js";
import type { ShutdownRefusal } from "./shutdown.js";
import { signShutdown } from "./shutdown-instruction.js";
import type { Status } from "./status.js";

/** How long a shutdown may be obeyed, unless told otherwise: longer than any flood takes, and soon over. */
const SHUTDOWN_LIFETIME_MICROS = 60_000_000;

/** The network at one instant. */
export interface NetworkStatus {
  /** Nodes of this host by what they say they are. */
  readonly nodesByStatus: ReadonlyMap<NodeStatus, number>;
  /** What each node of this host says, in the order of their declaration. */
  readonly nodes: readonly Status[];
  /** Nodes that run anywhere; null where nobody knows. */
  readonly trueSize: number | null;
}

/** The network could not be shut down from here. */
export class NetworkShutdownError extends Error {
  override readonly name = "NetworkShutdownError";

  constructor(
    readonly networkId: string,
    problem: string,
  ) {
    super(`Network ${networkId} cannot be shut down from here: ${problem}`);
  }
}

/** A network some or all of whose nodes run on one host. */
export class Network {
  readonly #host: NetworkHost;

  constructor(host: NetworkHost) {
    this.#host = host;
  }

  get id(): string {
    return this.#host.networkId;
  }

  /** Number of nodes: the true one where it is known, else the members that this host's first active node knows. */
  get size(): number {
    return this.#host.truth?.liveCount() ?? this.discover().length;
  }

  /** What the nodes of this host say of themselves, with the truth beside it. Costs a status of each. */
  status(): NetworkStatus {
    const nodes = this.#host.nodes().map((node) => node.status());
    const nodesByStatus = new Map<NodeStatus, number>();
    for (const { own } of nodes) nodesByStatus.set(own, (nodesByStatus.get(own) ?? 0) + 1);
    return { nodesByStatus, nodes, trueSize: this.#host.truth?.liveCount() ?? null };
  }

  /** The members that this host's first active node knows, itself included, ordered by id. */
  discover(): readonly Peer[] {
    const entry = this.#entry();
    if (entry === undefined) return [];
    return [entry.self, ...entry.discover()].sort(comparePeers);
  }

  /**
   * Tells the network to stop: signs an instruction and hands it to this host's first active node, from where it
   * floods. Answers the instruction's id. Throws `NetworkShutdownError` when there is no key or no such node.
   */
  shutdown({
    lifetimeMicros = SHUTDOWN_LIFETIME_MICROS,
  }: { readonly lifetimeMicros?: number } = {}): number {
    const { networkId, networkKey } = this.#host;
    if (networkKey === null)
      throw new NetworkShutdownError(networkId, "this host has no key of the network");
    const entry = this.#entry();
    const protocol = entry?.protocol("shutdown");
    if (entry === undefined || !(protocol instanceof Shutdown)) {
      throw new NetworkShutdownError(
        networkId,
        "no active node here has the protocol Shutdown in slot shutdown",
      );
    }
    const instructionId = entry.newApplicationId();
    const expiresAtMicros = this.#host.nowMicros() + lifetimeMicros;
    const order = { instructionId, networkId, target: null, expiresAtMicros };
    const refusal: ShutdownRefusal | null = protocol.instruct(signShutdown(order, networkKey));
    if (refusal !== null)
      throw new NetworkShutdownError(networkId, `node ${entry.name} answered ${refusal}`);
    return instructionId;
  }

  /** Names of the nodes of this host that have not stopped, in the order of their declaration. */
  notStopped(): readonly string[] {
    return this.#host
      .nodes()
      .filter((node) => node.ownStatus !== "left")
      .map((node) => node.name);
  }

  #entry(): Node | undefined {
    return this.#host.nodes().find((node) => node.ownStatus === "active");
  }
}
