// Overlays as the records tell them: who runs, and who has whom in its view, now. Checkers, samples of
// metrics, pictures and graph files all look at the network through this, never at a protocol's fields.

import { invariant } from "../trace/invariant.js";
import type { Names } from "../trace/names.js";
import { RecordKind, WORLD } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import { LiveNodes, isNodeStatus } from "./live-nodes.js";
import type { NodeStatus } from "./live-nodes.js";
import { OverlayViews } from "./overlay-views.js";

/** The faults that end or begin a node, and the status each leaves it in. */
const STATUS_AFTER_FAULT: ReadonlyMap<string, NodeStatus> = new Map([
  ["crash-process", "crashed"],
  ["crash-host", "crashed"],
  ["restart", "joining"],
]);

/**
 * A record sink that holds the present state of every named overlay of a run. O(1) a record.
 *
 * Attached before the first record, it is current after each record that it has accepted; a checker that
 * uses it is attached after it, or calls `accept` itself. Its rules:
 *
 * - A node runs from its first `status` record of `joining`, `active` or `leaving`, a `restart`, or its first
 *   view record, and until a status of `left` or `crashed` or a crash of its process or host.
 * - A node that ends takes its view with it, without `remove` records. Links of others to it become stale. What
 *   a node that has ended still writes about its view does not count.
 * - A restarted node begins with an empty view and records anew what it has.
 * - A paused node runs: it is slow, not gone.
 */
export class OverlayTracker implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.status, RecordKind.view, RecordKind.fault];
  /** The status of each node, and the set of those that run. */
  readonly nodes = new LiveNodes();
  readonly #names: Names;
  readonly #overlays = new Map<string, OverlayViews>();
  /** The same overlays by the number of their name, which is what a record holds. */
  readonly #overlayById: (OverlayViews | undefined)[] = [];

  /** `names` is the table of words of the run whose records will come. */
  constructor(names: Names) {
    this.#names = names;
  }

  /** The overlay of this name; an empty one when no record has named it yet. */
  overlay(name: string): OverlayViews {
    let overlay = this.#overlays.get(name);
    if (overlay === undefined) {
      overlay = new OverlayViews(this.nodes);
      this.#overlays.set(name, overlay);
    }
    return overlay;
  }

  /** The names of all overlays, in the order in which they were first named. */
  overlayNames(): string[] {
    return [...this.#overlays.keys()];
  }

  accept(record: RunRecord): void {
    switch (record.kind) {
      case RecordKind.view:
        this.#acceptView(record);
        break;
      case RecordKind.status:
        this.#acceptStatus(record);
        break;
      case RecordKind.fault:
        this.#acceptFault(record);
        break;
      default:
        break;
    }
  }

  #acceptView(record: RunRecord): void {
    const { node, peer } = record;
    if (!this.nodes.isLive(node)) {
      if (this.nodes.status(node) !== "absent") return;
      this.#setStatus(node, "joining");
    }
    const overlay = (this.#overlayById[record.name] ??= this.overlay(
      this.#names.text(record.name),
    ));
    if (record.number === 1) overlay.add(node, peer);
    else overlay.remove(node, peer);
  }

  #acceptStatus(record: RunRecord): void {
    const status = this.#names.text(record.name);
    invariant(isNodeStatus(status), `A status record names a status of a node, not "${status}"`);
    this.#setStatus(record.node, status);
  }

  #acceptFault(record: RunRecord): void {
    if (record.node === WORLD) return;
    const status = STATUS_AFTER_FAULT.get(this.#names.text(record.name));
    if (status !== undefined) this.#setStatus(record.node, status);
  }

  #setStatus(node: number, status: NodeStatus): void {
    const change = this.nodes.set(node, status);
    if (change === 0) return;
    for (const overlay of this.#overlays.values()) {
      if (change === 1) overlay.nodeStarted(node);
      else overlay.nodeEnded(node);
    }
  }
}
