// What a node remembers of its talks with others: under which transaction it asked whom for what, which tokens it was given,
// which questions wait for its answer. Each is bounded and lasts for a while, whatever strangers send.

/** Entries by name that are forgotten when they are too old, and the oldest when there are too many. */
export class KrpcMemory<Entry> {
  readonly #entries = new Map<string, { readonly entry: Entry; readonly atMicros: number }>();
  readonly #countMax: number;
  readonly #keepMicros: number;

  constructor({
    countMax,
    keepMicros,
  }: {
    readonly countMax: number;
    readonly keepMicros: number;
  }) {
    this.#countMax = countMax;
    this.#keepMicros = keepMicros;
  }

  get size(): number {
    return this.#entries.size;
  }

  set(name: string, entry: Entry, nowMicros: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { entry, atMicros: nowMicros });
    for (const [oldest, { atMicros }] of this.#entries) {
      if (this.#entries.size <= this.#countMax && nowMicros - atMicros < this.#keepMicros) break;
      this.#entries.delete(oldest);
    }
  }

  get(name: string, nowMicros: number): Entry | undefined {
    const found = this.#entries.get(name);
    return found !== undefined && nowMicros - found.atMicros < this.#keepMicros
      ? found.entry
      : undefined;
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }
}
