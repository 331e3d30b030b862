// The transport and clock of a simulated node: the contracts of transport.ts and clock.ts over the kernel.

import { DeterminismError } from "../sim/guard.js";
import type { NodeClock } from "../sim/node-clock.js";
import type { NodeHandler } from "../sim/node-table.js";
import type { Simulation } from "../sim/simulation.js";
import type { HostClock, TimerArgument, TimerHandle, TimerHandler } from "./clock.js";
import type { Message } from "./codec.js";
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
  readonly self: SimPeer;
  readonly #simulation: Simulation;
  readonly #wire: SimWire;
  readonly #clock: NodeClock | null;
  #handler: TransportHandler | null = null;
  #timerHandler: TimerHandler | null = null;
  #isClosing = false;

  constructor({ simulation, wire, self, clock }: SimTransportOptions) {
    this.#simulation = simulation;
    this.#wire = wire;
    this.self = self;
    this.#clock = clock ?? null;
  }

  /** Says who is told; a `TransportHandler` and a `TimerHandler` may be the same object. */
  listen(handler: TransportHandler | TimerHandler): void {
    if ("onMessage" in handler) this.#handler = handler;
    if ("onTimer" in handler) this.#timerHandler = handler;
  }

  connect(to: Peer): void {
    const target = this.#indexOf(to);
    if (target === this.self.index || this.#isClosing) return;
    this.#simulation.streams.connect(this.self.index, target);
  }

  send(to: Peer, message: Message): boolean {
    if (this.#isClosing) return false;
    const target = this.#indexOf(to);
    const parcel = this.#wire.pack(message, STREAM_MESSAGE_BYTES_MAX);
    if (target !== this.self.index)
      return this.#simulation.streams.send(this.self.index, target, parcel);
    this.#simulation.sendToSelf(target, parcel);
    return true;
  }

  sendDatagram(to: Peer, message: Message): void {
    if (this.#isClosing) return;
    const parcel = this.#wire.pack(message, DATAGRAM_BYTES_MAX);
    this.#simulation.sendDatagram(this.self.index, this.#indexOf(to), parcel);
  }

  bufferedBytes(to: Peer): number {
    return this.#simulation.streams.bufferedBytes(this.self.index, this.#indexOf(to));
  }

  isConnected(to: Peer): boolean {
    return this.#simulation.streams.isOpen(this.self.index, this.#indexOf(to));
  }

  disconnect(peer: Peer): void {
    this.#simulation.streams.disconnect(this.self.index, this.#indexOf(peer), "disconnected");
  }

  close({ flushMicros = 0 }: { readonly flushMicros?: number } = {}): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const isWaiting = this.#simulation.streams.isAnythingWaiting(this.self.index);
    this.#simulation.scheduleClose(this.self.index, isWaiting ? flushMicros : 0);
  }

  nowMicros(): number {
    const { nowMicros } = this.#simulation;
    return this.#clock === null ? nowMicros : this.#clock.localMicros(nowMicros);
  }

  setTimer(delayMicros: number, kind: string, argument?: TimerArgument): TimerHandle {
    const { nowMicros } = this.#simulation;
    const delay = Math.max(0, Math.ceil(delayMicros));
    const virtualDelay =
      this.#clock === null ? delay : this.#clock.virtualDelayMicros(delay, nowMicros);
    return this.#simulation.setTimer(this.self.index, nowMicros + virtualDelay, kind, argument);
  }

  clearTimer(handle: TimerHandle): void {
    this.#simulation.clearTimer(handle);
  }

  // What the kernel calls.

  onMessage(source: number, payload: unknown, bytes: number): unknown {
    if (this.#isClosing) return undefined;
    const from = this.#wire.peers.at(source);
    const message = this.#wire.unpack(payload, from, this.self);
    return this.#handler?.onMessage(from, message, bytes) as unknown;
  }

  onDatagram(source: number, payload: unknown): unknown {
    if (this.#isClosing) return undefined;
    const from = this.#wire.peers.at(source);
    return this.#handler?.onDatagram(from, this.#wire.unpack(payload, from, this.self)) as unknown;
  }

  onTimer(kind: string, argument: unknown): unknown {
    if (this.#isClosing) return undefined;
    return this.#timerHandler?.onTimer(kind, argument as TimerArgument | undefined) as unknown;
  }

  onConnected(peer: number): unknown {
    if (this.#isClosing) return undefined;
    return this.#handler?.onConnected(this.#wire.peers.at(peer)) as unknown;
  }

  onDisconnected(peer: number, reason: string): unknown {
    if (this.#isClosing) return undefined;
    return this.#handler?.onDisconnected(
      this.#wire.peers.at(peer),
      reason as DisconnectReason,
    ) as unknown;
  }

  onDrain(peer: number): unknown {
    if (this.#isClosing) return undefined;
    return this.#handler?.onDrain(this.#wire.peers.at(peer)) as unknown;
  }

  onClosed(): unknown {
    return this.#handler?.onClosed() as unknown;
  }

  #indexOf(peer: Peer): number {
    const index = this.#wire.peers.indexOf(peer);
    if (index >= 0) return index;
    throw new DeterminismError(
      this.self.address,
      "a call of its transport",
      `peer ${peer.id.slice(0, 8)} at ${peer.address}`,
      "it is no node of this simulation; use peers that discovery or a message gave",
    );
  }
}
