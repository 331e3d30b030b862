// From a connected socket to two ends that know each other: security, then greetings, within one deadline. Both
// roles are here, since each frame of one is an expectation of the other.

import type { Socket } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import type { SecureContext } from "node:tls";

import {
  ControlKind,
  byeFrame,
  greetingFrame,
  readBye,
  readGreeting,
} from "./node-control-frames.js";
import type { Greeting } from "./node-control-frames.js";
import type { FrameMemory } from "./node-frame-memory.js";
import { FRAME_HEADER_BYTES } from "./node-frames.js";
import { FramedSocket } from "./node-framed-socket.js";
import type { SocketOwner } from "./node-framed-socket.js";
import { leavePlain, secure } from "./node-secure-socket.js";
import type { SecureChannel } from "./node-secure-socket.js";
import type { Refusal } from "./transport-observer.js";
import type { DisconnectReason } from "./transport.js";

/** What a handshake is made of. */
export interface HandshakeOptions {
  readonly raw: Socket;
  readonly isDialler: boolean;
  /** TLS settings, or null for plain text. */
  readonly context: SecureContext | null;
  /** The id that the other end must have; empty for whoever it is. */
  readonly expectedId: string;
  readonly handshakeMillis: number;
  /** What all connections of the node have for frames in parts. */
  readonly frameMemory: FrameMemory;
  /** `networkMark` of the network of this end. */
  readonly network: string;
  /** A dialler's greeting, or an acceptor's to whom it turns away; made when it leaves. */
  readonly greet: () => Greeting;
  readonly events: HandshakeEvents;
}

/** What comes of a handshake: exactly one of these, once, unless it is abandoned. */
export interface HandshakeEvents {
  /** The other end has greeted. A dialler is done; an acceptor is asked to `accept` or `reject`. */
  onGreeted(handshake: Handshake, greeting: Greeting): void;
  /** The other end was turned away, or turned us away; `said` is the reason that it gave. */
  onRefused(refusal: Refusal, detail: string, said: DisconnectReason | null): void;
}

/** One handshake under way, and then whoever needs its socket. */
export class Handshake implements SocketOwner {
  readonly socket: FramedSocket;
  /** Whether a dialler has said who it is: from then on the other end may act on it. */
  hasGreeted = false;
  #channel: SecureChannel | null = null;
  readonly #options: HandshakeOptions;
  #deadline: NodeJS.Timeout | null;
  #isSettled = false;
  /** Told when an acceptor's dialler goes away before it is answered. */
  onGone: (() => void) | null = null;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    const { raw, context, isDialler } = options;
    this.socket = new FramedSocket(raw, options.frameMemory);
    this.#deadline = setTimeout(() => {
      this.#refuse("too-slow", `no greeting within ${options.handshakeMillis} ms`, null);
    }, options.handshakeMillis);
    if (context === null) {
      this.#secured(leavePlain(raw));
      return;
    }
    secure(
      raw,
      { context, isDialler },
      {
        onSecured: (channel) => {
          this.#secured(channel);
        },
        onRefused: (refusal, detail) => {
          this.#refuse(refusal, detail, null);
        },
      },
    );
  }

  /** The bytes that only the two ends know, or null in plain text. */
  get exportKey(): SecureChannel["exportKey"] {
    return this.#channel?.exportKey ?? null;
  }

  /** An acceptor's answer: the connection is there. The socket is the caller's from now on. */
  accept(greeting: Greeting, owner: SocketOwner): void {
    this.#settle();
    this.socket.write(greetingFrame(ControlKind.accept, greeting));
    if (!greeting.isDuplicate && !greeting.isForDatagrams) this.socket.reader.allowMessages();
    this.socket.handTo(owner);
  }

  /** A dialler's: takes the socket over. */
  takeOver(owner: SocketOwner): FramedSocket {
    this.socket.reader.allowMessages();
    this.socket.handTo(owner);
    return this.socket;
  }

  /** An acceptor's other answer: no, with the reason. */
  reject(reason: DisconnectReason): void {
    this.#settle();
    this.socket.write(byeFrame(reason));
    this.finish();
  }

  /** Ends the socket behind what was said; its other end has as long as a handshake for doing the same. */
  finish(): void {
    this.#settle();
    this.socket.handTo(this);
    this.socket.finish(this.#options.handshakeMillis);
  }

  /** Ends it without a word and tells nobody. */
  abandon(): void {
    this.#settle();
    this.socket.destroy();
  }

  /** The same with a reset. */
  reset(): void {
    this.#settle();
    this.socket.reset();
  }

  #secured(channel: SecureChannel): void {
    if (this.#isSettled) return;
    this.#channel = channel;
    const { isDialler, expectedId, greet } = this.#options;
    if (expectedId !== "" && channel.provenId !== "" && channel.provenId !== expectedId) {
      this.#refuse("wrong-identity", `${channel.provenId} instead of ${expectedId}`, null);
      return;
    }
    this.socket.attach(channel.stream, this);
    if (!isDialler) return;
    this.hasGreeted = true;
    this.socket.write(greetingFrame(ControlKind.hello, greet()));
  }

  onControlFrame(bytes: Uint8Array): boolean {
    const { isDialler, expectedId, network, events } = this.#options;
    const said = isDialler ? readBye(bytes) : null;
    if (said !== null) {
      this.#refuse("bad-hello", `the other end said ${said}`, said);
      return false;
    }
    const greeting = readGreeting(isDialler ? ControlKind.accept : ControlKind.hello, bytes);
    // Once an acceptor's dialler has greeted, it waits for the answer.
    if (greeting === null || this.#deadline === null) {
      this.#refuse("bad-hello", "no greeting of this protocol and version", null);
      return false;
    }
    const provenId = this.#channel?.provenId ?? "";
    if ((provenId !== "" && greeting.id !== provenId) || !["", greeting.id].includes(expectedId)) {
      this.#refuse("wrong-identity", `the greeting claims ${greeting.id}`, null);
      return false;
    }
    if (greeting.network !== network) {
      // A dialler is told which network this is, so that both ends know why.
      if (!isDialler) this.socket.write(greetingFrame(ControlKind.accept, this.#options.greet()));
      this.#refuse("other-network", `it greets as of ${greeting.network}, not ${network}`, null);
      return false;
    }
    this.#clearDeadline();
    if (isDialler) this.#isSettled = true;
    events.onGreeted(this, greeting);
    return true;
  }

  onMessageFrame(): boolean {
    this.#refuse("bad-frame", "a message before the greetings", null);
    return false;
  }

  onBroken(refusal: Refusal, detail: string): void {
    // The length that a record of a TLS handshake would be: type 22, version 3.x.
    const isTls = (this.socket.reader.expectedBytes - FRAME_HEADER_BYTES) >>> 16 === 0x1603;
    if (isTls) this.#refuse("not-tls", "TLS where plain text is spoken", null);
    else this.#refuse(refusal, detail, null);
  }

  onEnded(error: NodeJS.ErrnoException | null): void {
    this.#refuse("truncated", error?.code ?? "the connection ended within the handshake", null);
  }

  onTaken(): void {
    // Greetings are small: nothing waits for them to leave.
  }

  #refuse(refusal: Refusal, detail: string, said: DisconnectReason | null): void {
    if (this.#isSettled) return;
    const hasGreeted = this.#deadline === null;
    this.#settle();
    this.socket.destroySoon();
    if (hasGreeted) this.onGone?.();
    else this.#options.events.onRefused(refusal, detail, said);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#clearDeadline();
  }

  #clearDeadline(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }
}
