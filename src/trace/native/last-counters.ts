// The last counter of each origin within a block: counters rise by small steps, and a step is written in one byte.

/** More origins than this are kept in a map, since what a damaged file names must not make an array as long. */
const DENSE_ORIGINS = 65_536;

/** The last counter of each origin; 0 for one that had none since `clear`. */
export class LastCounters {
  readonly #dense = new Float64Array(DENSE_ORIGINS);
  readonly #sparse = new Map<number, number>();

  get(origin: number): number {
    return origin < DENSE_ORIGINS ? this.#dense[origin]! : (this.#sparse.get(origin) ?? 0);
  }

  set(origin: number, counter: number): void {
    if (origin < DENSE_ORIGINS) this.#dense[origin] = counter;
    else this.#sparse.set(origin, counter);
  }

  clear(): void {
    this.#dense.fill(0);
    this.#sparse.clear();
  }
}
