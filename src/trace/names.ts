// Words that occur in records (message types, reasons, overlays, statuses), each interned to a small
// number. The number depends on the order of first use and never leaves a run: digests and files use
// the word or its hash.

/** No word: the value of a record's name field that says nothing. Its text is the empty string. */
export const NO_NAME = 0;

/** The table of one run's words. */
export class Names {
  readonly #idOf = new Map<string, number>([["", NO_NAME]]);
  readonly #texts: string[] = [""];
  readonly #hashes: number[] = [hashText("")];

  /** The number of a word; the same word always has the same number in one table. */
  id(text: string): number {
    const known = this.#idOf.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    this.#idOf.set(text, id);
    this.#texts.push(text);
    this.#hashes.push(hashText(text));
    return id;
  }

  /** The word of a number that `id` gave out. */
  text(id: number): string {
    return this.#texts[id] ?? "";
  }

  /** All words in the order of their numbers: entered into an empty table in this order they get them again. */
  texts(): readonly string[] {
    return [...this.#texts];
  }

  /** A 32-bit hash of the word: what a digest covers, since numbers depend on the order of use. */
  hash(id: number): number {
    return this.#hashes[id] ?? 0;
  }
}

/** FNV-1a over UTF-16 code units, 32 bits. Not for security: it names words inside a digest. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
