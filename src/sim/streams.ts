// Connections: ordered, reliable while they last, with the times of TCP with TLS 1.3. Loss is delay here,
// never a lost message; a partition is silence until a time-out.
//
// The protocol between the two ends is a small copy of TCP's own: open, accepted, closed (FIN or RST), probe. Each
// end acts on its own events only. `stream-handshakes.ts` opens, `stream-sender.ts` sends, `stream-endings.ts` ends;
// `stream-timing.ts` has the times, `stream-end.ts` the state, `stream-table.ts` all of it.

import { Channel } from "../trace/record.js";
import { EventKind } from "./event-kind.js";
import type { Kernel, Parcel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { Notice } from "./notices.js";
import type { PlainData } from "./plain-data.js";
import { StreamBackPressure } from "./stream-back-pressure.js";
import type { StreamEnd } from "./stream-end.js";
import { StreamEndings } from "./stream-endings.js";
import { StreamHandshakes } from "./stream-handshakes.js";
import type { StreamLimits, StreamListener, StreamParts } from "./stream-parts.js";
import { StreamPaths } from "./stream-paths.js";
import { StreamSender } from "./stream-sender.js";
import { StreamTable } from "./stream-table.js";
import { CONNECT_TIMEOUT_MICROS, USER_TIMEOUT_MICROS } from "./stream-timing.js";

/** All connections of a simulation. */
export class Streams {
  readonly #kernel: Kernel;
  readonly #table = new StreamTable();
  readonly #paths: StreamPaths;
  readonly #sender: StreamSender;
  readonly #backPressure: StreamBackPressure;
  readonly #endings: StreamEndings;
  readonly #handshakes: StreamHandshakes;

  constructor(
    kernel: Kernel,
    listener: StreamListener,
    { queueBytesMax, idPrecedes }: StreamLimits & { idPrecedes: (a: number, b: number) => boolean },
  ) {
    const paths = new StreamPaths(kernel);
    const sender = new StreamSender(kernel, paths);
    const parts: StreamParts = { kernel, table: this.#table, paths, sender, listener };
    this.#kernel = kernel;
    this.#paths = paths;
    this.#sender = sender;
    this.#backPressure = new StreamBackPressure(parts, queueBytesMax);
    this.#endings = new StreamEndings(parts);
    this.#handshakes = new StreamHandshakes({
      ...parts,
      endings: this.#endings,
      backPressure: this.#backPressure,
      idPrecedes,
    });
  }

  /** The ends of a node, by peer. */
  endsOf(node: number): ReadonlyMap<number, StreamEnd> {
    return this.#table.endsOf(node);
  }

  /** Dials unless there is a connection or a dial under way. */
  connect(source: number, target: number): void {
    const end = this.#table.get(source, target);
    if (end === undefined) this.#handshakes.dial(source, target);
    else end.isOwed = true;
  }

  /** Sends; answers false when the queue is past its limit. */
  send(source: number, target: number, parcel: Parcel): boolean {
    const end = this.#table.get(source, target) ?? this.#handshakes.dial(source, target);
    end.isOwed = true;
    const kernel = this.#kernel;
    const number = end.messagesSent++;
    kernel.recordSent(source, target, Channel.stream, number, parcel, "");
    if (end.state !== "open") this.#sender.wait(end, parcel, number);
    else if (end.waiting.length > 0) this.#sender.sendBehindLoss(source, end, parcel, number);
    else this.#sender.transmit(source, end, parcel, number);
    return this.#checkQueue(source, end, parcel.bytes);
  }

  /** Bytes that wait on a connection: for the dial, a retransmission or the uplink. */
  bufferedBytes(source: number, target: number): number {
    const end = this.#table.get(source, target);
    return end === undefined ? 0 : this.#sender.bufferedBytes(end);
  }

  isOpen(source: number, target: number): boolean {
    return this.#table.get(source, target)?.state === "open";
  }

  /**
   * Whether what a node is about to be told of a connection is still true: notices wait for the processor, and their
   * connection may have gone meanwhile. One that the node is told of is also told to have ended.
   */
  isStillOpen(node: number, peer: number, epoch: number): boolean {
    const end = this.#table.get(node, peer);
    if (end === undefined || end.epoch !== epoch || end.state !== "open") return false;
    end.isOwed = true;
    return true;
  }

  /** Whether any connection of a node has something that is not on its way yet. */
  isAnythingWaiting(node: number): boolean {
    for (const end of this.endsOf(node).values()) if (end.waiting.length > 0) return true;
    return false;
  }

  /** Ends a connection behind what is on its way; the other end learns of it with `reason`. */
  disconnect(source: number, target: number, reason: string): boolean {
    const end = this.#table.get(source, target);
    if (end === undefined) return false;
    if (reason !== "overflow") this.#sender.linger(source, end);
    this.#endings.sayClosed(source, end, reason);
    this.#endings.remove(source, end, reason);
    // Told later, never from inside the node's own call.
    if (end.isOwed) {
      const boot = this.#kernel.nodes.boot(source);
      const notice: Notice = { what: "disconnected", peer: target, epoch: 0, reason };
      this.#kernel.schedule(source, {
        kind: EventKind.notice,
        node: source,
        timeMicros: 0,
        first: boot,
        payload: notice,
      });
    }
    return true;
  }

  /** The process of a node has ended: its host closes all connections, as the kernel of a machine does. */
  closeAll(node: number, reason: string): void {
    for (const end of [...this.endsOf(node).values()]) {
      if (reason === "closed") this.#sender.linger(node, end);
      this.#endings.sayClosed(node, end, reason);
      this.#endings.remove(node, end, reason);
    }
  }

  /** The host of a node is gone: its ends vanish without a word, and the others find out by silence. */
  vanish(node: number): void {
    for (const end of [...this.endsOf(node).values()]) {
      this.#endings.scheduleKeepAlive(node, end.peer, node, end.epoch);
      this.#endings.remove(node, end, "host-down");
    }
  }

  /** Reachability has changed for the worse: every connection that may be cut is examined in time. */
  examineAll(): void {
    for (let node = 0; node < this.#table.nodeEnd; node++) {
      for (const end of this.endsOf(node).values()) {
        if (!this.#paths.isOpenBothWays(node, end.peer))
          this.#endings.scheduleKeepAlive(node, node, end.peer, end.epoch);
      }
    }
  }

  /** A hold was released: what it kept back goes on. */
  release(hold: string): void {
    for (let node = 0; node < this.#table.nodeEnd; node++) {
      for (const end of [...this.endsOf(node).values()]) {
        if (end.heldBy !== hold) continue;
        end.heldBy = "";
        // What is held back by hand is not waited for by a clock: time-outs begin with its release.
        end.firstAttemptMicros = this.#kernel.nowMicros;
        if (end.state === "open") this.#flush(node, end);
        else this.#handshakes.attemptDial(node, end);
      }
    }
  }

  /** The host of a process that does not run answers a dial. */
  refuse(node: number, peer: number, epoch: number): void {
    this.#handshakes.refuse(node, peer, epoch);
  }

  /** A message arrives. Answers whether its receiver is to be handed it; otherwise it was dropped here. */
  arrive(node: number): boolean {
    const kernel = this.#kernel;
    const { taken } = kernel.queue;
    const source = taken.origin - 1;
    const epoch = taken.first;
    const end = this.#table.get(node, source);
    if (end !== undefined && end.epoch === epoch && end.state === "open") {
      if (kernel.nodes.isClosing(node)) {
        kernel.recordArrivalDropped(Channel.stream, end.messagesReceived++, taken.third, "closing");
        return false;
      }
      kernel.recordDelivered(Channel.stream, end.messagesReceived++, taken.third);
      return true;
    }
    const isHostDown = kernel.nodes.state(node) === NodeState.hostDown;
    const reason = isHostDown ? "host-down" : "no-connection";
    kernel.recordArrivalDropped(Channel.stream, 0, taken.third, reason);
    if (!isHostDown) this.#endings.reset(node, source, epoch);
    return false;
  }

  /** Handles the taken event of a connection. */
  handle(kind: number, node: number): void {
    const { taken, takenPayload } = this.#kernel.queue;
    const peer = taken.origin - 1;
    const { first: epoch, second, wide } = taken;
    if (kind === EventKind.streamOpen) this.#handshakes.opened(node, peer, epoch, second);
    else if (kind === EventKind.streamAccepted)
      this.#handshakes.accepted(node, peer, epoch, second, wide);
    else if (kind === EventKind.streamClosed)
      this.#endings.closed(node, peer, epoch, takenPayload as string);
    else if (kind === EventKind.streamProbe) this.#endings.probed(node, peer, epoch);
    else this.#handleOwn(kind, node, second, epoch);
  }

  /** Events that an end scheduled for itself; `peer` is in the event, since its origin is the node. */
  #handleOwn(kind: number, node: number, peer: number, epoch: number): void {
    const end = this.#table.get(node, peer);
    if (end === undefined || end.epoch !== epoch) return;
    if (kind === EventKind.streamReady) this.#handshakes.ready(node, end);
    else if (kind === EventKind.streamRetry) this.#retry(node, end);
    else if (kind === EventKind.streamKeepAlive) this.#endings.keepAlive(node, end);
    else if (kind === EventKind.streamDrain) this.#backPressure.drain(node, end);
  }

  /** Sends what waits, and tells the node when it had to wait for that. */
  #flush(source: number, end: StreamEnd): void {
    this.#sender.sendWaiting(source, end);
    this.#backPressure.drain(source, end);
  }

  /** Holds the connection to the queue limits of the transport contract; `newBytes` were handed over just now. */
  #checkQueue(source: number, end: StreamEnd, newBytes: number): boolean {
    if (!this.#backPressure.isFull(end)) return true;
    if (this.#backPressure.isOverflowing(end, newBytes)) {
      this.disconnect(source, end.peer, "overflow");
    } else this.#backPressure.awaitDrain(source, end);
    return false;
  }

  /** The next attempt of a dial, or of the first waiting message; or the end, when it has taken too long. */
  #retry(node: number, end: StreamEnd): void {
    end.retryHandle = 0;
    const elapsedMicros = this.#kernel.nowMicros - end.firstAttemptMicros;
    if (end.state === "dialing") {
      if (elapsedMicros >= CONNECT_TIMEOUT_MICROS) this.#endings.fail(node, end, "timeout");
      else this.#handshakes.attemptDial(node, end);
    } else if (elapsedMicros >= USER_TIMEOUT_MICROS) this.#endings.fail(node, end, "timeout");
    else this.#flush(node, end);
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return this.#table.snapshot(pack);
  }

  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    this.#table.restore(state, unpack);
  }
}
