// Connections: ordered, reliable while they last, with the times of TCP with TLS 1.3. Loss is delay here,
// never a lost message; a partition is silence until a time-out.
//
// The protocol between the two ends is a small copy of TCP's own: open, accepted, closed (FIN or RST), probe. Each
// end acts on its own events only. `stream-sender.ts` has the sending side, `stream-timing.ts` the times, `stream-end.ts`
// the state.

import { Channel, RecordKind } from "../trace/record.js";
import { EventKind } from "./event-kind.js";
import type { Kernel, Parcel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { Notice } from "./notice.js";
import type { PlainData } from "./plain-data.js";
import { StreamEnd } from "./stream-end.js";
import type { WaitingMessage } from "./stream-end.js";
import { StreamPaths } from "./stream-paths.js";
import { StreamSender } from "./stream-sender.js";
import { StreamTable } from "./stream-table.js";
import {
  CONNECT_TIMEOUT_MICROS,
  KEEP_ALIVE_MICROS,
  USER_TIMEOUT_MICROS,
  synRetryMicros,
} from "./stream-timing.js";

/** What the streams tell the simulation, which passes it on to the node's process. */
export interface StreamListener {
  connected(node: number, peer: number, epoch: number): void;
  disconnected(node: number, peer: number, reason: string): void;
  drained(node: number, peer: number, epoch: number): void;
}

/** Limits that the transport contract gives to every connection. */
export interface StreamLimits {
  readonly queueBytesMax: number;
}

/** All connections of a simulation. */
export class Streams {
  readonly #kernel: Kernel;
  readonly #listener: StreamListener;
  readonly #queueBytesMax: number;
  readonly #table = new StreamTable();
  readonly #paths: StreamPaths;
  readonly #sender: StreamSender;
  /** Decides simultaneous dials: whether node a's id is below node b's. */
  readonly #idPrecedes: (a: number, b: number) => boolean;

  constructor(
    kernel: Kernel,
    listener: StreamListener,
    { queueBytesMax, idPrecedes }: StreamLimits & { idPrecedes: (a: number, b: number) => boolean },
  ) {
    this.#kernel = kernel;
    this.#paths = new StreamPaths(kernel);
    this.#sender = new StreamSender(kernel, this.#paths);
    this.#listener = listener;
    this.#queueBytesMax = queueBytesMax;
    this.#idPrecedes = idPrecedes;
  }

  /** The ends of a node, by peer. */
  endsOf(node: number): ReadonlyMap<number, StreamEnd> {
    return this.#table.endsOf(node);
  }

  /** Dials unless there is a connection or a dial under way. */
  connect(source: number, target: number): void {
    const end = this.#table.get(source, target);
    if (end === undefined) this.#dial(source, target);
    else end.isOwed = true;
  }

  /** Sends; answers false when the queue is past its limit. */
  send(source: number, target: number, parcel: Parcel): boolean {
    const end = this.#table.get(source, target) ?? this.#dial(source, target);
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
    this.#sayClosed(source, end, reason);
    this.#remove(source, end, reason);
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
      this.#sayClosed(node, end, reason);
      this.#remove(node, end, reason);
    }
  }

  /** The host of a node is gone: its ends vanish without a word, and the others find out by silence. */
  vanish(node: number): void {
    for (const end of [...this.endsOf(node).values()]) {
      this.#scheduleKeepAlive(node, end.peer, node, end.epoch);
      this.#remove(node, end, "host-down");
    }
  }

  /** Reachability has changed for the worse: every connection that may be cut is examined in time. */
  examineAll(): void {
    for (let node = 0; node < this.#table.nodeEnd; node++) {
      for (const end of this.endsOf(node).values()) {
        if (!this.#paths.isOpenBothWays(node, end.peer))
          this.#scheduleKeepAlive(node, node, end.peer, end.epoch);
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
        else this.#attemptDial(node, end);
      }
    }
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
    if (!isHostDown) this.#reset(node, source, epoch);
    return false;
  }

  /** Handles the taken event of a connection. */
  handle(kind: number, node: number): void {
    const { taken, takenPayload } = this.#kernel.queue;
    const peer = taken.origin - 1;
    const { first: epoch, second, wide } = taken;
    if (kind === EventKind.streamOpen) this.#opened(node, peer, epoch, second);
    else if (kind === EventKind.streamAccepted) this.#accepted(node, peer, epoch, second, wide);
    else if (kind === EventKind.streamClosed)
      this.#closed(node, peer, epoch, takenPayload as string);
    else if (kind === EventKind.streamProbe) this.#probed(node, peer, epoch);
    else this.#handleOwn(kind, node, second, epoch);
  }

  /** Events that an end scheduled for itself; `peer` is in the event, since its origin is the node. */
  #handleOwn(kind: number, node: number, peer: number, epoch: number): void {
    const end = this.#table.get(node, peer);
    if (end === undefined || end.epoch !== epoch) return;
    if (kind === EventKind.streamReady) this.#ready(node, end);
    else if (kind === EventKind.streamRetry) this.#retry(node, end);
    else if (kind === EventKind.streamKeepAlive) this.#keepAlive(node, end);
    else if (kind === EventKind.streamDrain) this.#drain(node, end);
  }

  // Opening.

  #dial(source: number, target: number): StreamEnd {
    const end = new StreamEnd(target, this.#table.nextEpoch(source, target), true);
    end.firstAttemptMicros = this.#kernel.nowMicros;
    this.#table.insert(source, end);
    this.#record(source, end, "dialing", "");
    this.#attemptDial(source, end);
    return end;
  }

  /** Sends the SYN; without an answer it is sent again after 1 s, 2 s, 4 s, until the connect time-out. */
  #attemptDial(source: number, end: StreamEnd): void {
    const kernel = this.#kernel;
    const { passage, network, nowMicros } = kernel;
    const deadlineMicros = end.firstAttemptMicros + CONNECT_TIMEOUT_MICROS - nowMicros;
    const queuedMicros = this.#microsBehindTail(source, end);
    if (queuedMicros > 0) {
      end.isDialLost = true;
      this.#sender.scheduleRetry(source, end, Math.min(queuedMicros, deadlineMicros));
      return;
    }
    const attempt = end.attempts++;
    passage.begin("dial", source, end.peer, end.epoch * 16 + attempt, 60, nowMicros);
    network.judge(passage);
    end.isDialLost = passage.heldBy !== "";
    if (end.isDialLost) {
      end.heldBy = passage.heldBy;
      return;
    }
    const isLost = passage.lostReason !== "" || kernel.nodes.state(end.peer) === NodeState.hostDown;
    end.isDialLost = isLost;
    if (isLost) {
      const waitMicros = Math.min(synRetryMicros(attempt), deadlineMicros);
      this.#sender.scheduleRetry(source, end, waitMicros);
      return;
    }
    const roundTripMicros = this.#paths.roundTripMicros(source, end.peer);
    const arrivalMicros = nowMicros + this.#paths.forwardMicros(source, end.peer);
    kernel.schedule(source, {
      kind: EventKind.streamOpen,
      node: end.peer,
      timeMicros: arrivalMicros,
      first: end.epoch,
      second: roundTripMicros,
    });
    // The answer may be lost to a crash or a partition on the way: then the dial times out.
    this.#sender.scheduleRetry(source, end, deadlineMicros);
  }

  /** How long a dial waits so as not to overtake the last bytes of the pair's connection before. */
  #microsBehindTail(source: number, { peer }: StreamEnd): number {
    const { nowMicros } = this.#kernel;
    const tailMicros = this.#table.tailMicros(source, peer, nowMicros);
    return tailMicros === 0 ? 0 : tailMicros - nowMicros - this.#paths.forwardMicros(source, peer);
  }

  /** A dial reaches a node: it is refused, loses to the node's own dial, or becomes a connection. */
  #opened(node: number, peer: number, epoch: number, roundTripMicros: number): void {
    if (!this.#kernel.nodes.isUp(node)) {
      this.refuse(node, peer, epoch);
      return;
    }
    // Without a way back for the answer, the dialler hears nothing and gives up in time.
    if (!this.#paths.isOpen(node, peer)) return;
    const own = this.#table.get(node, peer);
    // An older dial of the same peer that was overtaken: its dialler has given it up.
    if (own !== undefined && !own.isDialler && own.epoch > epoch) return;
    const waiting: WaitingMessage[] = [];
    if (own !== undefined) {
      if (own.state === "dialing") {
        // One's own dial stays, unless it has not even reached the peer: it may never, if the peer cannot be dialled.
        if (this.#idPrecedes(node, peer) && !own.isDialLost) return;
        // The peer's dial stays: what was to go over one's own goes over it.
        waiting.push(...own.waiting);
        this.#sender.cancelRetry(own);
        this.#record(node, own, "failed", "replaced");
      } else this.#remove(node, own, "replaced", true);
    }
    const end = new StreamEnd(peer, epoch, false);
    end.roundTripMicros = roundTripMicros;
    for (const { parcel } of waiting) this.#sender.wait(end, parcel, end.messagesSent++);
    if (own?.state === "dialing") {
      end.wantsDrain = own.wantsDrain;
      end.isOwed = true;
    }
    this.#table.insert(node, end);
    const kernel = this.#kernel;
    const { nowMicros } = kernel;
    const readyMicros = nowMicros + 2 * roundTripMicros;
    const backMicros = this.#paths.forwardMicros(node, peer);
    // TCP's second packet, then TLS: one more round trip until the dialler is ready, half of one more for us.
    kernel.schedule(node, {
      kind: EventKind.streamAccepted,
      node: peer,
      timeMicros: nowMicros + backMicros + roundTripMicros,
      first: epoch,
      second: roundTripMicros,
      wide: readyMicros,
    });
    kernel.schedule(node, {
      kind: EventKind.streamReady,
      node,
      timeMicros: readyMicros,
      first: epoch,
      second: peer,
    });
  }

  /** The host of a process that does not run answers a dial; one that is down, or cut off, says nothing. */
  refuse(node: number, peer: number, epoch: number): void {
    const isHostDown = this.#kernel.nodes.state(node) === NodeState.hostDown;
    if (!isHostDown && this.#paths.isOpen(node, peer)) this.#answer(node, peer, epoch, "refused");
  }

  /** The dialler's side is ready, two round trips after the dial. */
  #accepted(
    node: number,
    peer: number,
    epoch: number,
    roundTripMicros: number,
    peerReadyMicros: number,
  ): void {
    const end = this.#table.get(node, peer);
    if (end === undefined || end.epoch !== epoch) {
      // The dial was given up meanwhile, and word of that may have come before the dial itself.
      const isHostDown = this.#kernel.nodes.state(node) === NodeState.hostDown;
      if (!isHostDown && this.#paths.isOpen(node, peer)) this.#answer(node, peer, epoch, "reset");
      else this.#scheduleKeepAlive(node, peer, node, epoch);
      return;
    }
    if (end.state !== "dialing") return;
    end.roundTripMicros = roundTripMicros;
    // The acceptor is ready when our last handshake packet has reached it: data comes behind that.
    const handshakeMicros = this.#kernel.nowMicros + this.#paths.forwardMicros(node, peer);
    // Distances may have changed since the dial, by which the acceptor goes.
    end.lastArrivalMicros = Math.max(handshakeMicros, peerReadyMicros) + 2;
    this.#ready(node, end);
  }

  #ready(node: number, end: StreamEnd): void {
    if (end.state === "open") return;
    this.#sender.cancelRetry(end);
    end.state = "open";
    end.attempts = 0;
    this.#record(node, end, end.isDialler ? "connected" : "accepted", "");
    // What waited for the dial goes first: the handler may send more, or end the connection.
    this.#sender.sendWaiting(node, end);
    this.#listener.connected(node, end.peer, end.epoch);
    if (this.#table.get(node, end.peer) === end) this.#drain(node, end);
  }

  // Waiting and trying again.

  /** Sends what waits, and tells the node when it had to wait for that. */
  #flush(source: number, end: StreamEnd): void {
    this.#sender.sendWaiting(source, end);
    this.#drain(source, end);
  }

  /** Holds the connection to the queue limits of the transport contract; `newBytes` were handed over just now. */
  #checkQueue(source: number, end: StreamEnd, newBytes: number): boolean {
    const bytes = this.#sender.bufferedBytes(end);
    if (bytes <= this.#queueBytesMax) return true;
    // Whoever was answered true may hand over one message, however large.
    if (bytes > 2 * this.#queueBytesMax && bytes - newBytes > this.#queueBytesMax) {
      this.disconnect(source, end.peer, "overflow");
    } else if (!end.wantsDrain) {
      end.wantsDrain = true;
      this.#sender.scheduleDrain(source, end, this.#queueBytesMax / 2);
    }
    return false;
  }

  #drain(node: number, end: StreamEnd): void {
    if (!end.wantsDrain) return;
    if (this.#sender.bufferedBytes(end) >= this.#queueBytesMax / 2) {
      this.#sender.scheduleDrain(node, end, this.#queueBytesMax / 2);
      return;
    }
    end.wantsDrain = false;
    this.#listener.drained(node, end.peer, end.epoch);
  }

  #retry(node: number, end: StreamEnd): void {
    end.retryHandle = 0;
    const elapsedMicros = this.#kernel.nowMicros - end.firstAttemptMicros;
    if (end.state === "dialing") {
      if (elapsedMicros >= CONNECT_TIMEOUT_MICROS) this.#fail(node, end, "timeout");
      else this.#attemptDial(node, end);
    } else if (elapsedMicros >= USER_TIMEOUT_MICROS) this.#fail(node, end, "timeout");
    else this.#flush(node, end);
  }

  /** Lets `node` examine its connection to `peer` later; `actor` is the node whose event this is. */
  #scheduleKeepAlive(actor: number, node: number, peer: number, epoch: number): void {
    const micros = this.#kernel.nowMicros + KEEP_ALIVE_MICROS;
    this.#kernel.schedule(actor, {
      kind: EventKind.streamKeepAlive,
      node,
      timeMicros: micros,
      first: epoch,
      second: peer,
    });
  }

  /** A connection that may be cut is examined: silence ends it, otherwise a probe asks the other end. */
  #keepAlive(node: number, end: StreamEnd): void {
    if (end.state === "dialing") return;
    if (!this.#paths.isOpenBothWays(node, end.peer)) {
      this.#fail(node, end, "timeout");
      return;
    }
    const micros = this.#kernel.nowMicros + this.#paths.forwardMicros(node, end.peer);
    this.#kernel.schedule(node, {
      kind: EventKind.streamProbe,
      node: end.peer,
      timeMicros: micros,
      first: end.epoch,
    });
  }

  #probed(node: number, peer: number, epoch: number): void {
    if (this.#table.get(node, peer)?.epoch !== epoch) this.#reset(node, peer, epoch);
  }

  // Ending.

  /** Sends the end of the connection behind what is on its way; lost on a cut path, which silence reveals. */
  #sayClosed(node: number, end: StreamEnd, reason: string): void {
    const kernel = this.#kernel;
    if (!this.#paths.isOpen(node, end.peer)) {
      this.#scheduleKeepAlive(node, end.peer, node, end.epoch);
      return;
    }
    const micros = Math.max(
      kernel.nowMicros + this.#paths.forwardMicros(node, end.peer),
      end.lastArrivalMicros,
    );
    kernel.schedule(node, {
      kind: EventKind.streamClosed,
      node: end.peer,
      timeMicros: micros,
      first: end.epoch,
      payload: reason,
    });
  }

  #answer(node: number, peer: number, epoch: number, reason: string): void {
    const micros = this.#kernel.nowMicros + this.#paths.forwardMicros(node, peer);
    this.#kernel.schedule(node, {
      kind: EventKind.streamClosed,
      node: peer,
      timeMicros: micros,
      first: epoch,
      payload: reason,
    });
  }

  /** Tells a peer that this node knows nothing of a connection. */
  #reset(node: number, peer: number, epoch: number): void {
    if (this.#kernel.nodes.state(node) === NodeState.hostDown) return;
    if (this.#paths.isOpen(node, peer)) this.#answer(node, peer, epoch, "reset");
  }

  #closed(node: number, peer: number, epoch: number, reason: string): void {
    const end = this.#table.get(node, peer);
    if (end === undefined || end.epoch !== epoch) return;
    // A refusal answers a dial; for a dial that lost to the peer's own it comes too late.
    if (reason === "refused" && end.state !== "dialing") return;
    this.#remove(node, end, reason, true);
  }

  /** An end gives up by itself; the other end, if it is there, finds out the same way. */
  #fail(node: number, end: StreamEnd, reason: string): void {
    // A dial that got across may have become a connection over there.
    if (end.state !== "dialing" || !end.isDialLost) this.#sayClosed(node, end, "reset");
    this.#remove(node, end, reason, true);
  }

  /** Forgets an end; what waited on it is dropped. `tells` says whether the node is told. */
  #remove(node: number, end: StreamEnd, reason: string, tells = false): void {
    this.#sender.cancelRetry(end);
    this.#table.delete(node, end);
    // A host that is gone remembers nothing of what it had sent.
    if (reason !== "host-down") this.#leaveTail(node, end);
    const wasOpen = end.state !== "dialing";
    this.#record(node, end, wasOpen ? "closed" : "failed", reason);
    for (const { parcel, number } of end.waiting) {
      this.#kernel.recordDropped(
        node,
        end.peer,
        Channel.stream,
        number,
        parcel.name,
        parcel.bytes,
        parcel.application,
        reason,
      );
    }
    if (tells && end.isOwed) this.#listener.disconnected(node, end.peer, reason);
  }

  /** Keeps the time of the last bytes' arrival where a dial that is made now could overtake them. */
  #leaveTail(node: number, { peer, lastArrivalMicros }: StreamEnd): void {
    const { nowMicros } = this.#kernel;
    if (lastArrivalMicros <= nowMicros) return;
    if (lastArrivalMicros > nowMicros + this.#paths.forwardMicros(node, peer))
      this.#table.leaveTail(node, peer, lastArrivalMicros);
  }

  #record(node: number, end: StreamEnd, state: string, reason: string): void {
    const { recorder, names } = this.#kernel;
    const row = recorder.open(RecordKind.connection, node);
    row.name = names.id(state);
    row.peer = end.peer;
    row.number = end.epoch;
    row.reason = reason === "" ? 0 : names.id(reason);
    recorder.commit();
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return this.#table.snapshot(pack);
  }

  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    this.#table.restore(state, unpack);
  }
}
