// Bandwidth: one access link per node and direction, shared by all its traffic. The core of the network is
// never congested. A node without a configured link has one of unlimited speed, and costs nothing.

import { invariant } from "../trace/invariant.js";
import type { PlainData } from "./plain-data.js";

/** IP and UDP headers of a datagram. */
const DATAGRAM_OVERHEAD_BYTES = 28;
/** IP and TCP headers with time stamps, for each segment. */
const SEGMENT_OVERHEAD_BYTES = 52;
/** Payload of a full segment on Ethernet with time stamps. */
export const SEGMENT_BYTES = 1448;
/** A full segment with its headers: what fills an Ethernet frame. */
export const FULL_SEGMENT_WIRE_BYTES = SEGMENT_BYTES + SEGMENT_OVERHEAD_BYTES;
/** The length that precedes each message. */
const FRAME_BYTES = 4;
/** Header, content type and tag of a TLS 1.3 record, which holds up to 16 KiB. */
const TLS_RECORD_OVERHEAD_BYTES = 22;
const TLS_RECORD_BYTES = 16384;

const MICROS_PER_SECOND = 1_000_000;
const BITS_PER_BYTE = 8;

/** Bytes that a datagram of `bytes` takes on a link. */
export function datagramWireBytes(bytes: number): number {
  return bytes + DATAGRAM_OVERHEAD_BYTES;
}

/** Segments that a message of `bytes` takes on a connection. */
export function streamSegments(bytes: number): number {
  return Math.ceil(streamPayloadBytes(bytes) / SEGMENT_BYTES);
}

/** Bytes that a message of `bytes` takes on a link, with frame, TLS, TCP and IP overhead. */
export function streamWireBytes(bytes: number): number {
  return streamPayloadBytes(bytes) + streamSegments(bytes) * SEGMENT_OVERHEAD_BYTES;
}

/** Bytes of a message's last segment on a link. */
export function lastSegmentWireBytes(bytes: number): number {
  const payloadBytes = streamPayloadBytes(bytes);
  return payloadBytes - (streamSegments(bytes) - 1) * SEGMENT_BYTES + SEGMENT_OVERHEAD_BYTES;
}

function streamPayloadBytes(bytes: number): number {
  const framed = bytes + FRAME_BYTES;
  return framed + Math.ceil(framed / TLS_RECORD_BYTES) * TLS_RECORD_OVERHEAD_BYTES;
}

/** The speed and queue of one node's access link. */
export interface AccessLink {
  readonly upBitsPerSecond: number;
  readonly downBitsPerSecond: number;
  /** What may wait in a direction, in time at its speed; beyond it datagrams are dropped. */
  readonly upQueueMicros: number;
  readonly downQueueMicros: number;
}

/** One direction of all nodes' links: servers that are free from a point in time on. */
class Direction {
  readonly #bitsPerSecond: Float64Array;
  readonly #queueMicros: Float64Array;
  readonly freeAtMicros: Float64Array;

  constructor(nodeCount: number) {
    this.#bitsPerSecond = new Float64Array(nodeCount).fill(Infinity);
    this.#queueMicros = new Float64Array(nodeCount).fill(Infinity);
    this.freeAtMicros = new Float64Array(nodeCount);
  }

  configure(node: number, bitsPerSecond: number, queueMicros: number): void {
    this.#bitsPerSecond[node] = bitsPerSecond;
    this.#queueMicros[node] = queueMicros;
  }

  isLimited(node: number): boolean {
    return this.#bitsPerSecond[node] !== Infinity;
  }

  /** Whether so much waits that a datagram is dropped. */
  isFull(node: number, nowMicros: number): boolean {
    return this.freeAtMicros[node]! - nowMicros > this.#queueMicros[node]!;
  }

  /** Serves `wireBytes` first in, first out, and answers when the last bit is through. */
  serve(node: number, wireBytes: number, nowMicros: number): number {
    const startMicros = Math.max(nowMicros, this.freeAtMicros[node]!);
    const doneMicros = startMicros + this.serviceMicros(node, wireBytes);
    this.freeAtMicros[node] = doneMicros;
    return doneMicros;
  }

  /** How long bytes take on the idle link, rounded up. */
  serviceMicros(node: number, wireBytes: number): number {
    return Math.ceil((wireBytes * BITS_PER_BYTE * MICROS_PER_SECOND) / this.#bitsPerSecond[node]!);
  }
}

/** The access links of all nodes. */
export class AccessLinks {
  #up: Direction | null = null;
  #down: Direction | null = null;

  /** Gives a node a link. `nodeCount` is the number of declared nodes, the same in every call. */
  configure(node: number, link: AccessLink, nodeCount: number): void {
    const { upBitsPerSecond, downBitsPerSecond, upQueueMicros, downQueueMicros } = link;
    invariant(
      upBitsPerSecond > 0 && downBitsPerSecond > 0,
      "An access link has a positive speed both ways",
    );
    invariant(
      upQueueMicros >= 0 && downQueueMicros >= 0,
      "A queue of an access link has no negative length",
    );
    if (upBitsPerSecond !== Infinity) {
      this.#up ??= new Direction(nodeCount);
      this.#up.configure(node, upBitsPerSecond, upQueueMicros);
    }
    if (downBitsPerSecond !== Infinity) {
      this.#down ??= new Direction(nodeCount);
      this.#down.configure(node, downBitsPerSecond, downQueueMicros);
    }
  }

  /** Whether the node's uplink takes time at all. */
  hasUplink(node: number): boolean {
    return this.#up !== null && this.#up.isLimited(node);
  }

  hasDownlink(node: number): boolean {
    return this.#down !== null && this.#down.isLimited(node);
  }

  isUplinkFull(node: number, nowMicros: number): boolean {
    return this.#up !== null && this.#up.isFull(node, nowMicros);
  }

  isDownlinkFull(node: number, nowMicros: number): boolean {
    return this.#down !== null && this.#down.isFull(node, nowMicros);
  }

  /** When bytes handed to the uplink at `fromMicros` have left. */
  departureMicros(node: number, wireBytes: number, fromMicros: number): number {
    return this.#up === null ? fromMicros : this.#up.serve(node, wireBytes, fromMicros);
  }

  /** When the node's uplink has served what was handed to it, which may be in the past. */
  uplinkFreeMicros(node: number): number {
    return this.#up === null ? 0 : this.#up.freeAtMicros[node]!;
  }

  /** How long bytes take on the node's uplink when nothing waits there. */
  uplinkMicros(node: number, wireBytes: number): number {
    return this.#up === null ? 0 : this.#up.serviceMicros(node, wireBytes);
  }

  /** When bytes that reach the downlink at `fromMicros` have come through. */
  receiptMicros(node: number, wireBytes: number, fromMicros: number): number {
    return this.#down === null ? fromMicros : this.#down.serve(node, wireBytes, fromMicros);
  }

  snapshot(): PlainData {
    return {
      up: this.#up === null ? null : Array.from(this.#up.freeAtMicros),
      down: this.#down === null ? null : Array.from(this.#down.freeAtMicros),
    };
  }

  /** Takes over the queues; the links themselves are configured already. */
  restore(state: PlainData): void {
    const { up, down } = state as { up: readonly number[] | null; down: readonly number[] | null };
    if (up !== null) this.#up?.freeAtMicros.set(up);
    if (down !== null) this.#down?.freeAtMicros.set(down);
  }
}
