// All connections of one node: one for each peer, whoever dialled it. Here it is decided which of two stays, by the
// same rules as in simulation (src/sim/streams.ts): of simultaneous dials the lower id's, otherwise the newer one.

import { clearTimeout, setTimeout } from "node:timers";

import { BackOff } from "./node-back-off.js";
import { Connection } from "./node-connection.js";
import type { ConnectionKeeper } from "./node-connection.js";
import type { Greeting } from "./node-control-frames.js";
import { Dial } from "./node-dialling.js";
import type { Handshake } from "./node-handshake.js";
import type { LiveContext } from "./node-live-context.js";
import type { OutgoingFrame } from "./node-outbox.js";
import { located } from "./node-peers.js";
import type { Peer } from "./peer.js";
import type { DisconnectReason } from "./transport.js";

/** A dial of a peer that waits for what becomes of the connection, or dial, that is there. */
interface ParkedDial {
  readonly handshake: Handshake;
  readonly greeting: Greeting;
  readonly timer: NodeJS.Timeout | null;
}

/** Whoever agrees on keys for datagrams: each secure connection gives one. */
export interface KeyKeeper {
  /** The session under which the next peer's datagrams come; 0 where there are none. */
  openSession(): number;
  agree(handshake: Handshake, own: number, greeting: Greeting, isDialler: boolean): void;
}

export class Connections implements ConnectionKeeper {
  readonly #context: LiveContext;
  readonly #keys: KeyKeeper;
  readonly #backOff: BackOff;
  readonly #byId = new Map<string, Connection>();
  /** Dials of peers that are known by address only. */
  readonly #byAddress = new Map<string, Connection>();
  /** The ids that were found at such addresses. */
  readonly #idAt = new Map<string, string>();
  readonly #parked = new Map<Connection, ParkedDial>();
  /** Connections whose last bytes are under way. */
  readonly #ending = new Set<Connection>();
  #dialCount = 0;
  #isClosing = false;
  #onEmpty: (() => void) | null = null;

  constructor(context: LiveContext, keys: KeyKeeper) {
    this.#context = context;
    this.#keys = keys;
    this.#backOff = new BackOff(context.limits);
  }

  /** Connections of all kinds. */
  get count(): number {
    return this.#byId.size + this.#byAddress.size + this.#ending.size;
  }

  /** The connection or dial of a peer. */
  get(peer: Peer): Connection | undefined {
    const id = peer.id === "" ? this.#idAt.get(peer.address) : peer.id;
    return id === undefined ? this.#byAddress.get(peer.address) : this.#byId.get(id);
  }

  connect(peer: Peer): void {
    if (this.get(peer) === undefined) this.#dial(peer, 0);
  }

  send(peer: Peer, frame: OutgoingFrame): boolean {
    const connection = this.get(peer) ?? this.#dial(peer, this.#backOff.delayMillis(keyOf(peer)));
    return connection.send(frame);
  }

  disconnect(peer: Peer): void {
    this.get(peer)?.end("disconnected");
  }

  /** Number of the next dial: for connections and for keys of datagrams. */
  nextDial(): number {
    return ++this.#dialCount;
  }

  /** What this node says of itself. */
  greeting(fields: Partial<Greeting>): Greeting {
    const { self, network, boot } = this.#context;
    return {
      ...{ id: self.id, address: self.address, network, boot, dial: this.#dialCount, session: 0 },
      ...{ isByAddress: false, isForDatagrams: false, isDuplicate: false },
      ...fields,
    };
  }

  /** Looks after silent and slow peers. */
  examine(nowMicros: number): void {
    for (const connection of [...this.#byId.values()]) connection.examine(nowMicros);
  }

  // Dialling.

  #dial(peer: Peer, delayMillis: number): Connection {
    const connection = new Connection(this.#context, this, peer);
    (peer.id === "" ? this.#byAddress : this.#byId).set(keyOf(peer), connection);
    this.#startDial(connection, delayMillis);
    return connection;
  }

  #startDial(connection: Connection, delayMillis: number): void {
    const { peer } = connection;
    const number = this.nextDial();
    const session = this.#keys.openSession();
    connection.epoch = this.#epochOf(number, peer.id, true);
    connection.record("dialing", "");
    const isByAddress = peer.id === "";
    connection.dial = new Dial({
      ...{ context: this.#context, to: peer, number, delayMillis },
      greet: () => this.greeting({ dial: number, session, isByAddress }),
      onGreeted: (handshake, greeting) => {
        this.#backOff.succeeded(keyOf(peer));
        this.#keys.agree(handshake, session, greeting, true);
        this.#dialled(connection, handshake, greeting);
      },
      onFailed: (reason) => {
        this.#dialFailed(connection, reason);
      },
    });
  }

  /** The other end has accepted. */
  #dialled(dialled: Connection, handshake: Handshake, greeting: Greeting): void {
    const { self } = this.#context;
    if (greeting.id === self.id) {
      handshake.abandon();
      dialled.fail("refused");
      return;
    }
    const connection = this.#identified(dialled, greeting);
    if (connection === null || greeting.isDuplicate) {
      handshake.abandon();
      return;
    }
    connection.peerBoot = greeting.boot;
    connection.peerDial = greeting.dial;
    connection.open(handshake.takeOver(connection), "connected");
    this.#release(connection)?.reject("replaced");
  }

  /** The connection that a dial becomes, now that it is known whom it has found; null for one that is there already. */
  #identified(dialled: Connection, greeting: Greeting): Connection | null {
    const peer = located(this.#context.peers, greeting);
    const { address, id } = dialled.peer;
    dialled.peer = peer;
    if (id !== "") return dialled;
    this.#byAddress.delete(address);
    dialled.epoch = this.#epochOf(dialled.epoch >> 1, peer.id, true);
    const known = this.#byId.get(peer.id);
    if (greeting.isDuplicate) {
      // What was meant for the address goes over the connection with the id, or over a dial of it.
      const other = known ?? this.#dial(peer, 0);
      this.#nameByAddress(other, address);
      dialled.moveWaitingTo(other);
      dialled.merge();
      return null;
    }
    if (known?.isDialing === true) {
      // Two dials of one peer, and this one has arrived.
      known.dial?.abandon();
      this.#release(known)?.reject("replaced");
      known.moveWaitingTo(dialled);
      known.merge();
    } else known?.replace();
    this.#byId.set(peer.id, dialled);
    this.#nameByAddress(dialled, address);
    return dialled;
  }

  /** From now on the address means the connection, for whoever knows the address only. */
  #nameByAddress(connection: Connection, address: string): void {
    connection.dialledAddress = address;
    this.#idAt.set(address, connection.peer.id);
  }

  #dialFailed(connection: Connection, reason: DisconnectReason): void {
    const parked = this.#take(connection);
    if (parked !== null && !this.#isClosing) {
      // One's own dial did not get through, but the peer's has.
      this.#adopt(connection, parked.handshake, parked.greeting);
      return;
    }
    parked?.handshake.reject("refused");
    this.#backOff.failed(keyOf(connection.peer));
    connection.fail(reason);
  }

  // Accepting.

  /** A dialler has greeted: it is refused, waits, or becomes a connection. */
  incoming(handshake: Handshake, greeting: Greeting): void {
    const { id, boot, dial } = greeting;
    if (this.#isClosing || id === this.#context.self.id) {
      handshake.reject(this.#isClosing ? "refused" : "protocol-error");
      return;
    }
    this.#backOff.succeeded(id);
    if (greeting.isForDatagrams) {
      this.#acceptForDatagrams(handshake, greeting);
      return;
    }
    const own = this.#byId.get(id);
    if (own === undefined) {
      const connection = new Connection(
        this.#context,
        this,
        located(this.#context.peers, greeting),
      );
      this.#byId.set(id, connection);
      this.#accept(connection, handshake, greeting);
    } else if (own.isDialing) {
      const isOwnPreferred = this.#context.self.id < id && (own.dial?.hasGreeted ?? false);
      if (isOwnPreferred) this.#park(own, handshake, greeting, null);
      else this.#adopt(own, handshake, greeting);
    } else if (own.peerBoot !== boot) this.#replace(own, handshake, greeting);
    // A dial that was made before the connection that is there, or beside it.
    else if (dial <= own.peerDial) handshake.reject("replaced");
    else if (greeting.isByAddress) this.#acceptDuplicate(handshake);
    else {
      // The dialler has ended this connection: what it sent over it before is still on its way.
      const timer = setTimeout(() => {
        if (this.#take(own) !== null) this.#replace(own, handshake, greeting);
      }, this.#context.limits.succeedMillis);
      this.#park(own, handshake, greeting, timer);
    }
  }

  #accept(connection: Connection, handshake: Handshake, greeting: Greeting): void {
    const session = this.#keys.openSession();
    connection.epoch = this.#epochOf(greeting.dial, greeting.id, false);
    connection.peerBoot = greeting.boot;
    connection.peerDial = greeting.dial;
    handshake.accept(this.greeting({ session }), connection);
    this.#keys.agree(handshake, session, greeting, false);
    connection.open(handshake.socket, "accepted");
  }

  /** The peer's dial takes the place of one's own: what waited for that goes over it. */
  #adopt(own: Connection, handshake: Handshake, greeting: Greeting): void {
    own.dial?.abandon();
    own.dial = null;
    own.record("failed", "replaced");
    own.peer = located(this.#context.peers, greeting);
    this.#release(own)?.reject("replaced");
    this.#accept(own, handshake, greeting);
  }

  #replace(own: Connection, handshake: Handshake, greeting: Greeting): void {
    own.replace();
    this.incoming(handshake, greeting);
  }

  #acceptDuplicate(handshake: Handshake): void {
    handshake.accept(this.greeting({ isDuplicate: true }), handshake);
    handshake.finish();
  }

  #acceptForDatagrams(handshake: Handshake, greeting: Greeting): void {
    const session = this.#keys.openSession();
    handshake.accept(this.greeting({ session, isForDatagrams: true }), handshake);
    this.#keys.agree(handshake, session, greeting, false);
    handshake.finish();
  }

  // Waiting.

  #park(
    own: Connection,
    handshake: Handshake,
    greeting: Greeting,
    timer: NodeJS.Timeout | null,
  ): void {
    this.#release(own)?.reject("replaced");
    this.#parked.set(own, { handshake, greeting, timer });
    handshake.onGone = () => {
      if (this.#parked.get(own)?.handshake === handshake) this.#take(own);
    };
  }

  #take(own: Connection): ParkedDial | null {
    const parked = this.#parked.get(own) ?? null;
    this.#parked.delete(own);
    if (parked === null) return null;
    parked.handshake.onGone = null;
    if (parked.timer !== null) clearTimeout(parked.timer);
    return parked;
  }

  #release(own: Connection): Handshake | null {
    return this.#take(own)?.handshake ?? null;
  }

  // Ending.

  onOver(connection: Connection): void {
    const { peer, dialledAddress } = connection;
    if (this.#idAt.get(dialledAddress) === peer.id) this.#idAt.delete(dialledAddress);
    if (this.#byId.get(peer.id) === connection) this.#byId.delete(peer.id);
    if (this.#byAddress.get(peer.address) === connection) this.#byAddress.delete(peer.address);
    this.#ending.add(connection);
    const parked = this.#take(connection);
    if (parked !== null) this.incoming(parked.handshake, parked.greeting);
  }

  onGone(connection: Connection): void {
    this.#ending.delete(connection);
    if (this.#isClosing && this.count === 0) this.#onEmpty?.();
  }

  /** Whether anything has not left yet. */
  get isBusy(): boolean {
    return [...this.#all()].some(({ isBusy }) => isBusy);
  }

  /**
   * Ends every connection politely. `onEmpty` is called when none is left; `keepDials` says whether those that are
   * dialled, and have something to send, may go on until then.
   */
  close(keepDials: boolean, onEmpty: () => void): void {
    this.#isClosing = true;
    this.#onEmpty = onEmpty;
    for (const connection of [...this.#byId.values(), ...this.#byAddress.values()]) {
      if (keepDials && connection.isDialing && connection.isBusy) connection.endWhenOpen("closed");
      else connection.end("closed");
    }
    if (this.count === 0) onEmpty();
  }

  /** Gives up what has not left. */
  cut(): void {
    for (const connection of [...this.#all()]) {
      if (connection.isDialing) connection.end("closed");
      else connection.cut();
    }
  }

  /** The crash of the process. */
  crash(): void {
    for (const connection of this.#all()) connection.crash();
    for (const { handshake, timer } of this.#parked.values()) {
      if (timer !== null) clearTimeout(timer);
      handshake.reset();
    }
    for (const connections of [this.#byId, this.#byAddress, this.#parked, this.#ending]) {
      connections.clear();
    }
  }

  *#all(): Generator<Connection> {
    yield* this.#byId.values();
    yield* this.#byAddress.values();
    yield* this.#ending;
  }

  /** The name of a connection at both ends: the last bit tells the pair's two possible diallers apart. */
  #epochOf(dial: number, peerId: string, isOwn: boolean): number {
    const isLower = this.#context.self.id < peerId === isOwn;
    return dial * 2 + (isLower ? 0 : 1);
  }
}

function keyOf({ id, address }: Peer): string {
  return id === "" ? address : id;
}
