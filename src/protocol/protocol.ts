// What a protocol is: a pure state machine. It reacts to messages, timers and connections, and acts only
// through its context. All it knows is plain data reachable from its fields, so that it can be saved.

import type { Random } from "../sim/random.js";
import type { Clock, TimerArgument } from "../transport/clock.js";
import type { PlainData } from "../sim/plain-data.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import type { MessageType } from "../transport/message-type.js";
import type { KeyOutcome, KeyQuestion } from "./key-operation.js";
import type { StateOwner } from "./plain-state.js";

/** Severity of a log line. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** A node's own status. */
export type NodeStatus = "joining" | "active" | "leaving" | "left" | "crashed";

/** What a node holds another to be. */
export type PeerBelief = "alive" | "suspect" | "dead";

/** The part of a transport that protocols use; connections are shared by all protocols of a node. */
export interface ProtocolTransport {
  send(to: Peer, message: Message): boolean;
  sendDatagram(to: Peer, message: Message): void;
  connect(to: Peer): void;
  disconnect(peer: Peer): void;
  bufferedBytes(to: Peer): number;
  isConnected(to: Peer): boolean;
  /** Who was found at an address that was dialled without an id; null while there is no such connection. */
  peerAt(address: string): Peer | null;
  /** The peers with a ready connection, in the order in which the connections became ready. */
  connectedPeers(): readonly Peer[];
}

/** A named overlay of the node as the protocol sees it: what it adds and removes here is recorded. */
export interface View {
  /** Adds a peer; does nothing when it is there. */
  add(peer: Peer): void;
  /** Removes a peer; does nothing when it is not there. */
  remove(peer: Peer): void;
  has(peer: Peer): boolean;
  readonly size: number;
  /** The peers in the order in which they were added. */
  peers(): readonly Peer[];
}

/** Everything a protocol may touch. Valid from `start` until `stop` has returned. */
export interface ProtocolContext {
  readonly self: Peer;
  readonly transport: ProtocolTransport;
  readonly clock: Clock;
  readonly random: Random;
  /** The node's view of a named overlay; the same name gives the same view in all protocols of the node. */
  view(overlay: string): View;
  /** Another protocol of the same node, by its slot name (`discovery`, `status`, …); undefined when absent. */
  protocol(slot: string): Protocol | undefined;
  /** The node's own status, as it sees it. */
  readonly status: NodeStatus;
  /** Changes the node's own status; recorded. `incarnation` only ever rises. */
  setStatus(status: NodeStatus, incarnation?: number): void;
  /** Records what this node holds a peer to be. */
  believe(peer: Peer, belief: PeerBelief, incarnation: number): void;
  /** Records that this node started an application message. */
  published(applicationId: number, bytes: number): void;
  /** Records the first receipt of an application message, and hands it to the application. */
  received(applicationId: number, from: Peer, payload: Uint8Array, hops: number): void;
  /** Records that the application asked for something under a key. */
  asked(question: KeyQuestion): void;
  /** Records what came of it, and hands it to the application. */
  answered(outcome: KeyOutcome): void;
  /** Records a measurement under a name. */
  observe(name: string, value: number): void;
  /** Writes a line at the node's time; costs nothing when nobody reads it. */
  log(level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Notes why something was not done: makes "why did it not arrive?" answerable. Trace only. */
  decided(what: string, why: string, applicationId?: number): void;
  /** A fresh application message id: unique in the network, positive, below 2^53. */
  newApplicationId(): number;
  /**
   * Asks the node to leave, once the running handler has returned: every protocol is stopped, then the transport
   * closes. `silently` leaves without stopping them, so without goodbyes: for when everyone leaves.
   */
  leave(options?: { readonly silently?: boolean }): void;
  /** What `PlainStateProtocol` needs to save and restore fields. */
  stateOwner(): StateOwner;
}

/** A protocol of a node. All methods are synchronous; one that returns a promise stops the run. */
export interface Protocol {
  /** The message types it receives. */
  readonly messageTypes: readonly MessageType[];
  /** Begins; called once, before anything else, and again after a restart with state. */
  start(context: ProtocolContext): void;
  onMessage?(from: Peer, message: Message): void;
  onDatagram?(from: Peer, message: Message): void;
  onTimer?(kind: string, argument: TimerArgument | undefined): void;
  onConnected?(peer: Peer): void;
  onDisconnected?(peer: Peer, reason: DisconnectReason): void;
  onDrain?(peer: Peer): void;
  /** Says goodbye: the node is leaving. Messages sent here still go out. */
  stop?(): void;
  /** A copy of all it knows, as plain data. `PlainStateProtocol` gives both methods for free. */
  snapshot(): PlainData;
  /** Continues from what `snapshot` gave, in place of `start`: sends nothing, sets no timer. */
  restore(context: ProtocolContext, state: PlainData): void;
}
