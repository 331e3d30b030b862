// A live node's status, peers and network in lines for people. Each line stands alone, so that a narrow terminal may
// wrap it.

import type { Connection } from "../protocol/connection.js";
import type { Node } from "../protocol/node.js";
import type { PeerStatus, Status } from "../protocol/status.js";
import type { LiveNode } from "../scenarios/node-live-node.js";
import { shortId } from "../transport/peer.js";
import type { Peer } from "../transport/peer.js";
import { knownPeers } from "./node-peer-name.js";

/** What the node says of itself. */
export function describeStatus(node: Node): string {
  const status = node.status();
  const { own, progress, incarnation } = status;
  const open = node.connections().filter(({ state }) => state === "connected").length;
  return [
    `node ${shortId(node.self)} at ${node.self.address}: ${own}${progress === "" ? "" : ` (${progress})`}`,
    `${membersKnown(status)}, ${counted(open, "connection")} open, incarnation ${incarnation}`,
    `watched peers: ${describeBeliefs(status)}`,
  ].join("\n");
}

/** The network as the node believes it to be. */
export function describeNetwork({ network, node }: LiveNode): string {
  const status = node.status();
  return [
    `network ${network.id}: ${counted(network.size, "member")} as this node believes, itself included`,
    ...estimateLines(status),
    `watched peers: ${describeBeliefs(status)}`,
    `it cannot know ${status.network.cannotKnow}`,
  ].join("\n");
}

function estimateLines({ network: { sizeEstimate } }: Status): string[] {
  return sizeEstimate === null ? [] : [`it estimates about ${Math.round(sizeEstimate)} nodes`];
}

/** One line for each peer that the node knows. */
export function describePeers(node: Node): string {
  const peers = knownPeers(node);
  if (peers.length === 0) return "nobody yet";
  const beliefs = new Map(node.status().peers.map((held) => [held.peer, held]));
  const members = new Set(node.protocol("discovery") === undefined ? [] : node.discover());
  const lines = peers.map((peer) =>
    describePeer(peer, {
      isMember: members.has(peer),
      held: beliefs.get(peer),
      connection: node.connection(peer),
    }),
  );
  return lines.join("\n");
}

interface PeerFacts {
  readonly isMember: boolean;
  readonly held: PeerStatus | undefined;
  readonly connection: Connection | undefined;
}

function describePeer(peer: Peer, { isMember, held, connection }: PeerFacts): string {
  const facts = [isMember ? "member" : "no member"];
  if (held !== undefined) facts.push(held.belief);
  if (connection !== undefined) {
    const { state, messagesSent, messagesReceived } = connection;
    facts.push(state === "connected" ? `${state}, ${messagesSent}/${messagesReceived}` : state);
  }
  const traffic = connection?.state === "connected" ? " messages out/in" : "";
  return `${shortId(peer)} ${peer.address}  ${facts.join(", ")}${traffic}`;
}

function describeBeliefs({ peers }: Status): string {
  const count = (belief: string): number => peers.filter((peer) => peer.belief === belief).length;
  return `${count("alive")} alive, ${count("suspect")} suspect, ${count("dead")} dead`;
}

function membersKnown({ network }: Status): string {
  return `${counted(network.membersKnown, "member")} known with itself`;
}

/** `1 member`, `2 members`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
