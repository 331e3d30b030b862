// What can settle: a property of the whole network that is judged as records come.

import type { RecordKind, RunRecord } from "../../trace/record.js";

/** Why a condition does not hold, for people. */
export interface ConditionFailure {
  /** `home-3 lacks home-7 and 2 others`. */
  readonly text: string;
  /** Names of nodes concerned, at most `NAMES_MAX`. */
  readonly concerned: readonly string[];
}

/** A condition that is exact: it knows after every record whether it holds, in O(1). */
export interface Condition {
  /** The kinds of record that it follows. */
  readonly kinds: readonly RecordKind[];
  accept(record: RunRecord): void;
  /** The next time at which it changes without a record; `Infinity` for none. */
  readonly nextChangeMicros: number;
  /** Makes the change that is due at `nextChangeMicros`. */
  change(): void;
  holds(): boolean;
  /** Why it does not hold now. May take as long as a walk over the network. */
  explain(): ConditionFailure;
}

/** A condition that takes a walk over the network: it is asked at samples only. */
export interface SampledCondition {
  /** Null when it holds at `timeMicros`, which is now, else why not. */
  failure(timeMicros: number): ConditionFailure | null;
}
