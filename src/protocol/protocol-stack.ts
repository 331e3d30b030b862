// The protocols of one node and what they share: hands each message, timer and connection to the protocol it
// belongs to, keeps views and status, and can be cut at any event and continued elsewhere.

import { mixUnit } from "../sim/mix.js";
import type { PlainData } from "../sim/plain-data.js";
import { hashText } from "../trace/names.js";
import type { HostClock, TimerArgument, TimerHandler } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason, Transport, TransportHandler } from "../transport/transport.js";
import { Connections } from "./connections.js";
import type { Environment } from "./environment.js";
import type { KeyOutcome } from "./key-operation.js";
import { asHandlerError, returnedSomething } from "./handler-error.js";
import { NodeMessage } from "./node-message.js";
import type { NodeStatus, Protocol, ProtocolContext } from "./protocol.js";
import { NODE_SLOT, NODE_SLOT_NAME } from "./routing.js";
import { ScopedContext } from "./scoped-context.js";
import type { Arrival, ContextOwner } from "./scoped-context.js";
import { NodeView } from "./view.js";

/** How long a node that leaves waits for its goodbyes to go out: a few round trips of a slow link. */
const LEAVE_FLUSH_MICROS = 1_000_000;

const LEAVE_TIMER = `${NODE_SLOT_NAME}/leave`;
const TWO_TO_32 = 4294967296;
const TWO_TO_53 = 9007199254740992;

/** What a node is made of. */
export interface NodeOptions {
  /** The node's name in its scenario, or whatever people call it; unique in the network. */
  readonly name: string;
  readonly transport: Transport;
  /** The node's own clock: fresh, and owned by the node from here on. */
  readonly clock: HostClock;
  /** The protocols by slot; in the order of `environment.routing.slots`. */
  readonly protocols: ReadonlyMap<string, Protocol>;
  readonly environment: Environment;
}

/** Takes an application message that reached the node. */
export type Delivery = (type: string, arrival: Arrival) => void;

/** Takes what came of an operation on a key. */
export type Conclusion = (outcome: KeyOutcome) => void;

/** A protocol's methods as they are called: whatever they return is refused. */
interface Handlers {
  start(context: ProtocolContext): unknown;
  onMessage?(from: Peer, message: Message): unknown;
  onDatagram?(from: Peer, message: Message): unknown;
  onTimer?(kind: string, argument: TimerArgument | undefined): unknown;
  onConnected?(peer: Peer): unknown;
  onDisconnected?(peer: Peer, reason: DisconnectReason): unknown;
  onDrain?(peer: Peer): unknown;
  stop?(): unknown;
}

/** State of a stack between two events. */
interface SavedStack {
  readonly status: NodeStatus;
  readonly incarnation: number;
  readonly startedAtMicros: number;
  readonly applicationCount: number;
  readonly views: readonly [overlay: string, peers: readonly (readonly [string, string])[]][];
  readonly connections: PlainData;
  readonly protocols: Readonly<Record<string, PlainData>>;
}

/** The stack of one node. Its host tells it what happens; its protocols act through their contexts. */
export class ProtocolStack implements TransportHandler, TimerHandler, ContextOwner {
  // In the order of use: what a message touches lies in one cache line of ten thousand nodes' many.
  readonly environment: Environment;
  readonly #protocols: readonly Protocol[];
  readonly #transport: Transport;
  readonly connections: Connections;
  readonly clock: HostClock;
  readonly self: Peer;
  readonly name: string;
  /** Who takes application messages; null while nobody does. */
  delivery: Delivery | null = null;
  /** Who takes outcomes of operations on keys; null while nobody does. */
  conclusion: Conclusion | null = null;
  #views: Map<string, NodeView> | null = null;
  #status: NodeStatus = "joining";
  #incarnation = 0;
  #startedAtMicros = 0;
  #applicationCount = 0;

  /** Throws `RangeError` when the slots are not those of the routing. */
  constructor({ name, transport, clock, protocols, environment }: NodeOptions) {
    const slots = Array.from(protocols.keys()).join(", ");
    if (slots !== environment.routing.slots.join(", ")) {
      throw new RangeError(
        `Node ${name} has protocols in slots ${slots}; expected ${environment.routing.slots.join(", ")}`,
      );
    }
    this.name = name;
    this.self = transport.self;
    this.clock = clock;
    this.environment = environment;
    this.connections = new Connections(transport, environment.codec);
    this.#transport = transport;
    this.#protocols = Array.from(protocols.values());
    transport.listen(this);
    clock.listen(this);
  }

  get status(): NodeStatus {
    return this.#status;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** Starts every protocol in the order of slots; with `saved`, from what a process before knew. */
  start(saved: PlainData | undefined): void {
    this.#startedAtMicros = this.clock.nowMicros();
    if (saved !== undefined) this.#remember(saved as unknown as SavedStack);
    this.environment.recorder.status(this.self, this.#status, this.#incarnation);
    this.#protocols.forEach((_, slot) => {
      this.#call(slot, "start", (handlers) => handlers.start(new ScopedContext(this, slot)));
    });
    if (this.environment.routing.slotNamed("discovery") === undefined) {
      this.setStatus("active", undefined);
    }
  }

  onMessage(from: Peer, message: Message, sizeBytes?: number): void {
    this.connections.received(from, message, sizeBytes);
    const slot = this.environment.routing.slotOf(message.type);
    if (slot === undefined || slot === NODE_SLOT) {
      this.#takeOwn(from, message);
      return;
    }
    try {
      const handlers: Handlers = this.#protocols[slot]!;
      const returned = handlers.onMessage?.(from, message);
      if (returned !== undefined) throw returnedSomething(returned, this.#place(slot, "onMessage"));
    } catch (thrown) {
      throw asHandlerError(thrown, this.#place(slot, "onMessage"));
    }
  }

  onDatagram(from: Peer, message: Message): void {
    const slot = this.environment.routing.slotOf(message.type);
    if (slot === undefined || slot === NODE_SLOT) {
      this.#takeOwn(from, message);
      return;
    }
    try {
      const handlers: Handlers = this.#protocols[slot]!;
      const returned = handlers.onDatagram?.(from, message);
      if (returned !== undefined)
        throw returnedSomething(returned, this.#place(slot, "onDatagram"));
    } catch (thrown) {
      throw asHandlerError(thrown, this.#place(slot, "onDatagram"));
    }
  }

  /** A timer of the node's clock has fired; `kind` is the one the clock was given. */
  onTimer(kind: string, argument: TimerArgument | undefined): void {
    const route = this.environment.routing.timerOf(kind);
    if (route.slot === NODE_SLOT) {
      this.#finishLeaving(argument === true);
      return;
    }
    try {
      const handlers: Handlers = this.#protocols[route.slot]!;
      const returned = handlers.onTimer?.(route.kind, argument);
      if (returned !== undefined)
        throw returnedSomething(returned, this.#place(route.slot, "onTimer"));
    } catch (thrown) {
      throw asHandlerError(thrown, this.#place(route.slot, "onTimer"));
    }
  }

  onConnected(peer: Peer): void {
    this.connections.opened(peer, this.clock.nowMicros());
    this.#callAll("onConnected", (handlers) => handlers.onConnected?.(peer));
  }

  onDisconnected(peer: Peer, reason: DisconnectReason): void {
    this.connections.closed(peer, reason);
    this.#callAll("onDisconnected", (handlers) => handlers.onDisconnected?.(peer, reason));
  }

  onDrain(peer: Peer): void {
    this.#callAll("onDrain", (handlers) => handlers.onDrain?.(peer));
  }

  onClosed(): void {
    this.connections.endAll("closed");
    this.#change("left", this.#incarnation);
  }

  view(overlay: string): NodeView {
    this.#views ??= new Map();
    const known = this.#views.get(overlay);
    if (known !== undefined) return known;
    const view = new NodeView(overlay, this.self, this.environment.recorder);
    this.#views.set(overlay, view);
    return view;
  }

  protocol(slot: string): Protocol | undefined {
    const index = this.environment.routing.slotNamed(slot);
    return index === undefined ? undefined : this.#protocols[index];
  }

  /** Throws `RangeError` for an incarnation below the present one. Does nothing once the node is leaving. */
  setStatus(status: NodeStatus, incarnation = this.#incarnation): void {
    if (this.#status === "leaving" || this.#status === "left") return;
    if (!Number.isSafeInteger(incarnation) || incarnation < this.#incarnation) {
      throw new RangeError(
        `Incarnation ${incarnation} of node ${this.name}; expected a whole number of at least ${this.#incarnation}`,
      );
    }
    this.#change(status, incarnation);
  }

  // The transport as protocols see it. Datagrams belong to no connection, so they take the short way.

  send(to: Peer, message: Message): boolean {
    return this.connections.send(to, message);
  }

  sendDatagram(to: Peer, message: Message): void {
    this.#transport.sendDatagram(to, message);
  }

  connect(to: Peer): void {
    this.connections.connect(to);
  }

  disconnect(peer: Peer): void {
    this.connections.disconnect(peer);
  }

  bufferedBytes(to: Peer): number {
    return this.#transport.bufferedBytes(to);
  }

  isConnected(to: Peer): boolean {
    return this.#transport.isConnected(to);
  }

  peerAt(address: string): Peer | null {
    return this.#transport.peerAt?.(address) ?? null;
  }

  connectedPeers(): readonly Peer[] {
    return this.connections.connectedPeers();
  }

  /** A pure function of the node's id, the time it started and a count: no message is needed to be unique. */
  newApplicationId(): number {
    const { id, address } = this.self;
    const key = {
      high: id === "" ? hashText(address) : Number.parseInt(id.slice(0, 8), 16),
      low: id === "" ? 0 : Number.parseInt(id.slice(8, 16), 16),
    };
    const started = this.#startedAtMicros;
    const count = this.#applicationCount++;
    const unit = mixUnit(key, started, Math.floor(started / TWO_TO_32), count, 0);
    return Math.max(1, unit * TWO_TO_53);
  }

  /** An application message reached the node for the first time. */
  deliver(type: string, arrival: Arrival): void {
    const { applicationId, from, payload, hops } = arrival;
    const { recorder } = this.environment;
    recorder.received(this.self, applicationId, from, payload.length, hops);
    this.delivery?.(type, arrival);
  }

  /** An operation of the application on a key is over. */
  conclude(outcome: KeyOutcome): void {
    this.environment.recorder.answered(this.self, outcome);
    this.conclusion?.(outcome);
  }

  /** Leaves after the running handler. Does nothing for a node that is leaving or has left. */
  leave(isSilent: boolean): void {
    if (this.#status === "leaving" || this.#status === "left") return;
    this.#change("leaving", this.#incarnation);
    this.clock.setTimer(0, LEAVE_TIMER, isSilent);
  }

  /** All that the node knows, as plain data: with its clock's timers and its streams of chance, all there is. */
  snapshot(): PlainData {
    const protocols: Record<string, PlainData> = {};
    this.#protocols.forEach((protocol, slot) => {
      protocols[this.environment.routing.nameOf(slot)] = protocol.snapshot();
    });
    const views = Array.from(this.#views?.values() ?? [], (view) => [
      view.overlay,
      view.peers().map((peer) => [peer.id, peer.address]),
    ]);
    return {
      status: this.#status,
      incarnation: this.#incarnation,
      startedAtMicros: this.#startedAtMicros,
      applicationCount: this.#applicationCount,
      views,
      connections: this.connections.snapshot(),
      protocols,
    };
  }

  /** Continues from what `snapshot` gave, in place of `start`. Records nothing, sends nothing, sets no timer. */
  restore(state: PlainData): void {
    const saved = state as unknown as SavedStack;
    this.#status = saved.status;
    this.#incarnation = saved.incarnation;
    this.#startedAtMicros = saved.startedAtMicros;
    this.#applicationCount = saved.applicationCount;
    this.connections.restore(saved.connections, this.environment.peers);
    this.#restoreViews(saved);
    this.#restoreProtocols(saved);
  }

  /** Takes over what an earlier process of the node knew: its links are gone, its views are recorded anew. */
  #remember(saved: SavedStack): void {
    this.#incarnation = saved.incarnation;
    this.#restoreViews(saved);
    for (const view of this.#views?.values() ?? []) {
      for (const peer of view.peers()) {
        this.environment.recorder.viewAdded(this.self, view.overlay, peer);
      }
    }
    this.#restoreProtocols(saved);
  }

  #restoreViews(saved: SavedStack): void {
    for (const [overlay, peers] of saved.views) {
      const interned = peers.map(([id, address]) => this.environment.peers.intern(id, address));
      this.view(overlay).restore(interned);
    }
  }

  #restoreProtocols(saved: SavedStack): void {
    this.#protocols.forEach((protocol, slot) => {
      const context = new ScopedContext(this, slot);
      protocol.restore(context, saved.protocols[this.environment.routing.nameOf(slot)]);
    });
  }

  #change(status: NodeStatus, incarnation: number): void {
    if (status === this.#status && incarnation === this.#incarnation) return;
    this.#status = status;
    this.#incarnation = incarnation;
    this.environment.recorder.status(this.self, status, incarnation);
  }

  #finishLeaving(isSilent: boolean): void {
    if (!isSilent) this.#callAll("stop", (handlers) => handlers.stop?.());
    this.connections.stop();
    this.#transport.close({ flushMicros: LEAVE_FLUSH_MICROS });
  }

  /** A message of the node itself, or one that no protocol here receives. */
  #takeOwn(from: Peer, message: Message): void {
    if (NodeMessage.is(message)) {
      const { id, payload } = message;
      this.deliver(message.type, { applicationId: id, from, payload, hops: 1 });
      return;
    }
    this.environment.recorder.decided(
      this.self,
      NODE_SLOT_NAME,
      message.type,
      "no such protocol",
      0,
    );
  }

  #callAll(handler: string, call: (handlers: Handlers) => unknown): void {
    for (let slot = 0; slot < this.#protocols.length; slot++) this.#call(slot, handler, call);
  }

  #call(slot: number, handler: string, call: (handlers: Handlers) => unknown): void {
    try {
      const returned = call(this.#protocols[slot]!);
      if (returned !== undefined) throw returnedSomething(returned, this.#place(slot, handler));
    } catch (thrown) {
      throw asHandlerError(thrown, this.#place(slot, handler));
    }
  }

  #place(slot: number, handler: string): { node: string; slot: string; handler: string } {
    return { node: this.name, slot: this.environment.routing.nameOf(slot), handler };
  }
}
