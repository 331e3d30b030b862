// Heartbeats between neighbours: who has been silent for some periods is suspected, later held dead. Belief
// only: what is true is for others to know. Discovery is told, so that it can act and give the peer a hearing.

import { boolean, defineMessage, integer } from "../transport/message-type.js";
import type { MessageOf } from "../transport/message-type.js";
import type { TimerArgument } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import { INCARNATION_MAX } from "./member-stamp.js";
import type { PeerBelief, ProtocolContext, View } from "./protocol.js";
import { StatusProtocol } from "./status-protocol.js";
import type { Belief } from "./status-protocol.js";

/**
 * I am here. `suspects` is the receiver's incarnation that the sender suspects, or 0. An answer is given to
 * beats that come without a link, and is not answered itself.
 */
export const Beat = defineMessage("heartbeat/beat", {
  isAnswer: boolean(),
  incarnation: integer({ min: 0, max: INCARNATION_MAX }),
  suspects: integer({ min: 0, max: INCARNATION_MAX }),
});
export type Beat = MessageOf<typeof Beat>;

/** Everything heartbeat status can be told. */
export interface HeartbeatOptions {
  /** Pause between two heartbeats to a neighbour. Raising it saves messages and finds the dead later. */
  readonly periodMicros: number;
  /** Periods of silence before suspicion. Raising it tolerates slow links and delays every discovery. */
  readonly suspectAfterPeriods: number;
  /** Periods of silence before death. Raising it gives a suspect longer to refute. */
  readonly deadAfterPeriods: number;
  /** Gone peers whose belief is remembered. Each costs about 150 bytes. */
  readonly goneMax: number;
}

/** The defaults: a lost segment with its retransmission fits into three periods several times. */
export const HEARTBEAT_DEFAULTS: HeartbeatOptions = {
  periodMicros: 1_000_000,
  suspectAfterPeriods: 3,
  deadAfterPeriods: 6,
  goneMax: 64,
};

/** A round that comes this many periods after the one before shows that this node was asleep itself. */
const ASLEEP_AFTER_PERIODS = 2;

/** A neighbour under watch. */
interface Watched {
  belief: PeerBelief;
  incarnation: number;
  heardAtMicros: number;
}

/** Believes neighbours alive, suspect or dead by their heartbeats. */
export class HeartbeatStatus extends StatusProtocol {
  readonly messageTypes = [Beat];
  protected readonly options: HeartbeatOptions;
  protected readonly watched = new Map<Peer, Watched>();
  /** The last belief about peers that are no longer neighbours and were not alive, oldest first. */
  protected readonly gone = new Map<Peer, Belief>();
  protected incarnation = 0;
  protected lastRoundMicros = 0;
  protected neighbourView!: View;

  constructor(options: Partial<HeartbeatOptions> = {}) {
    super();
    this.options = { ...HEARTBEAT_DEFAULTS, ...options };
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.neighbourView = context.view("neighbours");
    this.watched.clear();
    this.lastRoundMicros = context.clock.nowMicros();
    this.incarnation = Math.max(this.incarnation + 1, this.lastRoundMicros);
    context.clock.setTimer(context.random.integer(this.options.periodMicros), "round");
  }

  beliefs(): readonly Belief[] {
    const watched = Array.from(this.watched, ([peer, { belief, incarnation }]) => {
      return { peer, belief, incarnation };
    });
    return [...watched, ...this.gone.values()];
  }

  beliefAbout(peer: Peer): Belief | undefined {
    const watched = this.watched.get(peer);
    if (watched === undefined) return this.gone.get(peer);
    return { peer, belief: watched.belief, incarnation: watched.incarnation };
  }

  override onMessage(from: Peer, message: Message): void {
    const beat = message as Beat;
    if (beat.suspects >= this.ownIncarnation && beat.suspects > 0) this.refute(beat.suspects);
    const known = this.watched.get(from);
    if (known !== undefined) this.noteLife(from, known, beat.incarnation);
    // A link that only the other end has kept: it must not take our silence for death.
    else if (!beat.isAnswer && !this.neighbourView.has(from)) this.sendBeat(from, 0, true);
  }

  override onTimer(_kind: string, _argument: TimerArgument | undefined): void {
    const { clock } = this.context;
    const { periodMicros } = this.options;
    clock.setTimer(periodMicros, "round");
    const nowMicros = clock.nowMicros();
    const pauseMicros = nowMicros - this.lastRoundMicros;
    this.lastRoundMicros = nowMicros;
    this.watchNeighbours(nowMicros);
    if (pauseMicros > ASLEEP_AFTER_PERIODS * periodMicros) this.forgiveSilence(nowMicros);
    this.judgeSilence(nowMicros);
    this.sendBeats();
  }

  /** What silence of this length means. */
  protected judge(silenceMicros: number): PeerBelief {
    const { periodMicros, suspectAfterPeriods, deadAfterPeriods } = this.options;
    if (silenceMicros > deadAfterPeriods * periodMicros) return "dead";
    return silenceMicros > suspectAfterPeriods * periodMicros ? "suspect" : "alive";
  }

  /** This node's incarnation: discovery's where that keeps one, so that there are not two. */
  protected get ownIncarnation(): number {
    return this.discovery?.incarnationOf(this.context.self) ?? this.incarnation;
  }

  private get discovery(): Discovery | undefined {
    const discovery = this.context.protocol("discovery");
    return discovery instanceof Discovery ? discovery : undefined;
  }

  /** Raises one's incarnation above a suspicion; a discovery that keeps incarnations does that itself. */
  private refute(suspected: number): void {
    if (this.discovery?.incarnationOf(this.context.self) !== undefined) return;
    this.incarnation = suspected + 1;
    const { status } = this.context;
    if (status === "joining" || status === "active")
      this.context.setStatus(status, this.incarnation);
  }

  /** Begins to watch new neighbours, and no longer watches those that are none. */
  private watchNeighbours(nowMicros: number): void {
    for (const peer of this.neighbourView.peers()) {
      if (this.watched.has(peer)) continue;
      const incarnation = this.discovery?.incarnationOf(peer) ?? 0;
      const before = this.gone.get(peer);
      this.gone.delete(peer);
      this.watched.set(peer, { belief: "alive", incarnation, heardAtMicros: nowMicros });
      if (before !== undefined) this.context.believe(peer, "alive", incarnation);
    }
    for (const [peer, { belief, incarnation }] of this.watched) {
      if (this.neighbourView.has(peer)) continue;
      this.watched.delete(peer);
      if (belief !== "alive") this.remember({ peer, belief, incarnation });
    }
  }

  private remember(belief: Belief): void {
    this.gone.set(belief.peer, belief);
    for (const oldest of this.gone.keys()) {
      if (this.gone.size <= this.options.goneMax) break;
      this.gone.delete(oldest);
    }
  }

  /** After a pause of its own a node holds nobody's silence against them. */
  private forgiveSilence(nowMicros: number): void {
    for (const known of this.watched.values()) known.heardAtMicros = nowMicros;
  }

  private judgeSilence(nowMicros: number): void {
    for (const [peer, known] of this.watched) {
      const belief = this.judge(nowMicros - known.heardAtMicros);
      if (belief !== "alive") this.change(peer, known, belief);
    }
  }

  private noteLife(peer: Peer, known: Watched, incarnation: number): void {
    known.heardAtMicros = this.context.clock.nowMicros();
    known.incarnation = Math.max(known.incarnation, incarnation);
    this.change(peer, known, "alive");
  }

  private change(peer: Peer, known: Watched, belief: PeerBelief): void {
    if (known.belief === belief) return;
    known.belief = belief;
    this.context.believe(peer, belief, known.incarnation);
    this.discovery?.peerBelieved(peer, belief);
  }

  private sendBeats(): void {
    const incarnation = this.ownIncarnation;
    const beat = Beat.create({ isAnswer: false, incarnation, suspects: 0 });
    for (const peer of this.neighbourView.peers()) {
      const known = this.watched.get(peer);
      if (known?.belief === "suspect") this.sendBeat(peer, known.incarnation, false);
      else this.context.transport.send(peer, beat);
    }
  }

  private sendBeat(to: Peer, suspects: number, isAnswer: boolean): void {
    const incarnation = this.ownIncarnation;
    this.context.transport.send(to, Beat.create({ isAnswer, incarnation, suspects }));
  }
}
