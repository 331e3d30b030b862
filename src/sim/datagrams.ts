// Datagrams: best effort, no order, no memory of who sent what to whom. Loss is loss here.

import { Channel } from "../trace/record.js";
import { datagramWireBytes } from "./access-links.js";
import { DatagramRepetitions } from "./datagram-repetitions.js";
import { EventKind } from "./event-kind.js";
import type { EventFields } from "./event-fields.js";
import type { Kernel, Parcel } from "./kernel.js";
import { NodeState } from "./node-table.js";
import type { PlainData } from "./plain-data.js";

/** Sets repetitions of one datagram apart in the number that its draws are made from. */
const REPETITION_STEP = 0x9e3779b1;
/** Spreads the upper half of the content over the lower. */
const CONTENT_STEP = 0x85ebca6b;
/** Third field of a datagram's event: the type, and whether the content was damaged on the way. */
const CORRUPT_FLAG = 1 << 25;

/** A datagram that a hold keeps back. */
interface HeldDatagram {
  readonly source: number;
  readonly target: number;
  readonly number: number;
  readonly parcel: Parcel;
}

/** All datagrams of a simulation. */
export class Datagrams {
  readonly #kernel: Kernel;
  readonly #heldBy = new Map<string, HeldDatagram[]>();
  readonly #repetitions = new DatagramRepetitions();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Sends a datagram: it arrives, is lost by a rule, or waits for the release of a hold. */
  send(source: number, target: number, parcel: Parcel): void {
    const kernel = this.#kernel;
    const number = this.#numberOf(source, target, parcel);
    if (kernel.links.isUplinkFull(source, kernel.nowMicros)) {
      kernel.recordSent(source, target, Channel.datagram, number, parcel, "uplink-queue");
      return;
    }
    const { passage } = kernel;
    passage.begin(
      "datagram",
      source,
      target,
      number,
      datagramWireBytes(parcel.bytes),
      kernel.nowMicros,
    );
    kernel.network.judge(passage);
    kernel.recordSent(
      source,
      target,
      Channel.datagram,
      number,
      parcel,
      passage.lostReason || passage.heldBy,
    );
    if (passage.heldBy !== "")
      this.#hold(passage.heldBy, { source, target, number, parcel: { ...parcel } });
    else this.#dispatch(source, target, number, parcel, passage.lostReason !== "");
  }

  /** Datagrams that holds keep back. */
  get heldCount(): number {
    let count = 0;
    for (const held of this.#heldBy.values()) count += held.length;
    return count;
  }

  /** Sends on what a hold kept back, in order, as if it were sent now. */
  release(hold: string): void {
    const held = this.#heldBy.get(hold) ?? [];
    this.#heldBy.delete(hold);
    const kernel = this.#kernel;
    const { passage, network } = kernel;
    for (const { source, target, number, parcel } of held) {
      passage.begin(
        "datagram",
        source,
        target,
        number,
        datagramWireBytes(parcel.bytes),
        kernel.nowMicros,
      );
      network.judge(passage);
      if (passage.heldBy !== "") this.#hold(passage.heldBy, { source, target, number, parcel });
      else if (passage.lostReason === "") this.#dispatch(source, target, number, parcel, false);
      else this.#drop(source, target, number, parcel, passage.lostReason);
    }
  }

  /** A datagram arrives. Answers whether its receiver is to be handed it; otherwise it was dropped here. */
  arrive(node: number): boolean {
    const kernel = this.#kernel;
    const { third, first } = kernel.queue.taken;
    const name = third & ~CORRUPT_FLAG;
    const isUp = kernel.nodes.isUp(node);
    if (isUp && name === third) {
      kernel.recordDelivered(Channel.datagram, first | 0, name);
      return true;
    }
    const isHostDown = kernel.nodes.state(node) === NodeState.hostDown;
    const reason = isUp ? "corrupt" : isHostDown ? "host-down" : "not-listening";
    kernel.recordArrivalDropped(Channel.datagram, first | 0, name, reason);
    return false;
  }

  /** A datagram that had arrived is not handled: its process has ended. */
  giveUp({ node, origin, first, third, second, wide }: EventFields, reason: string): void {
    const name = third & ~CORRUPT_FLAG;
    this.#kernel.recordDropped(
      node,
      origin - 1,
      Channel.datagram,
      first | 0,
      name,
      second,
      wide,
      reason,
    );
  }

  /** The datagram that was taken finds the target's downlink full. */
  dropAtDownlink(): void {
    const { first, third } = this.#kernel.queue.taken;
    this.#kernel.recordArrivalDropped(
      Channel.datagram,
      first | 0,
      third & ~CORRUPT_FLAG,
      "downlink-queue",
    );
  }

  #dispatch(source: number, target: number, number: number, parcel: Parcel, isLost: boolean): void {
    const kernel = this.#kernel;
    const { passage, links, nowMicros } = kernel;
    const wireBytes = datagramWireBytes(parcel.bytes);
    // What is lost in the network has taken its sender's uplink all the same.
    const departureMicros = links.departureMicros(source, wireBytes, nowMicros);
    if (isLost) return;
    const third = passage.isCorrupt ? parcel.name | CORRUPT_FLAG : parcel.name;
    const { next } = kernel;
    for (let copy = 0; copy <= passage.copies; copy++) {
      next.timeMicros = departureMicros + passage.totalMicros + copy;
      next.kind = EventKind.datagram;
      next.node = target;
      next.first = number;
      next.second = parcel.bytes;
      next.third = third;
      next.wide = parcel.application;
      kernel.scheduleNext(source, parcel.payload);
    }
  }

  /**
   * The number of a datagram on its link: made from its time, its content and its repetition, so that no counter is
   * kept for each pair of nodes and removing another message does not change it.
   */
  #numberOf(source: number, target: number, parcel: Parcel): number {
    const { nowMicros } = this.#kernel;
    const repetition = this.#repetitions.next(nowMicros, source, target, parcel);
    const content = parcel.contentLow ^ Math.imul(parcel.contentHigh, CONTENT_STEP);
    return (nowMicros + content + Math.imul(repetition, REPETITION_STEP)) | 0;
  }

  #hold(name: string, datagram: HeldDatagram): void {
    const held = this.#heldBy.get(name);
    if (held === undefined) this.#heldBy.set(name, [datagram]);
    else held.push(datagram);
  }

  #drop(source: number, target: number, number: number, parcel: Parcel, reason: string): void {
    this.#kernel.recordDropped(
      source,
      target,
      Channel.datagram,
      number,
      parcel.name,
      parcel.bytes,
      parcel.application,
      reason,
    );
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return {
      repetitions: this.#repetitions.snapshot(),
      held: [...this.#heldBy].map(([name, held]) => [
        name,
        held.map((one) => ({
          ...one,
          parcel: { ...one.parcel, payload: pack(one.parcel.payload) },
        })),
      ]),
    };
  }

  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    const saved = state as unknown as {
      repetitions: PlainData;
      held: readonly (readonly [string, readonly HeldDatagram[]])[];
    };
    this.#repetitions.restore(saved.repetitions);
    this.#heldBy.clear();
    for (const [name, held] of saved.held) {
      this.#heldBy.set(
        name,
        held.map((one) => ({
          ...one,
          parcel: { ...one.parcel, payload: unpack(one.parcel.payload as PlainData) },
        })),
      );
    }
  }
}
