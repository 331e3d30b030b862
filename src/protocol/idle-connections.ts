// Connections that a protocol needed for a moment: closed when a while has passed, so that an answer on its way
// still arrives. Connections are shared by all protocols of a node, hence only those that were noted.

import type { Peer } from "../transport/peer.js";
import type { ProtocolTransport } from "./protocol.js";

/** Most connections that wait to be closed: the oldest goes at once when there are more. */
const IDLE_MAX = 256;

/** Peers whose connection is needed no longer, with the time since when, oldest first. Plain data. */
export type IdleConnections = Map<Peer, number>;

/** Notes that the connection to a peer is needed no longer. */
export function noteIdle(
  idle: IdleConnections,
  peer: Peer,
  nowMicros: number,
  transport: ProtocolTransport,
): void {
  idle.delete(peer);
  idle.set(peer, nowMicros);
  if (idle.size <= IDLE_MAX) return;
  const [oldest] = idle.keys();
  if (oldest === undefined) return;
  idle.delete(oldest);
  transport.disconnect(oldest);
}

/** Closes what has been idle since before `thenMicros`, unless something still waits to be sent there. */
export function closeIdle(
  idle: IdleConnections,
  thenMicros: number,
  transport: ProtocolTransport,
): void {
  for (const [peer, sinceMicros] of idle) {
    if (sinceMicros > thenMicros) return;
    if (transport.bufferedBytes(peer) > 0) continue;
    idle.delete(peer);
    transport.disconnect(peer);
  }
}
