import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { bytesOfText } from "../../src/protocol/bencode.js";
import { KrpcCode, KrpcError, decodeKrpc, encodeKrpc } from "../../src/protocol/krpc-codec.js";
import type { KrpcMessage } from "../../src/protocol/krpc-codec.js";

const transaction = bytesOfText("aa");
const asking = bytesOfText("abcdefghij0123456789");
const other = bytesOfText("mnopqrstuvwxyz123456");
const token = bytesOfText("aoeusnth");
const nothing = { nodes: null, values: null, token: null };

/** BEP 5's own byte strings, and what each says. Its lists of nodes are cut short there, so they are not among these. */
const EXAMPLES: readonly [string, KrpcMessage][] = [
  [
    "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe",
    { kind: "query", method: "ping", transaction, id: asking },
  ],
  [
    "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re",
    { kind: "response", transaction, id: other, ...nothing },
  ],
  [
    "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe",
    { kind: "query", method: "find_node", transaction, id: asking, target: other },
  ],
  [
    "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
    { kind: "query", method: "get_peers", transaction, id: asking, infoHash: other },
  ],
  [
    "d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re",
    {
      ...{ kind: "response", transaction, id: asking, nodes: null, token },
      values: [bytesOfText("axje.u"), bytesOfText("idhtnm")],
    },
  ],
  [
    "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee",
    { kind: "error", transaction, code: KrpcCode.generic, text: "A Generic Error Ocurred" },
  ],
];

const ANNOUNCEMENT =
  "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe";

const refusalOf = (text: string): KrpcError => {
  try {
    decodeKrpc(bytesOfText(text));
  } catch (error) {
    if (error instanceof KrpcError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
};

describe("KRPC", () => {
  it.each(EXAMPLES)("reads and writes BEP 5's %s", (text, message) => {
    expect(decodeKrpc(bytesOfText(text))).toEqual(message);
    expect(encodeKrpc(message)).toEqual(bytesOfText(text));
  });

  it("reads BEP 5's announcements, with a port and with one that is implied", () => {
    const announcement = {
      ...{ kind: "query", method: "announce_peer", transaction, id: asking },
      ...{ infoHash: other, token },
    };
    expect(decodeKrpc(bytesOfText(ANNOUNCEMENT))).toEqual({ ...announcement, port: 6881 });
    const implied = ANNOUNCEMENT.replace("9:info_hash", "12:implied_porti1e9:info_hash");
    expect(decodeKrpc(bytesOfText(implied))).toEqual({ ...announcement, port: null });
    const again = decodeKrpc(encodeKrpc(decodeKrpc(bytesOfText(implied))));
    expect(again).toEqual({ ...announcement, port: null });
  });

  it("packs a node into 26 bytes, its port's higher byte first", () => {
    const nodes = [{ id: other, address: "127.1.2.3:6881" }];
    const bytes = encodeKrpc({ kind: "response", transaction, id: asking, ...nothing, nodes });
    const place = String.fromCharCode(127, 1, 2, 3, 0x1a, 0xe1);
    expect(bytes).toEqual(
      bytesOfText(
        `d1:rd2:id20:abcdefghij01234567895:nodes26:mnopqrstuvwxyz123456${place}e1:t2:aa1:y1:re`,
      ),
    );
    expect(decodeKrpc(bytes)).toMatchObject({ nodes });
  });

  it("passes over the part of a node at the end of a list, and peers that are not of 6 bytes", () => {
    const text =
      "d1:rd2:id20:abcdefghij01234567895:nodes9:def456...6:valuesl6:axje.u18:abcdefghijklmnopqri5eee1:t2:aa1:y1:re";
    expect(decodeKrpc(bytesOfText(text))).toMatchObject({
      nodes: [],
      values: [bytesOfText("axje.u")],
    });
  });

  it.each([
    ["an unknown method", "d1:ad2:id20:abcdefghij0123456789e1:q4:vote1:t2:aa1:y1:qe", 204],
    ["no method", "d1:ad2:id20:abcdefghij0123456789e1:t2:aa1:y1:qe", 204],
    ["an id that is too short", "d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe", 203],
    ["an id that is a number", "d1:ad2:idi5ee1:q4:ping1:t2:aa1:y1:qe", 203],
    ["no arguments", "d1:q4:ping1:t2:aa1:y1:qe", 203],
    ["arguments that are a list", "d1:ale1:q4:ping1:t2:aa1:y1:qe", 203],
    ["no target", "d1:ad2:id20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe", 203],
    ["a port of 0", ANNOUNCEMENT.replace("i6881e", "i0e"), 203],
    ["a port past 65535", ANNOUNCEMENT.replace("i6881e", "i65536e"), 203],
    ["a negative port", ANNOUNCEMENT.replace("i6881e", "i-1e"), 203],
    ["a token that is a number", ANNOUNCEMENT.replace("8:aoeusnth", "i7e"), 203],
    ["a token that is too long", ANNOUNCEMENT.replace("8:aoeusnth", `65:${"t".repeat(65)}`), 203],
  ])("refuses a query with %s, and says so to whoever asked", (_what, text, code) => {
    expect(refusalOf(text).answer).toEqual({ transaction, code });
  });

  it.each([
    ["no dictionary", "le"],
    ["no bencoding", "hello"],
    ["no transaction", "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe"],
    ["a transaction that is too long", `d1:t65:${"t".repeat(65)}1:y1:qe`],
    ["no kind", "d1:t2:aae"],
    ["a response without an id", "d1:rde1:t2:aa1:y1:re"],
    ["a response that is a list", "d1:rle1:t2:aa1:y1:re"],
  ])("refuses %s in silence: nobody has asked", (_what, text) => {
    expect(refusalOf(text).answer).toBeNull();
  });

  it("takes an error of any shape: it answers nothing", () => {
    expect(decodeKrpc(bytesOfText("d1:t2:aa1:y1:ee"))).toMatchObject({ code: 201, text: "" });
    expect(decodeKrpc(bytesOfText("d1:el1:xi1ee1:t2:aa1:y1:ee"))).toMatchObject({ code: 201 });
  });

  it("throws nothing but its own error for damaged messages", () => {
    const texts = [...EXAMPLES.map(([text]) => text), ANNOUNCEMENT];
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.boolean());
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(change, { maxLength: 6 }),
        (text, changes) => {
          const bytes = [...bytesOfText(text)];
          for (const [at, byte, isCut] of changes)
            bytes.splice(at % bytes.length, isCut ? 1 : 0, byte);
          try {
            decodeKrpc(Uint8Array.from(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(KrpcError);
          }
        },
      ),
      { numRuns: 5000, seed: 7 },
    );
  });
});
