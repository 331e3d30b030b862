import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { NO_NAME, Names, hashText } from "../../src/trace/names.js";

describe("the words of a run", () => {
  it("have one number each, which gives the word back", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { size: "large" }), (words) => {
        const names = new Names();
        const ids = words.map((word) => names.id(word));
        expect(ids.map((id) => names.text(id))).toEqual(words);
        expect(words.map((word) => names.id(word))).toEqual(ids);
        expect(new Set(ids).size).toBe(new Set(words).size);
      }),
    );
  });

  it("keep names apart that objects would mix up", () => {
    const names = new Names();
    const words = ["__proto__", "constructor", "0", "00", "toString"];
    expect(new Set(words.map((word) => names.id(word))).size).toBe(words.length);
    expect(names.text(names.id("__proto__"))).toBe("__proto__");
  });

  it("give the number of no word to the empty one", () => {
    const names = new Names();
    expect(names.id("")).toBe(NO_NAME);
    expect(names.text(NO_NAME)).toBe("");
  });

  it("get the same numbers again in an empty table when entered in their order", () => {
    const names = new Names();
    for (const word of ["b", "a", "c"]) names.id(word);
    const again = new Names();
    for (const word of names.texts()) again.id(word);
    expect(["a", "b", "c"].map((word) => again.id(word))).toEqual(
      ["a", "b", "c"].map((word) => names.id(word)),
    );
  });

  it("are listed as a copy", () => {
    const names = new Names();
    names.id("a");
    const listed = names.texts();
    names.id("b");
    expect(listed).toEqual(["", "a"]);
  });

  it("are hashed by FNV-1a", () => {
    // Published values of the 32-bit variant.
    expect(hashText("")).toBe(0x811c9dc5);
    expect(hashText("a")).toBe(0xe40c292c);
    expect(hashText("foobar")).toBe(0xbf9cf968);
    const names = new Names();
    expect(names.hash(names.id("foobar"))).toBe(0xbf9cf968);
  });
});
