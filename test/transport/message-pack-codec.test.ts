import { isDeepStrictEqual } from "node:util";

import { decode as decodeReference, encode as encodeReference } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { MessageError } from "../../src/transport/codec.js";
import type { ContentHash, Message } from "../../src/transport/codec.js";
import type { Field } from "../../src/transport/field.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
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
import type { MessageType } from "../../src/transport/message-type.js";
import type { Peer, PeerTable } from "../../src/transport/peer.js";

/** A table like a transport's: one object for one peer. */
class Peers implements PeerTable {
  readonly #known = new Map<string, Peer>();

  intern(id: string, address: string): Peer {
    const key = `${id} ${address}`;
    const known = this.#known.get(key) ?? { id, address };
    this.#known.set(key, known);
    return known;
  }
}

/** A kind of field together with the values it may hold. */
interface Sample {
  readonly field: Field<unknown>;
  readonly value: fc.Arbitrary<unknown>;
}

/** The peer of a number: like real ones, two of them differ in the first digits of their ids or are the same. */
function numberedPeer(n: number): Peer {
  const length = n % 49;
  const listening = Array.from({ length }, (_, i) => String.fromCharCode(0x21 + ((n + i) % 94)));
  const address = listening.join("");
  return {
    id: n % 5 === 0 && length > 0 ? "" : n.toString(16).padStart(8, "0").repeat(8),
    address,
  };
}

const anyPeer = fc.integer({ min: 1, max: 0xffffffff }).map(numberedPeer);

// Every width of a MessagePack integer begins or ends near one of these.
const edge = fc
  .constantFrom(0, 2 ** 5, 2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 52)
  .chain((power) => fc.integer({ min: -2, max: 2 }).map((delta) => power + delta))
  .chain((value) => fc.constantFrom(value, -value))
  .map((value) => value + 0);
const anyInteger = fc.oneof(
  edge,
  fc.maxSafeInteger().map((value) => value + 0),
);
const anyFloat = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constant(-0),
);
const anyText = fc.oneof(
  fc.string({ maxLength: 60, unit: "grapheme" }),
  fc.string({ minLength: 30, maxLength: 33 }),
  fc.constant("\ufeffa"),
);

const scalar: fc.Arbitrary<Sample> = fc.constantFrom(
  { field: integer({ min: Number.MIN_SAFE_INTEGER }), value: anyInteger },
  { field: integer({ min: -5, max: 5 }), value: fc.integer({ min: -5, max: 5 }).map((n) => n + 0) },
  { field: float(), value: anyFloat },
  { field: boolean(), value: fc.boolean() },
  { field: text({ maxBytes: 2000 }), value: anyText },
  { field: bytes({ maxBytes: 300 }), value: fc.uint8Array({ maxLength: 300 }) },
  { field: peer(), value: anyPeer },
);

const names = ["a", "b", "c", "d", "e"] as const;

function recordOf(samples: readonly Sample[]): Sample {
  const fields: Record<string, Field<unknown>> = {};
  const values: Record<string, fc.Arbitrary<unknown>> = {};
  samples.forEach((sample, i) => {
    fields[names[i]!] = sample.field;
    values[names[i]!] = sample.value;
  });
  return { field: record(fields), value: fc.record(values, { noNullPrototype: true }) };
}

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 2 },
    scalar,
    tie("sample").map((item) => ({
      field: list(item.field, { maxItems: 20 }),
      value: fc.array(item.value, { maxLength: 20 }),
    })),
    fc.array(tie("sample"), { minLength: 1, maxLength: 4 }).map(recordOf),
    scalar.map((inner) => ({ field: optional(inner.field), value: fc.option(inner.value) })),
  ),
}));

/** A generated declaration with two of its messages, which are sometimes equal. */
const twoMessages: fc.Arbitrary<{ declared: MessageType; messages: [Message, Message] }> = fc
  .array(sample, { maxLength: 5 })
  .chain((samples) => {
    const fields: Record<string, Field<unknown>> = {};
    samples.forEach((one, i) => (fields[names[i]!] = one.field));
    const declared = defineMessage("test/generated", fields);
    const message = fc.tuple(...samples.map((one) => one.value)).map((values): Message => {
      const given: Record<string, unknown> = {};
      values.forEach((value, i) => (given[names[i]!] = value));
      return declared.create(given);
    });
    return fc.tuple(message, message).map((messages) => ({ declared, messages }));
  });
const declaredMessage = twoMessages.map(({ declared, messages: [message] }) => ({
  declared,
  message,
}));

function hashOf(codec: MessagePackCodec, message: Message): string {
  const hash: ContentHash = { high: 0, low: 0 };
  codec.hashContent(message, hash);
  return `${hash.high}:${hash.low}`;
}

describe("the MessagePack codec", () => {
  it("tells the size that it would encode to, for any message of any declaration", () => {
    fc.assert(
      fc.property(declaredMessage, ({ declared, message }) => {
        const codec = new MessagePackCodec([declared]);
        const encoded = codec.encode(message);
        expect(codec.sizeOf(message)).toBe(encoded.length);
        // The size must be the same when it is taken together with the hash.
        hashOf(codec, { ...message });
        expect(codec.sizeOf(message)).toBe(encoded.length);
        expect(encoded.length).toBeLessThanOrEqual(declared.bytesMax);
      }),
      { numRuns: 500 },
    );
  });

  it("gives back the message that was encoded, with interned peers and the same hash", () => {
    fc.assert(
      fc.property(declaredMessage, ({ declared, message }) => {
        const codec = new MessagePackCodec([declared]);
        const decoded = codec.decode(codec.encode(message), new Peers());
        expect(decoded).toStrictEqual(message);
        expect(hashOf(codec, decoded)).toBe(hashOf(codec, message));
      }),
      { numRuns: 500 },
    );
  });

  it("writes MessagePack that other programs read, in the shortest formats", () => {
    fc.assert(
      fc.property(anyInteger, anyText, fc.uint8Array(), (whole, words, data) => {
        const Sample = defineMessage("test/sample", {
          whole: integer({ min: Number.MIN_SAFE_INTEGER }),
          words: text({ maxBytes: 10_000 }),
          data: bytes({ maxBytes: 10_000 }),
          flags: list(boolean(), { maxItems: 20 }),
          empty: optional(integer()),
        });
        const flags = Array.from({ length: 16 }, (_, i) => i % 2 === 0);
        const message = Sample.create({ whole, words, data, flags });
        const encoded = new MessagePackCodec([Sample]).encode(message);
        const fields = ["test/sample", whole, words, data, flags, null];
        expect(decodeReference(encoded)).toStrictEqual(fields);
        expect(encoded).toStrictEqual(encodeReference(fields));
      }),
    );
  });

  it("writes floats in eight bytes also when they are whole, and reads any number for one", () => {
    const Weight = defineMessage("test/weight", { weight: float() });
    const codec = new MessagePackCodec([Weight]);
    const encoded = codec.encode(Weight.create({ weight: 3 }));
    expect(encoded.length).toBe(codec.encode(Weight.create({ weight: 0.1 })).length);
    expect(decodeReference(encoded)).toStrictEqual(["test/weight", 3]);
    for (const weight of [3, -70_000, 2 ** 40]) {
      expect(codec.decode(encodeReference(["test/weight", weight]), new Peers())).toEqual({
        type: "test/weight",
        weight,
      });
    }
  });

  it("tells the size of text, bytes and lists on both sides of every width of header", () => {
    const Long = defineMessage("test/long", {
      words: text({ maxBytes: 70_000 }),
      data: bytes({ maxBytes: 70_000 }),
      flags: list(boolean(), { maxItems: 70_000 }),
    });
    const codec = new MessagePackCodec([Long]);
    for (const length of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
      const message = Long.create({
        words: "x".repeat(length),
        data: new Uint8Array(length),
        flags: new Array<boolean>(length).fill(true),
      });
      const encoded = codec.encode(message);
      expect(codec.sizeOf(message)).toBe(encoded.length);
      expect(encoded).toStrictEqual(encodeReference(Object.values(message)));
      expect(codec.decode(encoded, new Peers())).toStrictEqual(message);
    }
  });

  it("takes the same room for every peer", () => {
    const One = defineMessage("test/one", { peer: peer() });
    const codec = new MessagePackCodec([One]);
    const sizes = ["", "sim-000000001:1", "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:65535"].map(
      (listening) =>
        codec.encode(One.create({ peer: { id: "ab".repeat(32), address: listening } })).length,
    );
    expect(new Set(sizes).size).toBe(1);
  });

  it("hashes two messages of one declaration alike only when they are equal", () => {
    fc.assert(
      fc.property(twoMessages, ({ declared, messages: [one, other] }) => {
        const codec = new MessagePackCodec([declared]);
        expect(hashOf(codec, one) === hashOf(codec, other)).toBe(isDeepStrictEqual(one, other));
      }),
      { numRuns: 500 },
    );
  });

  it("hashes and measures a message alike in whatever order its fields stand", () => {
    const Pair = defineMessage("test/pair", {
      a: integer(),
      b: integer(),
      c: text({ maxBytes: 9 }),
    });
    const codec = new MessagePackCodec([Pair]);
    const inOrder = { type: "test/pair", a: 1, b: 300, c: "x" } as const;
    const otherwise = { b: 300, c: "x", type: "test/pair", a: 1 } as const;
    expect(hashOf(codec, otherwise)).toBe(hashOf(codec, inOrder));
    expect(codec.sizeOf(otherwise)).toBe(codec.sizeOf(inOrder));
    expect(codec.encode(otherwise)).toEqual(codec.encode(inOrder));
  });

  it("spreads hashes of neighbouring messages over all bits", () => {
    const Count = defineMessage("test/count", { n: integer() });
    const codec = new MessagePackCodec([Count]);
    const hash: ContentHash = { high: 0, low: 0 };
    const highs = new Set<number>();
    const lows = new Set<number>();
    const onesOfBit = new Array<number>(64).fill(0);
    const messageCount = 4096;
    for (let n = 0; n < messageCount; n++) {
      codec.hashContent(Count.create({ n }), hash);
      highs.add(hash.high);
      lows.add(hash.low);
      for (let bit = 0; bit < 32; bit++) {
        onesOfBit[bit]! += (hash.high >>> bit) & 1;
        onesOfBit[32 + bit]! += (hash.low >>> bit) & 1;
      }
    }
    // Each half separates the messages by itself; 4,096 draws of 32 bits collide in 0.002 pairs.
    expect(highs.size).toBeGreaterThan(messageCount - 3);
    expect(lows.size).toBeGreaterThan(messageCount - 3);
    // Half of them, give or take six standard deviations of a fair coin.
    for (const ones of onesOfBit) expect(Math.abs(ones - 2048)).toBeLessThan(6 * 32);
  });

  it("answers the application id of a message, and 0 for one that has none", () => {
    const Rumour = defineMessage("test/rumour", { hops: integer(), id: applicationId() });
    const Ping = defineMessage("test/ping", {});
    const codec = new MessagePackCodec([Rumour, Ping]);
    expect(codec.applicationId(Rumour.create({ hops: 1, id: 77 }))).toBe(77);
    expect(codec.applicationId(Ping.create({}))).toBe(0);
  });

  it("remembers no size or hash of a message that it refused", () => {
    const Ping = defineMessage("test/ping", { n: integer({ max: 5 }) });
    const codec = new MessagePackCodec([Ping]);
    const wrong = Ping.create({ n: 6 });
    hashOf(codec, Ping.create({ n: 5 }));
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => codec.sizeOf(wrong)).toThrow(MessageError);
      expect(() => codec.applicationId(wrong)).toThrow(MessageError);
      expect(() => codec.encode(wrong)).toThrow(MessageError);
    }
  });

  it("refuses two declarations of one type, and messages that nobody declared", () => {
    const Ping = defineMessage("test/ping", {});
    expect(() => new MessagePackCodec([Ping, defineMessage("test/ping", {})])).toThrow(RangeError);
    expect(() => new MessagePackCodec([Ping, Ping])).not.toThrow();
    expect(() => new MessagePackCodec([Ping]).sizeOf({ type: "test/pong" })).toThrow(MessageError);
  });
});

describe("hostile bytes", () => {
  const Everything = defineMessage("test/everything", {
    id: applicationId(),
    members: list(peer(), { maxItems: 2000 }),
    notes: list(list(text({ maxBytes: 50 }), { maxItems: 2000 }), { maxItems: 50 }),
    entry: record({ incarnation: integer(), alive: boolean(), data: bytes({ maxBytes: 100 }) }),
    weight: optional(float()),
  });
  const codec = new MessagePackCodec([Everything]);
  const someone = { id: "5a".repeat(32), address: "10.0.0.1:4000" };
  const valid = codec.encode(
    Everything.create({
      id: 5,
      members: [someone],
      notes: [["a", "b"], []],
      entry: { incarnation: 1, alive: true, data: new Uint8Array(3) },
      weight: 1.5,
    }),
  );

  /** Decodes what may be nonsense: a message that is valid, or a `MessageError`, and nothing else. */
  function decodeOrRefuse(given: Uint8Array): Message | null {
    try {
      const message = codec.decode(given, new Peers());
      Everything.validate(message);
      return message;
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      return null;
    }
  }

  it("are refused with a MessageError when they are random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (given) => {
        decodeOrRefuse(given);
        decodeOrRefuse(Uint8Array.from([...valid.subarray(0, 18), ...given]));
      }),
      { numRuns: 2000 },
    );
  });

  it("are a valid message or refused when they are a damaged encoding", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const damaged = valid.slice();
          for (const [at, byte] of changes) damaged[at] = byte;
          decodeOrRefuse(damaged);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it("are refused when they are cut off or something follows", () => {
    for (let length = 0; length < valid.length; length++) {
      expect(decodeOrRefuse(valid.slice(0, length))).toBeNull();
    }
    expect(decodeOrRefuse(Uint8Array.from([...valid, 0xc0]))).toBeNull();
    expect(decodeOrRefuse(valid)).not.toBeNull();
  });

  it("are refused when another encoder wrote what the declaration does not say", () => {
    const entry = [1, true, new Uint8Array(0)];
    const right = ["test/everything", 5, [], [], entry, null];
    expect(decodeOrRefuse(encodeReference(right))).not.toBeNull();
    const wrong: unknown[] = [
      null,
      {},
      [],
      ["test/everything"],
      ["__proto__", 1],
      ["constructor"],
      { type: "test/everything" },
      { __proto__: null, polluted: true },
      ["test/everything", 5, [], [], { __proto__: { polluted: 1 }, incarnation: 1 }, null],
      ["test/everything", 5, [], [], [1, true], null],
      ["test/everything", 5, [], [], [...entry, 1], null],
      ["test/everything", -1, [], [], entry, null],
      ["test/everything", 2 ** 53, [], [], entry, null],
      ["test/everything", "5", [], [], entry, null],
      ["test/everything", 5, [], [], entry, Number.NaN],
      ["test/everything", 5, [], [], entry, Infinity],
      ["test/everything", 5, [], [["x".repeat(51)]], entry, null],
      ["test/everything", 5, [], [], [1, true, new Uint8Array(101)], null],
      ["test/everything", 5, [new Uint8Array(80)], [], entry, null],
      ["test/everything", 5, [new Uint8Array(79)], [], entry, null],
      ["test/everything", 5, new Array(2001).fill(null), [], entry, null],
      [...right, 1],
    ];
    for (const value of wrong) {
      expect(decodeOrRefuse(encodeReference(value)), JSON.stringify(value)).toBeNull();
    }
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("are refused when text is not UTF-8", () => {
    const notUtf8 = valid.slice();
    // The note "b": a header for text of one byte, and that byte.
    const header = notUtf8.findIndex((byte, i) => byte === 0xa1 && notUtf8[i + 1] === 0x62);
    notUtf8[header + 1] = 0xff;
    expect(decodeOrRefuse(notUtf8)).toBeNull();
  });

  it("are refused when they announce more than they have, before room is made for it", () => {
    // 50 lists, each announcing 2,000 entries that never come: a reader that believes headers makes 100,000 slots.
    const head = encodeReference(["test/everything", 5, []]).slice(1);
    const nested = [0xdc, 0, 50, ...Array.from({ length: 50 }, () => [0xdc, 0x07, 0xd0]).flat()];
    expect(decodeOrRefuse(Uint8Array.from([0x96, ...head, ...nested]))).toBeNull();
    // A length of 4 GiB, in front of nothing.
    expect(
      decodeOrRefuse(Uint8Array.from([0x96, ...head, 0xdd, 0xff, 0xff, 0xff, 0xff])),
    ).toBeNull();
    expect(decodeOrRefuse(Uint8Array.from([0xdd, 0xff, 0xff, 0xff, 0xff]))).toBeNull();
    expect(decodeOrRefuse(Uint8Array.from([0x96, 0xdb, 0xff, 0xff, 0xff, 0xff]))).toBeNull();
  });
});
