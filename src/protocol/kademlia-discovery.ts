// Kademlia (Maymounkov, Mazières: "Kademlia: A Peer-to-peer Information System Based on the XOR Metric", IPTPS 2002): nodes
// and keys share one space of identifiers, every node knows many near to itself and few afar, and whoever speaks to a node
// becomes known to it. This file is its upkeep and what it answers; docs/protocols/kademlia.md says what it is good for.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { KademliaSearch } from "./kademlia-search.js";
import { answered } from "./kademlia-lookup.js";
import type { Lookup, StoredValue } from "./kademlia-lookup.js";
import { CONTACTS_MAX, Nodes, Ping, Pong, Store, Value } from "./kademlia-messages.js";
import type { KademliaMessage } from "./kademlia-messages.js";
import { deepestBucket, nearestContacts, staleContacts } from "./kademlia-table.js";
import { dropExpired, keepValue, valueOf } from "./kademlia-values.js";
import type { KeptValues } from "./kademlia-values.js";
import type { KeyOperation } from "./key-operation.js";
import type { ProtocolContext } from "./protocol.js";
import { compareDistance, keyBytes, keyOfBytes, keySharing, sharedBits } from "./xor-distance.js";

/** Values of its own that a node renews, at most: the oldest are left to expire. */
const PUBLISHED_MAX = 1_000;

/** Something that the node does for its own upkeep, one after the other. */
type Chore =
  | { readonly chore: "self" }
  | { readonly chore: "bucket"; readonly bits: number }
  | { readonly chore: "value"; readonly key: string };

/** A value that this node has put, and when it did last. */
interface PublishedValue {
  readonly value: Uint8Array;
  readonly version: number;
  readonly putAtMicros: number;
}

/** What a node answers its own application without asking anyone. */
type OwnAnswer = [operation: KeyOperation, id: number, key: string, value: Uint8Array | null];

/** Discovery by distance. */
export class KademliaDiscovery extends KademliaSearch {
  protected readonly kept: KeptValues = new Map();
  protected readonly published = new Map<string, PublishedValue>();
  protected chores: Chore[] = [];
  /** The search of the chore that is being done; 0 for none. */
  protected choreId = 0;
  /** When somebody last searched in each bucket: that refreshes it. */
  protected readonly usedAtMicros = new Map<number, number>();
  protected joinAttempts = 0;
  protected isRetryPlanned = false;
  protected isValueTimerSet = false;

  /** A restarted node goes on with the contacts and values that it remembers. */
  override start(context: ProtocolContext): void {
    this.chores = [];
    this.choreId = 0;
    this.joinAttempts = 0;
    this.isRetryPlanned = false;
    this.isValueTimerSet = false;
    super.start(context);
    const { contacts, startPeers, refreshMicros } = this.options;
    this.recordAll();
    if (contacts[0] === context.self || startPeers.length > 0) context.setStatus("active");
    if (this.kept.size > 0 || this.published.size > 0) this.planValues();
    if (refreshMicros > 0) context.clock.setTimer(context.random.integer(refreshMicros), "refresh");
    if (deepestBucket(this.table) < 0) this.join();
    else if (startPeers.length === 0) this.doChore({ chore: "self" });
  }

  override get progress(): string {
    if (this.context.status !== "joining") return "";
    return `joining, attempt ${this.joinAttempts}`;
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as KademliaMessage;
    this.heardOf(from);
    switch (said.type) {
      case "kademlia/ping":
        this.context.transport.sendDatagram(from, Pong.create({ id: said.id }));
        break;
      case "kademlia/pong":
        this.onStored(from, said.id);
        if (this.context.status === "joining") this.doChore({ chore: "self" });
        break;
      case "kademlia/find-node":
        this.answerNodes(from, said.id, keyOfBytes(said.key));
        break;
      case "kademlia/find-value":
        this.answerValue(from, said.id, keyOfBytes(said.key));
        break;
      case "kademlia/nodes":
        this.onNodes(from, said);
        break;
      case "kademlia/value":
        this.onValue(from, said.id, said.value);
        break;
      case "kademlia/store":
        this.onStore(from, said);
    }
  }

  override onTimer(kind: string, argument: unknown): void {
    if (kind === "answer") {
      const [id, peer] = argument as [number, Peer];
      this.onAnswerTimer(id, peer);
    } else if (kind === "alone") this.onAloneTimer(argument as number);
    else if (kind === "own") this.onOwnTimer(argument as OwnAnswer);
    else if (kind === "refresh") this.refresh();
    else if (kind === "values") this.renewValues();
    else {
      this.isRetryPlanned = false;
      if (this.context.status === "joining") this.join();
    }
  }

  protected begin(operation: KeyOperation, key: string, value: Uint8Array | null): number {
    const id = this.context.newApplicationId();
    this.context.asked({ operation, id, key, value });
    const own = operation === "get" ? this.ownAnswer(key) : undefined;
    if (own !== undefined) {
      this.answerMyself(operation, id, key, own);
      return id;
    }
    const errand =
      value === null
        ? { purpose: operation }
        : { purpose: operation, stored: this.publish(key, value) };
    if (this.search(id, key, errand)) this.used(key);
    else {
      this.context.decided("search", "too many at once", id);
      this.answerMyself(operation, id, key, null);
    }
    if (deepestBucket(this.table) < 0) this.join();
    return id;
  }

  protected override onNewContact(peer: Peer): void {
    if (this.kept.size > 0) this.handOver(peer);
  }

  protected override onFinished(lookup: Lookup): void {
    if (lookup.purpose === "join" && answered(lookup, 1).length > 0) this.joined();
    if (lookup.id !== this.choreId) return;
    this.choreId = 0;
    this.nextChore();
  }

  protected override storeHere(key: string, { value, version, leftMicros }: StoredValue): boolean {
    const nowMicros = this.context.clock.nowMicros();
    const { valuesMax: countMax, expireMicros } = this.options;
    const isKept = keepValue(
      this.kept,
      key,
      {
        value,
        version,
        expiresAtMicros: nowMicros + Math.min(leftMicros, expireMicros),
        storedAtMicros: nowMicros,
      },
      { selfId: this.context.self.id, countMax },
    );
    if (isKept) this.planValues();
    return isKept;
  }

  /** The value that ends a get before anyone is asked; undefined for none. */
  protected ownAnswer(key: string): Uint8Array | undefined {
    return this.valueHere(key);
  }

  /** The value that this node keeps under a key, as it answers it; undefined for none. */
  protected valueHere(key: string): Uint8Array | undefined {
    return valueOf(this.kept, key, this.context.clock.nowMicros())?.value;
  }

  /** Answers an operation that needs nobody, or for which there is no room: once the call has returned. */
  private answerMyself(...answer: OwnAnswer): void {
    this.context.clock.setTimer(0, "own", answer);
  }

  private onOwnTimer([operation, id, key, value]: OwnAnswer): void {
    const none = { closest: [], depth: 0, requests: 0, timeouts: 0 };
    this.context.answered({ operation, id, key, value, isSuccess: value !== null, ...none });
  }

  protected answerNodes(to: Peer, id: number, key: string | null): void {
    if (key === null) return;
    const { transport, self } = this.context;
    const { bucketSize } = this.options;
    // One more, since whoever asks needs not be told of itself.
    const known = nearestContacts(this.table, self, key, bucketSize + 1);
    const nearest = known.filter((peer) => peer !== to).slice(0, bucketSize);
    const parts = Math.max(1, Math.ceil(nearest.length / CONTACTS_MAX));
    for (let part = 0; part < parts; part++) {
      const peers = nearest.slice(part * CONTACTS_MAX, (part + 1) * CONTACTS_MAX);
      transport.sendDatagram(to, Nodes.create({ id, part, parts, peers }));
    }
  }

  /** Answers with the value under a key, or with nodes near to it. */
  protected answerValue(to: Peer, id: number, key: string | null): void {
    if (key === null) return;
    const value = this.valueHere(key);
    if (value === undefined) this.answerNodes(to, id, key);
    else this.context.transport.sendDatagram(to, Value.create({ id, value }));
  }

  private onStore(from: Peer, { id, key: keyAsBytes, version, leftMicros, value }: Store): void {
    const key = keyOfBytes(keyAsBytes);
    if (key === null) return;
    if (this.storeHere(key, { value, version, leftMicros }))
      this.context.transport.sendDatagram(from, Pong.create({ id }));
    else this.context.decided("store", "no room", id);
  }

  /** Asks the contacts in turn whether they are there, until one answers. */
  private join(): void {
    const { clock, random, self } = this.context;
    if (this.isRetryPlanned) return;
    const contacts = this.options.contacts.filter((contact) => contact !== self);
    if (contacts.length === 0) return;
    this.ping(contacts[this.joinAttempts % contacts.length]!);
    this.joinAttempts++;
    // Half the pause at least, so that those who lost the same contact do not come back in step.
    const halfMicros = Math.ceil(this.options.answerMicros / 2);
    clock.setTimer(halfMicros + random.integer(halfMicros), "join");
    this.isRetryPlanned = true;
  }

  /** A ping belongs to no operation: who answers is heard of, who does not is asked no more by and by. */
  private ping(peer: Peer): void {
    this.context.transport.sendDatagram(peer, Ping.create({ id: 0 }));
  }

  /** Part of the network: the buckets beyond the nearest neighbour are filled next. */
  private joined(): void {
    if (this.context.status === "joining") this.context.setStatus("active");
    for (let bits = deepestBucket(this.table) - 1; bits >= 0; bits--)
      if (!this.usedAtMicros.has(bits)) this.chores.push({ chore: "bucket", bits });
  }

  /** Refreshes the neighbourhood and every bucket in which nobody has searched for a while. */
  private refresh(): void {
    const { clock, random, self } = this.context;
    const { contacts, refreshMicros } = this.options;
    clock.setTimer(refreshMicros, "refresh");
    for (const peer of staleContacts(this.table)) this.ping(peer);
    // A contact that was lost to a cut is found again here, and with it the other side.
    const strangers = contacts.filter((contact) => contact !== self && !this.isMember(contact));
    if (strangers.length > 0) this.ping(random.pick(strangers));
    if (this.choreId !== 0 || this.chores.length > 0) return;
    const sinceMicros = clock.nowMicros() - refreshMicros;
    for (let bits = deepestBucket(this.table) - 1; bits >= 0; bits--) {
      if ((this.usedAtMicros.get(bits) ?? 0) <= sinceMicros)
        this.chores.push({ chore: "bucket", bits });
    }
    this.doChore({ chore: "self" });
  }

  private doChore(chore: Chore): void {
    if (chore.chore === "self" && this.chores.some((other) => other.chore === "self")) return;
    this.chores.unshift(chore);
    if (this.choreId === 0) this.nextChore();
  }

  /** Begins chores until one takes time. */
  private nextChore(): void {
    while (this.choreId === 0) {
      const chore = this.chores.shift();
      if (chore === undefined) return;
      this.beginChore(chore);
    }
  }

  private beginChore(chore: Chore): void {
    const { self, random } = this.context;
    const id = this.context.newApplicationId();
    this.choreId = id;
    let hasBegun = false;
    if (chore.chore === "self") hasBegun = this.search(id, self.id, { purpose: "join" });
    else if (chore.chore === "bucket") {
      const key = keySharing(self.id, chore.bits, random);
      this.used(key);
      hasBegun = this.search(id, key, { purpose: "refresh" });
    } else hasBegun = this.republish(id, chore.key);
    if (!hasBegun && this.choreId === id) this.choreId = 0;
  }

  private used(key: string): void {
    const bits = sharedBits(this.context.self.id, key);
    this.usedAtMicros.set(bits, this.context.clock.nowMicros());
  }

  /** Notes a value of this node's own, to be renewed before it expires. */
  private publish(key: string, value: Uint8Array): StoredValue {
    const nowMicros = this.context.clock.nowMicros();
    this.published.delete(key);
    this.published.set(key, { value, version: nowMicros, putAtMicros: nowMicros });
    if (this.published.size > PUBLISHED_MAX) {
      const [oldest] = this.published.keys();
      if (oldest !== undefined) this.published.delete(oldest);
    }
    this.planValues();
    return { value, version: nowMicros, leftMicros: this.options.expireMicros };
  }

  /** The timer of values runs while there are any. */
  private planValues(): void {
    if (this.isValueTimerSet) return;
    const { republishMicros, expireMicros } = this.options;
    const pauseMicros =
      republishMicros > 0 ? Math.min(republishMicros, expireMicros) : expireMicros;
    const halfMicros = Math.ceil(pauseMicros / 2);
    // A quarter of chance in it: the holders of a key do not all come at once, and the first spares the others.
    const { clock, random } = this.context;
    clock.setTimer(halfMicros + random.integer(Math.ceil(halfMicros / 2)), "values");
    this.isValueTimerSet = true;
  }

  /** Forgets what has expired, renews what is this node's own, hands on what nobody has spoken of for a while. */
  private renewValues(): void {
    const nowMicros = this.context.clock.nowMicros();
    const { republishMicros, expireMicros } = this.options;
    this.isValueTimerSet = false;
    dropExpired(this.kept, nowMicros);
    const waiting = new Set(this.chores.map((each) => (each.chore === "value" ? each.key : "")));
    const due = (key: string): void => {
      if (!waiting.has(key)) this.chores.push({ chore: "value", key });
      waiting.add(key);
    };
    for (const [key, { putAtMicros }] of this.published)
      if (nowMicros - putAtMicros >= expireMicros / 2) due(key);
    if (republishMicros > 0) {
      for (const [key, { storedAtMicros }] of this.kept)
        if (nowMicros - storedAtMicros >= republishMicros) due(key);
    }
    if (this.kept.size > 0 || this.published.size > 0) this.planValues();
    if (this.choreId === 0) this.nextChore();
  }

  /** Has a value stored at those that are nearest now; its publisher gives it a whole life again. */
  private republish(id: number, key: string): boolean {
    const nowMicros = this.context.clock.nowMicros();
    const { expireMicros } = this.options;
    const own = this.published.get(key);
    if (own !== undefined && nowMicros - own.putAtMicros >= expireMicros / 2) {
      this.published.set(key, { ...own, putAtMicros: nowMicros });
      const stored = { value: own.value, version: own.version, leftMicros: expireMicros };
      return this.search(id, key, { purpose: "republish", stored });
    }
    const known = valueOf(this.kept, key, nowMicros);
    if (known === undefined) return false;
    const { value, version, expiresAtMicros } = known;
    const stored = { value, version, leftMicros: expiresAtMicros - nowMicros };
    return this.search(id, key, { purpose: "republish", stored });
  }

  /** A newcomer is given what it is among the nearest to, by the nearest of those that keep it (section 2.5). */
  private handOver(newcomer: Peer): void {
    const { clock, self, transport } = this.context;
    const nowMicros = clock.nowMicros();
    for (const [key, { value, version, expiresAtMicros }] of this.kept) {
      if (expiresAtMicros <= nowMicros) continue;
      const nearest = nearestContacts(this.table, self, key, this.options.bucketSize);
      const others = nearest.filter((peer) => peer !== newcomer);
      if (others.length === nearest.length) continue;
      const [next] = others;
      if (next !== undefined && compareDistance(key, next.id, self.id) < 0) continue;
      const leftMicros = expiresAtMicros - nowMicros;
      const message = { id: 0, key: keyBytes(key), version, leftMicros, value };
      transport.sendDatagram(newcomer, Store.create(message));
    }
  }
}
