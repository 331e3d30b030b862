// Bytes that somebody might send who means no good: noise, messages with a few bytes changed, and bombs, whose few bytes
// announce what would take the receiver's memory or stack. Drawn from a seed, so that a campaign can be repeated.

import type { RandomStream } from "../../src/sim/random-stream.js";

/** What is drawn. */
export const HOSTILE_KINDS = [
  ...(["noise", "changed", "cut", "spliced"] as const),
  ...(["depth bomb", "length bomb", "forbidden name"] as const),
] as const;

export type HostileKind = (typeof HOSTILE_KINDS)[number];

export interface HostileInput {
  readonly kind: HostileKind;
  readonly bytes: Uint8Array;
}

const NOISE_BYTES_MAX = 600;
const CHANGES_MAX = 8;
/** Deeper than any stack: half a megabyte of nothing but openings. */
const DEPTH_MAX = 500_000;

/** First bytes of MessagePack where a reader takes another way, and the ends of numbers. */
const TELLING_BYTES = [
  ...[0x00, 0x01, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2],
  ...[0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd3, 0xd4],
  ...[0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff],
];

/** Openings of one level: lists and maps of one entry, short and long. */
const OPENINGS: readonly (readonly number[])[] = [
  [0x91],
  [0x81, 0xa0],
  [0xdc, 0, 1],
  [0xdd, 0, 0, 0, 1],
  [0xdf, 0, 0, 0, 1, 0xa0],
];

/** Lengths in four bytes, behind the formats that have such: bytes, extension, text, list, map. */
const LONG_FORMATS = [0xc6, 0xc9, 0xdb, 0xdd, 0xdf];
const LENGTHS = [0xffffffff, 0x7fffffff, 0x80000000, 0x01000000, 0x00ffffff, 0x00010000];

const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];

/** What an object would have, had a name reached its prototype. */
export const POLLUTION = "peerscapePolluted";

export class HostileBytes {
  readonly #stream: RandomStream;
  readonly #models: readonly Uint8Array[];

  /** `models` are true messages, which others are made from. */
  constructor(stream: RandomStream, models: readonly Uint8Array[]) {
    this.#stream = stream;
    this.#models = models;
  }

  /** The next input; bombs are one in eight. */
  next(kind: HostileKind = this.#kind()): HostileInput {
    // As they come from a socket: no Buffer, whose slices share their memory.
    return { kind, bytes: Uint8Array.from(this.#make(kind)) };
  }

  #kind(): HostileKind {
    const stream = this.#stream;
    if (stream.integer(8) === 0)
      return stream.pick(["depth bomb", "length bomb", "forbidden name"] as const);
    return stream.pick(["noise", "changed", "changed", "cut", "spliced"] as const);
  }

  #make(kind: HostileKind): Uint8Array {
    switch (kind) {
      case "noise":
        return this.#noise(1 + this.#stream.integer(NOISE_BYTES_MAX));
      case "changed":
        return this.#changed();
      case "cut": {
        const model = this.#model();
        return model.slice(0, this.#stream.integer(model.length));
      }
      case "spliced": {
        const [one, other] = [this.#model(), this.#model()];
        const head = one.subarray(0, this.#stream.integer(one.length + 1));
        return Buffer.concat([head, other.subarray(this.#stream.integer(other.length + 1))]);
      }
      case "depth bomb":
        return this.#depthBomb();
      case "length bomb":
        return this.#lengthBomb();
      case "forbidden name":
        return this.#forbiddenName();
    }
  }

  #model(): Uint8Array {
    return this.#stream.pick(this.#models);
  }

  #noise(byteCount: number): Uint8Array {
    return Uint8Array.from({ length: byteCount }, () => this.#stream.integer(256));
  }

  #changed(): Uint8Array {
    const stream = this.#stream;
    const bytes = this.#model().slice();
    for (let left = 1 + stream.integer(CHANGES_MAX); left > 0; left--) {
      const place = stream.integer(bytes.length);
      bytes[place] = stream.chance(0.5)
        ? stream.pick(TELLING_BYTES)
        : bytes[place]! ^ (1 << stream.integer(8));
    }
    return bytes;
  }

  /** Levels in place of a field, or of the whole message. */
  #depthBomb(): Uint8Array {
    const stream = this.#stream;
    const opening = stream.pick(OPENINGS);
    // Small ones more often: what a reader forgets to bound, it forgets at any depth that passes its stack.
    const depth = 1 + stream.integer(stream.pick([100, 20_000, DEPTH_MAX]));
    const levels = Buffer.alloc(depth * opening.length, Uint8Array.from(opening));
    const model = this.#model();
    return Buffer.concat([model.subarray(0, stream.integer(model.length)), levels]);
  }

  /** A length that nothing follows, in place of a field. */
  #lengthBomb(): Uint8Array {
    const stream = this.#stream;
    const model = this.#model();
    const header = Buffer.alloc(5);
    header[0] = stream.pick(LONG_FORMATS);
    header.writeUInt32BE(stream.pick(LENGTHS), 1);
    const place = stream.integer(model.length);
    return Buffer.concat([model.subarray(0, place), header, model.subarray(place)]);
  }

  /** A name that means something to JavaScript, as a type, a text or the key of a map. */
  #forbiddenName(): Uint8Array {
    const stream = this.#stream;
    const name = Buffer.from(stream.pick(NAMES));
    const text = Buffer.concat([Buffer.from([0xa0 | name.length]), name]);
    const value = Buffer.from([0x81, 0xa0 | POLLUTION.length, ...Buffer.from(POLLUTION), 0xc3]);
    const map = Buffer.concat([Buffer.from([0x81]), text, value]);
    const model = this.#model();
    const place = stream.integer(model.length);
    return stream.pick([
      Buffer.concat([Buffer.from([0x92]), text, value]),
      Buffer.concat([Buffer.from([0x91]), map]),
      map,
      Buffer.concat([
        model.subarray(0, place),
        stream.chance(0.5) ? text : map,
        model.subarray(place),
      ]),
    ]);
  }
}
