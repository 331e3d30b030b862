// Keys for datagrams, agreed on over TLS connections: each end names a session under which it takes datagrams, and
// both take bytes from the connection that only they know. AES-256-GCM hides and authenticates; a window of numbers
// refuses what was seen before.

import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomInt } from "node:crypto";

import type { Peer } from "./peer.js";
import type { Refusal } from "./transport-observer.js";

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COUNTER_BYTES = 6;
/** Datagrams under one key, by which it is renewed: far below what GCM bears, and within the counter's six bytes. */
const COUNTER_MAX = 2 ** 40;
/** A datagram may come this many places late. */
const WINDOW_BITS = 1024;
const WORD_BITS = 32;
/** Sessions of one peer that are still read: ends switch to a new key at different times. */
const SESSIONS_PER_PEER = 3;

/** Bytes that a sealed datagram has beyond its content: session, counter, tag. */
export const SEAL_BYTES = 4 + COUNTER_BYTES + TAG_BYTES;
/** Bytes that both directions take of a connection's secret. */
export const KEY_MATERIAL_BYTES = 2 * (KEY_BYTES + NONCE_BYTES);

/** Which of the last numbers were seen (RFC 4303, 3.4.3). */
export class ReplayWindow {
  readonly #seen = new Uint32Array(WINDOW_BITS / WORD_BITS);
  #highest = -1;

  /** Whether a number is new; it is not from then on. One that is too old to tell counts as seen. */
  admit(number: number): boolean {
    if (number > this.#highest) {
      const first = Math.max(this.#highest + 1, number - WINDOW_BITS + 1);
      for (let i = first; i <= number; i++) this.#set(i, false);
      this.#highest = number;
    } else if (number <= this.#highest - WINDOW_BITS || this.#get(number)) return false;
    this.#set(number, true);
    return true;
  }

  #get(number: number): boolean {
    const bit = number % WINDOW_BITS;
    return ((this.#seen[Math.floor(bit / WORD_BITS)]! >>> (bit % WORD_BITS)) & 1) === 1;
  }

  #set(number: number, isSeen: boolean): void {
    const bit = number % WINDOW_BITS;
    const mask = 1 << (bit % WORD_BITS);
    const word = Math.floor(bit / WORD_BITS);
    this.#seen[word] = isSeen ? this.#seen[word]! | mask : this.#seen[word]! & ~mask;
  }
}

/** One agreement of a pair. */
interface Session {
  /** Held here with its address: nobody else may hold it before the first datagram comes, and it is to be answered. */
  readonly peer: Peer;
  /** The names of the session at both ends. */
  readonly own: number;
  readonly remote: number;
  readonly send: Buffer;
  readonly receive: Buffer;
  readonly window: ReplayWindow;
  counter: number;
  lastUsedMicros: number;
}

/** What a sealed datagram turned out to be. */
export type Opened =
  | { readonly peer: Peer; readonly content: Buffer }
  | { readonly refusal: Refusal; readonly session: number };

export class DatagramKeys {
  /** By the name under which datagrams come in; the least recently used first. */
  readonly #sessions = new Map<number, Session>();
  /** The latest of each peer: what is sent under. */
  readonly #latest = new Map<string, Session>();
  readonly #sessionsMax: number;

  constructor(sessionsMax: number) {
    this.#sessionsMax = sessionsMax;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A name for a session to come. */
  openSession(): number {
    for (;;) {
      const session = randomInt(1, 2 ** 32);
      if (!this.#sessions.has(session)) return session;
    }
  }

  /** Both ends have named a session and hold the same secret bytes; the dialler sends under the first half. */
  agree(
    peer: Peer,
    names: { readonly own: number; readonly remote: number },
    secret: Uint8Array,
    isDialler: boolean,
    nowMicros: number,
  ): void {
    const half = secret.length / 2;
    const outward = Buffer.from(secret.subarray(0, half));
    const inward = Buffer.from(secret.subarray(half));
    const session: Session = {
      ...{ peer, own: names.own, remote: names.remote },
      ...(isDialler ? { send: outward, receive: inward } : { send: inward, receive: outward }),
      ...{ window: new ReplayWindow(), counter: 0, lastUsedMicros: nowMicros },
    };
    this.#sessions.set(names.own, session);
    this.#latest.set(peer.id, session);
    const ofPeer = [...this.#sessions.values()].filter((other) => other.peer.id === peer.id);
    for (const old of ofPeer.slice(0, -SESSIONS_PER_PEER)) this.#delete(old);
    for (const oldest of this.#sessions.values()) {
      if (this.#sessions.size <= this.#sessionsMax) break;
      this.#delete(oldest);
    }
  }

  /** Whether datagrams to a peer can be sealed. */
  has(peerId: string): boolean {
    const session = this.#latest.get(peerId);
    return session !== undefined && session.counter < COUNTER_MAX;
  }

  /** The peer whose datagrams go under a session of its. */
  peerOf(remote: number): Peer | undefined {
    for (const session of this.#latest.values()) {
      if (session.remote === remote) return session.peer;
    }
    return undefined;
  }

  /** Seals a datagram to a peer that `has` a key, behind `prefix`, which is authenticated with it. */
  seal(peerId: string, prefix: Uint8Array, content: Uint8Array, nowMicros: number): Buffer | null {
    const session = this.#latest.get(peerId);
    if (session === undefined) return null;
    session.lastUsedMicros = nowMicros;
    const sealed = Buffer.alloc(prefix.length + SEAL_BYTES + content.length);
    sealed.set(prefix);
    let offset = sealed.writeUInt32BE(session.remote, prefix.length);
    offset = sealed.writeUIntBE(session.counter, offset, COUNTER_BYTES);
    const nonce = nonceOf(session.send, session.counter++);
    const cipher = createCipheriv(ALGORITHM, session.send.subarray(0, KEY_BYTES), nonce);
    cipher.setAAD(sealed.subarray(0, offset));
    sealed.set(cipher.update(content), offset);
    cipher.final();
    sealed.set(cipher.getAuthTag(), sealed.length - TAG_BYTES);
    return sealed;
  }

  /** Opens a sealed datagram behind a prefix of some bytes. */
  open(sealed: Buffer, prefixBytes: number, nowMicros: number): Opened {
    if (sealed.length < prefixBytes + SEAL_BYTES) return { refusal: "datagram-forged", session: 0 };
    const own = sealed.readUInt32BE(prefixBytes);
    const session = this.#sessions.get(own);
    if (session === undefined) return { refusal: "datagram-stranger", session: own };
    const counter = sealed.readUIntBE(prefixBytes + 4, COUNTER_BYTES);
    const start = prefixBytes + 4 + COUNTER_BYTES;
    const key = session.receive.subarray(0, KEY_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, nonceOf(session.receive, counter));
    decipher.setAAD(sealed.subarray(0, start));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const content = decipher.update(sealed.subarray(start, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return { refusal: "datagram-forged", session: own };
    }
    // After the tag: a forged number must not move the window.
    if (!session.window.admit(counter)) return { refusal: "datagram-replayed", session: own };
    session.lastUsedMicros = nowMicros;
    return { peer: session.peer, content };
  }

  /** Forgets the keys that were not used since then. */
  forgetUnused(sinceMicros: number): void {
    for (const session of this.#sessions.values()) {
      if (session.lastUsedMicros < sinceMicros) this.#delete(session);
    }
  }

  #delete(session: Session): void {
    this.#sessions.delete(session.own);
    if (this.#latest.get(session.peer.id) === session) this.#latest.delete(session.peer.id);
  }
}

/** The nonce of a number under a key: never the same twice (RFC 8446, 5.3). */
function nonceOf(keyAndSalt: Buffer, counter: number): Buffer {
  const nonce = Buffer.from(keyAndSalt.subarray(KEY_BYTES));
  const place = NONCE_BYTES - COUNTER_BYTES;
  const salt = nonce.readUIntBE(place, COUNTER_BYTES);
  // Addition within 48 bits is as good as the exclusive or, and stays exact.
  nonce.writeUIntBE((salt + counter) % 2 ** 48, place, COUNTER_BYTES);
  return nonce;
}
