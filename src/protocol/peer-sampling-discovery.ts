// The peer sampling service (Jelasity, Voulgaris, Guerraoui, Kermarrec, van Steen: "Gossip-based Peer Sampling",
// ACM TOCS 25(3), 2007): the frame of which Newscast, and the like of Cyclon, are settings. Two numbers say what it is
// good at: H drops the oldest entries first, which heals; S drops what was sent first, which spreads in-degrees evenly.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { Discovery } from "./discovery.js";
import { closeIdle, noteIdle } from "./idle-connections.js";
import type { IdleConnections } from "./idle-connections.js";
import { ageEntries, indexOfOldest, indexOfPeer, recordEntries } from "./partial-view.js";
import type { AgedPeer, PartialView } from "./partial-view.js";
import { Answer, Push, SAMPLING_MESSAGES } from "./peer-sampling-messages.js";
import type { SamplingMessage } from "./peer-sampling-messages.js";
import type { PeerBelief, ProtocolContext, View } from "./protocol.js";
import { selectView } from "./view-selection.js";

/** Everything the service can be told. The names in brackets are the paper's. */
export interface PeerSamplingOptions {
  /** Whom to begin with, all of them. A node that is the first of them begins a network. */
  readonly contacts: readonly Peer[];
  /** Peers known from the start, instead of contacts. */
  readonly startPeers: readonly Peer[];
  /** Entries a node keeps (c). Raising it costs 150 bytes each, half of it 85 bytes in every message. */
  readonly viewSize: number;
  /** With whom an exchange is begun: anyone, or the entry that is oldest. The latter finds the dead sooner. */
  readonly selection: "rand" | "tail";
  /** Whether the other one sends entries back. `push` alone starves nodes that nobody knows. */
  readonly propagation: "push" | "pushpull";
  /** Oldest entries dropped first (H). Raising it forgets the dead sooner and makes in-degrees uneven. */
  readonly healing: number;
  /** Entries that were sent dropped next (S). Raising it evens in-degrees out, and keeps the dead for longer. */
  readonly swap: number;
  /** Pause between two exchanges. Raising it saves two messages and a connection, and mixes later. */
  readonly periodMicros: number;
  /** How long an answer may take. Raising it suits slow links. Less than a period. */
  readonly answerMicros: number;
}

/** The defaults: the paper's view, and the healer, which recovers best. */
export const PEER_SAMPLING_DEFAULTS: PeerSamplingOptions = {
  contacts: [],
  startPeers: [],
  viewSize: 30,
  selection: "rand",
  propagation: "pushpull",
  healing: 15,
  swap: 0,
  periodMicros: 10_000_000,
  answerMicros: 5_000_000,
};

/** Reasons for the end of a connection that say nothing against the peer's life: the answer is waited for. */
const HARMLESS: readonly DisconnectReason[] = [
  "disconnected",
  "replaced",
  "overflow",
  "protocol-error",
];

/** The exchange that a node has begun and not finished. */
interface Exchange {
  readonly number: number;
  readonly target: Peer;
}

/** Discovery by sampling. */
export class PeerSamplingDiscovery extends Discovery {
  readonly isFullMembership = false;
  readonly messageTypes = SAMPLING_MESSAGES;
  protected readonly options: PeerSamplingOptions;
  protected entries: PartialView = [];
  protected exchange: Exchange | null = null;
  protected exchangeCount = 0;
  protected readonly idle: IdleConnections = new Map();
  protected memberView!: View;

  constructor(options: Partial<PeerSamplingOptions> = {}) {
    super();
    this.options = { ...PEER_SAMPLING_DEFAULTS, ...options };
  }

  /** A restarted node goes on with the entries that it remembers. */
  override start(context: ProtocolContext): void {
    super.start(context);
    const { contacts, startPeers, viewSize, periodMicros } = this.options;
    this.memberView = context.view("members");
    this.exchange = null;
    this.idle.clear();
    const known = startPeers.length > 0 ? startPeers : contacts.filter(isNamed);
    const fresh = context.random.sample(known, viewSize).map((peer) => ({ peer, age: 0 }));
    this.select(fresh);
    if (contacts[0] === context.self) context.setStatus("active");
    context.clock.setTimer(context.random.integer(periodMicros), "exchange");
  }

  members(): readonly Peer[] {
    return this.memberView.peers();
  }

  isMember(peer: Peer): boolean {
    return this.memberView.has(peer);
  }

  override get memberCount(): number {
    return this.entries.length;
  }

  override get progress(): string {
    return this.context.status === "joining" ? "waiting for the first exchange" : "";
  }

  override peerBelieved(peer: Peer, belief: PeerBelief): void {
    if (belief === "dead") this.remove(peer);
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as SamplingMessage;
    if (said.type === "sampling/push") this.onPush(from, said);
    else this.onAnswer(from, said);
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    this.idle.delete(peer);
    if (this.exchange?.target !== peer || HARMLESS.includes(reason)) return;
    this.giveUp(peer);
  }

  override onTimer(kind: string, argument: unknown): void {
    const { exchange } = this;
    if (kind === "exchange") this.beginExchange();
    else if (exchange !== null && exchange.number === argument) {
      this.leaveIdle(exchange.target);
      this.giveUp(exchange.target);
    }
  }

  /** The paper's active thread. */
  private beginExchange(): void {
    const { clock, transport } = this.context;
    const { periodMicros, answerMicros, propagation } = this.options;
    clock.setTimer(periodMicros, "exchange");
    if (this.exchange !== null) return;
    if (this.entries.length === 0) this.select(this.contactEntries());
    const target = this.selectPeer() ?? this.unnamedContact();
    if (target === undefined) return;
    // Before the others are closed: a connection that is wanted again would end under the new exchange.
    this.idle.delete(target);
    closeIdle(this.idle, clock.nowMicros() - periodMicros, transport);
    const number = ++this.exchangeCount;
    const wantsAnswer = propagation === "pushpull";
    transport.send(target, Push.create({ number, wantsAnswer, entries: this.toSend() }));
    this.exchange = { number, target };
    clock.setTimer(answerMicros, "answer", number);
    if (!wantsAnswer) this.endCycle([]);
  }

  /** The paper's passive thread. */
  private onPush(from: Peer, { number, wantsAnswer, entries }: Push): void {
    if (wantsAnswer) {
      this.context.transport.send(from, Answer.create({ number, entries: this.toSend() }));
    }
    this.endCycle(entries);
  }

  private onAnswer(from: Peer, { number, entries }: Answer): void {
    const target = this.exchange?.target;
    if (this.exchange?.number !== number || target === undefined) return;
    if (target !== from && isNamed(target)) return;
    this.exchange = null;
    this.leaveIdle(from);
    this.endCycle(entries);
  }

  /** Drops a peer that did not answer: else the selection of the oldest would ask it for ever. */
  private giveUp(target: Peer): void {
    const isAnswered = this.options.propagation === "push" && this.isConnected(target);
    this.exchange = null;
    if (isAnswered) return;
    this.remove(target);
    if (this.options.propagation === "pushpull") this.endCycle([]);
  }

  /** Without answers, a connection is the sign of life. */
  private isConnected(peer: Peer): boolean {
    return this.context.transport.isConnected(peer);
  }

  /** Takes in what came, and lets the entries grow older. */
  private endCycle(received: readonly AgedPeer[]): void {
    if (received.length > 0) this.select(received);
    ageEntries(this.entries);
    if (received.length > 0 && this.context.status === "joining") this.context.setStatus("active");
  }

  /** This node and half a view at random, the oldest last; moves what is sent to the view's head. */
  private toSend(): AgedPeer[] {
    const { random, self } = this.context;
    const { viewSize, healing } = this.options;
    const mixed = random.sample(this.entries, this.entries.length);
    this.entries = healing === 0 ? mixed : oldestLast(mixed, healing);
    const count = Math.floor(viewSize / 2) - 1;
    return [{ peer: self, age: 0 }, ...this.entries.slice(0, count)];
  }

  private select(received: readonly AgedPeer[]): void {
    const { self, random } = this.context;
    const others = received.filter(({ peer }) => peer !== self);
    this.entries = selectView(this.entries, others, this.options, random);
    recordEntries(this.memberView, this.entries);
  }

  private selectPeer(): Peer | undefined {
    const { entries, options } = this;
    if (entries.length === 0) return undefined;
    if (options.selection === "rand") return this.context.random.pick(entries).peer;
    return entries[indexOfOldest(entries)]?.peer;
  }

  private contactEntries(): AgedPeer[] {
    return this.options.contacts.filter(isNamed).map((peer) => ({ peer, age: 0 }));
  }

  /** A contact of whom only the address is known: an exchange tells who it is, no view can hold it. */
  private unnamedContact(): Peer | undefined {
    const contacts = this.options.contacts.filter((peer) => !isNamed(peer));
    return contacts.length === 0 ? undefined : this.context.random.pick(contacts);
  }

  private remove(peer: Peer): void {
    const at = indexOfPeer(this.entries, peer);
    if (at < 0) return;
    this.entries.splice(at, 1);
    this.memberView.remove(peer);
  }

  private leaveIdle(peer: Peer): void {
    noteIdle(this.idle, peer, this.context.clock.nowMicros(), this.context.transport);
  }
}

/** Whether it is known who a peer is, not only where. */
function isNamed(peer: Peer): boolean {
  return peer.id !== "";
}

/** The same entries with so many of the oldest moved to the end, of equally old ones the first; orders stay otherwise. */
function oldestLast(entries: readonly AgedPeer[], count: number): PartialView {
  const byAge = [...entries].sort((a, b) => b.age - a.age);
  const oldest = byAge.slice(0, count);
  return [
    ...entries.filter((entry) => !oldest.includes(entry)),
    ...entries.filter((entry) => oldest.includes(entry)),
  ];
}
