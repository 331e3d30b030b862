// Shuts down a node, or the whole network, on an instruction signed by the network's key. The instruction floods
// over connections; what is unsigned, forged, expired, replayed or meant for another network is refused and counted.

import type { TimerArgument } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { MessageType } from "../transport/message-type.js";
import type { Peer } from "../transport/peer.js";
import type { Signatures } from "../transport/signatures.js";
import { PlainStateProtocol } from "./plain-state-protocol.js";
import type { ProtocolContext } from "./protocol.js";
import {
  ShutdownInstruction,
  isNetworkId,
  requireNetworkId,
  signedBytes,
} from "./shutdown-instruction.js";

/** How long a node passes the instruction on before it leaves: two round trips across the globe. */
const LEAVE_DELAY_MICROS = 500_000;

/**
 * The furthest away an expiry may be: an hour. An instruction must be remembered until it expires, so this bounds
 * how long one that was overheard can do harm to nodes that have forgotten it.
 */
export const SHUTDOWN_LIFETIME_MICROS_MAX = 3_600_000_000;

/** Instructions remembered. Only the network's key makes new ones; past this the oldest is forgotten. */
const REMEMBERED_MAX = 256;

const LEAVE = "leave";

/** Why an instruction is not obeyed. A duplicate is the same instruction over another connection: no offence. */
export type ShutdownRefusal =
  "wrong-network" | "expired" | "too-far-ahead" | "unsigned" | "forged" | "replayed" | "duplicate";

/** Options of the protocol. */
export interface ShutdownOptions {
  /** The network that this node is part of. */
  readonly networkId: string;
  /** The raw Ed25519 public key whose instructions are obeyed. */
  readonly networkKey: Uint8Array;
  readonly signatures: Signatures;
  /** How long the node passes the instruction on before it leaves. Default 500 ms; more delays the end. */
  readonly leaveDelayMicros?: number;
}

/** The protocol in a node's slot `shutdown`. */
export class Shutdown extends PlainStateProtocol {
  readonly messageTypes: readonly MessageType[] = [ShutdownInstruction];
  readonly #networkId: string;
  readonly #networkKey: Uint8Array;
  readonly #signatures: Signatures;
  readonly #leaveDelayMicros: number;
  /** Instructions that were authentic, with their expiry, oldest first. */
  protected seen = new Map<number, number>();
  /** Those of them that this node obeyed, now or in an earlier life. */
  protected obeyed = new Set<number>();
  /** What this node is about to leave for. */
  protected pending: ShutdownInstruction | null = null;
  protected refusedCount = new Map<ShutdownRefusal, number>();

  /** Throws `RangeError` for a network id that cannot be. */
  constructor(options: ShutdownOptions) {
    super();
    requireNetworkId(options.networkId);
    this.#networkId = options.networkId;
    this.#networkKey = options.networkKey;
    this.#signatures = options.signatures;
    this.#leaveDelayMicros = options.leaveDelayMicros ?? LEAVE_DELAY_MICROS;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.pending = null;
  }

  /**
   * Takes an instruction that this node's user was given, as if a peer had sent it. Answers why it is refused; null
   * when it is obeyed or passed on.
   */
  instruct(instruction: ShutdownInstruction): ShutdownRefusal | null {
    return this.#take(instruction, null);
  }

  /** How often this node refused an instruction, by reason. */
  refusals(): ReadonlyMap<ShutdownRefusal, number> {
    return this.refusedCount;
  }

  override onMessage(from: Peer, message: Message): void {
    if (ShutdownInstruction.is(message)) this.#take(message, from);
  }

  // A connection that opens while this node waits to leave leads to someone who may not have heard.
  override onConnected(peer: Peer): void {
    if (this.pending !== null) this.context.transport.send(peer, this.pending);
  }

  override onTimer(kind: string, _argument: TimerArgument | undefined): void {
    if (kind !== LEAVE || this.pending === null) return;
    // When everyone leaves, goodbyes would only tell those who leave as well.
    this.context.leave({ silently: this.pending.target === null });
  }

  /** Whether the network's key signed the instruction. */
  protected isSigned(instruction: ShutdownInstruction): boolean {
    return this.#signatures.verify(
      this.#networkKey,
      signedBytes(instruction),
      instruction.signature,
    );
  }

  /** Sends an instruction to everyone connected but the peer that it came from. */
  protected passOn(instruction: ShutdownInstruction, from: Peer | null): void {
    for (const peer of this.context.transport.connectedPeers()) {
      if (peer !== from) this.context.transport.send(peer, instruction);
    }
  }

  #take(instruction: ShutdownInstruction, from: Peer | null): ShutdownRefusal | null {
    const refusal = this.#refusalOf(instruction);
    if (refusal !== null) {
      this.#refuse(instruction, refusal);
      return refusal;
    }
    this.#remember(instruction);
    this.passOn(instruction, from);
    const { target } = instruction;
    if (target === null || target === this.context.self) this.obey(instruction);
    return null;
  }

  /** Why an instruction is not obeyed. The cheap reasons first; a signature costs more than all the rest. */
  #refusalOf(instruction: ShutdownInstruction): ShutdownRefusal | null {
    const { networkId, instructionId, expiresAtMicros, signature } = instruction;
    const now = this.context.clock.nowMicros();
    if (networkId !== this.#networkId || !isNetworkId(networkId)) return "wrong-network";
    if (expiresAtMicros <= now) return "expired";
    if (expiresAtMicros > now + SHUTDOWN_LIFETIME_MICROS_MAX) return "too-far-ahead";
    if (signature.length === 0) return "unsigned";
    if (!this.isSigned(instruction)) return "forged";
    if (!this.seen.has(instructionId)) return null;
    return this.obeyed.has(instructionId) && this.pending === null ? "replayed" : "duplicate";
  }

  #refuse(instruction: ShutdownInstruction, refusal: ShutdownRefusal): void {
    this.context.decided("instruction", refusal, instruction.instructionId);
    if (refusal === "duplicate") return;
    const count = (this.refusedCount.get(refusal) ?? 0) + 1;
    this.refusedCount.set(refusal, count);
    this.context.observe(`shutdown-refused/${refusal}`, count);
    this.context.log("warn", `refused a shutdown: ${refusal}`, {
      instructionId: instruction.instructionId,
    });
  }

  #remember({ instructionId, expiresAtMicros }: ShutdownInstruction): void {
    const now = this.context.clock.nowMicros();
    for (const [id, expiry] of this.seen) {
      if (expiry > now && this.seen.size < REMEMBERED_MAX) break;
      this.seen.delete(id);
      this.obeyed.delete(id);
    }
    this.seen.set(instructionId, expiresAtMicros);
  }

  /** Prepares to leave. */
  protected obey(instruction: ShutdownInstruction): void {
    this.obeyed.add(instruction.instructionId);
    if (this.pending !== null) return;
    this.pending = instruction;
    this.context.log("info", "shutting down", { instructionId: instruction.instructionId });
    this.context.clock.setTimer(this.#leaveDelayMicros, LEAVE);
  }
}
