// The named streams of chance of one run. A stream's state is derived from the seed and its own name alone,
// so who else draws, how often and in which order never matters to it.

import type { Sha256 } from "../trace/hashing.js";
import type { PlainData } from "./plain-data.js";
import { RandomStream } from "./random-stream.js";
import { WORDS_AHEAD, WordPool } from "./word-pool.js";
import { tycheiAt } from "./tychei.js";
import type { TycheiGenerator, TycheiState } from "./tychei.js";

/** Outputs thrown away before first use: Tyche-i's authors mix a fresh state by 20 rounds. */
const DISCARDED_OUTPUTS = 20;

export interface RandomStreamsOptions {
  /** The run's seed. A number and its decimal text are the same seed. */
  readonly seed: string | number;
  readonly sha256: Sha256;
}

/** All stateful streams of one run, each created on first use. */
export class RandomStreams {
  readonly #seed: string;
  readonly #sha256: Sha256;
  readonly #pool = new WordPool();
  readonly #streams = new Map<string, RandomStream>();

  constructor({ seed, sha256 }: RandomStreamsOptions) {
    this.#seed = String(seed);
    this.#sha256 = sha256;
  }

  /** The stream of this name, `node/17/discovery` say: always the same object for the same name. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new RandomStream(this.#derive(name), this.#pool);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /** The state of every stream that was used, in order of first use: name, four words, and what was drawn ahead. */
  snapshot(): PlainData {
    return [...this.#streams].map(([name, stream]) => {
      const { generator, ahead } = stream.state();
      const { a, b, c, d } = generator;
      return [name, a, b, c, d, ...ahead];
    });
  }

  /**
   * Puts every stream where it was at `snapshot`, in place: streams already handed out go on from there.
   * A stream that the snapshot does not know starts anew. Throws `RangeError` for what is no snapshot.
   */
  restore(snapshot: PlainData): void {
    const saved = readSnapshot(snapshot);
    for (const [name, stream] of this.#streams) {
      if (!saved.has(name)) stream.replace(this.#derive(name), []);
    }
    for (const [name, { state, ahead }] of saved) this.stream(name).replace(tycheiAt(state), ahead);
  }

  #derive(name: string): TycheiGenerator {
    // JSON keeps seed and name apart whatever characters they hold; the first word keeps streams apart
    // from the keys of rules.
    const text = JSON.stringify(["stream", this.#seed, name]);
    const bytes = this.#sha256(new TextEncoder().encode(text));
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    const generator = tycheiAt({
      a: view.getInt32(0, true),
      b: view.getInt32(4, true),
      c: view.getInt32(8, true),
      d: view.getInt32(12, true),
    });
    for (let i = 0; i < DISCARDED_OUTPUTS; i++) generator.int32();
    return generator;
  }
}

interface SavedStream {
  readonly state: TycheiState;
  readonly ahead: readonly number[];
}

function readSnapshot(snapshot: PlainData): Map<string, SavedStream> {
  const saved = new Map<string, SavedStream>();
  if (!Array.isArray(snapshot)) throw notASnapshot(snapshot);
  for (const entry of snapshot as readonly PlainData[]) {
    if (!Array.isArray(entry)) throw notASnapshot(entry);
    const [name, a, b, c, d, ...ahead] = entry as readonly PlainData[];
    if (typeof name !== "string" || ahead.length > WORDS_AHEAD)
      throw notASnapshot(entry as PlainData);
    const state = { a: word(a), b: word(b), c: word(c), d: word(d) };
    saved.set(name, { state, ahead: ahead.map(word) });
  }
  return saved;
}

function word(value: PlainData): number {
  if (typeof value !== "number" || (value | 0) !== value) throw notASnapshot(value);
  return value;
}

function notASnapshot(found: PlainData): RangeError {
  return new RangeError(
    `expected a list of [name, a, b, c, d, …] as RandomStreams.snapshot() made it, got ${JSON.stringify(found)}`,
  );
}
