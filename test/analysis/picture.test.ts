import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OverlaySnapshot } from "../../src/analysis/overlay-snapshot.js";
import { PICTURE_LAYOUTS, drawPicture } from "../../src/analysis/picture.js";
import type { PictureLayout } from "../../src/analysis/picture.js";
import { anyOverlay, liveSnapshotOf, snapshotOf } from "./random-overlays.js";

const draw = (snapshot: OverlaySnapshot, layout: PictureLayout, title = "members"): string =>
  drawPicture(snapshot, { title, timeMicros: 61_500_000, layout });

/** Elements that were opened and not closed, or closed and not opened; none in a whole document. */
function unbalancedTags(svg: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name = "", rest = ""] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/gi)) {
    if (closing === "/") {
      if (open.pop() !== name) wrong.push(name);
    } else if (!rest.endsWith("/")) {
      open.push(name);
    }
  }
  return [...wrong, ...open];
}

const shapes = (svg: string): number => (svg.match(/<(circle|polygon) [^>]*>/g) ?? []).length;

/** A ring of nodes, each linked to the next few. */
function lattice(count: number, links: number): OverlaySnapshot {
  return liveSnapshotOf(
    count,
    Array.from({ length: count * links }, (_, i) => {
      const source = Math.floor(i / links);
      return [source, (source + 1 + (i % links)) % count] as const;
    }),
  );
}

describe.each(PICTURE_LAYOUTS)("drawPicture as %s", (layout) => {
  it("draws any small overlay as whole XML without a coordinate that is no number", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const svg = draw(snapshot, layout);
        expect(unbalancedTags(svg)).toEqual([]);
        expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      }),
      { numRuns: 50 },
    );
  });

  it("draws the same text for the same snapshot", () => {
    const snapshot = lattice(700, 3);
    expect(draw(snapshot, layout)).toBe(draw(snapshot, layout));
  });

  it("draws a shape for every node that runs, names them when few, and not when many", () => {
    const inLegend = shapes(draw(liveSnapshotOf(1, []), layout)) - 1;
    const few = draw(lattice(40, 2), layout);
    // The second class adds one shape to the legend.
    expect(shapes(few) - inLegend).toBe(41);
    expect(few).toContain(">n39</text>");
    const many = draw(lattice(300, 2), layout);
    expect(shapes(many) - inLegend).toBe(301);
    expect(many).not.toContain(">n39</text>");
  });

  it("stays small enough to open at 10,000 nodes of 32 links, and says what it left out", () => {
    const svg = draw(lattice(10_000, 32), layout);
    expect(svg.length).toBeLessThan(3_000_000);
    expect(svg).toContain("1 line in 8 drawn");
  });

  it("escapes what it is told and tells the time", () => {
    const svg = draw(liveSnapshotOf(2, []), layout, "a <b> & c");
    expect(svg).toContain("a &lt;b&gt; &amp; c");
    expect(svg).toContain("at 61.5 s");
  });

  it("draws stale links in their own way and counts them", () => {
    const svg = draw(snapshotOf([true, false, true], [[0, 1]]), layout);
    expect(svg).toContain('class="stale"');
    expect(svg).toContain(">stale<");
    expect(draw(lattice(3, 1), layout)).not.toContain(">stale<");
  });
});

describe("the two layouts", () => {
  it("differ in that only the ring shows gone nodes without links", () => {
    const snapshot = snapshotOf([true, false, true], [[0, 2]]);
    expect(draw(snapshot, "ring")).toContain(">n1</text>");
    expect(draw(snapshot, "force")).not.toContain(">n1</text>");
    expect(draw(snapshot, "force")).toContain("1 gone node ");
  });
});
