// What waits at a live node before its code runs: for the downlink of its access link, for its processor, for the end of
// a pause. The same queues as in simulation, against real time; without any of them a call is made at once.

/** A call to the node's code, or what becomes of it when its process ends first. */
export interface Arrival {
  readonly run: () => void;
  readonly giveUp?: () => void;
  /** A timer that can be taken back; 0 for anything else. */
  readonly timer?: number;
  /** Whether it is a message, which costs processor time. */
  readonly isMessage?: boolean;
}

export interface LiveInboxOptions {
  readonly nowMicros: () => number;
  /** Calls back after so long; answers how to take that back. */
  readonly wakeAfter: (micros: number, wake: () => void) => () => void;
  /** Processor time of a message; 0 for none. */
  readonly processingMicros: number;
}

/** Timers of the machine are no finer: what would wait less does not wait. */
const GRAIN_MICROS = 1000;

interface Receipt {
  readonly arrival: Arrival;
  readonly dueMicros: number;
}

export class LiveInbox {
  readonly #options: LiveInboxOptions;
  /** Behind the downlink, in order. */
  #receipts: Receipt[] = [];
  /** Behind the processor, in order. */
  #arrivals: Arrival[] = [];
  #freeAtMicros = 0;
  #isPaused = false;
  #isEnded = false;
  #isRunning = false;
  readonly #wakes = new Map<"link" | "processor", () => void>();

  constructor(options: LiveInboxOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Something comes over the network; `dueMicros` is when the downlink has it through. */
  receive(arrival: Arrival, dueMicros: number): void {
    if (this.#isEnded) {
      arrival.giveUp?.();
      return;
    }
    const isLate = dueMicros - this.#options.nowMicros() >= GRAIN_MICROS;
    if (!isLate && this.#receipts.length === 0) this.admit(arrival);
    else {
      this.#receipts.push({ arrival, dueMicros });
      this.#wakeForLink();
    }
  }

  /** The end of a connection and what follows it come behind the messages that came over it. */
  receiveInOrder(arrival: Arrival): void {
    const last = this.#receipts.at(-1);
    this.receive(arrival, last?.dueMicros ?? 0);
  }

  /** Something is for the processor: now, or behind what waits for it. */
  admit(arrival: Arrival): void {
    if (this.#isEnded) arrival.giveUp?.();
    else {
      this.#arrivals.push(arrival);
      this.#work();
    }
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#work();
  }

  /** A timer that waits is taken back. */
  cancelTimer(timer: number): void {
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.timer !== timer);
  }

  /** The process has ended: what waits is given up. */
  end(): void {
    this.#isEnded = true;
    for (const stop of this.#wakes.values()) stop();
    this.#wakes.clear();
    const given = [...this.#arrivals, ...this.#receipts.map(({ arrival }) => arrival)];
    this.#arrivals = [];
    this.#receipts = [];
    for (const arrival of given) arrival.giveUp?.();
  }

  #work(): void {
    // What a call brings about waits for its end.
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#arrivals.length > 0 && !this.#isPaused) {
        const now = this.#options.nowMicros();
        if (this.#freeAtMicros - now >= GRAIN_MICROS) {
          this.#wake("processor", this.#freeAtMicros - now, () => {
            this.#work();
          });
          return;
        }
        const { run, isMessage = false } = this.#arrivals.shift()!;
        if (isMessage) {
          this.#freeAtMicros = Math.max(now, this.#freeAtMicros) + this.#options.processingMicros;
        }
        run();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  #wakeForLink(): void {
    const first = this.#receipts[0];
    if (first === undefined || this.#wakes.has("link")) return;
    this.#wake("link", first.dueMicros - this.#options.nowMicros(), () => {
      const now = this.#options.nowMicros();
      while (this.#receipts.length > 0 && this.#receipts[0]!.dueMicros - now < GRAIN_MICROS) {
        this.admit(this.#receipts.shift()!.arrival);
      }
      this.#wakeForLink();
    });
  }

  #wake(what: "link" | "processor", micros: number, wake: () => void): void {
    if (this.#wakes.has(what)) return;
    const stop = this.#options.wakeAfter(micros, () => {
      this.#wakes.delete(what);
      wake();
    });
    this.#wakes.set(what, stop);
  }
}
