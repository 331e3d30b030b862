// A node of npm's bittorrent-dht on loopback, asked and waited for with promises.

import { Client } from "bittorrent-dht";
import type { Reply } from "bittorrent-dht";

/** An error that a node answered, or that none did. */
export interface Refused {
  readonly code: number | string | undefined;
  readonly text: string;
}

export class TheirNode {
  readonly client: Client;
  readonly id: Uint8Array;

  private constructor(client: Client, id: Uint8Array) {
    this.client = client;
    this.id = id;
  }

  /** Opens one and waits until it has joined through the contacts. */
  static async open(id: Uint8Array, contacts: readonly string[] = []): Promise<TheirNode> {
    const client = new Client({ nodeId: id, bootstrap: contacts.length > 0 ? contacts : false });
    // It warns of answers that come too late.
    client.on("warning", () => undefined);
    const ready = new Promise<void>((resolve, reject) => {
      client.once("ready", resolve);
      client.once("error", reject);
    });
    await new Promise<void>((resolve) => {
      client.listen(0, "127.0.0.1", resolve);
    });
    await ready;
    return new TheirNode(client, id);
  }

  get address(): string {
    return `127.0.0.1:${this.client.address().port}`;
  }

  /** One question to one node: the reply, or how it was refused. */
  ask(
    address: string,
    q: string,
    a: Readonly<Record<string, unknown>> = {},
  ): Promise<Reply | Refused> {
    return new Promise((resolve) => {
      this.client._rpc.query(placeOf(address), { q, a }, (error, reply) => {
        if (error !== null) resolve({ code: error.code, text: error.message });
        else if (reply !== null) resolve(reply);
      });
    });
  }

  /** The ids that answered a search for the nodes nearest to a target. */
  search(target: Uint8Array): Promise<Uint8Array[]> {
    const ids: Uint8Array[] = [];
    return new Promise((resolve, reject) => {
      this.client._rpc.closest(
        target,
        { q: "find_node", a: { id: this.id, target } },
        ({ r }) => ids.push(Uint8Array.from(r.id)),
        (error) => {
          if (error === null) resolve(ids);
          else reject(error);
        },
      );
    });
  }

  /** The addresses of the peers of an info hash. */
  async getPeers(infoHash: Uint8Array): Promise<string[]> {
    const found = new Set<string>();
    const onPeer = ({ host, port }: { host: string; port: number }, of: Uint8Array): void => {
      if (Buffer.from(of).equals(infoHash)) found.add(`${host}:${port}`);
    };
    this.client.on("peer", onPeer);
    await new Promise<void>((resolve, reject) => {
      this.client.lookup(infoHash, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    this.client.off("peer", onPeer);
    return [...found];
  }

  announce(infoHash: Uint8Array, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.announce(infoHash, port, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.client.destroy(resolve);
    });
  }
}

function placeOf(address: string): { readonly host: string; readonly port: number } {
  const [host = "", port = ""] = address.split(":");
  return { host, port: Number(port) };
}
