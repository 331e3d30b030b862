// A peer that greets truly and then does as it likes with its connection.

import { connect } from "node:net";
import type { Socket } from "node:net";
import { randomBytes } from "node:crypto";
import type { SecureContext } from "node:tls";

import { BOOT_BYTES, networkMark } from "../../src/transport/node-control-frames.js";
import { FrameMemory } from "../../src/transport/node-frame-memory.js";
import type { FramedSocket, SocketOwner } from "../../src/transport/node-framed-socket.js";
import { writeMessageHeader } from "../../src/transport/node-frames.js";
import { Handshake } from "../../src/transport/node-handshake.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { makeSecureContext } from "../../src/transport/node-secure-socket.js";
import type { Security } from "../../src/transport/node-secure-socket.js";

const HANDSHAKE_MILLIS = 10_000;

/** A socket to a port of this machine, and whether it came about. Errors are nobody's. */
export function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (): void => {
      resolve(socket);
    };
    socket.on("error", settle);
    socket.once("connect", settle);
  });
}

/** Resolves when a socket is closed. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else
      socket.once("close", () => {
        resolve();
      });
  });
}

/** The frame of a message with these bytes, whatever they are. */
export function messageFrame(content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + content.length);
  writeMessageHeader(frame, 0, content.length);
  frame.set(content, 4);
  return frame;
}

export class Intruder {
  readonly raw: Socket;
  readonly #socket: FramedSocket;
  #isOver = false;

  private constructor(raw: Socket, socket: FramedSocket) {
    this.raw = raw;
    this.#socket = socket;
  }

  /** Dials and greets under a new identity; null where it was turned away. */
  static async enter(port: number, security: Security): Promise<Intruder | null> {
    const identity = NodeIdentity.generate();
    const context: SecureContext | null = security === "tls" ? makeSecureContext(identity) : null;
    const raw = await openSocket(port);
    if (raw.destroyed) return null;
    return new Promise((resolve) => {
      raw.once("close", () => {
        resolve(null);
      });
      new Handshake({
        ...{ raw, isDialler: true, context, expectedId: "", handshakeMillis: HANDSHAKE_MILLIS },
        ...{ frameMemory: new FrameMemory(Infinity), network: networkMark("") },
        greet: () => ({
          ...{
            id: identity.peerId,
            address: "127.0.0.1:9",
            network: networkMark(""),
            dial: 1,
            session: 0,
          },
          boot: randomBytes(BOOT_BYTES).toString("hex"),
          ...{ isByAddress: true, isForDatagrams: false, isDuplicate: false },
        }),
        events: {
          onGreeted: (handshake) => {
            const intruder = new Intruder(raw, handshake.socket);
            handshake.takeOver(intruder.#owner());
            resolve(intruder);
          },
          onRefused: () => {
            resolve(null);
          },
        },
      });
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isOver) this.#socket.write(bytes);
  }

  /** Bytes that the node has not taken. */
  get waitingBytes(): number {
    return this.#socket.waitingBytes;
  }

  /** Reads nothing from now on. */
  stopReading(): void {
    this.raw.pause();
  }

  leave(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #owner(): SocketOwner {
    const end = (): void => {
      this.leave();
    };
    return {
      onMessageFrame: () => true,
      onControlFrame: () => true,
      onTaken: () => undefined,
      ...{ onBroken: end, onEnded: end },
    };
  }
}
