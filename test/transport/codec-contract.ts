// The contract of codec.ts, a test for each of its sentences, for every codec that turns declared messages into
// bytes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { MessageError } from "../../src/transport/codec.js";
import type { Codec, Message } from "../../src/transport/codec.js";
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

const Everything = defineMessage("codec/everything", {
  id: applicationId(),
  whole: integer({ min: -1000 }),
  real: float(),
  flag: boolean(),
  words: text({ maxBytes: 100 }),
  load: bytes({ maxBytes: 2000 }),
  who: peer(),
  members: list(record({ member: peer(), incarnation: integer() }), { maxItems: 20 }),
  maybe: optional(integer()),
});
const Bare = defineMessage("codec/bare", {});
const Other = defineMessage("codec/other", { whole: integer({ min: -1000 }) });

/** The types that a codec under test is made with. */
export const CODEC_CONTRACT_TYPES: readonly MessageType[] = [Everything, Bare, Other];

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

const peers = new Peers();
const anyPeer = fc
  .integer({ min: 1, max: 0xffffffff })
  .map((n) => peers.intern(n.toString(16).padStart(8, "0").repeat(8), `host-${n % 1000}:1`));

const everything: fc.Arbitrary<Message> = fc
  .record({
    id: fc.nat(),
    whole: fc.integer({ min: -1000, max: 1e9 }),
    real: fc.double({ noNaN: true, noDefaultInfinity: true }),
    flag: fc.boolean(),
    words: fc.string({ maxLength: 30 }),
    load: fc.uint8Array({ maxLength: 2000 }),
    who: anyPeer,
    members: fc.array(fc.record({ member: anyPeer, incarnation: fc.nat() }), { maxLength: 20 }),
    maybe: fc.option(fc.nat()),
  })
  .map((values) => Everything.create(values));

const anyMessage = fc.oneof(
  { weight: 6, arbitrary: everything },
  { weight: 1, arbitrary: fc.constant<Message>(Bare.create({})) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -1000, max: 3 }).map((whole): Message => Other.create({ whole })),
  },
);

/** Messages that break the declaration, each with the field that does. */
const BROKEN: readonly (readonly [string, string, Message])[] = [
  ["a fraction where a whole number is", "whole", other({ whole: 0.5 })],
  ["a number below its least", "whole", other({ whole: -1001 })],
  ["a number past what is exact", "whole", other({ whole: 2 ** 53 })],
  ["text where a number is", "whole", other({ whole: "1" })],
  ["a missing field", "whole", other({})],
  ["nothing", "whole", other({ whole: null })],
];

function other(fields: object): Message {
  return { type: Other.type, ...fields };
}

function hashOf(codec: Codec, message: Message): string {
  const hash = { high: 0, low: 0 };
  codec.hashContent(message, hash);
  return `${hash.high} ${hash.low}`;
}

/** What a call throws, which must be a `MessageError`. */
function errorOf(run: () => void): MessageError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MessageError);
    return error as MessageError;
  }
  throw new Error("nothing was refused");
}

/** Declares the tests of the codec contract; `makeCodec` makes one that knows `CODEC_CONTRACT_TYPES`. */
export function describeCodecContract(name: string, makeCodec: () => Codec): void {
  const codec = makeCodec();

  describe(`${name} keeps the codec contract`, () => {
    it("decode gives the message of the bytes that encode gave", () => {
      fc.assert(
        fc.property(anyMessage, (message) => {
          expect(codec.decode(codec.encode(message), peers)).toEqual(message);
        }),
      );
    });

    it("decode gives peers as the table's own objects", () => {
      fc.assert(
        fc.property(everything, (message) => {
          const decoded = codec.decode(codec.encode(message), peers);
          expect((decoded as Message & { who: Peer }).who).toBe(
            (message as Message & { who: Peer }).who,
          );
        }),
      );
    });

    it("sizeOf is the number of bytes that encode gives", () => {
      fc.assert(
        fc.property(
          anyMessage,
          (message) => codec.sizeOf(message) === codec.encode(message).length,
        ),
      );
    });

    it("hashContent is equal for an equal message, also in another codec and after the wire", () => {
      fc.assert(
        fc.property(anyMessage, (message) => {
          const hash = hashOf(codec, message);
          expect(hashOf(codec, structuredClone(message))).toBe(hash);
          expect(hashOf(makeCodec(), codec.decode(codec.encode(message), peers))).toBe(hash);
        }),
      );
    });

    it("hashContent differs for messages that differ", () => {
      const hashes = new Map<string, string>();
      fc.assert(
        fc.property(anyMessage, (message) => {
          const hash = hashOf(codec, message);
          const content = Buffer.from(codec.encode(message)).toString("hex");
          expect(hashes.get(hash) ?? content).toBe(content);
          hashes.set(hash, content);
        }),
        { numRuns: 500 },
      );
    });

    it("applicationId is the id that the message carries, or 0", () => {
      fc.assert(
        fc.property(anyMessage, (message) => {
          expect(codec.applicationId(message)).toBe((message as Message & { id?: number }).id ?? 0);
        }),
      );
    });

    it.each(BROKEN)(
      "encode and sizeOf throw MessageError for %s, with type and field",
      (_what, field, message) => {
        for (const use of [() => codec.encode(message), () => codec.sizeOf(message)]) {
          const error = errorOf(use);
          expect([error.messageType, error.field]).toEqual([Other.type, field]);
        }
      },
    );

    it("encode and sizeOf throw MessageError for a type that is not declared", () => {
      const message = { type: "codec/unknown" };
      for (const use of [() => codec.encode(message), () => codec.sizeOf(message)]) {
        expect(errorOf(use).messageType).toBe("codec/unknown");
      }
    });

    it("decode throws MessageError for bytes that are no message, never anything else", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
          expectMessageOrError(codec, noise);
        }),
        { numRuns: 2000 },
      );
    });

    it("decode throws MessageError for a message that was cut, extended or changed, or gives a valid one", () => {
      fc.assert(
        fc.property(
          everything,
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          (message, at, change) => {
            const encoded = codec.encode(message);
            const position = at % encoded.length;
            errorOf(() => codec.decode(encoded.slice(0, position), peers));
            errorOf(() => codec.decode(Uint8Array.of(...encoded, change), peers));
            const changed = encoded.slice();
            changed[position]! ^= change;
            expectMessageOrError(codec, changed);
          },
        ),
        { numRuns: 500 },
      );
    });
  });
}

/** Bytes decode to a message that encodes again, or are refused by a `MessageError`. */
function expectMessageOrError(codec: Codec, encoded: Uint8Array): void {
  let message: Message;
  try {
    message = codec.decode(encoded, new Peers());
  } catch (error) {
    expect(error).toBeInstanceOf(MessageError);
    return;
  }
  expect(codec.sizeOf(message)).toBe(codec.encode(message).length);
}
