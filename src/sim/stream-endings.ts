// How connections end: with a word that comes behind what is on its way (FIN or RST), or by silence that one end
// finds out about by itself. What is left of them is the time at which their last bytes arrive.

import { Channel, RecordKind } from "../trace/record.js";
import { EventKind } from "./event-kind.js";
import type { Kernel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { StreamEnd } from "./stream-end.js";
import type { StreamListener, StreamParts } from "./stream-parts.js";
import type { StreamPaths } from "./stream-paths.js";
import type { StreamSender } from "./stream-sender.js";
import type { StreamTable } from "./stream-table.js";
import { KEEP_ALIVE_MICROS } from "./stream-timing.js";

/** Ends the connections of a simulation. */
export class StreamEndings {
  readonly #kernel: Kernel;
  readonly #table: StreamTable;
  readonly #paths: StreamPaths;
  readonly #sender: StreamSender;
  readonly #listener: StreamListener;

  constructor({ kernel, table, paths, sender, listener }: StreamParts) {
    this.#kernel = kernel;
    this.#table = table;
    this.#paths = paths;
    this.#sender = sender;
    this.#listener = listener;
  }

  /** Sends the end of the connection behind what is on its way; lost on a cut path, which silence reveals. */
  sayClosed(node: number, end: StreamEnd, reason: string): void {
    const kernel = this.#kernel;
    if (!this.#paths.isOpen(node, end.peer)) {
      this.scheduleKeepAlive(node, end.peer, node, end.epoch);
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

  /** Answers a peer about a connection that is none, or no longer. */
  answer(node: number, peer: number, epoch: number, reason: string): void {
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
  reset(node: number, peer: number, epoch: number): void {
    if (this.#kernel.nodes.state(node) === NodeState.hostDown) return;
    if (this.#paths.isOpen(node, peer)) this.answer(node, peer, epoch, "reset");
  }

  /** Word of an end arrives. */
  closed(node: number, peer: number, epoch: number, reason: string): void {
    const end = this.#table.get(node, peer);
    if (end === undefined || end.epoch !== epoch) return;
    // A refusal answers a dial; for a dial that lost to the peer's own it comes too late.
    if (reason === "refused" && end.state !== "dialing") return;
    this.remove(node, end, reason, true);
  }

  /** An end gives up by itself; the other end, if it is there, finds out the same way. */
  fail(node: number, end: StreamEnd, reason: string): void {
    // A dial that got across may have become a connection over there.
    if (end.state !== "dialing" || !end.isDialLost) this.sayClosed(node, end, "reset");
    this.remove(node, end, reason, true);
  }

  /** Forgets an end; what waited on it is dropped. `tells` says whether the node is told. */
  remove(node: number, end: StreamEnd, reason: string, tells = false): void {
    this.#sender.cancelRetry(end);
    this.#table.delete(node, end);
    // A host that is gone remembers nothing of what it had sent.
    if (reason !== "host-down") this.#leaveTail(node, end);
    const wasOpen = end.state !== "dialing";
    this.record(node, end, wasOpen ? "closed" : "failed", reason);
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

  // Silence.

  /** Lets `node` examine its connection to `peer` later; `actor` is the node whose event this is. */
  scheduleKeepAlive(actor: number, node: number, peer: number, epoch: number): void {
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
  keepAlive(node: number, end: StreamEnd): void {
    if (end.state === "dialing") return;
    if (!this.#paths.isOpenBothWays(node, end.peer)) {
      this.fail(node, end, "timeout");
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

  /** The other end asks whether the connection is still there. */
  probed(node: number, peer: number, epoch: number): void {
    if (this.#table.get(node, peer)?.epoch !== epoch) this.reset(node, peer, epoch);
  }

  /** Records what became of a connection at one of its ends. */
  record(node: number, end: StreamEnd, state: string, reason: string): void {
    const { recorder, names } = this.#kernel;
    const row = recorder.open(RecordKind.connection, node);
    row.name = names.id(state);
    row.peer = end.peer;
    row.number = end.epoch;
    row.reason = reason === "" ? 0 : names.id(reason);
    recorder.commit();
  }
}
