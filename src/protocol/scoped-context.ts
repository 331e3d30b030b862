// What one protocol of a node sees of the node: the same for all, except that timers, chance and log lines
// carry the protocol's slot. One small object a protocol; it is the protocol's clock as well.

import type { Random } from "../sim/random.js";
import type { Clock, TimerArgument, TimerHandle } from "../transport/clock.js";
import type { Peer, PeerTable } from "../transport/peer.js";
import type { Environment } from "./environment.js";
import type { KeyOutcome, KeyQuestion } from "./key-operation.js";
import type { StateOwner } from "./plain-state.js";
import type {
  LogLevel,
  NodeStatus,
  PeerBelief,
  Protocol,
  ProtocolContext,
  ProtocolTransport,
} from "./protocol.js";
import { NodeView } from "./view.js";

/** What a context needs of its node. */
export interface ContextOwner extends ProtocolTransport {
  readonly name: string;
  readonly self: Peer;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly status: NodeStatus;
  view(overlay: string): NodeView;
  protocol(slot: string): Protocol | undefined;
  setStatus(status: NodeStatus, incarnation: number | undefined): void;
  newApplicationId(): number;
  deliver(type: string, arrival: Arrival): void;
  conclude(outcome: KeyOutcome): void;
  leave(isSilent: boolean): void;
}

/** An application message that reached a node. */
export interface Arrival {
  readonly applicationId: number;
  readonly from: Peer;
  readonly payload: Uint8Array;
  readonly hops: number;
}

/** The context of the protocol in one slot of one node. */
export class ScopedContext implements ProtocolContext, Clock, StateOwner {
  readonly #node: ContextOwner;
  readonly #slot: number;
  #random: Random | null = null;

  constructor(node: ContextOwner, slot: number) {
    this.#node = node;
    this.#slot = slot;
  }

  get self(): Peer {
    return this.#node.self;
  }

  get transport(): ProtocolTransport {
    return this.#node;
  }

  get clock(): Clock {
    return this;
  }

  get random(): Random {
    return (this.#random ??= this.#node.environment.random(this.#node.name, this.#slotName));
  }

  get status(): NodeStatus {
    return this.#node.status;
  }

  nowMicros(): number {
    return this.#node.clock.nowMicros();
  }

  setTimer(delayMicros: number, kind: string, argument?: TimerArgument): TimerHandle {
    const scoped = this.#node.environment.routing.scopedKind(this.#slot, kind);
    return this.#node.clock.setTimer(delayMicros, scoped, argument);
  }

  clearTimer(handle: TimerHandle): void {
    this.#node.clock.clearTimer(handle);
  }

  view(overlay: string): NodeView {
    return this.#node.view(overlay);
  }

  protocol(slot: string): Protocol | undefined {
    return this.#node.protocol(slot);
  }

  setStatus(status: NodeStatus, incarnation?: number): void {
    if (status !== "joining" && status !== "active") {
      throw new RangeError(
        `A protocol set its node's status to ${status}; expected joining or active, and context.leave() to leave`,
      );
    }
    this.#node.setStatus(status, incarnation);
  }

  believe(peer: Peer, belief: PeerBelief, incarnation: number): void {
    this.#node.environment.recorder.belief(this.#node.self, peer, belief, incarnation);
  }

  published(applicationId: number, byteCount: number): void {
    this.#node.environment.recorder.published(this.#node.self, applicationId, byteCount, null);
  }

  received(applicationId: number, from: Peer, payload: Uint8Array, hops: number): void {
    this.#node.deliver(this.#slotName, { applicationId, from, payload, hops });
  }

  asked(question: KeyQuestion): void {
    this.#node.environment.recorder.asked(this.#node.self, question);
  }

  answered(outcome: KeyOutcome): void {
    this.#node.conclude(outcome);
  }

  observe(name: string, value: number): void {
    this.#node.environment.recorder.observed(this.#node.self, name, value);
  }

  log(level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>): void {
    const { recorder } = this.#node.environment;
    const slot = this.#slotName;
    if (recorder.wantsLog(level, slot))
      recorder.logged(this.#node.self, { slot, level, text, fields });
  }

  decided(what: string, why: string, applicationId = 0): void {
    this.#node.environment.recorder.decided(
      this.#node.self,
      this.#slotName,
      what,
      why,
      applicationId,
    );
  }

  newApplicationId(): number {
    return this.#node.newApplicationId();
  }

  leave({ silently = false }: { readonly silently?: boolean } = {}): void {
    this.#node.leave(silently);
  }

  stateOwner(): StateOwner {
    return this;
  }

  /** For `StateOwner`: who holds the state. */
  get owner(): string {
    return `node ${this.#node.name}, protocol ${this.#slotName}`;
  }

  get peers(): PeerTable {
    return this.#node.environment.peers;
  }

  overlayOf(value: object): string | undefined {
    return value instanceof NodeView ? value.overlay : undefined;
  }

  get #slotName(): string {
    return this.#node.environment.routing.nameOf(this.#slot);
  }
}
