import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OverlayTracker } from "../../../src/analysis/overlay-tracker.js";
import { FullMembership } from "../../../src/scenarios/checkers/full-membership.js";
import type { RunView } from "../../../src/scenarios/run-view.js";
import { Names } from "../../../src/trace/names.js";
import { RecordKind, RunRecord, WORLD } from "../../../src/trace/record.js";

const NODES = 5;
const GRACE_MICROS = 3;

type Step =
  | { readonly do: "view"; readonly node: number; readonly peer: number; readonly add: boolean }
  | { readonly do: "status"; readonly node: number; readonly status: string }
  | { readonly do: "mesh" }
  | { readonly do: "cut"; readonly components: readonly number[] };

const node = fc.integer({ min: 0, max: NODES - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("view"), node, peer: node, add: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("status"),
      node,
      status: fc.constantFrom("joining", "active", "leaving", "left", "crashed"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "mesh" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cut"),
      components: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: NODES, maxLength: NODES }),
    }),
  },
);

/** The definition in the plainest words: sets, and a walk over all pairs. */
class PlainMembership {
  readonly startedMicros = new Map<number, number>();
  readonly views = Array.from({ length: NODES }, () => new Set<number>());
  components = new Array<number>(NODES).fill(0);

  holdsAt(timeMicros: number): boolean {
    const members = [...this.startedMicros.keys()].filter((one) => this.isMember(one, timeMicros));
    return (
      members.length > 0 &&
      members.every((one) =>
        Array.from({ length: NODES }, (_, peer) => peer).every((peer) => {
          if (peer === one || this.isYoung(peer, timeMicros)) return true;
          const isExpected =
            this.isMember(peer, timeMicros) && this.components[peer] === this.components[one];
          return this.views[one]?.has(peer) === isExpected;
        }),
      )
    );
  }

  isMember(one: number, timeMicros: number): boolean {
    const started = this.startedMicros.get(one);
    return started !== undefined && timeMicros > started + GRACE_MICROS;
  }

  isYoung(one: number, timeMicros: number): boolean {
    return this.startedMicros.has(one) && !this.isMember(one, timeMicros);
  }

  /** A node that leaves still has its view; one that has left or crashed has none. */
  status(one: number, status: string, timeMicros: number): void {
    if (status === "joining" || status === "active") {
      if (!this.startedMicros.has(one)) this.startedMicros.set(one, timeMicros);
      return;
    }
    this.startedMicros.delete(one);
    if (status !== "leaving") this.views[one]?.clear();
  }
}

describe("full membership", () => {
  it("says after every record what the definition says, in any network", () => {
    const seen = { holding: 0, broken: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.integer({ min: 0, max: 4 })), { maxLength: 80 }),
        (steps) => {
          const names = new Names();
          const plain = new PlainMembership();
          const tracker = new OverlayTracker(names);
          const view: RunView = {
            nodeCount: NODES,
            text: (name) => names.text(name),
            nodeName: (one) => `n${one}`,
            nodeId: (one) => one.toString(16).padStart(64, "0"),
            keyDistance: "xor",
            className: () => "",
            regionName: () => "",
            isReachable: () => true,
            componentOf: (one) => plain.components[one] ?? 0,
          };
          const condition = new FullMembership({
            view,
            tracker,
            overlay: "members",
            graceMicros: GRACE_MICROS,
          });
          let timeMicros = 0;
          const write = (kind: RecordKind, fields: Partial<RunRecord>): void => {
            const record = Object.assign(new RunRecord(), { kind, timeMicros }, fields);
            condition.accept(record);
            tracker.accept(record);
          };
          const writeView = (one: number, peer: number, add: boolean): void => {
            if (one === peer || !tracker.nodes.isLive(one)) return;
            if (add) plain.views[one]?.add(peer);
            else plain.views[one]?.delete(peer);
            const name = names.id("members");
            write(RecordKind.view, { node: one, peer, name, number: add ? 1 : 0 });
          };
          for (const [one, wait] of steps) {
            timeMicros += wait;
            while (condition.nextChangeMicros < timeMicros) condition.change();
            if (one.do === "view") writeView(one.node, one.peer, one.add);
            else if (one.do === "mesh") {
              // Everybody knows exactly whom it should: otherwise nothing would ever hold.
              for (let a = 0; a < NODES; a++) {
                for (let b = 0; b < NODES; b++) {
                  const isRight =
                    plain.startedMicros.has(b) && plain.components[a] === plain.components[b];
                  writeView(a, b, isRight);
                }
              }
            } else if (one.do === "status") {
              plain.status(one.node, one.status, timeMicros);
              write(RecordKind.status, { node: one.node, name: names.id(one.status) });
            } else {
              plain.components = [...one.components];
              write(RecordKind.fault, { node: WORLD, name: names.id("partition") });
            }
            const holds = plain.holdsAt(timeMicros);
            seen[holds ? "holding" : "broken"]++;
            expect(condition.holds()).toBe(holds);
            if (!condition.holds()) expect(condition.explain().text).not.toBe("");
          }
        },
      ),
      { numRuns: 1000, seed: 42 },
    );
    // A property in which nothing ever holds, or everything does, would prove nothing.
    expect(seen.holding).toBeGreaterThan(300);
    expect(seen.broken).toBeGreaterThan(1000);
  });
});
