import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinkSet } from "../../src/viewer/link-set.js";

const NODE_COUNT = 12;

/** The links of a set, and what a picture would have that was only ever told of changed places. */
class Watched {
  readonly links = new LinkSet(NODE_COUNT);
  readonly #pictured: string[] = [];

  all(): string[] {
    const { pairs, count } = this.links;
    return Array.from({ length: count }, (_, i) => `${pairs[2 * i] ?? 0} ${pairs[2 * i + 1] ?? 0}`);
  }

  pictured(): string[] {
    const all = this.all();
    for (const place of this.links.takeChanged()) {
      if (place < all.length) this.#pictured[place] = all[place] ?? "";
    }
    return this.#pictured.slice(0, all.length);
  }
}

describe("the links of a picture", () => {
  it("are each pair once that one end or both hold, whatever came before", () => {
    const node = fc.integer({ min: 0, max: NODE_COUNT - 1 });
    const view = fc.uniqueArray(fc.integer({ min: -1, max: NODE_COUNT + 1 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(node, view), { maxLength: 60 }), (steps) => {
        const watched = new Watched();
        const views = new Map<number, readonly number[]>();
        for (const [one, peers] of steps) {
          watched.links.setView(one, new Set(peers));
          views.set(one, peers);
          const wanted = new Set<string>();
          for (const [from, held] of views) {
            for (const to of held) {
              if (to < 0 || to >= NODE_COUNT || to === from) continue;
              wanted.add(`${Math.min(from, to)} ${Math.max(from, to)}`);
            }
          }
          const all = watched.all();
          expect(all).toHaveLength(wanted.size);
          expect(new Set(all)).toEqual(wanted);
          expect(watched.pictured()).toEqual(all);
        }
      }),
    );
  });

  it("stay in their places while others go", () => {
    const watched = new Watched();
    watched.links.setView(0, new Set([1, 2, 3]));
    watched.links.takeChanged();
    watched.links.setView(0, new Set([1, 3]));
    expect(watched.all()).toEqual(["0 1", "0 3"]);
    expect(watched.links.takeChanged()).toEqual(new Set([2, 1]));
  });
});
