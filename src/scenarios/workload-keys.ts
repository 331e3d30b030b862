// The keys that a workload asks for: `key-0`, `key-1`, …, each as often as the rest or by Zipf's law.

import { pow } from "../sim/fixed-math.js";
import { mixKey, mixUnit } from "../sim/mix.js";
import type { MixKey } from "../sim/mix.js";
import { toHex } from "../trace/hashing.js";
import type { Sha256 } from "../trace/hashing.js";
import type { KeyChoice } from "./scenario.js";

/** What a name is filed under: its SHA-256, as 64 hexadecimal digits. */
export function keyOfName(sha256: Sha256, name: string): string {
  return toHex(sha256(new TextEncoder().encode(name)));
}

export interface WorkloadKeysOptions {
  readonly choice: KeyChoice;
  /** Name of the workload. */
  readonly workload: string;
  readonly seed: string | number;
  readonly sha256: Sha256;
}

/** The keys of one workload. */
export class WorkloadKeys {
  readonly #options: WorkloadKeysOptions;
  readonly #key: MixKey;
  /** By key, the chance of it or an earlier one; null where all are alike. */
  readonly #cumulated: Float64Array | null;

  constructor(options: WorkloadKeysOptions) {
    this.#options = options;
    const { choice, workload, seed, sha256 } = options;
    this.#key = mixKey(sha256, seed, `workload/${workload}/keys`);
    this.#cumulated = choice.zipfExponent === 0 ? null : cumulatedZipf(choice);
  }

  /** The key of the operation with this number: a pure function of seed, workload and number. */
  of(number: number): string {
    return keyOfName(this.#options.sha256, `key-${this.rankOf(number)}`);
  }

  /** Which key that is, from 0: under Zipf's law the first is asked for most. */
  rankOf(number: number): number {
    const unit = mixUnit(this.#key, number, 0, 0, 0);
    const cumulated = this.#cumulated;
    if (cumulated === null) return Math.floor(unit * this.#options.choice.count);
    let low = 0;
    let high = cumulated.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle]! <= unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Key i is asked for in proportion to (i + 1)^−exponent. */
function cumulatedZipf({ count, zipfExponent }: KeyChoice): Float64Array {
  const cumulated = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += pow(i + 1, -zipfExponent);
    cumulated[i] = sum;
  }
  return cumulated.map((until) => until / sum);
}
