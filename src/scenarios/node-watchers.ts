// Whoever looks at a live node: a prompt, metrics, logs, a trace. All are told the same facts, each of those that it
// cares for, while the node goes on.

import type { KeyOutcome, KeyQuestion } from "../protocol/key-operation.js";
import type { LogLine, NodeRecorder } from "../protocol/node-recorder.js";
import type { LogLevel, NodeStatus, PeerBelief } from "../protocol/protocol.js";
import type { Channel } from "../trace/record.js";
import type { Peer } from "../transport/peer.js";
import type {
  ConnectionChange,
  MessageFact,
  Refusal,
  TransportObserver,
} from "../transport/transport-observer.js";

/** Looks at one node: what happens inside it, and what its transport does. It only looks, and never throws. */
export type NodeWatcher = Partial<NodeRecorder> & Partial<TransportObserver>;

/** Hands every fact to all watchers, who may come and go. */
export class NodeWatchers implements NodeRecorder, TransportObserver {
  #watchers: readonly NodeWatcher[];

  constructor(watchers: readonly NodeWatcher[] = []) {
    this.#watchers = watchers;
  }

  add(watcher: NodeWatcher): void {
    this.#watchers = [...this.#watchers, watcher];
  }

  remove(watcher: NodeWatcher): void {
    this.#watchers = this.#watchers.filter((other) => other !== watcher);
  }

  status(node: Peer, status: NodeStatus, incarnation: number): void {
    for (const watcher of this.#watchers) watcher.status?.(node, status, incarnation);
  }

  belief(node: Peer, peer: Peer, belief: PeerBelief, incarnation: number): void {
    for (const watcher of this.#watchers) watcher.belief?.(node, peer, belief, incarnation);
  }

  viewAdded(node: Peer, overlay: string, peer: Peer): void {
    for (const watcher of this.#watchers) watcher.viewAdded?.(node, overlay, peer);
  }

  viewRemoved(node: Peer, overlay: string, peer: Peer): void {
    for (const watcher of this.#watchers) watcher.viewRemoved?.(node, overlay, peer);
  }

  published(node: Peer, applicationId: number, byteCount: number, target: Peer | null): void {
    for (const watcher of this.#watchers) {
      watcher.published?.(node, applicationId, byteCount, target);
    }
  }

  received(node: Peer, applicationId: number, from: Peer, byteCount: number, hops: number): void {
    for (const watcher of this.#watchers) {
      watcher.received?.(node, applicationId, from, byteCount, hops);
    }
  }

  asked(node: Peer, question: KeyQuestion): void {
    for (const watcher of this.#watchers) watcher.asked?.(node, question);
  }

  answered(node: Peer, outcome: KeyOutcome): void {
    for (const watcher of this.#watchers) watcher.answered?.(node, outcome);
  }

  observed(node: Peer, name: string, value: number): void {
    for (const watcher of this.#watchers) watcher.observed?.(node, name, value);
  }

  wantsLog(level: LogLevel, slot: string): boolean {
    return this.#watchers.some((watcher) => watcher.wantsLog?.(level, slot) ?? false);
  }

  logged(node: Peer, line: LogLine): void {
    for (const watcher of this.#watchers) {
      if (watcher.wantsLog?.(line.level, line.slot) ?? false) watcher.logged?.(node, line);
    }
  }

  decided(node: Peer, slot: string, what: string, why: string, applicationId: number): void {
    for (const watcher of this.#watchers) watcher.decided?.(node, slot, what, why, applicationId);
  }

  sent(to: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    for (const watcher of this.#watchers) watcher.sent?.(to, channel, fact, reason);
  }

  delivered(from: Peer, channel: Channel, fact: MessageFact): void {
    for (const watcher of this.#watchers) watcher.delivered?.(from, channel, fact);
  }

  dropped(peer: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    for (const watcher of this.#watchers) watcher.dropped?.(peer, channel, fact, reason);
  }

  connection(peer: Peer, change: ConnectionChange, epoch: number, reason: string): void {
    for (const watcher of this.#watchers) watcher.connection?.(peer, change, epoch, reason);
  }

  refused(address: string, refusal: Refusal, detail: string): void {
    for (const watcher of this.#watchers) watcher.refused?.(address, refusal, detail);
  }
}
