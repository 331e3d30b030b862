// Cyclon (Voulgaris, Gavidia, van Steen: "CYCLON: Inexpensive Membership Management for Unstructured P2P Overlays",
// Journal of Network and Systems Management 13(2), 2005): every node knows a few others and swaps some of them with
// the one it has not heard of for longest. The result is close to a random graph with far evener in-degrees.
//
// The paper lets an exchange happen at an instant. Here it takes a round trip in which others shuffle with the same
// node: what was sent stays in the view until the answer is there, and only then makes room.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { CYCLON_MESSAGES, Join, Shuffle, ShuffleAnswer, Walk, Welcome } from "./cyclon-messages.js";
import type { CyclonMessage } from "./cyclon-messages.js";
import { Discovery } from "./discovery.js";
import { ageEntries, indexOfOldest, indexOfPeer, recordEntries } from "./partial-view.js";
import type { AgedPeer, PartialView } from "./partial-view.js";
import type { PeerBelief, ProtocolContext, View } from "./protocol.js";

/** Everything Cyclon can be told. The names in brackets are the paper's. */
export interface CyclonOptions {
  /** Whom to join through, tried in turn. A node that is the first of them begins a network. */
  readonly contacts: readonly Peer[];
  /** Peers known from the start, instead of joining through anyone. */
  readonly startPeers: readonly Peer[];
  /** Entries a node keeps (c). Raising it costs 150 bytes each, and makes the overlay denser and harder to split. */
  readonly viewSize: number;
  /** Entries of an exchange (l). Raising it costs 85 bytes each way and mixes sooner. */
  readonly shuffleLength: number;
  /** Pause between two exchanges. Raising it saves two datagrams and keeps the dead in views for longer. */
  readonly periodMicros: number;
  /** How long an answer may take. Raising it suits slow links; a later answer is worth nothing. */
  readonly answerMicros: number;
  /** Hops of a newcomer's walks. Raising it finds places further from the contact, a datagram a hop. */
  readonly joinHops: number;
}

/** The defaults: the paper's middle setting of a view, a period as in its experiments. */
export const CYCLON_DEFAULTS: CyclonOptions = {
  contacts: [],
  startPeers: [],
  viewSize: 20,
  shuffleLength: 8,
  periodMicros: 10_000_000,
  answerMicros: 2_000_000,
  joinHops: 5,
};

/** The exchange that a node has begun and not finished. */
interface Exchange {
  readonly number: number;
  readonly target: Peer;
  /** Whose entries were sent, and make room first. */
  readonly sent: readonly Peer[];
}

/** Discovery by shuffling. */
export class CyclonDiscovery extends Discovery {
  readonly isFullMembership = false;
  readonly messageTypes = CYCLON_MESSAGES;
  protected readonly options: CyclonOptions;
  protected entries: PartialView = [];
  protected exchange: Exchange | null = null;
  protected exchangeCount = 0;
  protected joinAttempts = 0;
  protected isRetryPlanned = false;
  protected memberView!: View;

  constructor(options: Partial<CyclonOptions> = {}) {
    super();
    this.options = { ...CYCLON_DEFAULTS, ...options };
  }

  /** A restarted node goes on with the entries that it remembers. */
  override start(context: ProtocolContext): void {
    super.start(context);
    const { contacts, startPeers, viewSize, periodMicros } = this.options;
    this.memberView = context.view("members");
    this.exchange = null;
    this.joinAttempts = 0;
    this.isRetryPlanned = false;
    for (const peer of context.random.sample(startPeers, viewSize))
      this.place({ peer, age: 0 }, []);
    this.record();
    if (contacts[0] === context.self) context.setStatus("active");
    context.clock.setTimer(context.random.integer(periodMicros), "shuffle");
    this.join();
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
    if (this.context.status !== "joining") return "";
    return `joining, attempt ${this.joinAttempts}`;
  }

  override peerBelieved(peer: Peer, belief: PeerBelief): void {
    if (belief !== "dead") return;
    this.remove(peer);
    this.record();
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as CyclonMessage;
    switch (said.type) {
      case "cyclon/shuffle":
        this.onShuffle(from, said);
        break;
      case "cyclon/shuffle-answer":
        this.onShuffleAnswer(from, said);
        break;
      case "cyclon/join":
        this.onJoin(from);
        break;
      case "cyclon/walk":
        this.onWalk(said);
        break;
      case "cyclon/welcome":
        this.place({ peer: said.peer, age: said.age }, []);
        break;
    }
    this.record();
  }

  override onTimer(kind: string, argument: unknown): void {
    if (kind === "shuffle") this.beginExchange();
    else if (kind === "answer") this.giveUp(argument as number);
    else {
      this.isRetryPlanned = false;
      this.join();
    }
    this.record();
  }

  /** Steps 1 to 4 of the paper's enhanced shuffle. */
  private beginExchange(): void {
    const { clock, random, self, transport } = this.context;
    const { periodMicros, shuffleLength, answerMicros } = this.options;
    clock.setTimer(periodMicros, "shuffle");
    ageEntries(this.entries);
    const oldest = this.entries[indexOfOldest(this.entries)];
    if (oldest === undefined || this.exchange !== null) return;
    const others = this.entries.filter((entry) => entry !== oldest);
    const given = random.sample(others, shuffleLength - 1);
    const number = ++this.exchangeCount;
    this.exchange = { number, target: oldest.peer, sent: given.map(({ peer }) => peer) };
    const entries = [{ peer: self, age: 0 }, ...given];
    transport.sendDatagram(oldest.peer, Shuffle.create({ number, entries }));
    clock.setTimer(answerMicros, "answer", number);
  }

  private onShuffle(from: Peer, { number, entries }: Shuffle): void {
    const { random, transport } = this.context;
    const given = random.sample(this.entries, this.options.shuffleLength);
    transport.sendDatagram(from, ShuffleAnswer.create({ number, entries: given }));
    const sent = given.map(({ peer }) => peer);
    for (const entry of entries) this.place(entry, sent);
  }

  /** Steps 6 and 7: the entry of whom it was swapped with is gone, and the others make room as needed. */
  private onShuffleAnswer(from: Peer, { number, entries }: ShuffleAnswer): void {
    const { exchange } = this;
    if (exchange?.number !== number || exchange.target !== from) return;
    this.exchange = null;
    this.remove(from);
    const sent = [...exchange.sent];
    for (const entry of entries) if (entry.peer !== from) this.place(entry, sent);
  }

  /** Who does not answer is taken for dead: the paper's whole failure detection. */
  private giveUp(number: number): void {
    if (this.exchange?.number !== number) return;
    this.remove(this.exchange.target);
    this.exchange = null;
    this.join();
  }

  /**
   * Takes an entry in: where there is room, else in place of one of `sent`, which then is no longer among them.
   * Without room it is dropped, as are entries of this node and of peers that are known.
   */
  private place(entry: AgedPeer, sent: Peer[]): void {
    const { peer } = entry;
    if (peer === this.context.self || indexOfPeer(this.entries, peer) >= 0) return;
    if (this.entries.length < this.options.viewSize) {
      this.entries.push(entry);
      return;
    }
    while (sent.length > 0) {
      const at = indexOfPeer(this.entries, sent.pop()!);
      if (at < 0) continue;
      this.entries[at] = entry;
      return;
    }
  }

  private remove(peer: Peer): void {
    const at = indexOfPeer(this.entries, peer);
    if (at >= 0) this.entries.splice(at, 1);
  }

  /** A node that knows nobody asks the contacts in turn until one lets it in. */
  private join(): void {
    const { clock, random, self, transport } = this.context;
    if (this.entries.length > 0 || this.isRetryPlanned) return;
    const contacts = this.options.contacts.filter((contact) => contact !== self);
    if (contacts.length === 0) return;
    transport.sendDatagram(contacts[this.joinAttempts % contacts.length]!, Join.create({}));
    this.joinAttempts++;
    // Half the pause at least, so that those who lost the same contact do not come back in step.
    const halfMicros = Math.ceil(this.options.answerMicros / 2);
    clock.setTimer(halfMicros + random.integer(halfMicros), "join");
    this.isRetryPlanned = true;
  }

  /** As many walks as the newcomer has places: where each ends, it is known from then on. */
  private onJoin(joiner: Peer): void {
    const { viewSize, joinHops } = this.options;
    for (let i = 0; i < viewSize; i++) {
      this.onWalk({ type: Walk.type, joiner, hopsLeft: joinHops });
    }
  }

  private onWalk({ joiner, hopsLeft }: Walk): void {
    const { random, self, transport } = this.context;
    if (joiner === self) return;
    const others = this.entries.filter(({ peer }) => peer !== joiner);
    if (hopsLeft > 0 && others.length > 0) {
      const next = random.pick(others).peer;
      transport.sendDatagram(next, Walk.create({ joiner, hopsLeft: hopsLeft - 1 }));
      return;
    }
    this.takeIn(joiner);
  }

  /** Gives the newcomer an entry's place and the entry; while there is room, a place and this node itself. */
  private takeIn(joiner: Peer): void {
    const { random, self, transport } = this.context;
    if (indexOfPeer(this.entries, joiner) >= 0) return;
    const fresh = { peer: joiner, age: 0 };
    if (this.entries.length < this.options.viewSize) {
      this.entries.push(fresh);
      transport.sendDatagram(joiner, Welcome.create({ peer: self, age: 0 }));
      return;
    }
    const at = random.integer(this.entries.length);
    transport.sendDatagram(joiner, Welcome.create(this.entries[at]!));
    this.entries[at] = fresh;
  }

  private record(): void {
    recordEntries(this.memberView, this.entries);
    if (this.entries.length > 0 && this.context.status === "joining")
      this.context.setStatus("active");
  }
}
