// What every broadcast protocol offers: a payload for everyone.

import { PlainStateProtocol } from "./plain-state-protocol.js";

/** The protocol in a node's slot `broadcast`. */
export abstract class Broadcast extends PlainStateProtocol {
  /**
   * Sends a payload to every member and answers its application id. Calls `context.published` here and
   * `context.received` at each node that it reaches, the sender excepted.
   */
  abstract broadcast(payload: Uint8Array): number;
}
