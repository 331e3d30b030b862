// One message on its way through the network's rules. There is a single passage, reused for every message,
// into which each rule writes what it does: nothing is allocated where the path is hot.

import { mixUnit } from "./mix.js";
import type { MixKey } from "./mix.js";

/** What is passing. A dial may be refused where data on a standing connection is not (NAT). */
export type PassageKind = "dial" | "stream" | "datagram";

/** Added to the number of a pair's fixed draws, which are made without a message: no draw about a message has it. */
const PAIR_OFFSET = 0x30000;
const NO_KEY: MixKey = { high: 0, low: 0 };

/** A passage of a message from a source to a target, and what the rules have done to it. */
export class Passage {
  kind: PassageKind = "datagram";
  /** Indexes of the two nodes. */
  source = 0;
  target = 0;
  /** The message's number on this link and direction, counted apart for dials, streams and datagrams. */
  number = 0;
  /** Bytes on the wire with all headers. */
  bytes = 0;
  /** Virtual time at which it leaves. */
  nowMicros = 0;

  /** Why it does not pass, or the empty string. */
  lostReason = "";
  /** Name of the hold that keeps it back, or the empty string. */
  heldBy = "";
  /** The pair's propagation, before jitter. Whole microseconds. */
  baseMicros = 0;
  /** Propagation and everything the rules added. Whole microseconds. */
  totalMicros = 0;
  /** How many further copies arrive. Datagrams only. */
  copies = 0;
  /** Whether its content is damaged. Datagrams only. */
  isCorrupt = false;

  /** Key of the rule at work; set by the network model before each rule. */
  key: MixKey = NO_KEY;

  /** Makes the passage ready for the next message. */
  begin(
    kind: PassageKind,
    source: number,
    target: number,
    number: number,
    bytes: number,
    nowMicros: number,
  ): void {
    this.kind = kind;
    this.source = source;
    this.target = target;
    this.number = number;
    this.bytes = bytes;
    this.nowMicros = nowMicros;
    this.lostReason = "";
    this.heldBy = "";
    this.baseMicros = 0;
    this.totalMicros = 0;
    this.copies = 0;
    this.isCorrupt = false;
  }

  /** The rule's `n`th draw for this message: a float in [0, 1). The same whatever other rules do. */
  draw(n: number): number {
    // The kind shares the draw's word, so that the first dial and the first datagram draw apart.
    const kindOffset = this.kind === "datagram" ? 0 : this.kind === "stream" ? 0x10000 : 0x20000;
    return mixUnit(this.key, this.source, this.target, this.number, n + kindOffset);
  }

  /** The rule's `n`th draw for this pair: the same for every message and in both directions. */
  drawForPair(n: number): number {
    const low = Math.min(this.source, this.target);
    const high = Math.max(this.source, this.target);
    return mixUnit(this.key, low, high, 0, n + PAIR_OFFSET);
  }

  /** The message does not pass. The first reason stays. */
  lose(reason: string): void {
    if (this.lostReason === "") this.lostReason = reason;
  }

  /** The message waits until the hold of this name is released. */
  hold(name: string): void {
    if (this.heldBy === "") this.heldBy = name;
  }

  /** Adds to the time on the way; rounded here, once. A total below zero counts as zero. */
  delay(micros: number): void {
    // Not Math.round and Math.max: they cost 13 ns more on the path of every message.
    const total = this.totalMicros + Math.floor(micros + 0.5);
    this.totalMicros = total > 0 ? total : 0;
  }

  /** One more copy arrives. */
  duplicate(): void {
    this.copies++;
  }

  /** The content is damaged on the way. */
  corrupt(): void {
    this.isCorrupt = true;
  }
}
