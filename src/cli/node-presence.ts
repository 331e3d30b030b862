// Tells a person what happens to a live node: messages, who comes and goes, who falls silent, and why a join takes so
// long. It is a watcher, and prints through a screen that keeps the line being typed whole.

import { Discovery } from "../protocol/discovery.js";
import { NodeMessage } from "../protocol/node-message.js";
import type { Message } from "../protocol/message.js";
import type { NodeStatus, PeerBelief } from "../protocol/protocol.js";
import type { LiveNode } from "../scenarios/node-live-node.js";
import type { NodeWatcher } from "../scenarios/node-watchers.js";
import { Channel } from "../trace/record.js";
import { shortId } from "../transport/peer.js";
import type { Peer } from "../transport/peer.js";
import type { ConnectionChange, MessageFact, Refusal } from "../transport/transport-observer.js";
import { counted } from "./node-descriptions.js";
import { shownText } from "./node-screen.js";
import type { NodeSession } from "./node-session.js";

/** Refusals that one's own options cause, and how. */
const REFUSAL_HINTS: ReadonlyMap<Refusal, string> = new Map([
  ["not-tls", "one of the two was started with --insecure-plaintext, the other was not"],
  ["not-loopback", "plain text goes to this machine's own addresses only"],
  ["bad-hello", "no node of this version of Peerscape listens there"],
  ["other-network", "it takes part in another network: use the same --network"],
  ["wrong-identity", "another node than the one that was meant listens there"],
]);

export class Presence implements NodeWatcher {
  readonly #session: NodeSession;
  readonly #live: LiveNode;
  /** The overlay of members. */
  readonly #overlay: string;
  #own: NodeStatus = "joining";
  /** Members that came before this node was active itself: they were there first. */
  #hasBegun = false;
  /** Why the last dial failed, and what may be behind it. */
  #problem = "";
  #hint = "";
  readonly #suspects = new Set<Peer>();

  constructor(session: NodeSession) {
    this.#session = session;
    this.#live = session.live;
    const discovery = session.live.overlays.find(({ slot }) => slot === "discovery");
    this.#overlay = discovery?.traits.overlay ?? "";
    session.live.node.receive((message) => {
      this.#received(message);
    });
  }

  status(_node: Peer, status: NodeStatus): void {
    if (status === this.#own) return;
    this.#own = status;
    if (status === "active") this.#becameActive();
    if (status === "leaving") {
      const isOrdered = !this.#session.isEnding;
      this.#print(isOrdered ? "the network is being shut down: leaving" : "leaving");
    }
    if (status === "left") this.#print("left");
  }

  belief(_node: Peer, peer: Peer, belief: PeerBelief): void {
    // Its death is told with its membership; where nobody keeps members, here.
    const wasSuspect = this.#suspects.delete(peer);
    if (belief === "suspect") {
      this.#suspects.add(peer);
      this.#print(`? ${shortId(peer)} is silent`);
    } else if (belief === "alive" && wasSuspect) this.#print(`= ${shortId(peer)} is back`);
    else if (belief === "dead" && this.#overlay === "") this.#print(`- ${shortId(peer)} is dead`);
  }

  viewAdded(_node: Peer, overlay: string, peer: Peer): void {
    if (overlay !== this.#overlay || !this.#hasBegun) return;
    this.#print(`+ ${shortId(peer)} joined from ${peer.address}; ${this.#members()}`);
  }

  viewRemoved(_node: Peer, overlay: string, peer: Peer): void {
    if (overlay !== this.#overlay || this.#isEnding) return;
    const discovery = this.#live.node.protocol("discovery");
    const end = discovery instanceof Discovery ? discovery.endOf(peer) : undefined;
    // One that made room in a sample is as well as before.
    if (end === undefined) return;
    const verb = end === "left" ? "left" : "is held dead";
    this.#print(`- ${shortId(peer)} ${verb}; ${this.#members()}`);
  }

  observed(_node: Peer, name: string, value: number): void {
    // Each doubling of the attempts: who waits for an hour reads ten lines.
    if (name !== "join-retries" || (value & (value - 1)) !== 0) return;
    const why = this.#problem === "" ? "no answer" : this.#problem;
    this.#print(`cannot join yet: ${why} (${counted(value, "attempt")}); trying on`);
  }

  connection(peer: Peer, change: ConnectionChange, _epoch: number, reason: string): void {
    if (change === "connected") {
      this.#problem = "";
      return;
    }
    if (change === "failed" && reason !== "replaced") {
      const hint = this.#hint === "" ? "" : `; ${this.#hint}`;
      this.#problem = `${shortId(peer)} ${describeFailure(reason)}${hint}`;
      this.#hint = "";
    }
  }

  refused(_address: string, refusal: Refusal): void {
    this.#hint = REFUSAL_HINTS.get(refusal) ?? "";
  }

  dropped(peer: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    if (channel !== Channel.stream || fact.type !== NodeMessage.type || this.#isEnding) return;
    this.#print(`! a message to ${shortId(peer)} was lost: ${describeFailure(reason)}`);
  }

  get #isEnding(): boolean {
    return this.#own === "leaving" || this.#own === "left";
  }

  #becameActive(): void {
    this.#hasBegun = true;
    const { node } = this.#live;
    if (node.status().network.membersKnown > 1) this.#print(`joined: ${this.#members()}`);
  }

  #received({ from, type, payload, hops }: Message): void {
    const text = shownText(payload);
    const isOwn = type === NodeMessage.type;
    const way = hops > 1 ? `, the last of ${hops} hops` : "";
    this.#print(
      isOwn ? `${shortId(from)} says: ${text}` : `broadcast from ${shortId(from)}${way}: ${text}`,
    );
  }

  /** A view tells of a change once it has happened. */
  #members(): string {
    return counted(this.#live.node.status().network.membersKnown, "member");
  }

  #print(text: string): void {
    this.#session.screen.print(text);
  }
}

/** The reason of a failed dial or a lost message, in a person's words. */
function describeFailure(reason: string): string {
  switch (reason) {
    case "refused":
      return "cannot be reached: nobody listens there";
    case "timeout":
      return "cannot be reached: no answer in time";
    case "reset":
      return "hangs up: it is no node, or only one of the two has --insecure-plaintext";
    case "protocol-error":
      return "cannot be talked to";
    default:
      return reason;
  }
}
