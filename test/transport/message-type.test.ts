import { describe, expect, expectTypeOf, it } from "vitest";

import { MessageError } from "../../src/transport/codec.js";
import type { Message } from "../../src/transport/codec.js";
import {
  applicationId,
  boolean,
  bytes,
  defineMessage,
  float,
  integer,
  list,
  optional,
  peer,
  record,
  text,
} from "../../src/transport/message-type.js";
import type { MessageOf, MessageType } from "../../src/transport/message-type.js";
import type { Peer } from "../../src/transport/peer.js";

const Rumour = defineMessage("flood/rumour", {
  id: applicationId(),
  origin: peer(),
  hops: integer({ max: 255 }),
  payload: bytes({ maxBytes: 16 }),
  members: list(peer(), { maxItems: 3 }),
  note: optional(text({ maxBytes: 8 })),
  entry: record({ incarnation: integer(), alive: boolean() }),
  weight: float(),
});
type Rumour = MessageOf<typeof Rumour>;

const ALICE: Peer = { id: "a1".repeat(32), address: "10.0.0.1:4000" };

function rumour(changes: Partial<Rumour> = {}): Rumour {
  return {
    ...Rumour.create({
      id: 7,
      origin: ALICE,
      hops: 1,
      payload: new Uint8Array([1, 2]),
      members: [ALICE],
      entry: { incarnation: 0, alive: true },
      weight: 0.5,
    }),
    ...changes,
  };
}

/** The field that validation complains about. */
function refusedField(message: Message): string {
  try {
    Rumour.validate(message);
  } catch (error) {
    expect(error).toBeInstanceOf(MessageError);
    return (error as MessageError).field;
  }
  return "none";
}

describe("a declared message type", () => {
  it("gives the TypeScript type of its messages", () => {
    expectTypeOf<Rumour>().toEqualTypeOf<{
      readonly type: "flood/rumour";
      readonly id: number;
      readonly origin: Peer;
      readonly hops: number;
      readonly payload: Uint8Array;
      readonly members: readonly Peer[];
      readonly note: string | null;
      readonly entry: { readonly incarnation: number; readonly alive: boolean };
      readonly weight: number;
    }>();
    expectTypeOf(Rumour).toExtend<MessageType>();
    const message: Message = rumour();
    if (Rumour.is(message)) expectTypeOf(message.hops).toEqualTypeOf<number>();
    // @ts-expect-error a required field cannot be left out
    Rumour.create({ id: 7 });
  });

  it("creates messages whose keys stand in declared order, whatever the order given", () => {
    const Pair = defineMessage("test/pair", { first: integer(), second: optional(integer()) });
    expect(Object.keys(Pair.create({ second: 2, first: 1 }))).toEqual(["type", "first", "second"]);
    expect(Pair.create({ first: 1 })).toEqual({ type: "test/pair", first: 1, second: null });
  });

  it("tells its own messages from others", () => {
    expect(Rumour.is(rumour())).toBe(true);
    expect(Rumour.is({ type: "flood/other" })).toBe(false);
  });

  it("accepts a message that follows the declaration", () => {
    expect(refusedField(rumour())).toBe("none");
    expect(
      refusedField(rumour({ note: "12345678", hops: 255, members: [ALICE, ALICE, ALICE] })),
    ).toBe("none");
  });

  it("names the path of the field that breaks the declaration", () => {
    expect(refusedField(rumour({ hops: 256 }))).toBe("hops");
    expect(refusedField(rumour({ hops: -1 }))).toBe("hops");
    expect(refusedField(rumour({ hops: 1.5 }))).toBe("hops");
    expect(refusedField(rumour({ hops: -0 }))).toBe("hops");
    expect(refusedField(rumour({ id: 2 ** 53 }))).toBe("id");
    expect(refusedField(rumour({ note: "123456789" }))).toBe("note");
    expect(refusedField(rumour({ note: "€€€" }))).toBe("note");
    expect(refusedField(rumour({ note: "\ud800" }))).toBe("note");
    expect(refusedField(rumour({ payload: new Uint8Array(17) }))).toBe("payload");
    expect(refusedField(rumour({ members: [ALICE, ALICE, ALICE, ALICE] }))).toBe("members");
    expect(refusedField(rumour({ members: [ALICE, { id: "x", address: "" }] }))).toBe("members[1]");
    expect(refusedField(rumour({ members: [{ id: "Z".repeat(64), address: "" }] }))).toBe(
      "members[0]",
    );
    expect(refusedField(rumour({ entry: { incarnation: -1, alive: true } }))).toBe(
      "entry.incarnation",
    );
    expect(refusedField(rumour({ weight: Number.NaN }))).toBe("weight");
    expect(refusedField(rumour({ weight: Infinity }))).toBe("weight");
  });

  it("refuses missing and undeclared fields, which the wire would not carry", () => {
    const { note: _note, ...incomplete } = rumour();
    expect(refusedField(incomplete)).toBe("note");
    expect(refusedField({ ...rumour(), extra: 1 } as Message)).toBe("extra");
    expect(() => Rumour.sizeOf({ ...rumour(), extra: 1 } as Message)).toThrow(MessageError);
    expect(() => Rumour.sizeOf(incomplete)).toThrow(MessageError);
    const entry = { incarnation: 0, alive: true, extra: 1 };
    expect(refusedField(rumour({ entry }))).toBe("entry.extra");
  });

  it("refuses declarations that cannot be", () => {
    expect(() => defineMessage("Flood/rumour", {})).toThrow(RangeError);
    expect(() => defineMessage("flood", {})).toThrow(RangeError);
    expect(() => defineMessage("flood/x", { type: integer() })).toThrow(RangeError);
    expect(() => defineMessage("flood/x", { constructor: integer() })).toThrow(RangeError);
    expect(() =>
      defineMessage("flood/x", JSON.parse('{"__proto__": 1}') as Record<string, never>),
    ).toThrow(RangeError);
    expect(() => defineMessage("flood/x", { a: applicationId(), b: applicationId() })).toThrow(
      RangeError,
    );
    expect(() => list(applicationId(), { maxItems: 1 })).toThrow(RangeError);
    expect(() => record({ id: applicationId() })).toThrow(RangeError);
    expect(() => integer({ min: 2, max: 1 })).toThrow(RangeError);
    expect(() => text({ maxBytes: -1 })).toThrow(RangeError);
    expect(() => defineMessage("flood/x", { a: bytes({ maxBytes: 17 * 1024 * 1024 }) })).toThrow(
      RangeError,
    );
  });
});
