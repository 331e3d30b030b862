// One node's end of its connection to a peer, from the dial to the last byte: what waits, what arrives, and how it
// ends. Which connections there are, and which of two stays, is decided in node-connections.ts.

import { clearTimeout, setTimeout } from "node:timers";

import { Channel } from "../trace/record.js";
import { MessageError } from "./codec.js";
import type { Message } from "./codec.js";
import { ControlKind, PING_FRAME, PONG_FRAME, byeFrame, readBye } from "./node-control-frames.js";
import type { Dial } from "./node-dialling.js";
import type { FramedSocket, SocketOwner } from "./node-framed-socket.js";
import type { LiveContext } from "./node-live-context.js";
import { Outbox } from "./node-outbox.js";
import type { OutgoingFrame } from "./node-outbox.js";
import type { Peer } from "./peer.js";
import type { ConnectionChange, MessageFact, Refusal } from "./transport-observer.js";
import { QUEUE_LIMIT_BYTES } from "./transport.js";
import type { DisconnectReason } from "./transport.js";

/** Whoever keeps the connections: told when one is over. */
export interface ConnectionKeeper {
  onOver(connection: Connection): void;
  /** The last byte has left, or was given up. */
  onGone(connection: Connection): void;
}

/** Questions whether anyone is there that are answered between two looks at a connection; one a second is ever needed. */
const PINGS_MAX = 1000;

/** `ending`: nothing is sent or delivered any more, but the last bytes are on their way. */
type State = "dialing" | "open" | "ending" | "gone";

export class Connection implements SocketOwner {
  peer: Peer;
  /** Number of the connection, the same at both ends; that of the dial while it is dialled. */
  epoch = 0;
  /** The address by which it was dialled, for a peer that was known by that alone. */
  dialledAddress = "";
  dial: Dial | null = null;
  /** The process at the other end, and its latest dial that is accounted for by this connection. */
  peerBoot = "";
  peerDial = 0;
  readonly #context: LiveContext;
  readonly #keeper: ConnectionKeeper;
  readonly #outbox: Outbox;
  #state: State = "dialing";
  #socket: FramedSocket | null = null;
  #sentCount = 0;
  #receivedCount = 0;
  #wantsDrain = false;
  #hasAsked = false;
  #pingCount = 0;
  #endsWhenOpen: DisconnectReason | null = null;
  #linger: NodeJS.Timeout | null = null;

  constructor(context: LiveContext, keeper: ConnectionKeeper, peer: Peer) {
    this.#context = context;
    this.#keeper = keeper;
    this.peer = peer;
    this.#outbox = new Outbox(peer, {
      conditions: context.conditions,
      userTimeoutMillis: context.limits.userTimeoutMillis,
      onStalled: () => {
        this.fail("timeout");
      },
    });
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isDialing(): boolean {
    return this.#state === "dialing";
  }

  get bufferedBytes(): number {
    return this.#outbox.waitingBytes;
  }

  /** Whether anything has not left yet, the dial included. */
  get isBusy(): boolean {
    return this.#state === "dialing" ? this.#sentCount > 0 : !this.#outbox.isEmpty;
  }

  // Opening.

  /** The handshake is over and this is its socket. */
  open(socket: FramedSocket, change: "connected" | "accepted"): void {
    this.dial = null;
    this.#socket = socket;
    this.#state = "open";
    this.record(change, "");
    const { peer } = this;
    this.#post(() => this.#context.handler()?.onConnected(peer));
    this.#outbox.open(peer, socket);
    if (this.#endsWhenOpen !== null) this.end(this.#endsWhenOpen);
    else this.#checkDrain();
  }

  // Sending.

  /** Takes a message; answers whether the queue is within its limit. */
  send(frame: OutgoingFrame): boolean {
    frame.number = this.#sentCount++;
    this.#context.observer?.sent(this.peer, Channel.stream, frame, "");
    this.#outbox.push(frame);
    const bytes = this.#outbox.waitingBytes;
    if (bytes <= QUEUE_LIMIT_BYTES) return true;
    // Whoever was answered true may hand over one message, however large.
    const bytesBefore = bytes - frame.bytes;
    if (bytes > 2 * QUEUE_LIMIT_BYTES && bytesBefore > QUEUE_LIMIT_BYTES) this.end("overflow");
    else this.#wantsDrain = true;
    return false;
  }

  /** Moves what waits to another connection of the same peer. */
  moveWaitingTo(other: Connection): void {
    for (const frame of this.#outbox.drop()) {
      frame.number = other.#sentCount++;
      other.#outbox.push(frame);
    }
    other.#wantsDrain ||= this.#wantsDrain;
  }

  /** Leaves what can leave now. */
  flush(): void {
    this.#outbox.flush();
  }

  onTaken(): void {
    this.#outbox.flush();
    this.#checkDrain();
  }

  #checkDrain(): void {
    if (!this.#wantsDrain || this.#state !== "open") return;
    if (this.#outbox.waitingBytes >= QUEUE_LIMIT_BYTES / 2) return;
    this.#wantsDrain = false;
    this.#post(() => {
      if (this.#state !== "open") return;
      // The queue may have filled again before the node's turn came.
      if (this.#outbox.waitingBytes < QUEUE_LIMIT_BYTES / 2) {
        this.#context.handler()?.onDrain(this.peer);
      } else this.#wantsDrain = true;
    });
  }

  // Receiving.

  onMessageFrame(bytes: Uint8Array): boolean {
    // What comes in behind one's own `disconnect` is read for the records alone.
    const isRecorded = this.#endedHere && this.#context.observer !== null;
    if (this.#state !== "open" && !isRecorded) return this.#state === "ending";
    const { packer, peers } = this.#context;
    let message: Message;
    try {
      message = packer.codec.decode(bytes, peers);
    } catch (error) {
      // A codec throws nothing else; if one does, its bytes are no better.
      const detail = error instanceof MessageError ? error.message : String(error);
      this.onBroken("bad-message", detail);
      return false;
    }
    const { length } = bytes;
    this.#post(() => {
      this.#deliver(message, length);
    });
    return true;
  }

  #deliver(message: Message, byteCount: number): void {
    const { observer, packer } = this.#context;
    const number = this.#receivedCount++;
    const handler = this.#context.handler();
    const dropReason = handler === null ? "closing" : this.#endedHere ? "no-connection" : "";
    if (observer !== null) {
      const fact = factOfArrival(packer.codec.applicationId(message), message, byteCount, number);
      if (dropReason !== "") observer.dropped(this.peer, Channel.stream, fact, dropReason);
      else observer.delivered(this.peer, Channel.stream, fact);
    }
    if (dropReason === "") handler?.onMessage(this.peer, message, byteCount);
  }

  /** Whether this end asked for the end: then what still arrives is not handed over. */
  #endedHere = false;

  onControlFrame(bytes: Uint8Array): boolean {
    const kind = bytes[0];
    const isLone = bytes.length === 1;
    if (kind === ControlKind.ping && isLone) {
      // They cost their sender five bytes, and the node the time that other peers wait for.
      if (++this.#pingCount > PINGS_MAX) {
        this.onBroken("bad-frame", `more than ${PINGS_MAX} pings within a second`);
        return false;
      }
      // Whoever asks without reading the answers must not fill the queue with them.
      const hasRoom = this.#outbox.waitingBytes < QUEUE_LIMIT_BYTES;
      if (this.#state === "open" && hasRoom) this.#outbox.say(PONG_FRAME);
      return true;
    }
    if (kind === ControlKind.pong && isLone) return true;
    const reason = readBye(bytes);
    if (reason === null) {
      this.onBroken("bad-frame", `a control frame of kind ${String(kind)}`);
      return false;
    }
    if (this.#state === "open") this.#over(reason);
    this.#outbox.end();
    return true;
  }

  // Ending.

  /** Ends the connection behind the bytes already sent, or gives up its dial. */
  end(reason: DisconnectReason): void {
    if (this.#state === "dialing") {
      this.dial?.abandon();
      this.#over(reason);
      this.#gone();
    } else if (this.#state === "open") {
      this.#endedHere = true;
      if (reason === "overflow") this.#dropWaiting(reason);
      this.#sayBye(reason);
      this.#over(reason);
    }
  }

  /** Ends the connection behind what waits for its dial, once that has got through. */
  endWhenOpen(reason: DisconnectReason): void {
    this.#endsWhenOpen = reason;
  }

  /** What waited for this dial goes over another connection of the same peer. */
  merge(): void {
    this.#state = "gone";
    this.#outbox.stop();
    this.record("failed", "replaced");
  }

  /** The connection is of no more use, and what waits is lost with it. */
  fail(reason: DisconnectReason): void {
    if (this.#state === "dialing") {
      this.#over(reason);
      this.#gone();
    } else if (this.#state === "open") {
      this.#over(reason);
      this.#socket?.destroy();
      this.#gone();
    }
  }

  /** Another connection of the same pair takes its place. */
  replace(): void {
    if (this.#state !== "open") return;
    this.#over("replaced");
    this.#sayBye("replaced");
    this.#socket?.destroySoon();
    this.#gone();
  }

  /** The crash of its process: nothing is told to anybody. */
  crash(): void {
    this.#state = "gone";
    this.#clearLinger();
    this.#outbox.stop();
    this.dial?.abandon();
    this.#socket?.reset();
  }

  /** The time of an ending connection is over. */
  cut(): void {
    if (this.#state !== "ending") return;
    this.#socket?.destroySoon();
    this.#gone();
  }

  onBroken(refusal: Refusal, detail: string): void {
    if (this.#state === "open") {
      this.#context.observer?.refused(this.#socket?.address ?? "", refusal, detail);
      this.#dropWaiting("protocol-error");
      this.#sayBye("protocol-error");
      this.#over("protocol-error");
    } else this.cut();
  }

  onEnded(error: NodeJS.ErrnoException | null): void {
    if (this.#state === "open") this.#over(error?.code === "ETIMEDOUT" ? "timeout" : "reset");
    this.#gone();
  }

  /** Looks after silence and slowness, from time to time. */
  examine(nowMicros: number): void {
    this.#pingCount = 0;
    const socket = this.#socket;
    if (this.#state !== "open" || socket === null) return;
    const { keepAliveMillis, userTimeoutMillis, frameMillis, frameBytesPerSecondMin } =
      this.#context.limits;
    if (socket.isTooSlow(nowMicros, frameMillis, frameBytesPerSecondMin)) {
      this.onBroken("too-slow", `a frame that has not ended in time`);
      return;
    }
    // Bytes that the other end takes are a sign of life as well.
    const isWaiting = socket.waitingBytes > 0;
    const heardMicros = isWaiting
      ? Math.max(socket.lastHeardMicros, socket.lastTakenMicros)
      : socket.lastHeardMicros;
    const silenceMillis = (nowMicros - heardMicros) / 1000;
    const stuckMillis = isWaiting ? (nowMicros - socket.lastTakenMicros) / 1000 : 0;
    if (silenceMillis > keepAliveMillis + userTimeoutMillis || stuckMillis > userTimeoutMillis) {
      this.#context.observer?.refused(socket.address, "too-slow", "silence");
      this.fail("timeout");
    } else if (silenceMillis <= keepAliveMillis) this.#hasAsked = false;
    else if (!this.#hasAsked) {
      this.#hasAsked = true;
      this.#outbox.say(PING_FRAME);
    }
  }

  record(change: ConnectionChange, reason: string): void {
    this.#context.observer?.connection(this.peer, change, this.epoch, reason);
  }

  #sayBye(reason: DisconnectReason): void {
    this.#outbox.say(byeFrame(reason));
    this.#outbox.end();
    this.#outbox.flush();
  }

  #dropWaiting(reason: DisconnectReason): void {
    this.#recordDropped(this.#outbox.drop(), reason);
  }

  #recordDropped(frames: readonly OutgoingFrame[], reason: DisconnectReason): void {
    for (const frame of frames) {
      this.#context.observer?.dropped(this.peer, Channel.stream, frame, reason);
    }
  }

  /** The node is told, once, and the connection is nobody's any more; its last bytes may still be under way. */
  #over(reason: DisconnectReason): void {
    const wasOpen = this.#state === "open";
    this.#state = "ending";
    this.record(wasOpen ? "closed" : "failed", reason);
    const { peer } = this;
    this.#post(() => this.#context.handler()?.onDisconnected(peer, reason));
    // What was sent before one's own `disconnect` still leaves; otherwise nobody reads it.
    if (!wasOpen || !this.#endedHere) this.#recordDropped(this.#outbox.drop(), reason);
    this.#keeper.onOver(this);
    this.#linger = setTimeout(() => {
      this.cut();
    }, this.#context.limits.lingerMillis);
  }

  #gone(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#clearLinger();
    this.#outbox.stop();
    this.#keeper.onGone(this);
  }

  #clearLinger(): void {
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#linger = null;
  }

  #post(call: () => void): void {
    this.#context.mailbox.post(call);
  }
}

/** What records say of a message that arrived: its content was recorded where it was sent. */
export function factOfArrival(
  application: number,
  { type }: Message,
  bytes: number,
  number: number,
): MessageFact {
  return { type, bytes, number, application, contentHigh: 0, contentLow: 0 };
}
