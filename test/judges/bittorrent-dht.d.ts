// What the judges use of npm's bittorrent-dht, which brings no types.

declare module "bittorrent-dht" {
  import type { EventEmitter } from "node:events";

  export interface Place {
    readonly host: string;
    readonly port: number;
  }

  export interface Reply {
    readonly r: {
      readonly id: Uint8Array;
      readonly nodes?: Uint8Array;
      readonly values?: readonly Uint8Array[];
      readonly token?: Uint8Array;
    };
  }

  type Query = { readonly q: string; readonly a?: Readonly<Record<string, unknown>> };
  type Done = (error: (Error & { readonly code?: number }) | null, reply: Reply | null) => void;

  /** k-rpc, by which one question can be asked of one node. */
  interface Rpc {
    query(to: Place, query: Query, done: Done): void;
    closest(
      target: Uint8Array,
      query: Query,
      visit: (reply: Reply, from: Place) => void,
      done: (error: Error | null, count: number) => void,
    ): void;
  }

  export class Client extends EventEmitter {
    constructor(options: {
      readonly nodeId: Uint8Array;
      readonly bootstrap: readonly string[] | false;
    });
    readonly _rpc: Rpc;
    readonly nodeId: Uint8Array;
    readonly ready: boolean;
    listen(port: number, host: string, done: () => void): void;
    address(): { readonly port: number };
    lookup(infoHash: Uint8Array, done: (error: Error | null, count: number) => void): void;
    announce(infoHash: Uint8Array, port: number, done: (error: Error | null) => void): void;
    toJSON(): { readonly nodes: readonly Place[] };
    destroy(done: () => void): void;
  }
}
