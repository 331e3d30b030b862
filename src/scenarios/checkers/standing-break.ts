// What took a running figure over its bound to stay: while the figure is within the bound again, nothing did.

/** Keeps who broke a condition that has been broken ever since. `Culprit` is whatever names it. */
export class StandingBreak<Culprit> {
  #culprit: Culprit | undefined;

  /** The condition as it is after `culprit`. */
  see(isBroken: boolean, culprit: Culprit): void {
    this.#culprit = isBroken ? (this.#culprit ?? culprit) : undefined;
  }

  /** Who broke it last, if it is broken. */
  get culprit(): Culprit | undefined {
    return this.#culprit;
  }
}
