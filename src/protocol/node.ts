// A participant of the network as its user sees it: connect, send, receive, discover, leave. The same in
// simulation and live; what it is made of is in `protocol-stack.ts`.

import type { PlainData } from "../sim/plain-data.js";
import type { Peer } from "../transport/peer.js";
import { Broadcast } from "./broadcast.js";
import type { Connection } from "./connection.js";
import { Discovery } from "./discovery.js";
import type { KeyOutcome } from "./key-operation.js";
import { KeyedOverlay } from "./keyed-overlay.js";
import { Message } from "./message.js";
import { NodeMessage, PAYLOAD_BYTES_MAX } from "./node-message.js";
import type { NodeStatus, Protocol, View } from "./protocol.js";
import { ProtocolStack } from "./protocol-stack.js";
import type { NodeOptions } from "./protocol-stack.js";
import { SizeEstimator } from "./size-estimator.js";
import { Status } from "./status.js";
import { StatusProtocol } from "./status-protocol.js";

/** Takes application messages. Called one at a time. */
export type MessageListener = (message: Message) => void;

/** Takes what came of operations on keys. Called one at a time. */
export type OutcomeListener = (outcome: KeyOutcome) => void;

const NO_LISTENERS: readonly MessageListener[] = [];

/** A node asked its protocols for something that none of them offers. */
export class MissingProtocolError extends Error {
  override readonly name = "MissingProtocolError";

  constructor(
    readonly node: string,
    /** The slot that is empty or holds something else. */
    readonly slot: string,
  ) {
    super(
      `Node ${node} has no protocol of that kind in slot ${slot}; give it one under protocols.${slot}`,
    );
  }
}

/** A node of the network. */
export class Node {
  readonly name: string;
  readonly #stack: ProtocolStack;
  #listeners = NO_LISTENERS;
  #outcomeListeners: readonly OutcomeListener[] = [];

  /** Makes a node that has not started; its transport must be fresh. */
  constructor(options: NodeOptions) {
    this.name = options.name;
    this.#stack = new ProtocolStack(options);
  }

  /** Its own name and address in the network. */
  get self(): Peer {
    return this.#stack.self;
  }

  /** Unique in the network: 64 hexadecimal digits. */
  get id(): string {
    return this.#stack.self.id;
  }

  /** Where it is in its life: `joining`, `active`, `leaving`, `left`. */
  get ownStatus(): NodeStatus {
    return this.#stack.status;
  }

  /**
   * Starts its protocols. With `state` it starts from what `snapshot` of an earlier process of this node gave:
   * what that process knew is there, its connections and timers are gone.
   */
  start({ state }: { readonly state?: PlainData } = {}): void {
    this.#stack.start(state);
  }

  /** Opens a connection unless there is one; it is ready, or closed with a reason, later. */
  connect(to: Peer): Connection | undefined {
    this.#stack.connections.connect(to);
    return this.#stack.connections.get(to);
  }

  /** Ends the connection to a peer. */
  disconnect(from: Peer): void {
    this.#stack.connections.disconnect(from);
  }

  /** The connection to a peer that is being dialled or ready. */
  connection(to: Peer): Connection | undefined {
    return this.#stack.connections.get(to);
  }

  /** All connections that are being dialled or ready. */
  connections(): readonly Connection[] {
    return this.#stack.connections.all();
  }

  /**
   * Sends a payload to one peer, over a connection that is dialled if there is none. Answers the message's
   * application id. Throws `RangeError` for a payload above `PAYLOAD_BYTES_MAX`.
   */
  send(to: Peer, payload: Uint8Array): number {
    requirePayload(payload);
    const id = this.#stack.newApplicationId();
    this.#stack.environment.recorder.published(this.self, id, payload.length, to);
    this.#stack.connections.send(to, NodeMessage.create({ id, payload }));
    return id;
  }

  /** Sends a payload to every member through the protocol in slot `broadcast`; answers its application id. */
  broadcast(payload: Uint8Array): number {
    requirePayload(payload);
    const protocol = this.#stack.protocol("broadcast");
    if (!(protocol instanceof Broadcast)) throw new MissingProtocolError(this.name, "broadcast");
    return protocol.broadcast(payload);
  }

  /** Calls the listener for every application message that arrives; answers how to stop that. */
  receive(listener: MessageListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    this.#stack.delivery = (type, arrival) => {
      const message = new Message({
        type,
        receivedAtMicros: this.#stack.clock.nowMicros(),
        ...arrival,
      });
      for (const each of this.#listeners) each(message);
    };
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /**
   * Looks for the nodes nearest to a key of 64 hexadecimal digits; answers the operation's id, under which its outcome is
   * told later. The protocol in slot `discovery` must be a structured overlay. Throws `RangeError` for what is no key.
   */
  lookup(key: string): number {
    return this.#keyedOverlay().lookup(key);
  }

  /** Has a value kept under a key, as `lookup`. Throws `RangeError` for a value above `VALUE_BYTES_MAX` too. */
  put(key: string, value: Uint8Array): number {
    return this.#keyedOverlay().put(key, value);
  }

  /** Looks for the value under a key, as `lookup`. */
  get(key: string): number {
    return this.#keyedOverlay().get(key);
  }

  /** Calls the listener for what comes of each `lookup`, `put` and `get`; answers how to stop that. */
  outcomes(listener: OutcomeListener): () => void {
    this.#outcomeListeners = [...this.#outcomeListeners, listener];
    this.#stack.conclusion = (outcome) => {
      for (const each of this.#outcomeListeners) each(outcome);
    };
    return () => {
      this.#outcomeListeners = this.#outcomeListeners.filter((other) => other !== listener);
    };
  }

  /** The members it knows, without itself; from the protocol in slot `discovery`. */
  discover(): readonly Peer[] {
    const discovery = this.#stack.protocol("discovery");
    if (!(discovery instanceof Discovery)) throw new MissingProtocolError(this.name, "discovery");
    return discovery.members();
  }

  #keyedOverlay(): KeyedOverlay {
    const protocol = this.#stack.protocol("discovery");
    if (!(protocol instanceof KeyedOverlay)) throw new MissingProtocolError(this.name, "discovery");
    return protocol;
  }

  /** Its view of a named overlay. */
  view(overlay: string): View {
    return this.#stack.view(overlay);
  }

  /** The protocol in a slot; undefined when there is none. */
  protocol(slot: string): Protocol | undefined {
    return this.#stack.protocol(slot);
  }

  /** What it says of itself, its peers and the network, with the truth beside it where somebody knows it. */
  status(): Status {
    const discovery = this.#stack.protocol("discovery");
    const watcher = this.#stack.protocol("status");
    const estimator = this.#stack.protocol("size");
    return new Status({
      name: this.name,
      self: this.self,
      own: this.#stack.status,
      incarnation: this.#stack.incarnation,
      discovery: discovery instanceof Discovery ? discovery : undefined,
      watcher: watcher instanceof StatusProtocol ? watcher : undefined,
      estimator: estimator instanceof SizeEstimator ? estimator : undefined,
      truth: this.#stack.environment.truth,
    });
  }

  /** A fresh application message id: unique in the network, positive, below 2^53. */
  newApplicationId(): number {
    return this.#stack.newApplicationId();
  }

  /** Leaves politely: its protocols say goodbye, then its transport closes. */
  leave(): void {
    this.#stack.leave(false);
  }

  /** Stops without goodbyes: what was sent still goes out, then the transport closes. Peers see it closed. */
  shutdown(): void {
    this.#stack.leave(true);
  }

  /** All that the node knows, as plain data; listeners are the application's and not among it. */
  snapshot(): PlainData {
    return this.#stack.snapshot();
  }

  /** Continues from what `snapshot` gave, in place of `start`. */
  restore(state: PlainData): void {
    this.#stack.restore(state);
  }
}

function requirePayload(payload: Uint8Array): void {
  if (payload.length > PAYLOAD_BYTES_MAX) {
    throw new RangeError(
      `A payload of ${payload.length} bytes; expected at most ${PAYLOAD_BYTES_MAX}`,
    );
  }
}
