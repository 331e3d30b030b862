// Chord (Stoica, Morris, Liben-Nowell, Karger, Kaashoek, Dabek, Balakrishnan: "Chord: A Scalable Peer-to-peer Lookup Protocol for
// Internet Applications", IEEE/ACM Transactions on Networking 11(1), 2003): ids make a ring, a key belongs to the first node at
// or after it, and fingers at powers of two halve what is left of the way. This file is upkeep; chord-search.ts is lookups.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { ChordSearch } from "./chord-search.js";
import type { RingSearch, RingValue } from "./chord-search.js";
import {
  AskNeighbours,
  Neighbours,
  Notify,
  Pong,
  RING_PEERS_MAX,
  Store,
} from "./chord-messages.js";
import { Value } from "./chord-messages.js";
import type { ChordMessage } from "./chord-messages.js";
import { FINGER_BITS } from "./chord-ring.js";
import { dropExpired, keepValue, valueOf } from "./kademlia-values.js";
import type { KeptValue, KeptValues } from "./kademlia-values.js";
import type { KeyOperation } from "./key-operation.js";
import type { ProtocolContext } from "./protocol.js";
import { isBetween, keyAfter } from "./ring-distance.js";
import { keyBytes, keyOfBytes } from "./xor-distance.js";

/** Rounds between two lookups of the node itself through a contact: what was cut in two becomes one ring again. */
const REJOIN_ROUNDS = 5;

/** Discovery on a ring. */
export class ChordDiscovery extends ChordSearch {
  protected readonly kept: KeptValues = new Map();
  /** Whom this round's question went to, and its number; null when it has been answered. */
  protected questioned: { readonly peer: Peer; readonly id: number } | null = null;
  /** The same for the question whether the predecessor is there. */
  protected checked: { readonly peer: Peer; readonly id: number } | null = null;
  /** The finger that is looked for next. */
  protected nextFinger = FINGER_BITS - 1;
  protected fingerSearchId = 0;
  protected joinSearchId = 0;
  protected rounds = 0;
  protected joinAttempts = 0;
  protected isRetryPlanned = false;

  /** A restarted node goes on with the ring and the values that it remembers. */
  override start(context: ProtocolContext): void {
    super.start(context);
    this.questioned = null;
    this.checked = null;
    this.fingerSearchId = 0;
    this.joinSearchId = 0;
    this.joinAttempts = 0;
    this.isRetryPlanned = false;
    const { contacts, startPeers, periodMicros } = this.options;
    const isFirst = contacts[0] === context.self;
    if (isFirst || startPeers.length > 0) context.setStatus("active");
    if (periodMicros > 0) context.clock.setTimer(context.random.integer(periodMicros), "round");
    if (startPeers.length === 0) this.join();
  }

  override get progress(): string {
    if (this.context.status !== "joining") return "";
    return `joining, attempt ${this.joinAttempts}`;
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as ChordMessage;
    switch (said.type) {
      case "chord/ping":
        this.context.transport.sendDatagram(from, Pong.create({ id: said.id }));
        break;
      case "chord/pong":
        if (this.checked?.peer === from) this.checked = null;
        this.onPong(from, said.id);
        break;
      case "chord/find":
        this.onFind(from, said);
        break;
      case "chord/found":
        this.onFound(from, said);
        break;
      case "chord/route":
        this.onRoute(from, said);
        break;
      case "chord/arrived":
        this.onArrived(said);
        break;
      case "chord/ask-neighbours":
        this.tellNeighbours(from, said.id);
        break;
      case "chord/neighbours":
        this.onNeighbours(from, said);
        break;
      case "chord/notify":
        this.onNotify(from);
        break;
      default:
        this.onValueMessage(from, said);
    }
  }

  override onTimer(kind: string, argument: unknown): void {
    if (kind === "answer") {
      const [id, peer] = argument as [number, Peer];
      this.onAnswerTimer(id, peer);
    } else if (kind === "search") this.onSearchTimer(argument as number);
    else if (kind === "pass") this.onPassTimer(argument as number);
    else if (kind === "silence") this.onSilence(argument as number);
    else if (kind === "full") this.onFullTimer(argument as [KeyOperation, number, string]);
    else if (kind === "round") this.round();
    else {
      this.isRetryPlanned = false;
      if (this.context.status === "joining") this.join();
    }
  }

  protected begin(operation: KeyOperation, key: string, value: Uint8Array | null): number {
    const id = this.context.newApplicationId();
    const version = this.context.clock.nowMicros();
    this.context.asked({ operation, id, key, value });
    const leftMicros = this.options.expireMicros;
    const stored = value === null ? null : { value, version, leftMicros };
    if (!this.search({ id, purpose: operation, key, stored })) {
      this.context.decided("search", "too many at once", id);
      this.context.clock.setTimer(0, "full", [operation, id, key]);
    }
    return id;
  }

  protected override onSearched(search: RingSearch, value: Uint8Array | null): void {
    const { purpose, id, key } = search;
    const responsible = search.responsible ?? [];
    if (purpose === "join") {
      if (id === this.joinSearchId) this.joinSearchId = 0;
      if (responsible.length > 0) this.joined(responsible);
    } else if (purpose === "finger") {
      if (id === this.fingerSearchId) this.fingerSearchId = 0;
      this.setFinger(responsible[0]);
    } else {
      const { requests, timeouts, depth, copies } = search;
      const isSuccess =
        purpose === "lookup"
          ? responsible.length > 0
          : purpose === "put"
            ? copies > 0
            : value !== null;
      const put = search.stored?.value ?? null;
      this.context.answered({
        ...{ operation: purpose, id, key, isSuccess, closest: responsible },
        ...{ value: purpose === "put" ? put : value, depth, requests, timeouts },
      });
    }
  }

  protected override storeHere(key: string, { value, version, leftMicros }: RingValue): boolean {
    const nowMicros = this.context.clock.nowMicros();
    const { valuesMax: countMax, expireMicros } = this.options;
    const expiresAtMicros = nowMicros + Math.min(leftMicros, expireMicros);
    const kept = { value, version, expiresAtMicros, storedAtMicros: nowMicros };
    return keepValue(this.kept, key, kept, { selfId: this.context.self.id, countMax });
  }

  protected override valueHere(key: string): Uint8Array | null {
    return valueOf(this.kept, key, this.context.clock.nowMicros())?.value ?? null;
  }

  private onFullTimer([operation, id, key]: [KeyOperation, number, string]): void {
    const none = { closest: [], value: null, depth: 0, requests: 0, timeouts: 0 };
    this.context.answered({ operation, id, key, isSuccess: false, ...none });
  }

  private onValueMessage(from: Peer, said: ChordMessage): void {
    const { transport } = this.context;
    if (said.type === "chord/value") this.onValue(from, said.id, said.value);
    else if (said.type === "chord/fetch") {
      const key = keyOfBytes(said.key);
      if (key === null) return;
      transport.sendDatagram(from, Value.create({ id: said.id, value: this.valueHere(key) }));
    } else if (said.type === "chord/store") {
      const key = keyOfBytes(said.key);
      if (key === null) return;
      if (this.storeHere(key, said)) transport.sendDatagram(from, Pong.create({ id: said.id }));
      else this.context.decided("store", "no room", said.id);
    }
  }

  /** Looks for the own place on the ring through the contacts in turn, until one answers. */
  private join(): void {
    const { clock, random, self } = this.context;
    if (this.isRetryPlanned) return;
    const contacts = this.options.contacts.filter((contact) => contact !== self);
    if (contacts.length === 0) return;
    this.searchOwnPlace(contacts[this.joinAttempts % contacts.length]!);
    this.joinAttempts++;
    // Half the pause at least, so that those who lost the same contact do not come back in step.
    const pauseMicros = 2 * this.options.answerMicros;
    clock.setTimer(pauseMicros + random.integer(pauseMicros), "join");
    this.isRetryPlanned = true;
  }

  private searchOwnPlace(via: Peer): void {
    if (this.joinSearchId !== 0) return;
    const id = this.context.newApplicationId();
    const { self } = this.context;
    if (this.search({ id, purpose: "join", key: self.id, stored: null }, via))
      this.joinSearchId = id;
  }

  private joined(responsible: readonly Peer[]): void {
    const { self, transport } = this.context;
    this.follow(responsible.filter((peer) => peer !== self));
    const [first] = this.ring.successors;
    if (first === undefined) return;
    if (this.context.status === "joining") this.context.setStatus("active");
    transport.sendDatagram(first, Notify.create({}));
    this.askNeighbours(first);
  }

  /** One round of upkeep: stabilise, look for one finger, see whether the predecessor is there. */
  private round(): void {
    const { clock, random, self } = this.context;
    clock.setTimer(this.options.periodMicros, "round");
    this.rounds++;
    dropExpired(this.kept, clock.nowMicros());
    const [first] = this.ring.successors;
    if (first !== undefined) this.askNeighbours(first);
    this.checkPredecessor();
    this.fixFinger();
    const contacts = this.options.contacts.filter((contact) => contact !== self);
    const isAlone = first === undefined;
    if (contacts.length > 0 && (isAlone || this.rounds % REJOIN_ROUNDS === 0))
      this.searchOwnPlace(random.pick(contacts));
  }

  private askNeighbours(peer: Peer): void {
    const { clock, transport } = this.context;
    const id = this.context.newApplicationId();
    this.questioned = { peer, id };
    transport.sendDatagram(peer, AskNeighbours.create({ id }));
    clock.setTimer(this.options.answerMicros, "silence", id);
  }

  private checkPredecessor(): void {
    const { predecessor } = this.ring;
    if (predecessor === null) return;
    const { clock, transport } = this.context;
    const id = this.context.newApplicationId();
    this.checked = { peer: predecessor, id };
    transport.sendDatagram(predecessor, AskNeighbours.create({ id }));
    clock.setTimer(this.options.answerMicros, "silence", id);
  }

  /** A neighbour has not answered: the next one is asked at once. */
  private onSilence(id: number): void {
    if (this.checked?.id === id) {
      const { peer } = this.checked;
      this.checked = null;
      this.unanswered(peer);
    }
    if (this.questioned?.id !== id) return;
    const { peer } = this.questioned;
    this.questioned = null;
    this.unanswered(peer);
    const [next] = this.ring.successors;
    if (next !== undefined) this.askNeighbours(next);
  }

  private tellNeighbours(to: Peer, id: number): void {
    const { successors, predecessor } = this.ring;
    for (let from = 0; from === 0 || from < successors.length; from += RING_PEERS_MAX) {
      const peers = successors.slice(from, from + RING_PEERS_MAX);
      this.context.transport.sendDatagram(to, Neighbours.create({ id, predecessor, from, peers }));
    }
  }

  private onNeighbours(from: Peer, { id, predecessor, from: place, peers }: Neighbours): void {
    const { self, transport } = this.context;
    if (this.checked?.peer === from && this.checked.id === id) this.checked = null;
    if (this.questioned?.peer !== from || this.questioned.id !== id) {
      if (place > 0 && this.ring.successors[0] === from) this.takeList(from, place, peers);
      return;
    }
    this.questioned = null;
    this.takeList(from, place, peers);
    if (predecessor !== null && isBetween(self.id, predecessor.id, from.id)) {
      this.follow([predecessor]);
      if (this.ring.successors[0] === predecessor) this.askNeighbours(predecessor);
    }
    const [first] = this.ring.successors;
    if (first !== undefined) transport.sendDatagram(first, Notify.create({}));
    this.handOn();
  }

  /** The successor's successors come behind it; who is not among them any more is gone. */
  private takeList(first: Peer, place: number, peers: readonly Peer[]): void {
    const { successors } = this.ring;
    const at = successors.indexOf(first);
    if (at < 0) return;
    this.ring.successors = successors.slice(0, at + 1 + place);
    this.follow(peers);
  }

  private onNotify(from: Peer): void {
    const { self } = this.context;
    const { predecessor, successors } = this.ring;
    if (from.id === "" || from === self) return;
    if (predecessor === null || isBetween(predecessor.id, from.id, self.id)) {
      this.ring.predecessor = from;
      this.recordRing();
      this.handOver(from);
    }
    // The first of a network learns of the second like this.
    if (successors.length === 0) this.follow([from]);
  }

  private fixFinger(): void {
    const { self } = this.context;
    const [first] = this.ring.successors;
    if (first === undefined || this.fingerSearchId !== 0) return;
    const key = keyAfter(self.id, this.nextFinger);
    if (!isBetween(first.id, key, self.id)) {
      // This and all smaller ones are the first successor.
      for (const bit of [...this.ring.fingers.keys()])
        if (bit <= this.nextFinger) this.ring.fingers.delete(bit);
      this.nextFinger = FINGER_BITS - 1;
      this.recordRing();
      return;
    }
    const id = this.context.newApplicationId();
    if (this.search({ id, purpose: "finger", key, stored: null })) this.fingerSearchId = id;
  }

  private setFinger(peer: Peer | undefined): void {
    const bit = this.nextFinger;
    this.nextFinger = bit === 0 ? FINGER_BITS - 1 : bit - 1;
    if (peer === undefined || peer === this.context.self) this.ring.fingers.delete(bit);
    else this.ring.fingers.set(bit, peer);
    this.recordRing();
  }

  /** The responsible node has those that follow it keep copies, once in a while for each value. */
  private handOn(): void {
    const { clock, self } = this.context;
    const { predecessor, successors } = this.ring;
    const nowMicros = clock.nowMicros();
    const pauseMicros = REJOIN_ROUNDS * this.options.periodMicros;
    for (const [key, kept] of this.kept) {
      const isOwn = predecessor === null || !isBetween(self.id, key, predecessor.id);
      if (!isOwn || nowMicros - kept.storedAtMicros < pauseMicros) continue;
      this.kept.set(key, { ...kept, storedAtMicros: nowMicros });
      for (const holder of successors.slice(0, this.options.replicas - 1))
        this.sendValue(holder, key, kept);
    }
  }

  /** A new predecessor is given what belongs to it and to those before it. */
  private handOver(predecessor: Peer): void {
    const { self } = this.context;
    for (const [key, kept] of this.kept)
      if (!isBetween(predecessor.id, key, self.id)) this.sendValue(predecessor, key, kept);
  }

  private sendValue(to: Peer, key: string, { value, version, expiresAtMicros }: KeptValue): void {
    const leftMicros = Math.max(0, expiresAtMicros - this.context.clock.nowMicros());
    const message = { id: 0, key: keyBytes(key), version, leftMicros, value };
    this.context.transport.sendDatagram(to, Store.create(message));
  }
}
