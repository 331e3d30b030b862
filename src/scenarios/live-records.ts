// Writes what live transports tell as records of the run: the kernel's side of the trace, in its words.

import type { Names } from "../trace/names.js";
import { RecordKind } from "../trace/record.js";
import type { Channel } from "../trace/record.js";
import type { Peer } from "../transport/peer.js";
import type { ConnectionChange, MessageFact } from "../transport/transport-observer.js";
import type { LiveRecorder, StretchKey } from "./live-recorder.js";
import type { RunPeers } from "./run-peers.js";

/** Under which slot the transport's own log lines are found. */
const TRANSPORT_SLOT = "transport";

export interface LiveRecordsOptions {
  readonly recorder: LiveRecorder;
  readonly names: Names;
  readonly peers: RunPeers;
}

export class LiveRecords {
  readonly #recorder: LiveRecorder;
  readonly #names: Names;
  readonly #peers: RunPeers;

  constructor({ recorder, names, peers }: LiveRecordsOptions) {
    this.#recorder = recorder;
    this.#names = names;
    this.#peers = peers;
  }

  /** Runs a stretch of a node's code. */
  within(node: number, run: () => void): void {
    this.#recorder.within(node + 1, run);
  }

  /** What is going on. */
  get key(): StretchKey | null {
    return this.#recorder.key;
  }

  /** Runs something that another stretch has caused. */
  causedBy(key: StretchKey | null, run: () => void): void {
    this.#recorder.causedBy(key, run);
  }

  sent(node: number, to: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    const row = this.#recorder.open(RecordKind.sent, node);
    this.#fill(row, to, channel, fact);
    row.reason = reason === "" ? 0 : this.#names.id(reason);
    row.contentHigh = fact.contentHigh;
    row.contentLow = fact.contentLow;
    this.#recorder.commit();
  }

  delivered(node: number, from: Peer, channel: Channel, fact: MessageFact): void {
    const row = this.#recorder.open(RecordKind.delivered, node);
    this.#fill(row, from, channel, fact);
    this.#recorder.commit();
  }

  dropped(node: number, peer: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    const row = this.#recorder.open(RecordKind.dropped, node);
    this.#fill(row, peer, channel, fact);
    row.reason = this.#names.id(reason);
    this.#recorder.commit();
  }

  connection(
    node: number,
    peer: Peer,
    change: ConnectionChange,
    epoch: number,
    reason: string,
  ): void {
    const row = this.#recorder.open(RecordKind.connection, node);
    row.name = this.#names.id(change);
    row.peer = this.#peers.indexOf(peer);
    row.number = epoch;
    row.reason = reason === "" ? 0 : this.#names.id(reason);
    this.#recorder.commit();
  }

  /** Someone was turned away: a line of the node's log. */
  refused(node: number, text: string): void {
    if (!this.#recorder.wants(RecordKind.log)) return;
    const row = this.#recorder.open(RecordKind.log, node);
    row.name = this.#names.id("warn");
    row.reason = this.#names.id(TRANSPORT_SLOT);
    row.text = text;
    this.#recorder.commit();
  }

  #fill(
    row: {
      name: number;
      peer: number;
      channel: Channel;
      bytes: number;
      number: number;
      application: number;
    },
    peer: Peer,
    channel: Channel,
    { type, bytes, number, application }: MessageFact,
  ): void {
    row.name = this.#names.id(type);
    row.peer = this.#peers.indexOf(peer);
    row.channel = channel;
    row.bytes = bytes;
    row.number = number;
    row.application = application;
  }
}
