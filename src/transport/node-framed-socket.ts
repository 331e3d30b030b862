// A socket that carries frames, whoever owns it at the moment: a handshake first, then a connection. It notes when it
// last heard something, so that its owner can tell silence from a peer that is there.

import type { Socket } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";
import type { Duplex } from "node:stream";

import { formatAddress } from "./node-address.js";
import type { FrameMemory } from "./node-frame-memory.js";
import { FrameReader } from "./node-frames.js";
import type { FrameSink } from "./node-frames.js";
import { monotonicMicros } from "./node-monotonic-time.js";
import type { Refusal } from "./transport-observer.js";

/** Who is told of a socket's frames and of its end. */
export interface SocketOwner extends FrameSink {
  /** What came breaks the rules of framing: the socket is of no more use. */
  onBroken(refusal: Refusal, detail: string): void;
  /** The stream ended or failed; called once, and not for one's own `destroy`. */
  onEnded(error: NodeJS.ErrnoException | null): void;
  /** The network took bytes that were written. */
  onTaken(): void;
}

export class FramedSocket {
  /** Where the other end is. */
  readonly address: string;
  lastHeardMicros = monotonicMicros();
  /** When the network last took bytes, or the first of those that wait was written. */
  lastTakenMicros = 0;
  readonly reader: FrameReader;
  readonly #raw: Socket;
  #stream: Duplex;
  #owner: SocketOwner | null = null;
  /** When the frame that is being read began; 0 between frames. */
  #frameBegunMicros = 0;
  #isOver = false;
  #isEnding = false;
  readonly #noteTaken = (): void => {
    this.lastTakenMicros = monotonicMicros();
    if (!this.#isOver) this.#owner?.onTaken();
  };

  constructor(raw: Socket, frameMemory: FrameMemory) {
    this.reader = new FrameReader(frameMemory, () => {
      if (!this.#isOver) this.#owner?.onBroken("frame-memory", "the largest of too much in parts");
    });
    this.#raw = raw;
    this.#stream = raw;
    this.address = formatAddress(raw.remoteAddress ?? "", raw.remotePort ?? 0);
    raw.setNoDelay(true);
    raw.on("error", (error) => {
      this.#end(error);
    });
    raw.once("close", () => {
      this.#end(null);
    });
  }

  /** Begins to read the stream that the socket was secured as. */
  attach(stream: Duplex, owner: SocketOwner): void {
    this.#stream = stream;
    this.#owner = owner;
    if (stream !== this.#raw) {
      stream.on("error", (error) => {
        this.#end(error);
      });
    }
    stream.on("data", (chunk: Uint8Array) => {
      this.#read(chunk);
    });
    stream.once("end", () => {
      this.#end(null);
    });
  }

  /** Hands the socket to its next owner. */
  handTo(owner: SocketOwner): void {
    this.#owner = owner;
  }

  /** Bytes written that the network has not taken. */
  get waitingBytes(): number {
    return this.#isOver ? 0 : this.#stream.writableLength;
  }

  /** Whether the other end has begun a frame and has not ended it in the time that it is given. */
  isTooSlow(nowMicros: number, millis: number, bytesPerSecondMin: number): boolean {
    if (this.#frameBegunMicros === 0) return false;
    const expectedMicros = (this.reader.expectedBytes / bytesPerSecondMin) * 1e6;
    return nowMicros - this.#frameBegunMicros > millis * 1000 + expectedMicros;
  }

  /** Gathers what is written until `uncork`. */
  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#stream.uncork();
  }

  write(bytes: Uint8Array): void {
    if (this.#isOver || this.#isEnding) return;
    if (this.#stream.writableLength === 0) this.lastTakenMicros = monotonicMicros();
    this.#stream.write(bytes, this.#noteTaken);
  }

  /** Ends the stream behind what was written. What comes in still is read and thrown away: unread bytes reset it. */
  end(): void {
    if (this.#isOver || this.#isEnding) return;
    this.#isEnding = true;
    this.#stream.end();
  }

  /** Ends the stream, and the socket with it unless the other end does so in time. */
  finish(millis: number): void {
    this.end();
    const timer = setTimeout(() => {
      this.destroy();
    }, millis);
    this.#raw.once("close", () => {
      clearTimeout(timer);
    });
  }

  /** Ends it at once. Nothing is told. */
  destroy(): void {
    this.#stop();
    this.#stream.destroy();
    this.#raw.destroy();
  }

  /** The same, soon: what was written last, such as an alert, still leaves. */
  destroySoon(): void {
    this.#stop();
    this.#raw.destroySoon();
  }

  /** Ends it as the crash of a process does: with a reset. */
  reset(): void {
    this.#stop();
    this.#raw.resetAndDestroy();
    this.#stream.destroy();
  }

  #stop(): void {
    this.#isOver = true;
    this.reader.stop();
  }

  #read(chunk: Uint8Array): void {
    if (this.#isOver || this.#owner === null) return;
    this.lastHeardMicros = monotonicMicros();
    const { reader } = this;
    const framesBefore = reader.frameCount;
    // The owner may change within a chunk: behind the last greeting comes the first message.
    if (!reader.push(chunk, this)) {
      this.#owner.onBroken("oversized-frame", `a frame of ${reader.expectedBytes} bytes`);
      return;
    }
    if (reader.expectedBytes === 0) this.#frameBegunMicros = 0;
    else if (this.#frameBegunMicros === 0 || reader.frameCount !== framesBefore) {
      this.#frameBegunMicros = this.lastHeardMicros;
    }
  }

  onMessageFrame(bytes: Uint8Array): boolean {
    return (this.#owner?.onMessageFrame(bytes) ?? false) && !this.#isOver;
  }

  onControlFrame(bytes: Uint8Array): boolean {
    return (this.#owner?.onControlFrame(bytes) ?? false) && !this.#isOver;
  }

  #end(error: NodeJS.ErrnoException | null): void {
    if (this.#isOver) return;
    this.#stop();
    this.#owner?.onEnded(error);
    // Both halves, whoever ended first.
    if (error === null) this.#stream.end();
    else this.#stream.destroy();
    this.#raw.destroySoon();
  }
}
