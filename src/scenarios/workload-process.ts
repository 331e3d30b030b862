// Application messages that a scenario starts over a stretch of time, each by a node chosen at its time.

import { log } from "../sim/fixed-math.js";
import { mixKey, mixUnit } from "../sim/mix.js";
import type { MixKey } from "../sim/mix.js";
import type { Sha256 } from "../trace/hashing.js";
import type { Workload } from "./scenario.js";

const MICROS_PER_SECOND = 1e6;

/** When the messages of a workload start. */
export class WorkloadArrivals {
  readonly #workload: Workload;
  readonly #key: MixKey;

  constructor(workload: Workload, seed: string | number, sha256: Sha256) {
    this.#workload = workload;
    this.#key = mixKey(sha256, seed, `workload/${workload.name}`);
  }

  /** Time of the first message; at or after the window's end there is none. */
  firstMicros(): number {
    const { arrivals, startMicros } = this.#workload;
    return arrivals.kind === "every" ? startMicros : startMicros + this.#gapMicros(0);
  }

  /** Time of message `number` + 1, after message `number` at `timeMicros`. */
  nextMicros(number: number, timeMicros: number): number {
    const { arrivals } = this.#workload;
    if (arrivals.kind === "every") return timeMicros + arrivals.everyMicros;
    return timeMicros + this.#gapMicros(number + 1);
  }

  /** The exponential gap before message `number`, at least a microsecond. */
  #gapMicros(number: number): number {
    const { arrivals } = this.#workload;
    if (arrivals.kind !== "poisson") return 0;
    const u = mixUnit(this.#key, number, 0, 0, 0);
    return Math.max(1, Math.round((-log(1 - u) * MICROS_PER_SECOND) / arrivals.perSecond));
  }
}
