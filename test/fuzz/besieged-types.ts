// What is said in a siege: what friends ask of the node under attack and of each other's processes.

import {
  bytes,
  defineMessage,
  integer,
  list,
  peer,
  record,
  text,
} from "../../src/transport/message-type.js";

/** "Say this again": how friends find out whether they are still served. */
export const Echo = defineMessage("siege/echo", { n: integer() });
/** "Send me so many bytes": what a peer asks that never reads the answers. */
export const Ask = defineMessage("siege/ask", { bytes: integer({ min: 0, max: 1_000_000 }) });
export const Answer = defineMessage("siege/answer", { load: bytes({ maxBytes: 1_000_000 }) });
/** A message with every way of holding others: what hostile bytes are made from. */
export const Everything = defineMessage("siege/everything", {
  names: list(text({ maxBytes: 100 }), { maxItems: 50_000 }),
  peers: list(peer(), { maxItems: 10_000 }),
  pairs: list(
    record({
      key: text({ maxBytes: 20 }),
      values: list(integer({ min: -(2 ** 40) }), { maxItems: 1000 }),
    }),
    {
      maxItems: 100,
    },
  ),
  load: bytes({ maxBytes: 4_000_000 }),
});

export const SIEGE_TYPES = [Echo, Ask, Answer, Everything] as const;

/** What the besieged node is like, said four times a second. */
export interface NodeState {
  readonly residentBytes: number;
  /** Connections that were turned away so far, by name. */
  readonly refusals: Readonly<Record<string, number>>;
}

/** What friends found since they were asked last. */
export interface FriendsReport {
  /** Round trips of friends that were connected before, in milliseconds, ascending. */
  readonly roundTripMillis: readonly number[];
  /** Echoes that did not come within `ECHO_PATIENCE_MILLIS`. */
  readonly unanswered: number;
  /** Friends' connections that ended. */
  readonly lost: number;
  /** From a newcomer's dial to its first echo, in milliseconds, ascending. */
  readonly newcomerMillis: readonly number[];
  /** Newcomers that were not served within `NEWCOMER_PATIENCE_MILLIS`, however often they dialled. */
  readonly turnedAway: number;
}

/** As long as a protocol would wait for a heartbeat. */
export const ECHO_PATIENCE_MILLIS = 5000;
export const NEWCOMER_PATIENCE_MILLIS = 10_000;
