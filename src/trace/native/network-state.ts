// The network as records tell it: who is what, who has whom in its view, who is connected. The writer keeps one to make
// keyframes from, the reader starts from a keyframe and applies the records up to an instant: the same class, so both
// agree. Knows no run, only records.

import type { RecordWords } from "../trace-line.js";
import { RECORD_KIND_NAMES, RecordKind, WORLD } from "../record.js";
import type { RunRecord } from "../record.js";
import { ByteReader, TraceDamageError } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";

const STATE_KINDS: readonly RecordKind[] = [
  RecordKind.status,
  RecordKind.view,
  RecordKind.fault,
  RecordKind.connection,
];

/** By kind of record: whether the network is another one after it. Most records are of the other kinds. */
export const CHANGES_STATE: readonly boolean[] = RECORD_KIND_NAMES.map((_, kind) =>
  STATE_KINDS.includes(kind as RecordKind),
);

/** Faults that end or begin a node, and what it is afterwards. */
const STATUS_AFTER_FAULT: ReadonlyMap<string, string> = new Map([
  ["crash-process", "crashed"],
  ["crash-host", "crashed"],
  ["restart", "joining"],
]);
const ENDED: ReadonlySet<string> = new Set(["left", "crashed"]);
const LIVE: ReadonlySet<string> = new Set(["joining", "active", "leaving"]);
/** The words of a connection's record that say that it is none any more. */
const CLOSED: ReadonlySet<string> = new Set(["closed", "failed"]);
const INDEX_MAX = 0x7fffffff;

/** Peers of nodes, each with a number. */
type PeerTable = Map<number, Map<number, number>>;

/** The state of a network at an instant. */
export class NetworkState {
  /** The status of each node of which a record has told. */
  readonly statuses = new Map<number, string>();
  /** By overlay: the view of each node that runs. */
  readonly views = new Map<string, Map<number, Set<number>>>();
  /** By node and peer: the word of its end of the connection (`dialing`, `connected`). */
  readonly connections = new Map<number, Map<number, string>>();

  /** Whether a node runs. */
  isLive(node: number): boolean {
    return LIVE.has(this.statuses.get(node) ?? "");
  }

  /** The view of a node in an overlay; empty where there is none. */
  view(overlay: string, node: number): ReadonlySet<number> {
    return this.views.get(overlay)?.get(node) ?? EMPTY;
  }

  /** Takes in what a record changed. Kinds that are not of `CHANGES_STATE` change nothing. */
  apply(record: RunRecord, words: Pick<RecordWords, "text">): void {
    const { kind, node, peer } = record;
    switch (kind) {
      case RecordKind.status:
        this.#setStatus(node, words.text(record.name));
        break;
      case RecordKind.view:
        this.#setView(words.text(record.name), record);
        break;
      case RecordKind.fault: {
        const status = STATUS_AFTER_FAULT.get(words.text(record.name));
        if (status !== undefined && node !== WORLD) this.#setStatus(node, status);
        break;
      }
      case RecordKind.connection: {
        const word = words.text(record.name);
        if (CLOSED.has(word)) this.connections.get(node)?.delete(peer);
        else valueOf(this.connections, node, () => new Map<number, string>()).set(peer, word);
        break;
      }
      default:
        break;
    }
  }

  /** The state as the bytes of a keyframe. */
  encode(): Uint8Array {
    const writer = new ByteWriter();
    const words = [...new Set([...this.statuses.values(), ...this.#connectionWords()])];
    writer.varint(words.length);
    for (const word of words) writer.text(word);
    const numbers = new Map(words.map((word, i) => [word, i]));
    writer.varint(this.statuses.size);
    let last = 0;
    for (const [node, status] of sorted(this.statuses)) {
      writer.zigzag(node - last);
      writer.varint(numbers.get(status) ?? 0);
      last = node;
    }
    const asNumbers: PeerTable = new Map();
    for (const [node, peers] of this.connections) {
      const row = new Map([...peers].map(([peer, word]) => [peer, numbers.get(word) ?? 0]));
      if (row.size > 0) asNumbers.set(node, row);
    }
    writePeers(writer, asNumbers);
    writer.varint(this.views.size);
    for (const [overlay, views] of this.views) {
      writer.text(overlay);
      const table: PeerTable = new Map();
      for (const [node, view] of views) {
        if (view.size > 0) table.set(node, new Map([...view].map((peer) => [peer, 0])));
      }
      writePeers(writer, table);
    }
    return writer.bytes();
  }

  /** Reads a keyframe. Throws `TraceDamageError`. */
  static decode(bytes: Uint8Array): NetworkState {
    const state = new NetworkState();
    const reader = new ByteReader(bytes);
    const words: string[] = [];
    for (let left = reader.varint(); left > 0; left--) words.push(reader.text());
    let node = 0;
    for (let left = reader.varint(); left > 0; left--) {
      node = index(node + reader.zigzag());
      state.statuses.set(node, wordOf(words, reader.varint()));
    }
    for (const [one, peers] of readPeers(reader)) {
      const row = new Map([...peers].map(([peer, word]) => [peer, wordOf(words, word)]));
      state.connections.set(one, row);
    }
    for (let left = reader.varint(); left > 0; left--) {
      const views = new Map<number, Set<number>>();
      state.views.set(reader.text(), views);
      for (const [one, peers] of readPeers(reader)) views.set(one, new Set(peers.keys()));
    }
    reader.end("A keyframe");
    return state;
  }

  #connectionWords(): string[] {
    return [...this.connections.values()].flatMap((peers) => [...peers.values()]);
  }

  #setStatus(node: number, status: string): void {
    const isRestart = ENDED.has(this.statuses.get(node) ?? "") && LIVE.has(status);
    this.statuses.set(node, status);
    if (!ENDED.has(status) && !isRestart) return;
    // A node that ends takes its view and its ends of connections with it, without records of their own.
    for (const views of this.views.values()) views.delete(node);
    this.connections.delete(node);
  }

  #setView(overlay: string, { node, peer, number }: RunRecord): void {
    if (ENDED.has(this.statuses.get(node) ?? "")) return;
    if (!this.statuses.has(node)) this.statuses.set(node, "joining");
    const views = valueOf(this.views, overlay, () => new Map<number, Set<number>>());
    if (number === 1) valueOf(views, node, () => new Set<number>()).add(peer);
    else views.get(node)?.delete(peer);
  }
}

const EMPTY: ReadonlySet<number> = new Set();

/** The value under a key; made when there is none. */
function valueOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function sorted<Value>(map: ReadonlyMap<number, Value>): (readonly [number, Value])[] {
  return [...map].sort(([a], [b]) => a - b);
}

function writePeers(writer: ByteWriter, table: PeerTable): void {
  writer.varint(table.size);
  let last = 0;
  for (const [node, peers] of sorted(table)) {
    writer.zigzag(node - last);
    last = node;
    writer.varint(peers.size);
    let before = 0;
    for (const [peer, word] of sorted(peers)) {
      writer.zigzag(peer - before);
      writer.varint(word);
      before = peer;
    }
  }
}

function readPeers(reader: ByteReader): PeerTable {
  const table: PeerTable = new Map();
  let node = 0;
  for (let left = reader.varint(); left > 0; left--) {
    node = index(node + reader.zigzag());
    const peers = new Map<number, number>();
    table.set(node, peers);
    let peer = 0;
    for (let peersLeft = reader.varint(); peersLeft > 0; peersLeft--) {
      peer = index(peer + reader.zigzag());
      peers.set(peer, reader.varint());
    }
  }
  return table;
}

function index(value: number): number {
  if (value >= -1 && value <= INDEX_MAX) return value;
  throw new TraceDamageError(`A keyframe names the node ${value}, which is none`);
}

function wordOf(words: readonly string[], number: number): string {
  const word = words[number];
  if (word === undefined) throw new TraceDamageError(`A keyframe has no word ${number}`);
  return word;
}
