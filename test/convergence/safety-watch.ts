// What must never happen in any run, judged at the records that can break it. Scenarios state what they want in
// the end; this is what no scenario has to say.

import { Channel, RecordKind, WORLD } from "../../src/trace/record.js";
import type { RecordSink, RunRecord } from "../../src/trace/record.js";
import type { RunView } from "../../src/scenarios/run-view.js";

/** Violations written down: the first ones tell it all. */
const VIOLATIONS_MAX = 5;

/** Names of the records after which a node runs, and after which it does not. */
const BEGINNINGS: ReadonlySet<string> = new Set(["joining", "active", "restart"]);
const ENDS: ReadonlySet<string> = new Set(["left", "crash-process", "crash-host"]);

/**
 * Watches that
 * - only nodes that run send, receive or change their views;
 * - nobody has itself, or a node that never ran, in a view, and what is removed was there;
 * - a node's incarnation never falls;
 * - over connections messages arrive in the order in which they were sent, none twice; what a connection that
 *   ended has lost may be missing.
 */
export class SafetyWatch implements RecordSink {
  readonly kinds: readonly RecordKind[] = [
    RecordKind.sent,
    RecordKind.delivered,
    RecordKind.status,
    RecordKind.view,
    RecordKind.fault,
  ];
  readonly violations: string[] = [];
  readonly #view: RunView;
  readonly #runs = new Set<number>();
  readonly #everRan = new Set<number>();
  readonly #incarnationOf = new Map<number, number>();
  /** Nodes that came into a view in the present instant before they ran themselves, with who has them. */
  readonly #unborn = new Map<number, string>();
  #nowMicros = 0;
  /** By overlay, then by node. */
  readonly #views = new Map<string, Map<number, Set<number>>>();
  /** By source, then by target: what was sent over their connections and has not arrived, oldest first. */
  readonly #underWay = new Map<number, Map<number, string[]>>();

  constructor(view: RunView) {
    this.#view = view;
  }

  accept(record: RunRecord): void {
    if (record.timeMicros > this.#nowMicros) this.#judgeInstant();
    this.#nowMicros = record.timeMicros;
    if (record.node === WORLD) return;
    switch (record.kind) {
      case RecordKind.sent:
        this.#sent(record);
        break;
      case RecordKind.delivered:
        this.#delivered(record);
        break;
      case RecordKind.view:
        this.#viewed(record);
        break;
      default:
        this.#lived(record);
    }
  }

  #sent(record: RunRecord): void {
    const { node, peer, channel } = record;
    if (!this.#runs.has(node)) this.#violated(record, "sends although it does not run");
    if (channel !== Channel.stream || peer === node) return;
    let links = this.#underWay.get(node);
    if (links === undefined) this.#underWay.set(node, (links = new Map<number, string[]>()));
    const link = links.get(peer);
    if (link === undefined) links.set(peer, [this.#trait(record)]);
    else link.push(this.#trait(record));
  }

  #delivered(record: RunRecord): void {
    const { node, peer, channel } = record;
    if (!this.#runs.has(node)) this.#violated(record, "receives although it does not run");
    if (channel !== Channel.stream || peer === node) return;
    const link = this.#underWay.get(peer)?.get(node) ?? [];
    const place = link.indexOf(this.#trait(record));
    if (place < 0) {
      const what = `${this.#view.text(record.name)} of ${this.#view.nodeName(peer)}`;
      this.#violated(record, `receives a ${what} that was overtaken, is a copy or was never sent`);
    } else link.splice(0, place + 1);
  }

  /** What a message can be told by at both ends: two that are alike may change places unseen. */
  #trait({ name, bytes, application }: RunRecord): string {
    return `${name}/${bytes}/${application}`;
  }

  #viewed(record: RunRecord): void {
    const overlay = this.#view.text(record.name);
    const peer = this.#view.nodeName(record.peer);
    let views = this.#views.get(overlay);
    if (views === undefined) this.#views.set(overlay, (views = new Map<number, Set<number>>()));
    let peers = views.get(record.node);
    if (peers === undefined) views.set(record.node, (peers = new Set<number>()));
    if (!this.#runs.has(record.node)) this.#violated(record, `changes ${overlay} without running`);
    if (record.number !== 1) {
      if (!peers.delete(record.peer)) this.#violated(record, `drops ${peer} from ${overlay} twice`);
      return;
    }
    if (peers.has(record.peer)) this.#violated(record, `has ${peer} in ${overlay} twice`);
    peers.add(record.peer);
    if (record.peer === record.node) this.#violated(record, `has itself in ${overlay}`);
    if (!this.#everRan.has(record.peer)) {
      const node = this.#view.nodeName(record.node);
      this.#unborn.set(record.peer, `${node} has ${peer} in ${overlay}, which never ran`);
    }
  }

  /** Nodes that begin linked are told of each other in the instant in which they start one by one. */
  #judgeInstant(): void {
    for (const [peer, text] of this.#unborn) if (!this.#everRan.has(peer)) this.#note(text);
    this.#unborn.clear();
  }

  #lived(record: RunRecord): void {
    const word = this.#view.text(record.name);
    if (ENDS.has(word)) {
      this.#runs.delete(record.node);
      for (const views of this.#views.values()) views.delete(record.node);
      return;
    }
    if (BEGINNINGS.has(word)) {
      this.#runs.add(record.node);
      this.#everRan.add(record.node);
    }
    if (record.kind !== RecordKind.status) return;
    const before = this.#incarnationOf.get(record.node) ?? 0;
    // A process says what it is before it knows its incarnation.
    if (record.number === 0) return;
    if (record.number < before) {
      this.#violated(record, `lowers its incarnation from ${before} to ${record.number}`);
    }
    this.#incarnationOf.set(record.node, record.number);
  }

  #violated({ node, timeMicros }: RunRecord, text: string): void {
    this.#note(`${this.#view.nodeName(node)} ${text} at ${timeMicros / 1e6} s`);
  }

  #note(text: string): void {
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(`safety: ${text}`);
  }
}
