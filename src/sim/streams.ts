// Connections: ordered, reliable while they last, with the times of TCP with TLS 1.3. Loss is delay here,
// never a lost message; a partition is silence until a time-out.
//
// The protocol between the two ends is a small copy of TCP's own: open, accepted, closed (FIN or RST), probe. Each
// end acts on its own events only. `stream-timing.ts` has the times, `stream-end.ts` the state.

import { Channel, RecordKind } from "../trace/record.js";
import { FULL_SEGMENT_WIRE_BYTES, streamSegments, streamWireBytes } from "./access-links.js";
import { EventKind } from "./event-kind.js";
import type { Kernel, Parcel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { Notice } from "./notice.js";
import type { PlainData } from "./plain-data.js";
import { StreamEnd } from "./stream-end.js";
import type { WaitingMessage } from "./stream-end.js";
import {
  CONNECT_TIMEOUT_MICROS,
  KEEP_ALIVE_MICROS,
  USER_TIMEOUT_MICROS,
  admitSegments,
  halveWindow,
  recoveryMicros,
  synRetryMicros,
} from "./stream-timing.js";

/** Segment numbers of one connection's draws; those of the next follow. */
const SEGMENTS_PER_EPOCH = 65536;
const NO_ENDS: ReadonlyMap<number, StreamEnd> = new Map();

/** What the streams tell the simulation, which passes it on to the node's process. */
export interface StreamListener {
  connected(node: number, peer: number): void;
  disconnected(node: number, peer: number, reason: string): void;
  drained(node: number, peer: number): void;
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
  /** Ends by node, then by peer; made on first use. */
  readonly #endsOf: (Map<number, StreamEnd> | undefined)[] = [];
  /** Connections dialled by each node. Survives restarts, as names of connections must not repeat. */
  readonly #epochs: number[] = [];
  /** Decides simultaneous dials: whether node a's id is below node b's. */
  readonly #idPrecedes: (a: number, b: number) => boolean;

  constructor(
    kernel: Kernel,
    listener: StreamListener,
    { queueBytesMax, idPrecedes }: StreamLimits & { idPrecedes: (a: number, b: number) => boolean },
  ) {
    this.#kernel = kernel;
    this.#listener = listener;
    this.#queueBytesMax = queueBytesMax;
    this.#idPrecedes = idPrecedes;
  }

  /** The ends of a node, by peer. */
  endsOf(node: number): ReadonlyMap<number, StreamEnd> {
    return this.#endsOf[node] ?? NO_ENDS;
  }

  /** Dials unless there is a connection or a dial under way. */
  connect(source: number, target: number): void {
    if (this.#end(source, target) === undefined) this.#dial(source, target);
  }

  /** Sends; answers false when the queue is past its limit. */
  send(source: number, target: number, parcel: Parcel): boolean {
    const end = this.#end(source, target) ?? this.#dial(source, target);
    const kernel = this.#kernel;
    const number = end.messagesSent++;
    kernel.recordSent(source, target, Channel.stream, number, parcel, "");
    if (end.state !== "open") this.#wait(end, parcel, number);
    else if (end.waiting.length > 0) this.#sendBehindLoss(source, end, parcel, number);
    else this.#transmit(source, end, parcel, number);
    return this.#checkQueue(source, end, parcel.bytes);
  }

  /** Bytes that wait on a connection: for the dial, a retransmission or the uplink. */
  bufferedBytes(source: number, target: number): number {
    const end = this.#end(source, target);
    if (end === undefined) return 0;
    this.#forgetDeparted(end);
    return end.waitingBytes + end.departingBytes;
  }

  isOpen(source: number, target: number): boolean {
    return this.#end(source, target)?.state === "open";
  }

  /** Whether any connection of a node has something that is not on its way yet. */
  isAnythingWaiting(node: number): boolean {
    for (const end of this.endsOf(node).values()) if (end.waiting.length > 0) return true;
    return false;
  }

  /** Ends a connection behind what is on its way; the other end learns of it with `reason`. */
  disconnect(source: number, target: number, reason: string): boolean {
    const end = this.#end(source, target);
    if (end === undefined) return false;
    if (reason !== "overflow") this.#linger(source, end);
    this.#sayClosed(source, end, reason);
    this.#remove(source, end, reason);
    // Told later, never from inside the node's own call; one that never became ready was never told of.
    if (end.state !== "accepting") {
      const boot = this.#kernel.nodes.boot(source);
      const notice: Notice = { what: "disconnected", peer: target, reason };
      this.#kernel.schedule(source, EventKind.notice, source, 0, boot, 0, 0, 0, notice);
    }
    return true;
  }

  /** The process of a node has ended: its host closes all connections, as the kernel of a machine does. */
  closeAll(node: number, reason: string): void {
    for (const end of [...this.endsOf(node).values()]) {
      if (reason === "closed") this.#linger(node, end);
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
    for (let node = 0; node < this.#endsOf.length; node++) {
      for (const end of this.endsOf(node).values()) {
        if (!this.#isReachable(node, end)) this.#scheduleKeepAlive(node, node, end.peer, end.epoch);
      }
    }
  }

  /** A hold was released: what it kept back goes on. */
  release(hold: string): void {
    for (let node = 0; node < this.#endsOf.length; node++) {
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
    const end = this.#end(node, source);
    if (end !== undefined && end.epoch === epoch && end.state === "open") {
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
    const { first: epoch, second } = taken;
    if (kind === EventKind.streamOpen) this.#opened(node, peer, epoch, second);
    else if (kind === EventKind.streamAccepted) this.#accepted(node, peer, epoch, second);
    else if (kind === EventKind.streamClosed)
      this.#closed(node, peer, epoch, takenPayload as string);
    else if (kind === EventKind.streamProbe) this.#probed(node, peer, epoch);
    else this.#handleOwn(kind, node, second, epoch);
  }

  /** Events that an end scheduled for itself; `peer` is in the event, since its origin is the node. */
  #handleOwn(kind: number, node: number, peer: number, epoch: number): void {
    const end = this.#end(node, peer);
    if (end === undefined || end.epoch !== epoch) return;
    if (kind === EventKind.streamReady) this.#ready(node, end);
    else if (kind === EventKind.streamRetry) this.#retry(node, end);
    else if (kind === EventKind.streamKeepAlive) this.#keepAlive(node, end);
    else if (kind === EventKind.streamDrain) this.#drain(node, end);
  }

  #end(node: number, peer: number): StreamEnd | undefined {
    return this.#endsOf[node]?.get(peer);
  }

  #insert(node: number, end: StreamEnd): void {
    while (this.#endsOf.length <= node) this.#endsOf.push(undefined);
    (this.#endsOf[node] ??= new Map()).set(end.peer, end);
  }

  // Opening.

  #dial(source: number, target: number): StreamEnd {
    while (this.#epochs.length <= source) this.#epochs.push(0);
    const dials = ++this.#epochs[source]!;
    // The last bit tells the pair's two possible diallers apart, so that no name is given twice.
    const epoch = dials * 2 + (source < target ? 0 : 1);
    const end = new StreamEnd(target, epoch, true);
    end.firstAttemptMicros = this.#kernel.nowMicros;
    this.#insert(source, end);
    this.#record(source, end, "dialing", "");
    this.#attemptDial(source, end);
    return end;
  }

  /** Sends the SYN; without an answer it is sent again after 1 s, 2 s, 4 s, until the connect time-out. */
  #attemptDial(source: number, end: StreamEnd): void {
    const kernel = this.#kernel;
    const { passage, network, nowMicros } = kernel;
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
      const elapsedMicros = nowMicros - end.firstAttemptMicros;
      const waitMicros = Math.min(synRetryMicros(attempt), CONNECT_TIMEOUT_MICROS - elapsedMicros);
      this.#scheduleRetry(source, end, waitMicros);
      return;
    }
    const roundTripMicros = this.#roundTripMicros(source, end.peer);
    const arrivalMicros = nowMicros + this.#forwardMicros(source, end.peer);
    const deadlineMicros = end.firstAttemptMicros + CONNECT_TIMEOUT_MICROS - nowMicros;
    kernel.schedule(
      source,
      EventKind.streamOpen,
      end.peer,
      arrivalMicros,
      end.epoch,
      roundTripMicros,
      0,
      0,
      undefined,
    );
    // The answer may be lost to a crash or a partition on the way: then the dial times out.
    this.#scheduleRetry(source, end, deadlineMicros);
  }

  /** A dial reaches a node: it is refused, loses to the node's own dial, or becomes a connection. */
  #opened(node: number, peer: number, epoch: number, roundTripMicros: number): void {
    const { nodes } = this.#kernel;
    // Without an answer, or a way back for it, the dialler hears nothing and gives up in time.
    if (nodes.state(node) === NodeState.hostDown || !this.isPathOpen(node, peer)) return;
    if (!nodes.isUp(node)) {
      this.#answer(node, peer, epoch, "refused");
      return;
    }
    const own = this.#end(node, peer);
    const waiting: WaitingMessage[] = [];
    if (own !== undefined) {
      if (own.state === "dialing") {
        // One's own dial stays, unless it has not even reached the peer: it may never, if the peer cannot be dialled.
        if (this.#idPrecedes(node, peer) && !own.isDialLost) return;
        // The peer's dial stays: what was to go over one's own goes over it.
        waiting.push(...own.waiting);
        this.#cancelRetry(own);
      } else this.#remove(node, own, "replaced", true);
    }
    const end = new StreamEnd(peer, epoch, false);
    end.roundTripMicros = roundTripMicros;
    for (const { parcel } of waiting) this.#wait(end, parcel, end.messagesSent++);
    if (own?.state === "dialing") end.wantsDrain = own.wantsDrain;
    this.#insert(node, end);
    const kernel = this.#kernel;
    const { nowMicros } = kernel;
    const backMicros = this.#forwardMicros(node, peer);
    // TCP's second packet, then TLS: one more round trip until the dialler is ready, half of one more for us.
    kernel.schedule(
      node,
      EventKind.streamAccepted,
      peer,
      nowMicros + backMicros + roundTripMicros,
      epoch,
      roundTripMicros,
      0,
      0,
      undefined,
    );
    kernel.schedule(
      node,
      EventKind.streamReady,
      node,
      nowMicros + 2 * roundTripMicros,
      epoch,
      peer,
      0,
      0,
      undefined,
    );
  }

  /** The dialler's side is ready, two round trips after the dial. */
  #accepted(node: number, peer: number, epoch: number, roundTripMicros: number): void {
    const end = this.#end(node, peer);
    if (end === undefined || end.epoch !== epoch || !end.isDialler || end.state !== "dialing")
      return;
    if (!this.#kernel.nodes.isUp(node)) return;
    end.roundTripMicros = roundTripMicros;
    // The acceptor is ready when our last handshake packet has reached it: data comes behind that.
    end.lastArrivalMicros = this.#kernel.nowMicros + this.#forwardMicros(node, peer) + 2;
    this.#ready(node, end);
  }

  #ready(node: number, end: StreamEnd): void {
    if (end.state === "open") return;
    this.#cancelRetry(end);
    end.state = "open";
    end.attempts = 0;
    this.#record(node, end, end.isDialler ? "connected" : "accepted", "");
    // What waited for the dial goes first: the handler may send more, or end the connection.
    this.#sendWaiting(node, end);
    this.#listener.connected(node, end.peer);
    if (this.#end(node, end.peer) === end) this.#drain(node, end);
  }

  // Sending.

  #wait(end: StreamEnd, parcel: Parcel, number: number): void {
    end.waiting.push({ parcel: { ...parcel }, number, arrivalMicros: -1 });
    end.waitingBytes += parcel.bytes;
  }

  /** Sends what waits, and tells the node when it had to wait for that. */
  #flush(source: number, end: StreamEnd): void {
    this.#sendWaiting(source, end);
    this.#drain(source, end);
  }

  /** Sends what waits, in order, until one is lost again. */
  #sendWaiting(source: number, end: StreamEnd): void {
    while (end.waiting.length > 0) {
      const { parcel, arrivalMicros } = end.waiting[0]!;
      if (arrivalMicros >= 0) {
        const micros = Math.max(arrivalMicros, this.#kernel.nowMicros + 1);
        this.#deliverAt(source, end, parcel, micros);
      } else {
        const reason = this.#tryTransmit(source, end, parcel);
        if (reason !== "") {
          this.#beginRecovery(source, end, reason);
          return;
        }
      }
      end.waiting.shift();
      end.waitingBytes -= parcel.bytes;
      end.attempts = 0;
    }
  }

  #transmit(source: number, end: StreamEnd, parcel: Parcel, number: number): void {
    const reason = this.#tryTransmit(source, end, parcel);
    if (reason === "") return;
    this.#wait(end, parcel, number);
    this.#beginRecovery(source, end, reason);
  }

  /**
   * Puts a message on its way unless its last segment is lost; answers why, or the empty string. `lateMicros` is for
   * an attempt that is made later, when nobody will look after it any more.
   */
  #tryTransmit(source: number, end: StreamEnd, parcel: Parcel, lateMicros = 0): string {
    const kernel = this.#kernel;
    const { nowMicros, passage } = kernel;
    const segments = streamSegments(parcel.bytes);
    const repairMicros = segments > 1 ? this.#bodyRepairMicros(source, end, segments - 1) : 0;
    if (!this.#judgeSegment(source, end)) return passage.lostReason || passage.heldBy;
    const { totalMicros } = passage;
    const admittedMicros =
      admitSegments(end, segments, nowMicros, end.roundTripMicros) + repairMicros;
    // What was lost shows a round trip later: it is the next flight that is smaller.
    if (repairMicros > 0) halveWindow(end);
    const departureMicros = this.#departureMicros(source, end, parcel.bytes, admittedMicros);
    if (departureMicros > nowMicros) {
      end.departing.push(departureMicros, parcel.bytes);
      end.departingBytes += parcel.bytes;
    }
    this.#deliverAt(source, end, parcel, departureMicros + lateMicros + totalMicros);
    return "";
  }

  /**
   * When the last bit has left: the uplink takes the bytes at once, in the order of all the node's traffic, but the
   * last flight leaves no earlier than the window admits it. Others never wait for a window that is not theirs.
   */
  #departureMicros(source: number, end: StreamEnd, bytes: number, admittedMicros: number): number {
    const { links, nowMicros } = this.#kernel;
    const wireBytes = streamWireBytes(bytes);
    const servedMicros = links.departureMicros(source, wireBytes, nowMicros);
    if (admittedMicros <= nowMicros) return servedMicros;
    const flightBytes = Math.min(wireBytes, end.roundSegments * FULL_SEGMENT_WIRE_BYTES);
    return Math.max(servedMicros, admittedMicros + links.uplinkMicros(source, flightBytes));
  }

  #deliverAt(source: number, end: StreamEnd, parcel: Parcel, micros: number): void {
    // First in, first out: what was sent later never arrives earlier.
    const arrivalMicros = Math.max(micros, end.lastArrivalMicros);
    end.lastArrivalMicros = arrivalMicros;
    this.#kernel.schedule(
      source,
      EventKind.streamMessage,
      end.peer,
      arrivalMicros,
      end.epoch,
      parcel.bytes,
      parcel.name,
      parcel.application,
      parcel.payload,
    );
  }

  /** Judges one segment by the network's rules. */
  #judgeSegment(source: number, end: StreamEnd): boolean {
    const { passage, network, nowMicros, nodes } = this.#kernel;
    const number = end.epoch * SEGMENTS_PER_EPOCH + end.segmentsSent++;
    passage.begin("stream", source, end.peer, number, 0, nowMicros);
    network.judge(passage);
    if (nodes.state(end.peer) === NodeState.hostDown) passage.lose("host-down");
    return passage.lostReason === "" && passage.heldBy === "";
  }

  /** Losses among the segments before the last are revealed by later ones: one round trip repairs them. */
  #bodyRepairMicros(source: number, end: StreamEnd, segments: number): number {
    const { passage, network, nowMicros } = this.#kernel;
    let isLossy = false;
    for (let i = 0; i < segments; i++) {
      const number = end.epoch * SEGMENTS_PER_EPOCH + end.segmentsSent++;
      passage.begin("stream", source, end.peer, number, 0, nowMicros);
      network.judgeLoss(passage);
      if (passage.lostReason !== "") isLossy = true;
    }
    return isLossy ? end.roundTripMicros : 0;
  }

  /** A message sent while an earlier one is missing: it may get across, and its receipt reveals the gap. */
  #sendBehindLoss(source: number, end: StreamEnd, parcel: Parcel, number: number): void {
    this.#wait(end, parcel, number);
    if (end.heldBy !== "" || !this.#judgeSegment(source, end)) return;
    const { nowMicros, passage, links } = this.#kernel;
    const departureMicros = links.departureMicros(source, streamWireBytes(parcel.bytes), nowMicros);
    end.waiting[end.waiting.length - 1]!.arrivalMicros = departureMicros + passage.totalMicros;
    const revealedMicros = departureMicros + end.roundTripMicros;
    if (end.attempts === 1 && revealedMicros < end.retryMicros) {
      this.#scheduleRetry(source, end, revealedMicros - nowMicros);
    }
  }

  // Recovering.

  /** The first waiting message did not get across, or is held: arranges for its next attempt. */
  #beginRecovery(source: number, end: StreamEnd, reason: string): void {
    if (this.#kernel.passage.heldBy === reason) {
      end.heldBy = reason;
      return;
    }
    if (end.attempts === 0) end.firstAttemptMicros = this.#kernel.nowMicros;
    end.attempts++;
    halveWindow(end);
    const waitMicros = recoveryMicros(end.roundTripMicros, end.attempts);
    const leftMicros = end.firstAttemptMicros + USER_TIMEOUT_MICROS - this.#kernel.nowMicros;
    this.#scheduleRetry(source, end, Math.min(waitMicros, leftMicros));
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

  #scheduleRetry(node: number, end: StreamEnd, waitMicros: number): void {
    this.#cancelRetry(end);
    const { queue, nowMicros } = this.#kernel;
    end.retryMicros = nowMicros + Math.max(1, waitMicros);
    const slot = this.#kernel.schedule(
      node,
      EventKind.streamRetry,
      node,
      end.retryMicros,
      end.epoch,
      end.peer,
      0,
      0,
      undefined,
    );
    end.retryHandle = queue.handle(slot);
  }

  #cancelRetry(end: StreamEnd): void {
    if (end.retryHandle !== 0) this.#kernel.queue.cancel(end.retryHandle);
    end.retryHandle = 0;
  }

  /** Lets `node` examine its connection to `peer` later; `actor` is the node whose event this is. */
  #scheduleKeepAlive(actor: number, node: number, peer: number, epoch: number): void {
    const micros = this.#kernel.nowMicros + KEEP_ALIVE_MICROS;
    this.#kernel.schedule(
      actor,
      EventKind.streamKeepAlive,
      node,
      micros,
      epoch,
      peer,
      0,
      0,
      undefined,
    );
  }

  /** A connection that may be cut is examined: silence ends it, otherwise a probe asks the other end. */
  #keepAlive(node: number, end: StreamEnd): void {
    if (end.state === "dialing") return;
    if (!this.#isReachable(node, end)) {
      this.#fail(node, end, "timeout");
      return;
    }
    const micros = this.#kernel.nowMicros + this.#forwardMicros(node, end.peer);
    this.#kernel.schedule(
      node,
      EventKind.streamProbe,
      end.peer,
      micros,
      end.epoch,
      0,
      0,
      0,
      undefined,
    );
  }

  #probed(node: number, peer: number, epoch: number): void {
    if (this.#end(node, peer)?.epoch !== epoch) this.#reset(node, peer, epoch);
  }

  // Back-pressure.

  #forgetDeparted(end: StreamEnd): void {
    const { departing } = end;
    const { nowMicros } = this.#kernel;
    let gone = 0;
    while (gone < departing.length && departing[gone]! <= nowMicros) {
      end.departingBytes -= departing[gone + 1]!;
      gone += 2;
    }
    if (gone > 0) departing.splice(0, gone);
  }

  /** Holds the connection to the queue limits of the transport contract; `newBytes` were handed over just now. */
  #checkQueue(source: number, end: StreamEnd, newBytes: number): boolean {
    if (end.waitingBytes === 0 && end.departingBytes === 0) return true;
    this.#forgetDeparted(end);
    const bytes = end.waitingBytes + end.departingBytes;
    if (bytes <= this.#queueBytesMax) return true;
    // Whoever was answered true may hand over one message, however large.
    if (bytes > 2 * this.#queueBytesMax && bytes - newBytes > this.#queueBytesMax) {
      this.disconnect(source, end.peer, "overflow");
    } else if (!end.wantsDrain) {
      end.wantsDrain = true;
      this.#scheduleDrain(source, end);
    }
    return false;
  }

  /** Finds when so much has left that less than half the limit waits. */
  #scheduleDrain(source: number, end: StreamEnd): void {
    let bytes = end.waitingBytes + end.departingBytes;
    for (let i = 0; i < end.departing.length; i += 2) {
      bytes -= end.departing[i + 1]!;
      if (bytes >= this.#queueBytesMax / 2) continue;
      const micros = end.departing[i]!;
      this.#kernel.schedule(
        source,
        EventKind.streamDrain,
        source,
        micros,
        end.epoch,
        end.peer,
        0,
        0,
        undefined,
      );
      return;
    }
    // What waits for a dial or a retransmission is looked at again when that has succeeded.
  }

  #drain(node: number, end: StreamEnd): void {
    if (!end.wantsDrain) return;
    this.#forgetDeparted(end);
    if (end.waitingBytes + end.departingBytes >= this.#queueBytesMax / 2) {
      this.#scheduleDrain(node, end);
      return;
    }
    end.wantsDrain = false;
    this.#listener.drained(node, end.peer);
  }

  // Ending.

  /**
   * What waits for a retransmission when its connection is ended politely is still sent, by the host and not the
   * process: all its attempts are worked out now, under the conditions of now.
   */
  #linger(source: number, end: StreamEnd): void {
    if (end.state !== "open" || end.heldBy !== "") return;
    const { nowMicros } = this.#kernel;
    let lateMicros = Math.max(0, end.retryMicros - nowMicros);
    while (end.waiting.length > 0) {
      const { parcel, arrivalMicros } = end.waiting[0]!;
      if (arrivalMicros >= 0) this.#deliverAt(source, end, parcel, arrivalMicros);
      else if (this.#tryTransmit(source, end, parcel, lateMicros) !== "") {
        if (this.#kernel.passage.heldBy !== "" || !this.#isReachable(source, end)) return;
        if (end.attempts === 0) end.firstAttemptMicros = nowMicros + lateMicros;
        lateMicros += recoveryMicros(end.roundTripMicros, ++end.attempts);
        if (nowMicros + lateMicros - end.firstAttemptMicros >= USER_TIMEOUT_MICROS) return;
        continue;
      }
      end.waiting.shift();
      end.waitingBytes -= parcel.bytes;
      end.attempts = 0;
    }
  }

  /** Sends the end of the connection behind what is on its way; lost on a cut path, which silence reveals. */
  #sayClosed(node: number, end: StreamEnd, reason: string): void {
    const kernel = this.#kernel;
    if (!this.isPathOpen(node, end.peer)) {
      this.#scheduleKeepAlive(node, end.peer, node, end.epoch);
      return;
    }
    const micros = Math.max(
      kernel.nowMicros + this.#forwardMicros(node, end.peer),
      end.lastArrivalMicros,
    );
    kernel.schedule(node, EventKind.streamClosed, end.peer, micros, end.epoch, 0, 0, 0, reason);
  }

  #answer(node: number, peer: number, epoch: number, reason: string): void {
    const micros = this.#kernel.nowMicros + this.#forwardMicros(node, peer);
    this.#kernel.schedule(node, EventKind.streamClosed, peer, micros, epoch, 0, 0, 0, reason);
  }

  /** Tells a peer that this node knows nothing of a connection. */
  #reset(node: number, peer: number, epoch: number): void {
    if (this.#kernel.nodes.state(node) === NodeState.hostDown) return;
    if (this.isPathOpen(node, peer)) this.#answer(node, peer, epoch, "reset");
  }

  #closed(node: number, peer: number, epoch: number, reason: string): void {
    const end = this.#end(node, peer);
    if (end === undefined || end.epoch !== epoch) return;
    // A refusal answers a dial; for a dial that lost to the peer's own it comes too late.
    if (reason === "refused" && end.state !== "dialing") return;
    this.#remove(node, end, reason, true);
  }

  /** An end gives up by itself; the other end, if it is there, finds out the same way. */
  #fail(node: number, end: StreamEnd, reason: string): void {
    if (end.state !== "dialing") this.#sayClosed(node, end, "reset");
    this.#remove(node, end, reason, true);
  }

  /** Forgets an end; what waited on it is dropped. `tells` says whether the node is told. */
  #remove(node: number, end: StreamEnd, reason: string, tells = false): void {
    this.#cancelRetry(end);
    this.#endsOf[node]!.delete(end.peer);
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
    if (tells && end.state !== "accepting") this.#listener.disconnected(node, end.peer, reason);
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

  // Distances.

  #forwardMicros(source: number, target: number): number {
    const { passage, network } = this.#kernel;
    passage.begin("stream", source, target, 0, 0, this.#kernel.nowMicros);
    return Math.max(1, network.propagationMicros(passage));
  }

  #roundTripMicros(source: number, target: number): number {
    return this.#forwardMicros(source, target) + this.#forwardMicros(target, source);
  }

  /** Whether the path from `node` is open by the rules of reachability; draws nothing. */
  #isReachable(node: number, end: StreamEnd): boolean {
    const { nodes } = this.#kernel;
    if (nodes.state(node) === NodeState.hostDown || nodes.state(end.peer) === NodeState.hostDown) {
      return false;
    }
    return this.isPathOpen(node, end.peer) && this.isPathOpen(end.peer, node);
  }

  /** Whether data on a standing connection would pass from `source` to `target` now. */
  isPathOpen(source: number, target: number): boolean {
    const { passage, network, nowMicros } = this.#kernel;
    passage.begin("stream", source, target, 0, 0, nowMicros);
    network.judgeReachability(passage);
    return passage.lostReason === "";
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return {
      epochs: [...this.#epochs],
      ends: this.#endsOf.map((ends) =>
        [...(ends ?? NO_ENDS).values()].map((end) => end.snapshot(pack)),
      ),
    };
  }

  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    const saved = state as unknown as {
      epochs: readonly number[];
      ends: readonly (readonly PlainData[])[];
    };
    this.#epochs.length = 0;
    this.#epochs.push(...saved.epochs);
    this.#endsOf.length = 0;
    saved.ends.forEach((ends, node) => {
      for (const plain of ends) this.#insert(node, StreamEnd.restore(plain, unpack));
      while (this.#endsOf.length <= node) this.#endsOf.push(undefined);
    });
  }
}
