// Ctrl-C, and a reader of standard output that has gone (`| head`): both end a run cleanly, with its trace whole.

/** Listens from its making on. */
export class Interruption {
  #hasHappened = false;
  readonly #note = (): void => {
    this.#hasHappened = true;
  };

  constructor() {
    // The first signal ends the run; a second one ends the process, as it does without a handler.
    process.once("SIGINT", this.#note);
    process.once("SIGTERM", this.#note);
    process.stdout.once("error", this.#note);
  }

  /** Whether the run is to end. */
  get hasHappened(): boolean {
    return this.#hasHappened;
  }

  /** Gives the signals back to the process. */
  stopListening(): void {
    process.removeListener("SIGINT", this.#note);
    process.removeListener("SIGTERM", this.#note);
    process.stdout.removeListener("error", this.#note);
  }
}
