// The base of the shipped protocols: snapshot and restore for free, as long as state is kept in fields and
// the fields hold data.

import type { PlainData } from "../sim/plain-data.js";
import type { Message } from "../transport/codec.js";
import type { MessageType } from "../transport/message-type.js";
import type { Peer } from "../transport/peer.js";
import type { TimerArgument } from "../transport/clock.js";
import type { DisconnectReason } from "../transport/transport.js";
import { captureState, restoreState } from "./plain-state.js";
import type { Protocol, ProtocolContext } from "./protocol.js";

/** Fields that a restored protocol gets from its node or its class. */
const NOT_STATE: readonly string[] = ["context", "messageTypes"];

/**
 * A protocol whose state is its own ordinary fields, `context` and `messageTypes` apart: numbers, text, booleans,
 * bytes, typed arrays, peers, views of the node, and lists, plain objects, maps and sets of these.
 *
 * A subclass declares what it knows as TypeScript `private` or `protected` fields with initial values. Fields named
 * with `#` are invisible to a snapshot: they are for what the constructor is handed and never changes, such as
 * options and signatures. One that holds state makes a restored run differ, and the determinism suite fails.
 */
export abstract class PlainStateProtocol implements Protocol {
  abstract readonly messageTypes: readonly MessageType[];
  /** Set by `start` and `restore`. */
  protected context!: ProtocolContext;

  /** Begins. A subclass that overrides it calls `super.start(context)` first. */
  start(context: ProtocolContext): void {
    this.context = context;
  }

  onMessage?(from: Peer, message: Message): void;
  onDatagram?(from: Peer, message: Message): void;
  onTimer?(kind: string, argument: TimerArgument | undefined): void;
  onConnected?(peer: Peer): void;
  onDisconnected?(peer: Peer, reason: DisconnectReason): void;
  onDrain?(peer: Peer): void;
  stop?(): void;

  snapshot(): PlainData {
    const fields = Object.keys(this).filter((field) => !NOT_STATE.includes(field));
    return captureState(this, fields, this.context.stateOwner());
  }

  restore(context: ProtocolContext, state: PlainData): void {
    this.context = context;
    restoreState(this, state, context.stateOwner());
  }
}
