// The transport and clock of a simulated node: the contracts of transport.ts and clock.ts over the kernel.

import { TIME_MICROS_MAX } from "../sim/event-queue.js";
import type { Parcel } from "../sim/kernel.js";
import type { NodeClock } from "../sim/node-clock.js";
import type { NodeHandler } from "../sim/node-table.js";
import type { Simulation } from "../sim/simulation.js";
import { Channel } from "../trace/record.js";
import type { HostClock, TimerArgument, TimerHandle, TimerHandler } from "./clock.js";
import type { Message } from "./codec.js";
import type { Peer } from "./peer.js";
import type { SimPeer } from "./sim-peers.js";
import type { SimWire } from "./sim-wire.js";
import { DATAGRAM_BYTES_MAX, STREAM_MESSAGE_BYTES_MAX } from "./transport.js";
import type { DisconnectReason, Transport, TransportHandler } from "./transport.js";

/** Timer that tells a node that its dial to a stranger has failed; its argument is the stranger. */
const STRANGER_DIAL = "transport/stranger-dial";
/** Handle of a timer that was never set. */
const NO_TIMER = 0;

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
    if (target === this.#index || this.#isMute()) return;
    if (target >= 0) this.#simulation.streams.connect(this.#index, target);
    else this.#failDial(to);
  }

  send(to: Peer, message: Message): boolean {
    if (this.#isMute()) return false;
    const target = this.#indexOf(to);
    const parcel = this.#wire.pack(message, STREAM_MESSAGE_BYTES_MAX);
    if (target !== this.#index && target >= 0) {
      return this.#simulation.streams.send(this.#index, target, parcel);
    }
    if (target >= 0) this.#simulation.sendToSelf(target, parcel);
    else {
      this.#recordLost(Channel.stream, parcel);
      this.#failDial(to);
    }
    return true;
  }

  sendDatagram(to: Peer, message: Message): void {
    if (this.#isMute()) return;
    const target = this.#indexOf(to);
    const parcel = this.#wire.pack(message, DATAGRAM_BYTES_MAX);
    if (target >= 0) this.#simulation.sendDatagram(this.#index, target, parcel);
    else this.#recordLost(Channel.datagram, parcel);
  }

  bufferedBytes(to: Peer): number {
    const target = this.#indexOf(to);
    if (target < 0 || !this.#isCurrent()) return 0;
    return this.#simulation.streams.bufferedBytes(this.#index, target);
  }

  isConnected(to: Peer): boolean {
    const target = this.#indexOf(to);
    return target >= 0 && this.#isCurrent() && this.#simulation.streams.isOpen(this.#index, target);
  }

  disconnect(peer: Peer): void {
    const target = this.#indexOf(peer);
    if (target < 0 || !this.#isCurrent()) return;
    this.#simulation.streams.disconnect(this.#index, target, "disconnected");
  }

  close({ flushMicros = 0 }: { readonly flushMicros?: number } = {}): void {
    if (this.#isMute()) return;
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
    if (Number.isNaN(delayMicros)) {
      throw new RangeError(
        `Timer ${kind} has a delay of ${delayMicros}; it must be a number of µs`,
      );
    }
    if (!this.#isCurrent()) return NO_TIMER;
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
    if (kind === STRANGER_DIAL) {
      const stranger = this.#wire.peers.intern(...(argument as [id: string, address: string]));
      return this.#handler?.onDisconnected(stranger, "refused");
    }
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
    return this.#wire.peers.indexOf(peer);
  }

  /** Whether this is the transport of the process that runs: what outlives a crash must not speak for the next one. */
  #isCurrent(): boolean {
    return this.#simulation.kernel.nodes.handlers[this.#index] === this;
  }

  #isMute(): boolean {
    return this.#isClosing || !this.#isCurrent();
  }

  /** Nobody is at a stranger's address: each dial there is refused at once, later than the call that made it. */
  #failDial({ id, address }: Peer): void {
    const dueMicros = this.#simulation.nowMicros + 1;
    this.#simulation.setTimer(this.#index, dueMicros, STRANGER_DIAL, [id, address]);
  }

  #recordLost(channel: Channel, parcel: Parcel): void {
    this.#simulation.kernel.recordSent(this.#index, -1, channel, 0, parcel, "unknown-peer");
  }
}
