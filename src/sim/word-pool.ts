// Words drawn ahead, sixteen a stream, in one array. A generator is five small objects: with ten thousand
// streams, touching them for every draw costs more than drawing, so they are touched for every sixteenth.

/** Words drawn ahead for each stream: one cache line. */
export const WORDS_AHEAD = 16;

/** The words drawn ahead of all streams of a run. */
export class WordPool {
  words = new Int32Array(16 * WORDS_AHEAD);
  #count = 0;

  /** A place for one more stream: the offset of its words. */
  allocate(): number {
    const offset = this.#count++ * WORDS_AHEAD;
    if (offset === this.words.length) {
      const larger = new Int32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    return offset;
  }
}
