// What waits to leave over one connection, in order. Frames are handed to the socket a batch at a time: small ones
// are copied together, since a write for each costs more than all else, and what the socket does not take yet stays
// here, where it can still be dropped by name.

import { Buffer } from "node:buffer";
import { clearTimeout, setTimeout } from "node:timers";

import { RETRANSMIT_MICROS_MIN } from "../sim/stream-timing.js";
import type { FramedSocket } from "./node-framed-socket.js";
import { FRAME_HEADER_BYTES, writeMessageHeader } from "./node-frames.js";
import { monotonicMicros } from "./node-monotonic-time.js";
import type { Peer } from "./peer.js";
import type { SendConditions } from "./send-conditions.js";
import type { MessageFact } from "./transport-observer.js";

/** Bytes that the socket is given at most beyond what the network takes. */
const SOCKET_BYTES_MAX = 256 * 1024;
/** Frames up to this are copied into a batch; larger ones are written as they are. */
const COPY_BYTES_MAX = 16 * 1024;
const BATCH_BYTES_MAX = 64 * 1024;
/** Timers have milliseconds. A frame leaves at the one nearest to its time, so that delays are true on average. */
const TIMER_MICROS = 1000;
/** Doublings of the time between attempts: far beyond what any connection outlives. */
const DOUBLINGS_MAX = 10;
/** Places of frames that have left, kept until they are this many and half of all. */
const LEFT_MIN = 1024;

/** A frame that waits: a message with what records say of it, or something that the transport says itself. */
export class OutgoingFrame implements MessageFact {
  number = 0;
  /** Where conditions delay it: when it leaves. */
  dueMicros = 0;
  /** Where conditions lose it: attempts made, and when the first was. */
  attempts = 0;
  firstLostMicros = 0;

  constructor(
    /** A message without its header; a control frame with it. */
    readonly payload: Uint8Array,
    readonly type: string,
    readonly bytes: number,
    readonly application: number,
    readonly contentHigh: number,
    readonly contentLow: number,
  ) {}

  get isMessage(): boolean {
    return this.type !== "";
  }

  /** Bytes on the stream. */
  get wireBytes(): number {
    return this.type === "" ? this.payload.length : this.payload.length + FRAME_HEADER_BYTES;
  }
}

/** What an outbox needs to know and whom it tells. */
export interface OutboxOptions {
  readonly conditions: SendConditions | null;
  /** Loss that lasts this long ends the connection. */
  readonly userTimeoutMillis: number;
  /** A frame was lost for longer than that. */
  readonly onStalled: () => void;
}

export class Outbox {
  #frames: OutgoingFrame[] = [];
  #head = 0;
  #queuedBytes = 0;
  #socket: FramedSocket | null = null;
  #peer: Peer;
  readonly #options: OutboxOptions;
  #isScheduled = false;
  #isEnding = false;
  #isStopped = false;
  /** Frames judged on this connection: numbers the draws of conditions. */
  #judgedCount = 0;
  #lastDueMicros = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(peer: Peer, options: OutboxOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  /** Bytes that have not left: of messages as encoded, and what the socket has of them. */
  get waitingBytes(): number {
    return this.#queuedBytes + (this.#socket?.waitingBytes ?? 0);
  }

  get isEmpty(): boolean {
    return this.waitingBytes === 0;
  }

  /** Adds a frame; it leaves at the end of the running turn, together with those that follow. */
  push(frame: OutgoingFrame): void {
    if (this.#isEnding || this.#isStopped) return;
    this.#frames.push(frame);
    this.#queuedBytes += frame.payload.length;
    if (this.#socket === null) return;
    this.#judge(frame);
    this.#schedule();
  }

  /** Adds something that the transport says itself. */
  say(frame: Uint8Array): void {
    this.push(new OutgoingFrame(frame, "", frame.length, 0, 0, 0));
  }

  /** The connection is there: what waited for it leaves. */
  open(peer: Peer, socket: FramedSocket): void {
    this.#peer = peer;
    this.#socket = socket;
    for (let i = this.#head; i < this.#frames.length; i++) this.#judge(this.#frames[i]!);
    this.#schedule();
  }

  /** Ends the stream behind everything that waits. */
  end(): void {
    this.#isEnding = true;
    this.#schedule();
  }

  /** Leaves now what can: nothing waits for the end of the turn. */
  flush(): void {
    if (this.#socket === null || this.#isStopped) return;
    const socket = this.#socket;
    socket.cork();
    while (this.#head < this.#frames.length && socket.waitingBytes < SOCKET_BYTES_MAX) {
      if (!this.#writeBatch(socket)) break;
    }
    socket.uncork();
    this.#compact();
    if (this.#isEnding && this.#head === this.#frames.length) socket.end();
  }

  /** Forgets what waits here, and answers the messages among it. What the socket has been given stays there. */
  drop(): readonly OutgoingFrame[] {
    const waiting = this.#frames.slice(this.#head).filter(({ isMessage }) => isMessage);
    this.#frames = [];
    this.#head = 0;
    this.#queuedBytes = 0;
    return waiting;
  }

  /** Nothing leaves any more. */
  stop(): readonly OutgoingFrame[] {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return this.drop();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#socket === null) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Writes the next frames that may leave: many small ones or a large one. False when the next has to wait. */
  #writeBatch(socket: FramedSocket): boolean {
    const first = this.#head;
    let byteCount = 0;
    let next = first;
    for (; next < this.#frames.length; next++) {
      const { wireBytes } = this.#frames[next]!;
      const isLarge = wireBytes > COPY_BYTES_MAX;
      if (next > first && (isLarge || byteCount + wireBytes > BATCH_BYTES_MAX)) break;
      if (!this.#mayLeave(this.#frames[next]!)) break;
      byteCount += wireBytes;
      this.#queuedBytes -= this.#frames[next]!.payload.length;
      if (isLarge) {
        next++;
        break;
      }
    }
    if (next === first) return false;
    this.#head = next;
    if (byteCount > COPY_BYTES_MAX && next === first + 1) writeApart(socket, this.#frames[first]!);
    else socket.write(this.#gather(first, next, byteCount));
    return true;
  }

  #gather(first: number, next: number, byteCount: number): Uint8Array {
    const batch = Buffer.allocUnsafe(byteCount);
    let offset = 0;
    for (let i = first; i < next; i++) {
      const frame = this.#frames[i]!;
      if (frame.isMessage) {
        writeMessageHeader(batch, offset, frame.bytes);
        offset += FRAME_HEADER_BYTES;
      }
      batch.set(frame.payload, offset);
      offset += frame.payload.length;
    }
    return batch;
  }

  #compact(): void {
    if (this.#head === this.#frames.length) {
      this.#frames.length = 0;
      this.#head = 0;
    } else if (this.#head > LEFT_MIN && this.#head * 2 > this.#frames.length) {
      this.#frames.splice(0, this.#head);
      this.#head = 0;
    }
  }

  // Conditions.

  /** Asks the conditions of the network when a frame arrives: never before an earlier one. */
  #judge(frame: OutgoingFrame): void {
    const { conditions } = this.#options;
    if (conditions === null) return;
    const nowMicros = monotonicMicros();
    const number = this.#judgedCount++;
    const verdict = conditions.judge("stream", this.#peer, frame.wireBytes, number);
    if (verdict.lostReason === "") {
      frame.attempts = 0;
      frame.dueMicros = Math.max(nowMicros + verdict.delayMicros, this.#lastDueMicros);
      this.#lastDueMicros = frame.dueMicros;
      return;
    }
    // As TCP does: the bytes are sent again, after twice the time each time, and what follows waits.
    if (frame.attempts++ === 0) frame.firstLostMicros = nowMicros;
    frame.dueMicros =
      nowMicros + RETRANSMIT_MICROS_MIN * (1 << Math.min(frame.attempts - 1, DOUBLINGS_MAX));
  }

  #mayLeave(frame: OutgoingFrame): boolean {
    if (this.#options.conditions === null) return true;
    const nowMicros = monotonicMicros();
    if (isNearly(frame.dueMicros, nowMicros) && frame.attempts > 0) {
      this.#judge(frame);
      const lostMicros = nowMicros - frame.firstLostMicros;
      if (frame.attempts > 0 && lostMicros > this.#options.userTimeoutMillis * 1000) {
        this.#options.onStalled();
        return false;
      }
    }
    if (isNearly(frame.dueMicros, nowMicros)) return true;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = null;
        this.flush();
      },
      // Rounded down and made a millisecond at least: what a timer is short of is waited for by another.
      (frame.dueMicros - nowMicros) / 1000,
    );
    return false;
  }
}

/** Whether no later millisecond is nearer to the time at which something is due. */
function isNearly(dueMicros: number, nowMicros: number): boolean {
  return dueMicros - nowMicros <= TIMER_MICROS / 2;
}

/** A large message: its header and its bytes, which are not copied. */
function writeApart(socket: FramedSocket, frame: OutgoingFrame): void {
  if (frame.isMessage) {
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeMessageHeader(header, 0, frame.bytes);
    socket.write(header);
  }
  socket.write(frame.payload);
}
