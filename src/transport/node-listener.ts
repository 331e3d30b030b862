// Where a node is dialled: accepts sockets, bounds how many, and sees them through their handshakes.

import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

import { formatAddress, isLoopback } from "./node-address.js";
import type { Greeting } from "./node-control-frames.js";
import { Handshake } from "./node-handshake.js";
import type { LiveContext } from "./node-live-context.js";

export interface ListenerOptions {
  readonly context: LiveContext;
  /** Connections that have greeted. */
  readonly connectionCount: () => number;
  readonly greet: () => Greeting;
  readonly onGreeted: (handshake: Handshake, greeting: Greeting) => void;
}

export class Listener {
  /** Where it listens, or listened. */
  readonly port: number;
  readonly #server: Server;
  readonly #pending = new Set<Handshake>();
  #options: ListenerOptions | null = null;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (raw) => {
      this.#accept(raw);
    });
    // A socket that could not be accepted, for want of descriptors, is its dialler's loss.
    server.on("error", () => undefined);
  }

  /** Listens at a host and port; port 0 takes a free one. Rejects with the error of the socket. */
  static open(host: string, port: number): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        resolve(new Listener(server));
      });
    });
  }

  /** From now on sockets are accepted; those that came before are turned away. */
  start(options: ListenerOptions): void {
    this.#options = options;
  }

  /** Accepts nothing more, and gives up the handshakes under way. */
  close(): void {
    this.#server.close();
    for (const handshake of this.#pending) handshake.abandon();
    this.#pending.clear();
  }

  /** The same as the crash of a process does it. */
  crash(): void {
    this.#server.close();
    for (const handshake of this.#pending) handshake.reset();
    this.#pending.clear();
  }

  #accept(raw: Socket): void {
    const options = this.#options;
    const from = formatAddress(raw.remoteAddress ?? "", raw.remotePort ?? 0);
    if (options === null || raw.remoteAddress === undefined) {
      raw.destroy();
      return;
    }
    const { limits, observer, secureContext, network } = options.context;
    const { handshakeMillis, pendingMax, connectionsMax } = limits;
    const count = options.connectionCount();
    if (count >= connectionsMax) {
      observer?.refused(from, "too-many", `${count} connections are there`);
      raw.destroy();
      return;
    }
    if (secureContext === null && !isLoopback(raw.remoteAddress)) {
      observer?.refused(from, "not-loopback", "plain text comes from loopback addresses only");
      raw.destroy();
      return;
    }
    if (this.#pending.size >= pendingMax) this.#giveUpOldest(observer);
    const handshake = new Handshake({
      ...{ raw, isDialler: false, context: secureContext, expectedId: "", handshakeMillis },
      ...{ frameMemory: options.context.frameMemory, network },
      greet: options.greet,
      events: {
        onGreeted: (greeted, greeting) => {
          this.#pending.delete(handshake);
          options.onGreeted(greeted, greeting);
        },
        onRefused: (refusal, detail) => {
          this.#pending.delete(handshake);
          observer?.refused(from, refusal, detail);
        },
      },
    });
    this.#pending.add(handshake);
  }

  /**
   * Makes room for one handshake more. The oldest goes: those of good will are over in milliseconds, and sockets that say
   * nothing would keep everyone else out for as long as they are waited for.
   */
  #giveUpOldest(observer: LiveContext["observer"]): void {
    const [oldest] = this.#pending;
    if (oldest === undefined) return;
    this.#pending.delete(oldest);
    const count = this.#pending.size;
    observer?.refused(oldest.socket.address, "too-many", `${count} later handshakes are under way`);
    oldest.abandon();
  }
}
