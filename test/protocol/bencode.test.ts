import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  BENCODE_DEPTH_MAX,
  BENCODE_VALUES_MAX,
  BencodeError,
  bytesOfText,
  decodeBencode,
  encodeBencode,
} from "../../src/protocol/bencode.js";
import type { BencodeValue } from "../../src/protocol/bencode.js";

const decodeText = (text: string): BencodeValue => decodeBencode(bytesOfText(text));

describe("Bencoding", () => {
  it("reads and writes the examples of BEP 3", () => {
    const examples: [string, BencodeValue][] = [
      ["4:spam", bytesOfText("spam")],
      ["i3e", 3],
      ["i-3e", -3],
      ["i0e", 0],
      ["l4:spam4:eggse", [bytesOfText("spam"), bytesOfText("eggs")]],
      [
        "d3:cow3:moo4:spam4:eggse",
        new Map([
          ["cow", bytesOfText("moo")],
          ["spam", bytesOfText("eggs")],
        ]),
      ],
      ["d4:spaml1:a1:bee", new Map([["spam", [bytesOfText("a"), bytesOfText("b")]]])],
    ];
    for (const [text, value] of examples) {
      expect(decodeText(text)).toEqual(value);
      expect(encodeBencode(value)).toEqual(bytesOfText(text));
    }
  });

  it("writes keys in the order of their bytes, whatever order they came in", () => {
    const value = new Map<string, BencodeValue>([
      ["b", 1],
      ["a", 2],
      ["B", 3],
    ]);
    expect(encodeBencode(value)).toEqual(bytesOfText("d1:Bi3e1:ai2e1:bi1ee"));
  });

  it.each([
    ["nothing", ""],
    ["a minus zero", "i-0e"],
    ["a leading zero", "i03e"],
    ["a length with a leading zero", "04:spam"],
    ["an integer without digits", "ie"],
    ["an integer without an end", "i3"],
    ["an integer past 2^53", "i9007199254740992e"],
    ["an integer of many digits", `i${"9".repeat(1000)}e`],
    ["a length past the end", "5:spam"],
    ["a length of many digits", `${"9".repeat(400)}:a`],
    ["a negative length", "-1:a"],
    ["a list without an end", "l4:spam"],
    ["a dictionary with a number for a key", "di1e1:ae"],
    ["a dictionary with a key twice", "d1:ai1e1:ai2ee"],
    ["a dictionary without a value", "d1:ae"],
    ["bytes behind the end", "i1ei2e"],
  ])("refuses %s", (_what, text) => {
    expect(() => decodeText(text)).toThrow(BencodeError);
  });

  it("takes nesting up to the limit and refuses one more, without a stack that overflows", () => {
    const nested = (depth: number): string => `${"l".repeat(depth)}${"e".repeat(depth)}`;
    expect(decodeText(nested(BENCODE_DEPTH_MAX + 1))).toBeInstanceOf(Array);
    expect(() => decodeText(nested(BENCODE_DEPTH_MAX + 2))).toThrow(BencodeError);
    expect(() => decodeText("l".repeat(60_000))).toThrow(BencodeError);
    expect(() => decodeText("d1:a".repeat(15_000))).toThrow(BencodeError);
  });

  it("takes as many values as the limit and refuses one more", () => {
    const list = (count: number): string => `l${"i1e".repeat(count)}e`;
    expect(decodeText(list(BENCODE_VALUES_MAX - 1))).toHaveLength(BENCODE_VALUES_MAX - 1);
    expect(() => decodeText(list(BENCODE_VALUES_MAX))).toThrow(BencodeError);
  });

  it("keeps keys that mean something to the language as keys", () => {
    const value = decodeText("d9:__proto__d8:pollutedi1eee") as ReadonlyMap<string, unknown>;
    expect([...value.keys()]).toEqual(["__proto__"]);
    expect((Object.prototype as { polluted?: unknown }).polluted).toBeUndefined();
  });

  const { tree } = fc.letrec<{ tree: BencodeValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.maxSafeInteger(),
      fc.uint8Array({ maxLength: 30 }),
      fc.array(tie("tree"), { maxLength: 4 }),
      fc
        .array(fc.tuple(fc.string({ unit: "binary-ascii", maxLength: 5 }), tie("tree")), {
          maxLength: 4,
        })
        .map((fields) => new Map(fields)),
    ),
  }));

  it("reads what it has written, whatever the value", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = encodeBencode(value);
        const read = decodeBencode(bytes);
        expect(encodeBencode(read)).toEqual(bytes);
        expect(read).toEqual(value);
      }),
      { numRuns: 1000, seed: 5 },
    );
  });

  it("throws nothing but its own error for bytes of all kinds", () => {
    const damaged = fc
      .tuple(tree.map(encodeBencode), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([bytes, changes]) => {
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const grammar = fc
      .array(fc.constantFrom(...Array.from("dlei0123456789:-a")), { maxLength: 60 })
      .map((characters) => bytesOfText(characters.join("")));
    fc.assert(
      fc.property(fc.oneof(damaged, grammar, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        try {
          decodeBencode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(BencodeError);
        }
      }),
      { numRuns: 5000, seed: 6 },
    );
  });
});
