// A debugger for tests: attaches to a process that was started with --inspect-brk and speaks its protocol. The
// WebSocket is written out, since Node 20 has none: text frames, unfragmented, as the inspector sends them.

import * as crypto from "node:crypto";
import * as net from "node:net";

const TEXT = 0x81;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

type Fields = Readonly<Record<string, unknown>>;

/** What the inspector sends: the answer to a call, or an event. */
interface Incoming {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

/** One connection to an inspector. */
export class InspectorClient {
  readonly #socket: net.Socket;
  readonly #answers = new Map<number, (incoming: Incoming) => void>();
  readonly #events: Incoming[] = [];
  #wake: () => void = () => undefined;
  #received: Buffer = Buffer.alloc(0);
  #isUpgraded = false;
  #calls = 0;
  #isClosed = false;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  /** Connects to the address that the process prints: `ws://127.0.0.1:PORT/UUID`. */
  static async connect(address: string): Promise<InspectorClient> {
    const url = new URL(address);
    const socket = net.connect(Number(url.port), url.hostname);
    const client = new InspectorClient(socket);
    const upgraded = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("close", () => {
        client.#isClosed = true;
        client.#wake();
      });
      socket.on("data", (bytes) => {
        client.#take(bytes, resolve);
      });
    });
    socket.write(
      [
        `GET ${url.pathname} HTTP/1.1`,
        `Host: ${url.host}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${crypto.randomBytes(16).toString("base64")}`,
        "Sec-WebSocket-Version: 13\r\n\r\n",
      ].join("\r\n"),
    );
    await upgraded;
    return client;
  }

  /** Calls a method, as `Debugger.enable`. Throws what the inspector answers with. */
  async call(method: string, params: Fields = {}): Promise<Fields> {
    const id = ++this.#calls;
    const answered = new Promise<Incoming>((resolve) => this.#answers.set(id, resolve));
    this.#send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** The next event of this name; undefined when the process has ended before. Events before it are forgotten. */
  async event(name: string): Promise<Fields | undefined> {
    for (;;) {
      const next = this.#events.shift();
      if (next?.method === name) return next.params ?? {};
      if (next !== undefined) continue;
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer, upgraded: () => void): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (!this.#isUpgraded) {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#received = this.#received.subarray(end + 4);
      this.#isUpgraded = true;
      upgraded();
    }
    for (let frame = this.#frame(); frame !== null; frame = this.#frame()) this.#dispatch(frame);
  }

  /** The next whole frame's text; null while it has not all come. */
  #frame(): string | null {
    const received = this.#received;
    if (received.length < 2) return null;
    let size = received[1]! & ~MASKED;
    let start = 2;
    if (size === LENGTH_16) {
      if (received.length < 4) return null;
      size = received.readUInt16BE(2);
      start = 4;
    } else if (size === LENGTH_64) {
      if (received.length < 10) return null;
      size = Number(received.readBigUInt64BE(2));
      start = 10;
    }
    if (received.length < start + size) return null;
    this.#received = received.subarray(start + size);
    return received.toString("utf8", start, start + size);
  }

  #dispatch(text: string): void {
    // Control frames carry no JSON.
    if (!text.startsWith("{")) return;
    const incoming = JSON.parse(text) as Incoming;
    if (incoming.id === undefined) {
      this.#events.push(incoming);
      this.#wake();
    } else {
      this.#answers.get(incoming.id)?.(incoming);
      this.#answers.delete(incoming.id);
    }
  }

  #send(text: string): void {
    const payload = Buffer.from(text, "utf8");
    const mask = crypto.randomBytes(4);
    const header =
      payload.length < LENGTH_16
        ? Buffer.from([TEXT, MASKED | payload.length])
        : Buffer.from([TEXT, MASKED | LENGTH_16, payload.length >> 8, payload.length & 0xff]);
    for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i % 4]!;
    this.#socket.write(Buffer.concat([header, mask, payload]));
  }
}
