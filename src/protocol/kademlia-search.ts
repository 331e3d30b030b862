// How a Kademlia node searches: asks candidates, takes in what they answer, gives up on those that do not, and has values
// stored at the nearest it found. Several searches go on at once, each bounded.

import type { Peer } from "../transport/peer.js";
import { KademliaContacts } from "./kademlia-contacts.js";
import { addCandidate, answered, candidateOf, isWaiting, newLookup } from "./kademlia-lookup.js";
import { nextToAsk } from "./kademlia-lookup.js";
import type { Candidate, Lookup, LookupPurpose, StoredValue } from "./kademlia-lookup.js";
import { FindNode, FindValue, Store } from "./kademlia-messages.js";
import type { Nodes } from "./kademlia-messages.js";
import { nearestContacts } from "./kademlia-table.js";
import type { KeyOperation } from "./key-operation.js";
import type { ProtocolContext } from "./protocol.js";
import { keyBytes } from "./xor-distance.js";

/** Searches under way at most: each remembers some hundred candidates. */
export const LOOKUPS_MAX = 128;

/** What a search is for, besides its key. */
export interface Errand {
  readonly purpose: LookupPurpose;
  readonly stored?: StoredValue;
}

/** A node that searches. */
export abstract class KademliaSearch extends KademliaContacts {
  /** Under way, by id, in the order in which they began. */
  protected readonly lookups = new Map<number, Lookup>();

  override start(context: ProtocolContext): void {
    this.lookups.clear();
    super.start(context);
  }

  /** Begins a search under an id; answers whether it has begun: it has not when too many are under way. */
  protected search(id: number, key: string, { purpose, stored }: Errand): boolean {
    if (this.lookups.size >= LOOKUPS_MAX) return false;
    const { bucketSize, disjointPaths: paths } = this.options;
    const lookup = newLookup({ id, purpose, key, paths, stored: stored ?? null });
    this.lookups.set(id, lookup);
    const nearest = nearestContacts(this.table, this.context.self, key, bucketSize * paths);
    for (const [i, peer] of nearest.entries())
      addCandidate(lookup, peer, { depth: 1, path: i % paths }, this.options);
    // Who knows nobody has its answer at once, and yet never before the call has returned.
    if (nearest.length > 0) this.advance(lookup);
    else this.context.clock.setTimer(0, "alone", id);
    return true;
  }

  /** A search for which there was nobody to ask. */
  protected onAloneTimer(id: number): void {
    const lookup = this.lookups.get(id);
    if (lookup !== undefined) this.advance(lookup);
  }

  /** Whether a search asks for the value under its key, and not for nodes alone. */
  protected asksForValue(purpose: LookupPurpose): boolean {
    return purpose === "get";
  }

  /** What a search that no value has ended has found all the same; null for nothing. */
  protected gathered(_lookup: Lookup): Uint8Array | null {
    return null;
  }

  /** What the search was for is done. */
  protected abstract onFinished(lookup: Lookup, value: Uint8Array | null): void;

  /** The value is to be kept here as well: the node is one of the nearest itself. */
  protected abstract storeHere(key: string, stored: StoredValue): boolean;

  protected onNodes(from: Peer, { id, part, parts, peers }: Nodes): void {
    const lookup = this.lookups.get(id);
    const asked = lookup === undefined ? undefined : candidateOf(lookup, from);
    if (lookup === undefined || asked?.state !== "asked" || part >= parts) return;
    const { self } = this.context;
    const place = { depth: asked.depth + 1, path: asked.path };
    for (const peer of peers) {
      if (peer !== self && peer.id !== "") addCandidate(lookup, peer, place, this.options);
    }
    asked.parts |= 1 << part;
    if (asked.parts === (1 << parts) - 1) this.settle(asked, "answered");
    this.advance(lookup);
  }

  /** The search is over: there is the value. */
  protected onValue(from: Peer, id: number, value: Uint8Array): void {
    const lookup = this.lookups.get(id);
    if (lookup?.purpose !== "get") return;
    const asked = candidateOf(lookup, from);
    if (asked?.state !== "asked") return;
    this.settle(asked, "answered");
    this.finish(lookup, value);
  }

  /** Somebody keeps the value of a put. */
  protected onStored(from: Peer, id: number): void {
    const lookup = this.lookups.get(id);
    const timer = lookup?.storing.get(from);
    if (lookup === undefined || timer === undefined) return;
    this.context.clock.clearTimer(timer);
    lookup.storing.delete(from);
    lookup.copies++;
    if (lookup.storing.size === 0) this.finish(lookup, null);
  }

  /** The time for an answer is over. */
  protected onAnswerTimer(id: number, peer: Peer): void {
    const lookup = this.lookups.get(id);
    if (lookup === undefined) return;
    if (lookup.storing.delete(peer)) {
      lookup.timeouts++;
      this.unanswered(peer);
      if (lookup.storing.size === 0) this.finish(lookup, null);
      return;
    }
    const asked = candidateOf(lookup, peer);
    if (asked?.state !== "asked") return;
    asked.timer = null;
    if (asked.parts > 0) {
      // Somebody is there: only a part of the answer was lost.
      asked.state = "answered";
    } else {
      asked.state = "failed";
      lookup.timeouts++;
      this.unanswered(peer);
    }
    this.advance(lookup);
  }

  /** Asks whoever is next; without any, and nothing under way, the search has found what it can. */
  private advance(lookup: Lookup): void {
    for (const candidate of nextToAsk(lookup, this.options)) this.ask(lookup, candidate);
    if (isWaiting(lookup)) return;
    if (lookup.stored === null) this.finish(lookup, this.gathered(lookup));
    else this.store(lookup, lookup.stored);
  }

  private ask(lookup: Lookup, candidate: Candidate): void {
    const { clock, transport } = this.context;
    const { id, key, purpose } = lookup;
    const asks = this.asksForValue(purpose) ? FindValue : FindNode;
    transport.sendDatagram(candidate.peer, asks.create({ id, key: keyBytes(key) }));
    lookup.requests++;
    candidate.state = "asked";
    candidate.timer = clock.setTimer(this.options.answerMicros, "answer", [id, candidate.peer]);
  }

  private settle(candidate: Candidate, state: "answered" | "failed"): void {
    if (candidate.timer !== null) this.context.clock.clearTimer(candidate.timer);
    candidate.timer = null;
    candidate.state = state;
  }

  /** The nearest that answered keep the value, this node too where it is one of them. */
  private store(lookup: Lookup, { value, version, leftMicros }: StoredValue): void {
    const { id, key, storing } = lookup;
    const { bucketSize, answerMicros } = this.options;
    const nearest = answered(lookup, bucketSize).map(({ peer }) => peer);
    const furthest = nearest.at(-1);
    if (
      nearest.length < bucketSize ||
      (furthest !== undefined && this.isNearerThan(furthest, key))
    ) {
      if (nearest.length === bucketSize) nearest.pop();
      if (this.storeHere(key, { value, version, leftMicros })) lookup.copies++;
    }
    for (const peer of nearest) {
      const message = Store.create({ id, key: keyBytes(key), version, leftMicros, value });
      this.context.transport.sendDatagram(peer, message);
      lookup.requests++;
      storing.set(peer, this.context.clock.setTimer(answerMicros, "answer", [id, peer]));
    }
    if (storing.size === 0) this.finish(lookup, null);
  }

  private finish(lookup: Lookup, value: Uint8Array | null): void {
    for (const { timer } of lookup.candidates)
      if (timer !== null) this.context.clock.clearTimer(timer);
    this.lookups.delete(lookup.id);
    const { purpose } = lookup;
    if (isOperation(purpose)) this.answerOperation(lookup, purpose, value);
    this.onFinished(lookup, value);
  }

  private answerOperation(lookup: Lookup, operation: KeyOperation, value: Uint8Array | null): void {
    const { id, key, requests, timeouts, copies } = lookup;
    const found = answered(lookup, this.options.bucketSize);
    const isSuccess =
      operation === "lookup" ? found.length > 0 : operation === "put" ? copies > 0 : value !== null;
    this.context.answered({
      operation,
      id,
      key,
      isSuccess,
      closest: found.map(({ peer }) => peer),
      value: operation === "put" ? (lookup.stored?.value ?? null) : value,
      depth: found[0]?.depth ?? 0,
      requests,
      timeouts,
    });
  }
}

function isOperation(purpose: LookupPurpose): purpose is KeyOperation {
  return purpose === "lookup" || purpose === "put" || purpose === "get";
}
