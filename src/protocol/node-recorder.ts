// What a node tells whoever watches it. The simulator writes records from it; a live node may count or log.
// One recorder serves all nodes of a run: every method names the node first.

import type { Peer } from "../transport/peer.js";
import type { KeyOutcome, KeyQuestion } from "./key-operation.js";
import type { LogLevel, NodeStatus, PeerBelief } from "./protocol.js";

/** Told of what happens inside nodes. It only looks: no method may act on a node or throw. */
export interface NodeRecorder {
  /** The node changed its own status, or raised its incarnation. */
  status(node: Peer, status: NodeStatus, incarnation: number): void;
  /** The node holds a peer to be something else than before. */
  belief(node: Peer, peer: Peer, belief: PeerBelief, incarnation: number): void;
  /** A peer entered the node's view of a named overlay. */
  viewAdded(node: Peer, overlay: string, peer: Peer): void;
  /** A peer left the node's view of a named overlay. */
  viewRemoved(node: Peer, overlay: string, peer: Peer): void;
  /** The node started an application message of so many payload bytes, for one peer or, with null, for all. */
  published(node: Peer, applicationId: number, byteCount: number, target: Peer | null): void;
  /** An application message reached the node for the first time, over so many hops, from a neighbour. */
  received(node: Peer, applicationId: number, from: Peer, byteCount: number, hops: number): void;
  /** The node's application asked for something under a key. */
  asked(node: Peer, question: KeyQuestion): void;
  /** What came of it. */
  answered(node: Peer, outcome: KeyOutcome): void;
  /** A protocol of the node measured something. */
  observed(node: Peer, name: string, value: number): void;
  /** Whether a log line of this level and protocol slot would reach anyone: saves building its text. */
  wantsLog(level: LogLevel, slot: string): boolean;
  /** A protocol of the node wrote a line. */
  logged(node: Peer, line: LogLine): void;
  /** A protocol of the node decided not to do something. `applicationId` is 0 where there is none. */
  decided(node: Peer, slot: string, what: string, why: string, applicationId: number): void;
}

/** A line of a protocol's log. */
export interface LogLine {
  /** The protocol's slot in its node, as `discovery`. */
  readonly slot: string;
  readonly level: LogLevel;
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

function ignore(): void {}

/** Watches nothing. For nodes that nobody looks at. */
export const NO_RECORDER: NodeRecorder = {
  status: ignore,
  belief: ignore,
  viewAdded: ignore,
  viewRemoved: ignore,
  published: ignore,
  received: ignore,
  asked: ignore,
  answered: ignore,
  observed: ignore,
  wantsLog: () => false,
  logged: ignore,
  decided: ignore,
};
