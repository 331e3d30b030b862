// The contract of a foreign protocol's wire: how messages of ours are said in datagrams that others defined, and what theirs
// say to us. Unlike a codec it remembers: an answer of theirs makes sense only to whoever knows the question.

import type { Message } from "./codec.js";
import type { Peer } from "./peer.js";

/** A datagram and where it goes. */
export interface ForeignPacket {
  readonly address: string;
  readonly bytes: Uint8Array;
}

/** What a datagram turned out to be. */
export interface ForeignArrival {
  /** Whose it is; null when it says nothing to the node. */
  readonly from: Peer | null;
  /** What it says, to be handed to the node in this order. */
  readonly messages: readonly Message[];
  /** What goes out at once, without asking the node: a refusal, a further question; null for nothing. */
  readonly reply: ForeignPacket | null;
  /** Why it says nothing to the node; empty when it does. */
  readonly problem: string;
  /** The question in it that the node is to answer, for `conclude`; 0 for none. */
  readonly question: number;
}

/** Says and understands messages of one node. Owned by the transport, which calls it and nobody else. */
export interface ForeignWire {
  /**
   * The datagrams that say a message to a peer; none yet for a part of an answer, which waits for `conclude`; null where it
   * cannot be said.
   */
  encode(to: Peer, message: Message): readonly ForeignPacket[] | null;
  /** What came from an address, whatever it is: never throws. */
  decode(address: string, bytes: Uint8Array): ForeignArrival;
  /** Called when the node has had a question and its handlers have returned: the answer, or the refusal if it gave none. */
  conclude(question: number): ForeignPacket | null;
}
