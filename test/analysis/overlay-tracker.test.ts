import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OverlayTracker } from "../../src/analysis/overlay-tracker.js";
import { snapshotOverlay } from "../../src/analysis/overlay-snapshot.js";
import { SetHash } from "../../src/analysis/set-hash.js";
import { Names } from "../../src/trace/names.js";
import { RecordKind, RunRecord, WORLD } from "../../src/trace/record.js";

/** Feeds records as a run does: one row, used again and again. */
class Feed {
  readonly names = new Names();
  readonly tracker = new OverlayTracker(this.names);
  readonly #row = new RunRecord();

  view(node: number, overlay: string, peer: number, isAdded: boolean): void {
    this.#accept(RecordKind.view, node, overlay, peer, isAdded ? 1 : 0);
  }

  status(node: number, status: string): void {
    this.#accept(RecordKind.status, node, status, -1, 0);
  }

  fault(node: number, fault: string): void {
    this.#accept(RecordKind.fault, node, fault, -1, 0);
  }

  #accept(kind: RecordKind, node: number, name: string, peer: number, number: number): void {
    Object.assign(this.#row, { kind, node, name: this.names.id(name), peer, number });
    this.tracker.accept(this.#row);
  }
}

/** What the tracker promises, said with sets and walks. */
class NaiveOverlays {
  readonly statuses = new Map<number, string>();
  readonly views = new Map<string, Set<string>>();

  isLive(node: number): boolean {
    return ["joining", "active", "leaving"].includes(this.statuses.get(node) ?? "");
  }

  setStatus(node: number, status: string): void {
    this.statuses.set(node, status);
    if (this.isLive(node)) return;
    for (const links of this.views.values()) {
      for (const link of links) if (link.startsWith(`${node}>`)) links.delete(link);
    }
  }

  view(node: number, overlay: string, peer: number, isAdded: boolean): void {
    if (!this.statuses.has(node)) this.statuses.set(node, "joining");
    if (!this.isLive(node)) return;
    const links = this.views.get(overlay) ?? new Set();
    this.views.set(overlay, links);
    if (isAdded) links.add(`${node}>${peer}`);
    else links.delete(`${node}>${peer}`);
  }

  links(overlay: string): (readonly [number, number])[] {
    return [...(this.views.get(overlay) ?? [])].map((link) => {
      const [source = NaN, target = NaN] = link.split(">").map(Number);
      return [source, target] as const;
    });
  }
}

const NODES = 6;
const OVERLAYS = ["members", "active"] as const;
const STATUSES = ["joining", "active", "leaving", "left", "crashed"] as const;
const FAULTS = ["crash-process", "crash-host", "restart", "pause", "resume", "partition"] as const;
const AFTER_FAULT = new Map<string, string>([
  ["crash-process", "crashed"],
  ["crash-host", "crashed"],
  ["restart", "joining"],
]);

const node = fc.integer({ min: 0, max: NODES - 1 });
const viewChange = fc.record({
  do: fc.constant("view" as const),
  node,
  overlay: fc.constantFrom(...OVERLAYS),
  peer: node,
  // Mostly additions: full views must be common enough for full membership to be seen.
  isAdded: fc.integer({ max: 3, min: 0 }).map((n) => n > 0),
});
const statusChange = fc.record({
  do: fc.constant("status" as const),
  node,
  status: fc.constantFrom(...STATUSES),
});
const fault = fc.record({
  do: fc.constant("fault" as const),
  node,
  name: fc.constantFrom(...FAULTS),
});
const history = fc.array(fc.oneof({ weight: 8, arbitrary: viewChange }, statusChange, fault), {
  // Without it a list has ten changes at most, and little can go wrong in ten.
  size: "max",
  maxLength: 120,
});

type Change = typeof history extends fc.Arbitrary<(infer One)[]> ? One : never;

function apply(change: Change, feed: Feed, naive: NaiveOverlays): void {
  if (change.do === "view") {
    feed.view(change.node, change.overlay, change.peer, change.isAdded);
    naive.view(change.node, change.overlay, change.peer, change.isAdded);
  } else if (change.do === "status") {
    feed.status(change.node, change.status);
    naive.setStatus(change.node, change.status);
  } else {
    feed.fault(change.node, change.name);
    const status = AFTER_FAULT.get(change.name);
    if (status !== undefined) naive.setStatus(change.node, status);
  }
}

function replay(changes: readonly Change[], feed: Feed): NaiveOverlays {
  const naive = new NaiveOverlays();
  for (const change of changes) apply(change, feed, naive);
  return naive;
}

const indexes = Array.from({ length: NODES }, (_, index) => index);

describe("OverlayTracker after any history", () => {
  it("knows who runs", () => {
    fc.assert(
      fc.property(history, (changes) => {
        const feed = new Feed();
        const naive = replay(changes, feed);
        const live = indexes.filter((index) => naive.isLive(index));
        const { nodes } = feed.tracker;
        expect(nodes.count).toBe(live.length);
        expect(indexes.filter((index) => nodes.isLive(index))).toEqual(live);
        expect(indexes.map((index) => nodes.status(index))).toEqual(
          indexes.map((index) => naive.statuses.get(index) ?? "absent"),
        );
      }),
    );
  });

  it("knows each view, the links, the stale ones and the in-degrees", () => {
    fc.assert(
      fc.property(history, (changes) => {
        const feed = new Feed();
        const naive = replay(changes, feed);
        for (const name of OVERLAYS) {
          const overlay = feed.tracker.overlay(name);
          const links = naive.links(name);
          const seen: string[] = [];
          overlay.forEachLink((source, target) => seen.push(`${source}>${target}`));
          expect(seen.toSorted()).toEqual(links.map(([s, t]) => `${s}>${t}`).toSorted());
          expect(overlay.links).toBe(links.length);
          expect(overlay.staleLinks).toBe(links.filter(([, t]) => !naive.isLive(t)).length);
          for (const index of indexes) {
            const peers = links.filter(([s]) => s === index).map(([, t]) => t);
            expect([...overlay.peers(index)]).toEqual(peers.toSorted((a, b) => a - b));
            expect(overlay.viewSize(index)).toBe(peers.length);
            expect(overlay.inDegree(index)).toBe(links.filter(([, t]) => t === index).length);
            expect(indexes.filter((peer) => overlay.has(index, peer))).toEqual([
              ...overlay.peers(index),
            ]);
          }
        }
      }),
    );
  });

  it("counts the nodes that know exactly all others, asked after every change", () => {
    // Three nodes, so that full membership comes and goes often enough to catch a count that drifts.
    const three = [0, 1, 2];
    fc.assert(
      fc.property(fc.nat(20), history, (quietChanges, changes) => {
        const feed = new Feed();
        const naive = new NaiveOverlays();
        const small = changes.map((change) => ({ ...change, node: change.node % three.length }));
        small.forEach((change, done) => {
          apply(change.do === "view" ? { ...change, peer: change.peer % 3 } : change, feed, naive);
          // The first question begins the count, whatever has happened until then.
          if (done < quietChanges) return;
          const live = three.filter((index) => naive.isLive(index));
          const links = naive.links("members");
          const complete = live.filter((index) => {
            const known = new Set(links.flatMap(([s, t]) => (s === index ? [t] : [])));
            known.add(index);
            return known.size === live.length && live.every((other) => known.has(other));
          });
          expect(feed.tracker.overlay("members").completeCount()).toBe(complete.length);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("tells whether a view is complete but for nodes that may be missing or kept", () => {
    fc.assert(
      fc.property(history, fc.uniqueArray(node), (changes, optional) => {
        const feed = new Feed();
        const naive = replay(changes, feed);
        const matters = (index: number, other: number): boolean =>
          other !== index && !optional.includes(other);
        for (const index of indexes) {
          const known = naive
            .links("active")
            .flatMap(([s, t]) => (s === index && matters(index, t) ? [t] : []));
          const truth = indexes.filter((other) => naive.isLive(other) && matters(index, other));
          expect(feed.tracker.overlay("active").isComplete(index, optional)).toBe(
            known.toSorted((a, b) => a - b).join() === truth.join(),
          );
        }
      }),
    );
  });

  it("hashes views by their members, whatever the order", () => {
    fc.assert(
      fc.property(history, (changes) => {
        const feed = new Feed();
        replay(changes, feed);
        const overlay = feed.tracker.overlay("members");
        for (const index of indexes) {
          const expected = new SetHash();
          for (const peer of overlay.peers(index).toReversed()) expected.add(peer);
          expect(overlay.viewHash(index).equals(expected)).toBe(true);
        }
      }),
    );
  });
});

describe("OverlayTracker", () => {
  it("takes a node that writes a view before any status for one that runs", () => {
    const feed = new Feed();
    feed.view(3, "members", 4, true);
    expect(feed.tracker.nodes.status(3)).toBe("joining");
    expect(feed.tracker.overlay("members").staleLinks).toBe(1);
    feed.status(4, "joining");
    expect(feed.tracker.overlay("members").staleLinks).toBe(0);
  });

  it("leaves nodes alone when a fault is one of the world", () => {
    const feed = new Feed();
    feed.status(0, "active");
    feed.fault(WORLD, "crash-process");
    expect(feed.tracker.nodes.count).toBe(1);
  });

  it("names its overlays in the order of their first records", () => {
    const feed = new Feed();
    feed.view(0, "active", 1, true);
    feed.view(0, "passive", 1, true);
    feed.view(1, "active", 0, true);
    expect(feed.tracker.overlayNames()).toEqual(["active", "passive"]);
  });

  it("gives snapshots with nodes in order, gone ones that are still linked to included", () => {
    const feed = new Feed();
    feed.status(2, "active");
    feed.status(0, "active");
    feed.view(2, "members", 0, true);
    feed.view(2, "members", 7, true);
    feed.view(0, "members", 2, true);
    feed.status(0, "left");
    const snapshot = snapshotOverlay(feed.tracker, "members", (index) => ({
      name: `n${index}`,
      className: "peer",
      region: "",
    }));
    expect(snapshot.nodes.map(({ name, status, live }) => ({ name, status, live }))).toEqual([
      { name: "n0", status: "left", live: false },
      { name: "n2", status: "active", live: true },
      { name: "n7", status: "absent", live: false },
    ]);
    expect(Array.from(snapshot.sources)).toEqual([2, 2]);
    expect(Array.from(snapshot.targets)).toEqual([0, 7]);
  });

  it("holds full membership of 1,000 nodes in at most 20 bytes an entry", () => {
    const count = 1000;
    const before = process.memoryUsage();
    const feed = new Feed();
    for (let a = 0; a < count; a++) {
      feed.status(a, "active");
      for (let b = 0; b < count; b++) if (a !== b) feed.view(a, "members", b, true);
    }
    const after = process.memoryUsage();
    expect(feed.tracker.overlay("members").completeCount()).toBe(count);
    expect((after.arrayBuffers - before.arrayBuffers) / count ** 2).toBeLessThan(20);
  });
});
