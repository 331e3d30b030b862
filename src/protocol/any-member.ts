// A member to talk to, for protocols that take any: gossip about sizes, measurements of round trips.

import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import type { ProtocolContext } from "./protocol.js";

/** One of the members that the node's discovery knows, each equally likely; undefined when it knows none. */
export function anyMember(context: ProtocolContext): Peer | undefined {
  const discovery = context.protocol("discovery");
  const members = discovery instanceof Discovery ? discovery.members() : [];
  return members.length === 0 ? undefined : context.random.pick(members);
}
