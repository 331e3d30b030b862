// A message as the application receives it: not a message of a protocol, but the payload that one brought.

import type { Peer } from "../transport/peer.js";

/** What a node's listeners are handed. */
export class Message {
  /** The peer it came from: its sender, or the last hop of a broadcast. */
  readonly from: Peer;
  /** What brought it: `node/message` for one sent to this node, else the slot of the protocol, as `broadcast`. */
  readonly type: string;
  readonly payload: Uint8Array;
  /** The id under which it travels from hop to hop; unique in the network. */
  readonly applicationId: number;
  /** When it arrived, on this node's clock. */
  readonly receivedAtMicros: number;
  /** How many connections it crossed; 1 when it came straight from its sender. */
  readonly hops: number;

  constructor(fields: {
    readonly from: Peer;
    readonly type: string;
    readonly payload: Uint8Array;
    readonly applicationId: number;
    readonly receivedAtMicros: number;
    readonly hops: number;
  }) {
    this.from = fields.from;
    this.type = fields.type;
    this.payload = fields.payload;
    this.applicationId = fields.applicationId;
    this.receivedAtMicros = fields.receivedAtMicros;
    this.hops = fields.hops;
  }
}
