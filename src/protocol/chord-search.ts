// How a Chord node searches (ToN 2003, section IV-D). Iteratively it asks one node after the other, each nearer before the
// key, and goes round those that do not answer; recursively each node passes the question on and does the same. Either way
// the responsible node is asked itself at the end, so that a dead one is passed over in favour of the next.

import type { TimerHandle } from "../transport/clock.js";
import type { Peer } from "../transport/peer.js";
import { ChordContacts } from "./chord-contacts.js";
import {
  Arrived,
  Fetch,
  Find,
  Found,
  HOPS_MAX,
  Ping,
  Pong,
  Route,
  Store,
} from "./chord-messages.js";
import { AFTER_MAX, BEFORE_MAX, RING_PEERS_MAX, TIMEOUTS_MAX } from "./chord-messages.js";
import { closestPreceding, followingKey, responsibleFor } from "./chord-ring.js";
import type { KeyOperation } from "./key-operation.js";
import type { ProtocolContext } from "./protocol.js";
import { compareClockwise, isBetween } from "./ring-distance.js";
import { keyBytes, keyOfBytes } from "./xor-distance.js";

/** Searches and passed-on lookups under way at most, of each. */
export const SEARCHES_MAX = 128;

/** How often a recursive lookup is sent again that has not come back. */
const ROUTE_TRIES = 3;

/** How many answers long the way of a recursive lookup may take. */
const ROUTE_ANSWERS = 10;

/** What is kept under a key. */
export interface RingValue {
  readonly value: Uint8Array;
  readonly version: number;
  readonly leftMicros: number;
}

/** Somebody before the key who may know more, and how many nodes one after the other led there. */
interface Waypoint {
  readonly peer: Peer;
  readonly hops: number;
}

/** A search under way. Plain data. */
export interface RingSearch {
  readonly id: number;
  readonly purpose: KeyOperation | "join" | "finger";
  readonly key: string;
  readonly stored: RingValue | null;
  /** Who is to be asked next, in no order. */
  waypoints: Waypoint[];
  /** Who is responsible if none of the waypoints behind `from` lives. */
  fallback: {
    readonly from: string;
    readonly hops: number;
    readonly after: readonly Peer[];
  } | null;
  /** Everyone that was asked on the way. */
  readonly tried: Set<Peer>;
  /** Whose answer is waited for on the way or at its end. */
  asked: Waypoint | null;
  timer: TimerHandle | null;
  /** Whether whoever was asked has passed a recursive lookup on. */
  isOnItsWay: boolean;
  /** The responsible node and those that follow it, once they are known; the first has not answered yet. */
  responsible: readonly Peer[] | null;
  /** Whether the first of them has answered, so that values are being stored. */
  isStoring: boolean;
  readonly storing: Map<Peer, TimerHandle>;
  copies: number;
  depth: number;
  requests: number;
  timeouts: number;
  tries: number;
}

/** A lookup of another node on its way. Plain data. */
interface PassedOn {
  readonly id: number;
  readonly key: string;
  readonly origin: Peer;
  readonly hops: number;
  next: Peer[];
  timer: TimerHandle | null;
  timeouts: number;
}

/** A node that searches. */
export abstract class ChordSearch extends ChordContacts {
  protected readonly searches = new Map<number, RingSearch>();
  protected readonly passed = new Map<number, PassedOn>();

  override start(context: ProtocolContext): void {
    this.searches.clear();
    this.passed.clear();
    super.start(context);
  }

  /** A search is over; `responsible` is empty when it found nobody. */
  protected abstract onSearched(search: RingSearch, value: Uint8Array | null): void;
  protected abstract storeHere(key: string, stored: RingValue): boolean;
  protected abstract valueHere(key: string): Uint8Array | null;

  /** Begins a search under an id, through `via` or by what this node knows; false when too many are under way. */
  protected search(
    parts: Pick<RingSearch, "id" | "purpose" | "key" | "stored">,
    via?: Peer,
  ): boolean {
    if (this.searches.size >= SEARCHES_MAX) return false;
    const search: RingSearch = {
      ...parts,
      ...{
        waypoints: [],
        fallback: null,
        tried: new Set(),
        asked: null,
        timer: null,
        responsible: null,
      },
      ...{ isOnItsWay: false, isStoring: false, storing: new Map(), copies: 0 },
      ...{ depth: 0, requests: 0, timeouts: 0, tries: 0 },
    };
    this.searches.set(parts.id, search);
    if (via === undefined) this.lookAround(search);
    else search.waypoints.push({ peer: via, hops: 1 });
    // Not before the call has returned: what this node knows itself it knows at once.
    this.context.clock.setTimer(0, "search", parts.id);
    return true;
  }

  protected onSearchTimer(id: number): void {
    const search = this.searches.get(id);
    if (search !== undefined) this.advance(search);
  }

  protected onFind(from: Peer, { id, key: keyAsBytes }: Find): void {
    const key = keyOfBytes(keyAsBytes);
    if (key === null) return;
    const { self, transport } = this.context;
    const responsible = responsibleFor(this.ring, self, key);
    const after = (responsible ?? followingKey(this.ring, self, key)).slice(0, AFTER_MAX);
    const before = responsible === null ? closestPreceding(this.ring, self, key, BEFORE_MAX) : [];
    transport.sendDatagram(from, Found.create({ id, before, after }));
  }

  protected onFound(from: Peer, { id, before, after }: Found): void {
    const search = this.searches.get(id);
    const asked = search?.asked ?? null;
    if (search === undefined || asked === null || search.responsible !== null) return;
    if (asked.peer !== from && asked.peer.id !== "") return;
    this.stopWaiting(search);
    if (after.length > 0) search.fallback = { from: from.id, hops: asked.hops, after };
    for (const peer of before) {
      // Nearer before the key than who says so: a search that only gets nearer ends.
      if (search.tried.has(peer) || !isBetween(from.id, peer.id, search.key)) continue;
      search.waypoints.push({ peer, hops: asked.hops + 1 });
    }
    this.advance(search);
  }

  /** Somebody is there: the responsible node, the keeper of a value, or the next on the way of a lookup. */
  protected onPong(from: Peer, id: number): void {
    const passed = this.passed.get(id);
    if (passed?.next[0] === from && passed.timer !== null) {
      this.context.clock.clearTimer(passed.timer);
      this.passed.delete(id);
    }
    const search = this.searches.get(id);
    if (search === undefined) return;
    if (search.isStoring) {
      const timer = search.storing.get(from);
      if (timer === undefined) return;
      this.context.clock.clearTimer(timer);
      search.storing.delete(from);
      search.copies++;
      if (search.storing.size === 0) this.finish(search, null);
    } else if (search.responsible !== null && search.asked?.peer === from) {
      this.stopWaiting(search);
      this.confirmed(search);
    } else if (search.asked?.peer === from && search.timer !== null) {
      // A recursive lookup is on its way: who passed it on is there, and the rest of the way takes its time.
      const { answerMicros } = this.options;
      this.context.clock.clearTimer(search.timer);
      search.isOnItsWay = true;
      search.timer = this.context.clock.setTimer(ROUTE_ANSWERS * answerMicros, "answer", [
        id,
        from,
      ]);
    }
  }

  protected onValue(from: Peer, id: number, value: Uint8Array | null): void {
    const search = this.searches.get(id);
    if (search?.asked?.peer !== from || search.responsible === null) return;
    this.stopWaiting(search);
    if (value !== null) this.finish(search, value);
    else this.tryNextHolder(search);
  }

  /** A lookup comes by: it is passed on, or has come to its end. */
  protected onRoute(from: Peer, { id, key: keyAsBytes, origin, hops, timeouts }: Route): void {
    const key = keyOfBytes(keyAsBytes);
    if (key === null) return;
    const { self, transport } = this.context;
    transport.sendDatagram(from, Pong.create({ id }));
    const responsible = responsibleFor(this.ring, self, key);
    if (responsible !== null) {
      const peers = responsible.slice(0, RING_PEERS_MAX);
      transport.sendDatagram(origin, Arrived.create({ id, hops, timeouts, peers }));
      return;
    }
    if (hops >= HOPS_MAX || this.passed.size >= SEARCHES_MAX || this.passed.has(id)) return;
    const next = closestPreceding(this.ring, self, key, RING_PEERS_MAX);
    const passed: PassedOn = { id, key, origin, hops, next, timer: null, timeouts };
    this.passed.set(id, passed);
    this.passOn(passed);
  }

  protected onArrived({ id, hops, timeouts, peers }: Arrived): void {
    const search = this.searches.get(id);
    if (search === undefined || peers.length === 0) return;
    if (search.responsible !== null) return;
    search.timeouts += timeouts;
    this.stopWaiting(search);
    search.responsible = peers;
    search.depth = hops;
    this.advance(search);
  }

  /** The time for an answer is over. */
  protected onAnswerTimer(id: number, peer: Peer): void {
    const search = this.searches.get(id);
    if (search === undefined) return;
    if (search.storing.delete(peer)) {
      search.timeouts++;
      this.unanswered(peer);
      if (search.storing.size === 0) this.finish(search, null);
      return;
    }
    if (search.asked?.peer !== peer) return;
    search.asked = null;
    search.timer = null;
    search.timeouts++;
    if (!search.isOnItsWay) this.unanswered(peer);
    search.isOnItsWay = false;
    if (search.responsible !== null) search.responsible = search.responsible.slice(1);
    this.advance(search);
  }

  protected onPassTimer(id: number): void {
    const passed = this.passed.get(id);
    const [silent] = passed?.next ?? [];
    if (passed === undefined || silent === undefined) return;
    passed.timeouts = Math.min(passed.timeouts + 1, TIMEOUTS_MAX);
    passed.next = passed.next.slice(1);
    this.unanswered(silent);
    this.passOn(passed);
  }

  /** What this node knows of the way to a key itself. */
  private lookAround(search: RingSearch): void {
    const { self } = this.context;
    const isOwn = search.purpose === "join" && search.key === self.id;
    search.responsible = isOwn ? null : responsibleFor(this.ring, self, search.key);
    if (search.responsible !== null) return;
    const after = followingKey(this.ring, self, search.key);
    if (after.length > 0) search.fallback = { from: self.id, hops: 0, after };
    const nearest = closestPreceding(this.ring, self, search.key, RING_PEERS_MAX);
    search.waypoints.push(...nearest.map((peer) => ({ peer, hops: 1 })));
  }

  private advance(search: RingSearch): void {
    if (search.asked !== null || search.isStoring) return;
    const { responsible } = search;
    if (responsible === null) this.askNext(search);
    else if (responsible.length === 0) this.finish(search, null);
    else this.confirm(search, responsible[0]!);
  }

  private askNext(search: RingSearch): void {
    const next = takeNearest(search);
    const { fallback } = search;
    const isNearer =
      next !== null && (fallback === null || isBetween(fallback.from, next.peer.id, search.key));
    if (!isNearer) {
      // Nobody between the last who answered and the key is left: who follows there is responsible.
      if (fallback === null) this.finish(search, null);
      else {
        search.depth = fallback.hops;
        search.responsible = fallback.after;
        this.advance(search);
      }
      return;
    }
    search.tried.add(next.peer);
    const { id, key, purpose } = search;
    const { transport, self } = this.context;
    const isRouted = this.options.routing === "recursive" && purpose !== "join";
    if (isRouted && search.tries++ < ROUTE_TRIES) {
      const message = { id, key: keyBytes(key), origin: self, hops: next.hops, timeouts: 0 };
      transport.sendDatagram(next.peer, Route.create(message));
    } else if (isRouted) {
      this.finish(search, null);
      return;
    } else transport.sendDatagram(next.peer, Find.create({ id, key: keyBytes(key) }));
    this.wait(search, next);
  }

  /** Asks the responsible node itself: for the value, or whether it is there. */
  private confirm(search: RingSearch, peer: Peer): void {
    const { self, transport } = this.context;
    const { id, key, purpose } = search;
    if (peer === self) {
      this.confirmed(search);
      return;
    }
    if (purpose === "get") transport.sendDatagram(peer, Fetch.create({ id, key: keyBytes(key) }));
    else transport.sendDatagram(peer, Ping.create({ id }));
    this.wait(search, { peer, hops: search.depth });
  }

  /** The responsible node is there. */
  private confirmed(search: RingSearch): void {
    if (search.purpose === "get") {
      const value = this.valueHere(search.key);
      if (value !== null) this.finish(search, value);
      else this.tryNextHolder(search);
    } else if (search.stored === null) this.finish(search, null);
    else this.store(search, search.stored);
  }

  /** Who is responsible may be new: those that follow have copies. */
  private tryNextHolder(search: RingSearch): void {
    const rest = (search.responsible ?? []).slice(1);
    search.tries++;
    search.responsible = search.tries < this.options.replicas ? rest : [];
    this.advance(search);
  }

  private store(search: RingSearch, stored: RingValue): void {
    const { id, key, storing } = search;
    const { clock, self, transport } = this.context;
    search.isStoring = true;
    for (const peer of (search.responsible ?? []).slice(0, this.options.replicas)) {
      if (peer === self) {
        if (this.storeHere(key, stored)) search.copies++;
        continue;
      }
      transport.sendDatagram(peer, Store.create({ id, key: keyBytes(key), ...stored }));
      search.requests++;
      storing.set(peer, clock.setTimer(this.options.answerMicros, "answer", [id, peer]));
    }
    if (storing.size === 0) this.finish(search, null);
  }

  private passOn(passed: PassedOn): void {
    const { clock, transport } = this.context;
    const [next] = passed.next;
    const { id, key, origin, hops, timeouts } = passed;
    if (next === undefined) {
      this.passed.delete(id);
      const after = followingKey(this.ring, this.context.self, key).slice(0, RING_PEERS_MAX);
      transport.sendDatagram(origin, Arrived.create({ id, hops, timeouts, peers: after }));
      return;
    }
    const message = { id, key: keyBytes(key), origin, hops: hops + 1, timeouts };
    transport.sendDatagram(next, Route.create(message));
    passed.timer = clock.setTimer(this.options.answerMicros, "pass", id);
  }

  private wait(search: RingSearch, asked: Waypoint): void {
    const { answerMicros } = this.options;
    search.requests++;
    search.asked = asked;
    search.timer = this.context.clock.setTimer(answerMicros, "answer", [search.id, asked.peer]);
  }

  private stopWaiting(search: RingSearch): void {
    if (search.timer !== null) this.context.clock.clearTimer(search.timer);
    search.timer = null;
    search.asked = null;
    search.isOnItsWay = false;
  }

  private finish(search: RingSearch, value: Uint8Array | null): void {
    this.stopWaiting(search);
    this.searches.delete(search.id);
    this.onSearched(search, value);
  }
}

/** Takes the waypoint nearest before the key; null without any. */
function takeNearest(search: RingSearch): Waypoint | null {
  const { waypoints, key } = search;
  const [first] = waypoints;
  if (first === undefined) return null;
  const nearest = waypoints.reduce((best, each) =>
    compareClockwise(key, best.peer.id, each.peer.id) < 0 ? each : best,
  );
  search.waypoints = waypoints.filter((each) => each.peer !== nearest.peer);
  return nearest;
}
