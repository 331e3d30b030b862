// The sending side of connections: what goes on its way at once, what waits, and what is tried again. The losses that
// TCP repairs are delays here; the order of messages never changes.

import {
  FULL_SEGMENT_WIRE_BYTES,
  lastSegmentWireBytes,
  streamSegments,
  streamWireBytes,
} from "./access-links.js";
import { EventKind } from "./event-kind.js";
import type { Kernel, Parcel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { StreamEnd } from "./stream-end.js";
import type { StreamPaths } from "./stream-paths.js";
import {
  USER_TIMEOUT_MICROS,
  admitSegments,
  beginTransfer,
  halveWindow,
  recoveryMicros,
} from "./stream-timing.js";
import { Transfer } from "./stream-transfer.js";

/** Segment numbers of one connection's draws; those of the next follow. */
const SEGMENTS_PER_EPOCH = 65536;

/** Added to the numbers of acknowledgements, which lie beyond those of every segment. */
const ACKNOWLEDGEMENTS = 0x8000_0000;
/** Segments that are tried for one that is across, where only chance loses them. */
const ATTEMPTS_MAX = 64;

/** Sends for all ends of a simulation. */
export class StreamSender {
  readonly #kernel: Kernel;
  readonly #paths: StreamPaths;
  /** Losses among the segments of the message at hand. */
  readonly #losses: boolean[] = [];

  constructor(kernel: Kernel, paths: StreamPaths) {
    this.#kernel = kernel;
    this.#paths = paths;
  }

  /** Lets a message wait on its connection. */
  wait(end: StreamEnd, parcel: Parcel, number: number): void {
    end.waiting.push({ parcel: { ...parcel }, number, arrivalMicros: -1 });
    end.waitingBytes += parcel.bytes;
  }

  /** Sends what waits, in order, until one is lost again. */
  sendWaiting(source: number, end: StreamEnd): void {
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

  /** Sends a message, or lets it wait for its next attempt. */
  transmit(source: number, end: StreamEnd, parcel: Parcel, number: number): void {
    const reason = this.#tryTransmit(source, end, parcel);
    if (reason === "") return;
    this.wait(end, parcel, number);
    this.#beginRecovery(source, end, reason);
  }

  /**
   * Puts a message on its way unless it is held back or lost for now; answers why, or the empty string. `lateMicros`
   * is for an attempt that is made later, when nobody will look after it any more.
   */
  #tryTransmit(source: number, end: StreamEnd, parcel: Parcel, lateMicros = 0): string {
    const kernel = this.#kernel;
    const { nowMicros, passage } = kernel;
    const segments = streamSegments(parcel.bytes);
    const isLossy = segments > 1 && this.#drawLosses(source, end, segments - 1);
    const isLastAcross = this.#judgeSegment(source, end);
    if (!isLastAcross && (segments === 1 || !this.#isLostByChance(source, end))) {
      const reason = passage.lostReason || passage.heldBy;
      // What is lost in the network has taken its sender's uplink all the same.
      if (passage.heldBy === "")
        kernel.links.departureMicros(source, streamWireBytes(parcel.bytes), nowMicros);
      return reason;
    }
    const { totalMicros } = passage;
    const departureMicros =
      isLossy || !isLastAcross || this.#isPaced(source, end, segments)
        ? this.#transferMicros(source, end, parcel.bytes, isLastAcross)
        : this.#departureMicros(source, end, parcel.bytes);
    if (departureMicros < 0) return "loss";
    if (departureMicros > nowMicros) {
      // In order: what leaves behind a message that is repaired late has not left before it.
      const lastMicros = end.departing.at(-2) ?? 0;
      end.departing.push(Math.max(departureMicros, lastMicros), parcel.bytes);
      end.departingBytes += parcel.bytes;
    }
    this.#deliverAt(source, end, parcel, departureMicros + lateMicros + totalMicros);
    return "";
  }

  /**
   * When the last bit has left: the uplink takes the bytes at once, in the order of all the node's traffic, but the
   * last flight leaves no earlier than the window admits it. Others never wait for a window that is not theirs.
   */
  #departureMicros(source: number, end: StreamEnd, bytes: number): number {
    const { links, nowMicros } = this.#kernel;
    const segments = streamSegments(bytes);
    const admittedMicros = admitSegments(end, segments, nowMicros, end.roundTripMicros);
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
    const { next } = this.#kernel;
    next.timeMicros = arrivalMicros;
    next.kind = EventKind.streamMessage;
    next.node = end.peer;
    next.first = end.epoch;
    next.second = parcel.bytes;
    next.third = parcel.name;
    next.wide = parcel.application;
    this.#kernel.scheduleNext(source, parcel.payload);
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

  /** Draws the losses of the segments before a message's last; answers whether there are any. */
  #drawLosses(source: number, end: StreamEnd, segments: number): boolean {
    let isLossy = false;
    this.#losses.length = 0;
    for (let i = 0; i < segments; i++) {
      const isLost = this.#drawLoss(source, end);
      this.#losses.push(isLost);
      if (isLost) isLossy = true;
    }
    return isLossy;
  }

  #drawLoss(source: number, end: StreamEnd): boolean {
    const { passage, network, nowMicros } = this.#kernel;
    const number = end.epoch * SEGMENTS_PER_EPOCH + end.segmentsSent++;
    passage.begin("stream", source, end.peer, number, 0, nowMicros);
    network.judgeLoss(passage);
    return passage.lostReason !== "";
  }

  /** The same for what comes back: of the other direction, and numbered apart from what is sent there. */
  #drawAcknowledgementLoss(source: number, end: StreamEnd): boolean {
    const { passage, network, nowMicros } = this.#kernel;
    const number = ACKNOWLEDGEMENTS + end.epoch * SEGMENTS_PER_EPOCH + end.segmentsSent++;
    passage.begin("stream", end.peer, source, number, 0, nowMicros);
    network.judgeLoss(passage);
    return passage.lostReason !== "";
  }

  /**
   * Whether the segment that was not across was lost by chance, so that the host's TCP repairs it within the transfer.
   * Then the passage is that of a segment that is across.
   */
  #isLostByChance(source: number, end: StreamEnd): boolean {
    const { passage, nodes } = this.#kernel;
    const { lostReason, heldBy } = passage;
    const isOnWay = heldBy === "" && nodes.state(end.peer) !== NodeState.hostDown;
    if (isOnWay && this.#paths.isOpen(source, end.peer)) {
      for (let i = 0; i < ATTEMPTS_MAX; i++) if (this.#judgeSegment(source, end)) return true;
    }
    passage.lostReason = lostReason;
    passage.heldBy = heldBy;
    return false;
  }

  /** Whether a transfer meets both its window and the time that segments take on the link. */
  #isPaced(source: number, end: StreamEnd, segments: number): boolean {
    if (!this.#kernel.links.hasUplink(source)) return false;
    return end.roundSegments + segments > end.windowSegments;
  }

  /** When the last missing segment of a transfer leaves, or -1 when it never does. Takes the uplink. */
  #transferMicros(source: number, end: StreamEnd, bytes: number, isLastAcross: boolean): number {
    const { links, nowMicros } = this.#kernel;
    const segments = streamSegments(bytes);
    const losses = this.#losses;
    // A message of one segment has drawn nothing before its last: what an earlier message drew must not stay.
    losses.length = segments - 1;
    losses.push(!isLastAcross);
    const startMicros = beginTransfer(end, nowMicros, end.roundTripMicros);
    const transfer = new Transfer({
      segments,
      startMicros,
      linkFreeMicros: links.uplinkFreeMicros(source),
      roundTripMicros: end.roundTripMicros,
      segmentMicros: links.uplinkMicros(source, FULL_SEGMENT_WIRE_BYTES),
      lastSegmentMicros: links.uplinkMicros(source, lastSegmentWireBytes(bytes)),
      windowSegments: end.windowSegments,
      thresholdSegments: end.thresholdSegments,
      formerSegments: end.roundSegments,
      formerUntilMicros: end.roundStartMicros + end.roundTripMicros,
      losesAcknowledgement: () => this.#drawAcknowledgementLoss(source, end),
      loses: (segment, isAgain) => (isAgain ? this.#drawLoss(source, end) : losses[segment]!),
    });
    const isAcross = transfer.run();
    const againBytes = (transfer.transmissions - segments) * FULL_SEGMENT_WIRE_BYTES;
    links.departureMicros(source, streamWireBytes(bytes) + Math.max(0, againBytes), nowMicros);
    end.windowSegments = transfer.windowSegments;
    end.thresholdSegments = transfer.thresholdSegments;
    end.roundStartMicros = transfer.sentMicros;
    end.roundSegments = transfer.outThenSegments;
    return isAcross ? transfer.departureMicros : -1;
  }

  /** A message sent while an earlier one is missing: it may get across, and its receipt reveals the gap. */
  sendBehindLoss(source: number, end: StreamEnd, parcel: Parcel, number: number): void {
    this.wait(end, parcel, number);
    if (end.heldBy !== "") return;
    const { nowMicros, passage, links } = this.#kernel;
    const isAcross = this.#judgeSegment(source, end);
    if (passage.heldBy !== "") return;
    const departureMicros = links.departureMicros(source, streamWireBytes(parcel.bytes), nowMicros);
    if (!isAcross) return;
    end.waiting[end.waiting.length - 1]!.arrivalMicros = departureMicros + passage.totalMicros;
    const revealedMicros = departureMicros + end.roundTripMicros;
    if (end.attempts === 1 && revealedMicros < end.retryMicros) {
      this.scheduleRetry(source, end, revealedMicros - nowMicros);
    }
  }

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
    this.scheduleRetry(source, end, Math.min(waitMicros, leftMicros));
  }

  /** Plans the next attempt of an end, in place of one that was planned. */
  scheduleRetry(node: number, end: StreamEnd, waitMicros: number): void {
    this.cancelRetry(end);
    const { queue, nowMicros } = this.#kernel;
    end.retryMicros = nowMicros + Math.max(1, waitMicros);
    const slot = this.#kernel.schedule(node, {
      kind: EventKind.streamRetry,
      node,
      timeMicros: end.retryMicros,
      first: end.epoch,
      second: end.peer,
    });
    end.retryHandle = queue.handle(slot);
  }

  /** Takes the planned attempt back. */
  cancelRetry(end: StreamEnd): void {
    if (end.retryHandle !== 0) this.#kernel.queue.cancel(end.retryHandle);
    end.retryHandle = 0;
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

  /** Bytes that wait on a connection: for the dial, a retransmission or the uplink. */
  bufferedBytes(end: StreamEnd): number {
    if (end.waitingBytes === 0 && end.departingBytes === 0) return 0;
    this.#forgetDeparted(end);
    return end.waitingBytes + end.departingBytes;
  }

  /** Plans a look at the queue for when so much has left that less than `belowBytes` wait. */
  scheduleDrain(source: number, end: StreamEnd, belowBytes: number): void {
    let bytes = end.waitingBytes + end.departingBytes;
    for (let i = 0; i < end.departing.length; i += 2) {
      bytes -= end.departing[i + 1]!;
      if (bytes >= belowBytes) continue;
      const micros = end.departing[i]!;
      this.#kernel.schedule(source, {
        kind: EventKind.streamDrain,
        node: source,
        timeMicros: micros,
        first: end.epoch,
        second: end.peer,
      });
      return;
    }
    // What waits for a dial or a retransmission is looked at again when that has succeeded.
  }

  /**
   * What waits for a retransmission when its connection is ended politely is still sent, by the host and not the
   * process: all its attempts are worked out now, under the conditions of now.
   */
  linger(source: number, end: StreamEnd): void {
    if (end.state !== "open" || end.heldBy !== "") return;
    const { nowMicros } = this.#kernel;
    let lateMicros = Math.max(0, end.retryMicros - nowMicros);
    while (end.waiting.length > 0) {
      const { parcel, arrivalMicros } = end.waiting[0]!;
      if (arrivalMicros >= 0) this.#deliverAt(source, end, parcel, arrivalMicros);
      else if (this.#tryTransmit(source, end, parcel, lateMicros) !== "") {
        if (this.#kernel.passage.heldBy !== "" || !this.#paths.isOpenBothWays(source, end.peer))
          return;
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
}
