// The host of a node that can go silent: what is sent to the node goes through here, until nothing does any more. Its
// sockets stay open then, as those of a machine that lost its power do in the eyes of others.

import { createSocket } from "node:dgram";
import type { Socket as DatagramSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export class SilentRelay {
  readonly #server: Server;
  readonly #datagrams: DatagramSocket;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #isSilent = false;

  private constructor(server: Server, datagrams: DatagramSocket) {
    this.#server = server;
    this.#datagrams = datagrams;
    datagrams.on("message", (packet) => {
      if (!this.#isSilent) datagrams.send(packet, this.#port, "127.0.0.1", () => undefined);
    });
    server.on("connection", (inward) => {
      this.#hold(inward);
      if (!this.#isSilent) this.#join(inward);
    });
  }

  static open(): Promise<SilentRelay> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true });
      server.once("error", reject);
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        const datagrams = createSocket("udp4");
        datagrams.once("error", reject);
        datagrams.bind(port, "127.0.0.1", () => {
          resolve(new SilentRelay(server, datagrams));
        });
      });
    });
  }

  /** Where others find the node. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Where the node itself listens from now on. */
  leadTo(port: number): void {
    this.#port = port;
    this.#isSilent = false;
  }

  /** Nothing passes any more, and nobody is told. */
  silence(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) {
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.pause();
    }
  }

  /** Refuses dials, as the host does whose process has closed its port. */
  refuse(): void {
    this.#server.close();
  }

  close(): void {
    this.refuse();
    this.#datagrams.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(inward: Socket): void {
    const outward = connect({ port: this.#port, host: "127.0.0.1", allowHalfOpen: true });
    this.#hold(outward);
    for (const [from, to] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      from.on("data", (bytes) => to.write(bytes));
      from.on("end", () => to.end());
      from.on("error", () => to.resetAndDestroy());
      from.on("close", () => this.#sockets.delete(from));
    }
  }

  #hold(socket: Socket): void {
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
  }
}
