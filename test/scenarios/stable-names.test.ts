import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withStableNames } from "../../src/scenarios/stable-names.js";

interface Thing {
  readonly name?: string | undefined;
  readonly value: number;
}

const things = fc.array(
  fc.record({ name: fc.constantFrom(undefined, undefined, "given"), value: fc.nat(5) }),
  { maxLength: 12 },
);

/** Pairs of content and name, sorted: what must not depend on places. */
function namesByContent(list: readonly Thing[]): string[] {
  return withStableNames(list, () => "thing")
    .map(({ name, value }) => `${value} ${name}`)
    .sort();
}

describe("withStableNames", () => {
  it("names things by their content, wherever they are in the list", () => {
    fc.assert(
      fc.property(things, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (list, keys) => {
        const keyed = list.map((thing, i) => ({ thing, key: keys[i]! }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ thing }) => thing);
        expect(namesByContent(shuffled)).toEqual(namesByContent(list));
      }),
    );
  });

  it("leaves the other names as they were when one thing is removed", () => {
    const list: Thing[] = [{ value: 1 }, { value: 2 }, { value: 3 }];
    const before = withStableNames(list, () => "thing");
    const after = withStableNames([list[0]!, list[2]!], () => "thing");
    expect(after.map(({ name }) => name)).toEqual([before[0]!.name, before[2]!.name]);
  });

  it("numbers equal things from the second on", () => {
    const [first, second, third] = withStableNames<Thing>(
      [{ value: 1 }, { value: 1 }, { value: 1 }],
      () => "thing",
    ).map(({ name }) => name);
    expect(first).toMatch(/^thing-[0-9a-f]{8}$/);
    expect(second).toBe(`${first}.2`);
    expect(third).toBe(`${first}.3`);
  });

  it("keeps given names and takes none of them", () => {
    const [made] = withStableNames<Thing>([{ value: 1 }], () => "thing");
    const list: Thing[] = [{ value: 1 }, { name: made!.name, value: 9 }];
    const names = withStableNames(list, () => "thing").map(({ name }) => name);
    expect(names).toEqual([`${made!.name}.2`, made!.name]);
  });
});
