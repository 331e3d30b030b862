// How connections begin: the dial with its retries, what a dial comes to where it arrives, and the round trips of TCP,
// TLS 1.3 and our own greetings until both ends are ready.

import { EventKind } from "./event-kind.js";
import type { Kernel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { StreamBackPressure } from "./stream-back-pressure.js";
import { StreamEnd } from "./stream-end.js";
import type { WaitingMessage } from "./stream-end.js";
import type { StreamEndings } from "./stream-endings.js";
import { SYN_WIRE_BYTES, handshakeTimes } from "./stream-handshake.js";
import type { StreamListener, StreamParts } from "./stream-parts.js";
import type { StreamPaths } from "./stream-paths.js";
import type { StreamSender } from "./stream-sender.js";
import type { StreamTable } from "./stream-table.js";
import { CONNECT_TIMEOUT_MICROS, synRetryMicros } from "./stream-timing.js";

/** What handshakes need besides what all parts share. */
export interface StreamHandshakesOptions extends StreamParts {
  readonly endings: StreamEndings;
  readonly backPressure: StreamBackPressure;
  /** Decides simultaneous dials: whether node a's id is below node b's. */
  readonly idPrecedes: (a: number, b: number) => boolean;
}

/** Opens the connections of a simulation. */
export class StreamHandshakes {
  readonly #kernel: Kernel;
  readonly #table: StreamTable;
  readonly #paths: StreamPaths;
  readonly #sender: StreamSender;
  readonly #listener: StreamListener;
  readonly #endings: StreamEndings;
  readonly #backPressure: StreamBackPressure;
  readonly #idPrecedes: (a: number, b: number) => boolean;

  constructor(options: StreamHandshakesOptions) {
    const { kernel, table, paths, sender, listener } = options;
    this.#kernel = kernel;
    this.#table = table;
    this.#paths = paths;
    this.#sender = sender;
    this.#listener = listener;
    this.#endings = options.endings;
    this.#backPressure = options.backPressure;
    this.#idPrecedes = options.idPrecedes;
  }

  /** Begins a connection. */
  dial(source: number, target: number): StreamEnd {
    const end = new StreamEnd(target, this.#table.nextEpoch(source, target), true);
    end.firstAttemptMicros = this.#kernel.nowMicros;
    this.#table.insert(source, end);
    this.#endings.record(source, end, "dialing", "");
    this.attemptDial(source, end);
    return end;
  }

  /** Sends the SYN; without an answer it is sent again after 1 s, 2 s, 4 s, until the connect time-out. */
  attemptDial(source: number, end: StreamEnd): void {
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
    passage.begin("dial", source, end.peer, end.epoch * 16 + attempt, SYN_WIRE_BYTES, nowMicros);
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
    const synMicros = kernel.links.uplinkMicros(source, SYN_WIRE_BYTES);
    const arrivalMicros = nowMicros + synMicros + this.#paths.forwardMicros(source, end.peer);
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
  opened(node: number, peer: number, epoch: number, roundTripMicros: number): void {
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
        this.#endings.record(node, own, "failed", "replaced");
      } else this.#endings.remove(node, own, "replaced", true);
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
    const backMicros = this.#paths.forwardMicros(node, peer);
    const { acceptedMicros, connectedMicros } = handshakeTimes(
      kernel,
      { dialler: peer, acceptor: node, epoch },
      { forwardMicros: roundTripMicros - backMicros, backMicros },
    );
    const readyMicros = nowMicros + acceptedMicros;
    // What this end sends as soon as it is ready comes behind its greeting.
    end.lastArrivalMicros = nowMicros + connectedMicros + 2;
    kernel.schedule(node, {
      kind: EventKind.streamAccepted,
      node: peer,
      timeMicros: nowMicros + connectedMicros,
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
    if (!isHostDown && this.#paths.isOpen(node, peer))
      this.#endings.answer(node, peer, epoch, "refused");
  }

  /** The acceptor's greeting is there: the dialler's side is ready, three round trips after the dial. */
  accepted(
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
      if (!isHostDown && this.#paths.isOpen(node, peer))
        this.#endings.answer(node, peer, epoch, "reset");
      else this.#endings.scheduleKeepAlive(node, peer, node, epoch);
      return;
    }
    if (end.state !== "dialing") return;
    end.roundTripMicros = roundTripMicros;
    // Where distances have changed since the dial, data still comes behind the acceptor's readiness.
    end.lastArrivalMicros = peerReadyMicros + 2;
    this.ready(node, end);
  }

  /** An end may send: the handshake is over. */
  ready(node: number, end: StreamEnd): void {
    if (end.state === "open") return;
    this.#sender.cancelRetry(end);
    end.state = "open";
    end.attempts = 0;
    this.#endings.record(node, end, end.isDialler ? "connected" : "accepted", "");
    // What waited for the dial goes first: the handler may send more, or end the connection.
    this.#sender.sendWaiting(node, end);
    this.#listener.connected(node, end.peer, end.epoch);
    if (this.#table.get(node, end.peer) === end) this.#backPressure.drain(node, end);
  }
}
