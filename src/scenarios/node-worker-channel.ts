// What a run and its worker processes say to each other, over one pipe: orders and answers as V8 serialises them, and
// batches of records as they are. Both ends are one program, so that nothing here is hostile.

import type { Duplex } from "node:stream";
import { deserialize, serialize } from "node:v8";

const HEAD_BYTES = 5;
const MESSAGE = 0;
const RECORDS = 1;
const TIME_BYTES = 8;

export interface WorkerChannelHandler<In> {
  onMessage(message: In): void;
  onRecords(batch: Uint8Array, toldMicros: number): void;
  /** The other end has gone. Nothing comes after it. */
  onEnd(): void;
}

/** One end of the pipe. */
export class WorkerChannel<In, Out> {
  readonly #stream: Duplex;
  readonly #handler: WorkerChannelHandler<In>;
  #chunks: Buffer[] = [];
  #heldBytes = 0;
  #wantedBytes = HEAD_BYTES;
  #hasEnded = false;

  constructor(stream: Duplex, handler: WorkerChannelHandler<In>) {
    this.#stream = stream;
    this.#handler = handler;
    stream.on("data", (chunk: Buffer) => {
      this.#take(chunk);
    });
    // A reset is an end as well: the process has gone.
    stream.on("error", () => undefined);
    stream.once("close", () => {
      this.#end();
    });
    stream.once("end", () => {
      this.#end();
    });
  }

  /** Bytes that the other end has not taken yet. */
  get unsentBytes(): number {
    return this.#stream.writableLength;
  }

  tell(message: Out): void {
    const body = serialize(message);
    this.#write(MESSAGE, body.length);
    this.#stream.write(body);
  }

  /** Records that were made up to a time. */
  tellRecords(batch: Uint8Array, toldMicros: number): void {
    this.#write(RECORDS, TIME_BYTES + batch.length);
    const time = Buffer.allocUnsafe(TIME_BYTES);
    time.writeDoubleLE(toldMicros);
    this.#stream.write(time);
    this.#stream.write(batch);
  }

  /** Says nothing more; resolves when the other end has everything, or has gone. */
  async finish(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.once("close", resolve);
      this.#stream.end(resolve);
    });
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #write(kind: number, bodyBytes: number): void {
    const head = Buffer.allocUnsafe(HEAD_BYTES);
    head.writeUInt32LE(bodyBytes, 0);
    head.writeUInt8(kind, 4);
    this.#stream.write(head);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#handler.onEnd();
  }

  /** Chunks are joined once a frame is whole: a large one costs no more than its bytes. */
  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#wantedBytes) return;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#wantedBytes = HEAD_BYTES;
    while (bytes.length >= HEAD_BYTES) {
      const frameBytes = HEAD_BYTES + bytes.readUInt32LE(0);
      if (bytes.length < frameBytes) {
        this.#wantedBytes = frameBytes;
        break;
      }
      this.#deliver(bytes[4], bytes.subarray(HEAD_BYTES, frameBytes));
      bytes = bytes.subarray(frameBytes);
    }
    this.#chunks = bytes.length > 0 ? [bytes] : [];
    this.#heldBytes = bytes.length;
  }

  #deliver(kind: number | undefined, body: Buffer): void {
    if (kind === MESSAGE) this.#handler.onMessage(deserialize(body) as In);
    else this.#handler.onRecords(body.subarray(TIME_BYTES), body.readDoubleLE(0));
  }
}
