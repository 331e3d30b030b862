// Real sockets on loopback as a world of the transport contract. Time is real here: the world waits for what it can
// observe, and gives up when it has not come in far more time than it takes.

import { createHash } from "node:crypto";

import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import type { Security } from "../../src/transport/node-secure-socket.js";
import { SystemClock } from "../../src/transport/node-system-clock.js";
import type { TcpLimits } from "../../src/transport/node-tcp-limits.js";
import { TcpTransport } from "../../src/transport/node-tcp-transport.js";
import type { Peer } from "../../src/transport/peer.js";
import type { SendConditions } from "../../src/transport/send-conditions.js";
import { CONTRACT_TYPES } from "./contract-world.js";
import type { ContractWorld, HostedNode } from "./contract-world.js";
import { SilentRelay } from "./silent-relay.js";
import { freePort } from "../support/free-port.js";

const PATIENCE_MILLIS = 20_000;
/** How often a condition is looked at. */
const LOOK_MILLIS = 1;
/** Loopback takes well below a millisecond; this is for a machine that is busy. */
const SETTLE_MILLIS = 60;

export interface TcpContractOptions {
  readonly security: Security;
  readonly limits?: Partial<TcpLimits>;
  readonly conditions?: SendConditions;
}

export class TcpContractWorld implements ContractWorld {
  readonly #options: TcpContractOptions;
  readonly #peers = new NodePeers();
  readonly #epochMicros = SystemClock.machineMicros();
  readonly #running = new Map<string, TcpTransport>();
  readonly #identities = new Map<string, NodeIdentity>();
  #started = 0;

  constructor(options: TcpContractOptions) {
    this.#options = options;
  }

  start(): Promise<HostedNode> {
    const secret = createHash("sha256").update(`node ${this.#started++}`).digest();
    return this.open(NodeIdentity.fromSeed(secret), 0);
  }

  async absent(): Promise<Peer> {
    const identity = NodeIdentity.generate();
    return this.#peers.intern(identity.peerId, `127.0.0.1:${await freePort()}`);
  }

  kill(peer: Peer): Promise<void> {
    this.#running.get(peer.id)?.destroy();
    this.#running.delete(peer.id);
    return Promise.resolve();
  }

  restart(peer: Peer): Promise<HostedNode> {
    const identity = this.#identities.get(peer.id);
    if (identity === undefined) throw new Error(`No node ${peer.id} was ever started`);
    return this.open(identity, Number(peer.address.split(":").at(-1)));
  }

  act(_peer: Peer, action: () => void): void {
    action();
  }

  async until(condition: () => boolean): Promise<void> {
    const endMillis = performance.now() + PATIENCE_MILLIS;
    while (!condition()) {
      if (performance.now() > endMillis) {
        throw new Error("What the test waits for has not happened in good time");
      }
      await passMillis(LOOK_MILLIS);
    }
  }

  settle(): Promise<void> {
    return passMillis(SETTLE_MILLIS);
  }

  close(): Promise<void> {
    for (const transport of this.#running.values()) transport.destroy();
    return Promise.resolve();
  }

  protected async open(
    identity: NodeIdentity,
    port: number,
    relay?: SilentRelay,
  ): Promise<HostedNode> {
    const clock = new SystemClock(this.#epochMicros);
    const transport = await TcpTransport.open({
      ...{ identity, port, clock, host: "127.0.0.1", peers: this.#peers },
      ...{ codec: new MessagePackCodec(CONTRACT_TYPES), announce: relay?.address },
      ...this.#options,
    });
    relay?.leadTo(transport.port);
    this.#identities.set(identity.peerId, identity);
    this.#running.set(identity.peerId, transport);
    return { transport, clock };
  }
}

function passMillis(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}

/** Silence is noticed while a test waits for it, and not seen where 16 MiB keep a busy machine from reading. */
const SHORT_LIMITS: Partial<TcpLimits> = {
  handshakeMillis: 1500,
  keepAliveMillis: 300,
  userTimeoutMillis: 3000,
};

/** The same world with every node behind a relay that can go silent. */
export class RelayedTcpContractWorld extends TcpContractWorld {
  readonly #relays = new Map<string, SilentRelay>();

  constructor(security: Security) {
    super({ security, limits: SHORT_LIMITS });
  }

  silence(peer: Peer): Promise<void> {
    this.#relays.get(peer.id)?.silence();
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    await super.close();
    for (const relay of this.#relays.values()) relay.close();
  }

  protected override async open(identity: NodeIdentity, _port: number): Promise<HostedNode> {
    let relay = this.#relays.get(identity.peerId);
    if (relay === undefined) {
      relay = await SilentRelay.open();
      this.#relays.set(identity.peerId, relay);
    }
    // Whoever starts again is at another port of its machine; others know the relay's.
    const hosted = await super.open(identity, 0, relay);
    const close = hosted.transport.close.bind(hosted.transport);
    hosted.transport.close = (options) => {
      close(options);
      relay.refuse();
    };
    return hosted;
  }
}
