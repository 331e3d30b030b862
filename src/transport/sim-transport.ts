// The transport and clock of a simulated node: the contracts of transport.ts and clock.ts over the kernel.

import { TIME_MICROS_MAX } from "../sim/event-queue.js";
import { DeterminismError } from "../sim/guard.js";
import type { NodeClock } from "../sim/node-clock.js";
import type { NodeHandler } from "../sim/node-table.js";
import type { Simulation } from "../sim/simulation.js";
import type { HostClock, TimerArgument, TimerHandle, TimerHandler } from "./clock.js";
import type { Message } from "./codec.js";
import { shortId } from "./peer.js";
import type { Peer } from "./peer.js";
import type { SimPeer } from "./sim-peers.js";
import type { SimWire } from "./sim-wire.js";
import { DATAGRAM_BYTES_MAX, STREAM_MESSAGE_BYTES_MAX } from "./transport.js";
import type { DisconnectReason, Transport, TransportHandler } from "./transport.js";

/** What a simulated node's transport is made of. The first two are shared by all nodes of a simulation. */
export interface SimTransportOptions {
  readonly simulation: Simulation;
  readonly wire: SimWire;
  readonly self: SimPeer;
  /** The node's own clock where it differs from virtual time. */
  readonly clock?: NodeClock | null;
}

/** One simulated node's access to its network and its time. */
export class SimTransport implements Transport, HostClock, NodeHandler {
  // In the order of use: what a message touches lies in one cache line of ten thousand nodes' many.
  readonly #wire: SimWire;
  #handler: TransportHandler | null = null;
  #isClosing = false;
  readonly #index: number;
  readonly #simulation: Simulation;
  readonly self: SimPeer;
  readonly #clock: NodeClock | null;
  #timerHandler: TimerHandler | null = null;

  constructor({ simulation, wire, self, clock }: SimTransportOptions) {
    this.#simulation = simulation;
    this.#wire = wire;
    this.self = self;
    this.#index = self.index;
    this.#clock = clock ?? null;
  }

  /** Says who is told; a `TransportHandler` and a `TimerHandler` may be the same object. */
  listen(handler: TransportHandler | TimerHandler): void {
    if ("onMessage" in handler) this.#handler = handler;
    if ("onTimer" in handler) this.#timerHandler = handler;
  }

  connect(to: Peer): void {
    const target = this.#indexOf(to);
    if (target === this.#index || this.#isClosing) return;
    this.#simulation.streams.connect(this.#index, target);
  }

  send(to: Peer, message: Message): boolean {
    if (this.#isClosing) return false;
    const target = this.#indexOf(to);
    const parcel = this.#wire.pack(message, STREAM_MESSAGE_BYTES_MAX);
    if (target !== this.#index) return this.#simulation.streams.send(this.#index, target, parcel);
    this.#simulation.sendToSelf(target, parcel);
    return true;
  }

  sendDatagram(to: Peer, message: Message): void {
    if (this.#isClosing) return;
    const parcel = this.#wire.pack(message, DATAGRAM_BYTES_MAX);
    this.#simulation.sendDatagram(this.#index, this.#indexOf(to), parcel);
  }

  bufferedBytes(to: Peer): number {
    return this.#simulation.streams.bufferedBytes(this.#index, this.#indexOf(to));
  }

  isConnected(to: Peer): boolean {
    return this.#simulation.streams.isOpen(this.#index, this.#indexOf(to));
  }

  disconnect(peer: Peer): void {
    this.#simulation.streams.disconnect(this.#index, this.#indexOf(peer), "disconnected");
  }

  close({ flushMicros = 0 }: { readonly flushMicros?: number } = {}): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const isWaiting = this.#simulation.streams.isAnythingWaiting(this.#index);
    this.#simulation.scheduleClose(this.#index, isWaiting ? flushMicros : 0);
  }

  /** Whether `close` was called: part of the node's state, so that a restored one stays closed. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** For restoring: goes on closing, as a transport before it began to. The end of it is planned already. */
  resumeClosing(): void {
    this.#isClosing = true;
  }

  nowMicros(): number {
    const { nowMicros } = this.#simulation;
    return this.#clock === null ? nowMicros : this.#clock.localMicros(nowMicros);
  }

  setTimer(delayMicros: number, kind: string, argument?: TimerArgument): TimerHandle {
    const { nowMicros } = this.#simulation;
    // Infinity stands for never, and no run lasts longer than the queue's time.
    const delay = Math.min(Math.max(0, Math.ceil(delayMicros)), TIME_MICROS_MAX);
    const virtualDelay =
      this.#clock === null ? delay : this.#clock.virtualDelayMicros(delay, nowMicros);
    return this.#simulation.setTimer(this.#index, nowMicros + virtualDelay, kind, argument);
  }

  clearTimer(handle: TimerHandle): void {
    this.#simulation.clearTimer(handle);
  }

  // What the kernel calls.

  onMessage(source: number, payload: unknown, bytes: number): unknown {
    if (this.#isClosing) return undefined;
    const from = this.#wire.peers.at(source);
    const message = this.#wire.unpack(payload, from, this.self);
    const result = this.#handler?.onMessage(from, message, bytes);
    if (this.#wire.mode === "frozen") this.#wire.checkHandled(payload, this.self, "onMessage");
    return result;
  }

  onDatagram(source: number, payload: unknown): unknown {
    if (this.#isClosing) return undefined;
    const from = this.#wire.peers.at(source);
    const result = this.#handler?.onDatagram(from, this.#wire.unpack(payload, from, this.self));
    if (this.#wire.mode === "frozen") this.#wire.checkHandled(payload, this.self, "onDatagram");
    return result;
  }

  onTimer(kind: string, argument: unknown): unknown {
    if (this.#isClosing) return undefined;
    return this.#timerHandler?.onTimer(kind, argument as TimerArgument | undefined);
  }

  onConnected(peer: number): unknown {
    if (this.#isClosing) return undefined;
    return this.#handler?.onConnected(this.#wire.peers.at(peer));
  }

  onDisconnected(peer: number, reason: string): unknown {
    if (this.#isClosing) return undefined;
    return this.#handler?.onDisconnected(this.#wire.peers.at(peer), reason as DisconnectReason);
  }

  onDrain(peer: number): unknown {
    if (this.#isClosing) return undefined;
    return this.#handler?.onDrain(this.#wire.peers.at(peer));
  }

  onClosed(): unknown {
    return this.#handler?.onClosed();
  }

  #indexOf(peer: Peer): number {
    const index = this.#wire.peers.indexOf(peer);
    if (index >= 0) return index;
    const stranger = `peer ${shortId(peer)} at ${peer.address}`;
    throw new DeterminismError({
      node: this.#wire.nameOf(this.self),
      handler: "a call of its transport",
      what: stranger,
      problem: `${stranger} is no node of this simulation; use peers that discovery or a message gave`,
    });
  }
}
