// Keeps the books of a condition that disturbances break and a protocol restores: episodes, when each
// settled, which came too late, which the next one overtook, and how much of the time the condition held.

import { NEVER } from "./checker.js";

/** What became of an episode. */
export type EpisodeOutcome =
  /** The condition held from `settledMicros` for the whole hold, in time. */
  | "settled"
  /** It did not hold when the time allowed was over. */
  | "late"
  /** The next episode began before it was decided. */
  | "overtaken"
  /** The observation ended before it was decided. */
  | "cut";

/** Disturbances that follow each other closely, and what came of them. */
export interface Episode {
  readonly startMicros: number;
  /** The last disturbance: settling is timed from here. */
  readonly lastMicros: number;
  readonly disturbances: number;
  /** From when the condition held for the whole hold; null when it did not. */
  readonly settledMicros: number | null;
  readonly outcome: EpisodeOutcome;
}

/** How the ledger judges. */
export interface SettlingRules {
  /** How long the condition must hold to count as settled. */
  readonly holdMicros: number;
  /** Disturbances closer than this belong to one episode. */
  readonly mergeMicros: number;
  /** How long after an episode's last disturbance it may settle; `Infinity` for any time. */
  readonly withinMicros: number;
  /** Episodes before this time are counted but not judged; null judges all. A new one begins here. */
  readonly afterMicros: number | null;
}

/** The books when the observation has ended. */
export interface SettlingBooks {
  /** How many of the judged episodes had each outcome. */
  readonly outcomes: Readonly<Record<EpisodeOutcome, number>>;
  /** Episodes before `afterMicros`, which nobody judges. */
  readonly unjudged: number;
  /** How often the condition was lost again after it had settled, without any disturbance. */
  readonly relapses: number;
  /** Longest time from last disturbance to settling among judged episodes; null when none settled. */
  readonly slowestMicros: number | null;
  /** Mean of the same. */
  readonly meanMicros: number | null;
  /** Time that the condition held, and that it was observed: from its first disturbance on. */
  readonly heldMicros: number;
  readonly observedMicros: number;
  /** Since when it held at the end; null when it did not. */
  readonly holdsSinceMicros: number | null;
  /** The first episodes, up to `EPISODES_LISTED_MAX`. */
  readonly episodes: readonly Episode[];
}

/** How many episodes are listed one by one: continuous churn has thousands, which are only counted. */
export const EPISODES_LISTED_MAX = 100;

/** An episode that is not over. */
interface OpenEpisode {
  readonly startMicros: number;
  lastMicros: number;
  disturbances: number;
  settledMicros: number | null;
  isLate: boolean;
  readonly isJudged: boolean;
}

/** Judges one condition, told of its changes and of disturbances in order of time. */
export class SettlingLedger {
  readonly #rules: SettlingRules;
  readonly #onLate: (deadlineMicros: number) => void;
  readonly #outcomes = { settled: 0, late: 0, overtaken: 0, cut: 0 };
  readonly #episodes: Episode[] = [];
  #open: OpenEpisode | null = null;
  #nowMicros = 0;
  #holds = false;
  #sinceMicros = 0;
  #isMarked: boolean;
  #unjudged = 0;
  #relapses = 0;
  #slowestMicros: number | null = null;
  #settleSumMicros = 0;
  #settleCount = 0;
  #heldMicros = 0;
  #observedFromMicros: number | null = null;

  /** `onLate` is called when an episode misses its deadline, while the state at the deadline still stands. */
  constructor(rules: SettlingRules, onLate: (deadlineMicros: number) => void = () => undefined) {
    this.#rules = rules;
    this.#onLate = onLate;
    this.#isMarked = rules.afterMicros === null;
  }

  /** Virtual time passes; nothing has changed since the last call. Times never fall. */
  advance(timeMicros: number): void {
    const mark = this.#rules.afterMicros;
    if (!this.#isMarked && mark !== null && timeMicros >= mark) {
      this.#isMarked = true;
      this.#pass(mark);
      this.#begin(mark, 0);
    }
    this.#pass(timeMicros);
  }

  /** Something happened from which the network has to recover. */
  disturb(timeMicros: number): void {
    this.advance(timeMicros);
    this.#observedFromMicros ??= timeMicros;
    const open = this.#open;
    if (open === null || timeMicros - open.lastMicros >= this.#rules.mergeMicros) {
      this.#begin(timeMicros, 1);
      return;
    }
    open.lastMicros = timeMicros;
    open.disturbances++;
    open.settledMicros = null;
  }

  /** Says whether the condition holds from `timeMicros` on. */
  note(timeMicros: number, holds: boolean): void {
    this.advance(timeMicros);
    if (holds === this.#holds) return;
    this.#holds = holds;
    if (holds) this.#sinceMicros = timeMicros;
    else if (this.#open !== null && this.#open.settledMicros !== null) this.#relapses++;
  }

  /** Ends the observation. Called once. */
  finish(endMicros: number): SettlingBooks {
    this.advance(endMicros);
    this.#close("cut");
    return {
      outcomes: this.#outcomes,
      unjudged: this.#unjudged,
      relapses: this.#relapses,
      slowestMicros: this.#slowestMicros,
      meanMicros: this.#settleCount === 0 ? null : this.#settleSumMicros / this.#settleCount,
      heldMicros: this.#heldMicros,
      observedMicros: endMicros - (this.#observedFromMicros ?? endMicros),
      holdsSinceMicros: this.#holds ? this.#sinceMicros : null,
      episodes: this.#episodes,
    };
  }

  #pass(timeMicros: number): void {
    if (this.#holds && this.#observedFromMicros !== null) {
      this.#heldMicros += timeMicros - this.#nowMicros;
    }
    this.#nowMicros = timeMicros;
    const open = this.#open;
    if (open === null || open.settledMicros !== null) return;
    const fromMicros = Math.max(this.#sinceMicros, open.lastMicros);
    const deadlineMicros = open.lastMicros + this.#rules.withinMicros;
    const isInTime = this.#holds && fromMicros <= deadlineMicros;
    if (open.isJudged && !open.isLate && timeMicros > deadlineMicros && !isInTime) {
      open.isLate = true;
      this.#onLate(deadlineMicros);
    }
    if (this.#holds && timeMicros - fromMicros >= this.#rules.holdMicros) {
      open.settledMicros = fromMicros;
    }
  }

  #begin(timeMicros: number, disturbances: number): void {
    this.#close("overtaken");
    this.#open = {
      startMicros: timeMicros,
      lastMicros: timeMicros,
      disturbances,
      settledMicros: null,
      isLate: false,
      isJudged: this.#isMarked,
    };
  }

  #close(undecided: "overtaken" | "cut"): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const { startMicros, lastMicros, disturbances, settledMicros } = open;
    const outcome = open.isLate ? "late" : settledMicros === null ? undecided : "settled";
    if (this.#episodes.length < EPISODES_LISTED_MAX) {
      this.#episodes.push({ startMicros, lastMicros, disturbances, settledMicros, outcome });
    }
    if (!open.isJudged) {
      this.#unjudged++;
      return;
    }
    this.#outcomes[outcome]++;
    if (settledMicros === null) return;
    const tookMicros = settledMicros - lastMicros;
    this.#slowestMicros = Math.max(this.#slowestMicros ?? 0, tookMicros);
    this.#settleSumMicros += tookMicros;
    this.#settleCount++;
  }
}

/** Rules that measure settling without judging it. */
export function measureOnly({
  holdMicros,
  mergeMicros,
}: Pick<SettlingRules, "holdMicros" | "mergeMicros">): SettlingRules {
  return { holdMicros, mergeMicros, withinMicros: NEVER, afterMicros: null };
}
