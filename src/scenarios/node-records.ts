// Writes what happens inside nodes as records of the run: the node's side of the trace and the digest.

import type { KeyOutcome, KeyQuestion } from "../protocol/key-operation.js";
import type { LogLevel, NodeStatus, PeerBelief } from "../protocol/protocol.js";
import type { LogLine, NodeRecorder } from "../protocol/node-recorder.js";
import type { Names } from "../trace/names.js";
import { NO_PEER, RecordKind } from "../trace/record.js";
import type { Recorder } from "../trace/recorder.js";
import { ContentHasher } from "../transport/content-hasher.js";
import type { Peer } from "../transport/peer.js";
import { logText } from "./log-text.js";
import type { LogNames } from "./log-text.js";

export interface NodeRecordsOptions {
  readonly recorder: Recorder;
  readonly names: Names;
  /** Gives a peer its index among the nodes of the run. */
  readonly peers: LogNames["peers"];
  /** The name of the node at an index. */
  readonly nameOf: (node: number) => string;
  /** Told of a node's own status, which the world keeps as the truth. */
  readonly onStatus: (node: number, status: NodeStatus) => void;
}

/** The recorder of all nodes of one run. */
export class NodeRecords implements NodeRecorder {
  readonly #recorder: Recorder;
  readonly #names: Names;
  readonly #peers: LogNames["peers"];
  readonly #nameOf: (node: number) => string;
  readonly #onStatus: (node: number, status: NodeStatus) => void;

  constructor({ recorder, names, peers, nameOf, onStatus }: NodeRecordsOptions) {
    this.#recorder = recorder;
    this.#names = names;
    this.#peers = peers;
    this.#nameOf = nameOf;
    this.#onStatus = onStatus;
  }

  status(node: Peer, status: NodeStatus, incarnation: number): void {
    const index = this.#peers.indexOf(node);
    this.#onStatus(index, status);
    const row = this.#recorder.open(RecordKind.status, index);
    row.name = this.#names.id(status);
    row.number = incarnation;
    this.#recorder.commit();
  }

  belief(node: Peer, peer: Peer, belief: PeerBelief, incarnation: number): void {
    const row = this.#recorder.open(RecordKind.belief, this.#peers.indexOf(node));
    row.name = this.#names.id(belief);
    row.peer = this.#peers.indexOf(peer);
    row.number = incarnation;
    this.#recorder.commit();
  }

  viewAdded(node: Peer, overlay: string, peer: Peer): void {
    this.#view(node, overlay, peer, 1);
  }

  viewRemoved(node: Peer, overlay: string, peer: Peer): void {
    this.#view(node, overlay, peer, 0);
  }

  published(node: Peer, applicationId: number, byteCount: number, target: Peer | null): void {
    const row = this.#recorder.open(RecordKind.broadcast, this.#peers.indexOf(node));
    row.name = this.#names.id("started");
    row.peer = target === null ? NO_PEER : this.#peers.indexOf(target);
    row.bytes = byteCount;
    row.number = 0;
    row.application = applicationId;
    this.#recorder.commit();
  }

  received(node: Peer, applicationId: number, from: Peer, byteCount: number, hops: number): void {
    const row = this.#recorder.open(RecordKind.broadcast, this.#peers.indexOf(node));
    row.name = this.#names.id("received");
    row.peer = this.#peers.indexOf(from);
    row.bytes = byteCount;
    row.number = hops;
    row.application = applicationId;
    this.#recorder.commit();
  }

  asked(node: Peer, { operation, id, key, value }: KeyQuestion): void {
    if (!this.#recorder.wants(RecordKind.lookup)) return;
    const row = this.#recorder.open(RecordKind.lookup, this.#peers.indexOf(node));
    row.name = this.#names.id(operation);
    row.reason = this.#names.id("started");
    row.peer = NO_PEER;
    row.bytes = 0;
    row.number = 0;
    row.application = id;
    row.value = 0;
    row.text = keyText(key, value);
    this.#recorder.commit();
  }

  answered(node: Peer, outcome: KeyOutcome): void {
    if (!this.#recorder.wants(RecordKind.lookup)) return;
    const { operation, id, key, value, isSuccess, closest, depth, requests, timeouts } = outcome;
    const row = this.#recorder.open(RecordKind.lookup, this.#peers.indexOf(node));
    row.name = this.#names.id(operation);
    row.reason = this.#names.id(isSuccess ? "done" : "failed");
    row.peer = closest[0] === undefined ? NO_PEER : this.#peers.indexOf(closest[0]);
    row.bytes = requests;
    row.number = depth;
    row.application = id;
    row.value = timeouts;
    row.text = keyText(key, value);
    this.#recorder.commit();
  }

  observed(node: Peer, name: string, value: number): void {
    const row = this.#recorder.open(RecordKind.observation, this.#peers.indexOf(node));
    row.name = this.#names.id(name);
    row.value = value;
    this.#recorder.commit();
  }

  wantsLog(_level: LogLevel, _slot: string): boolean {
    // Which levels and slots are shown is the sink's choice; without a sink no text is built.
    return this.#recorder.wants(RecordKind.log);
  }

  logged(node: Peer, { slot, level, text, fields }: LogLine): void {
    const row = this.#recorder.open(RecordKind.log, this.#peers.indexOf(node));
    row.name = this.#names.id(level);
    row.reason = this.#names.id(slot);
    row.text = logText({ text, fields }, { peers: this.#peers, nameOf: this.#nameOf });
    this.#recorder.commit();
  }

  decided(node: Peer, slot: string, what: string, why: string, applicationId: number): void {
    if (!this.#recorder.wants(RecordKind.decided)) return;
    const row = this.#recorder.open(RecordKind.decided, this.#peers.indexOf(node));
    row.name = this.#names.id(`${slot}/${what}`);
    row.reason = this.#names.id(why);
    row.application = applicationId;
    this.#recorder.commit();
  }

  #view(node: Peer, overlay: string, peer: Peer, added: number): void {
    const row = this.#recorder.open(RecordKind.view, this.#peers.indexOf(node));
    row.name = this.#names.id(overlay);
    row.peer = this.#peers.indexOf(peer);
    row.number = added;
    this.#recorder.commit();
  }
}

/** A key, and behind it what is kept there: enough to tell one value of the key from another. */
function keyText(key: string, value: Uint8Array | null): string {
  if (value === null) return key;
  const hasher = new ContentHasher();
  hasher.bytes(value);
  return `${key}=${hexWord(hasher.high)}${hexWord(hasher.low)}`;
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
