// Judges that a shutdown stops everyone it means in time, and names who did not stop.

import { RecordKind, WORLD } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import type { AllStoppedExpectation } from "../expectation.js";
import type { RunView } from "../run-view.js";
import { plural, showSeconds } from "../../trace/show-quantity.js";
import { NAMES_MAX, NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { KeptRecord } from "./kept-record.js";
import { nameSome } from "./name-some.js";
import type { NodeLives } from "./node-lives.js";

/** A shutdown in the scenario. */
export interface PlannedShutdown {
  /** Name of the event, which its `action` records carry. */
  readonly name: string;
  readonly atMicros: number;
  /** Whether it means every node that runs, or those that its `action` records name. */
  readonly isOfNetwork: boolean;
}

export interface AllStoppedOptions {
  readonly view: RunView;
  readonly lives: NodeLives;
  readonly shutdowns: readonly PlannedShutdown[];
}

/** A shutdown that has begun. */
interface Stopping {
  readonly plan: PlannedShutdown;
  readonly meant: Set<number>;
  isJudged: boolean;
}

/**
 * The checker of `all-stopped`. Whom a shutdown of the network means is settled at the end of its instant: all who run
 * then. Whom another one means: the nodes at which, or with which as peer, an `action` record of its name is written.
 */
export class AllStoppedChecker implements Checker {
  readonly kinds: readonly RecordKind[] = [RecordKind.action];
  readonly nextSampleMicros = NEVER;
  readonly #expectation: AllStoppedExpectation;
  readonly #options: AllStoppedOptions;
  readonly #stoppings: Stopping[];
  readonly #running = new Set<number>();
  readonly #action: KeptRecord;
  #meantCount = 0;
  /** Shutdowns of the network that found no active node to enter at. */
  readonly #unheard: string[] = [];
  #nowMicros = 0;

  constructor(expectation: AllStoppedExpectation, options: AllStoppedOptions) {
    this.#expectation = expectation;
    this.#options = options;
    this.#stoppings = options.shutdowns.map((plan) => ({
      plan,
      meant: new Set(),
      isJudged: false,
    }));
    this.#action = new KeptRecord(options.view);
  }

  accept(record: RunRecord): void {
    const name = this.#options.view.text(record.name);
    for (const { plan, meant } of this.#stoppings) {
      if (plan.name !== name || plan.atMicros !== record.timeMicros) continue;
      this.#action.keepFirst(record);
      if (plan.isOfNetwork && record.node === WORLD && record.number === 0) {
        this.#unheard.push(plan.name);
      }
      if (record.node !== WORLD) meant.add(record.node);
      if (record.peer >= 0) meant.add(record.peer);
    }
  }

  passTo(timeMicros: number): void {
    for (const stopping of this.#stoppings) {
      const { plan, meant } = stopping;
      if (plan.isOfNetwork && this.#nowMicros <= plan.atMicros && plan.atMicros < timeMicros) {
        this.#addRunning(meant);
      }
      const boundMicros = plan.atMicros + this.#expectation.withinMicros;
      if (!stopping.isJudged && boundMicros < timeMicros) this.#judge(stopping);
    }
    this.#nowMicros = timeMicros;
  }

  sampleAt(): void {
    // Judged at records alone.
  }

  finish(endMicros: number): CheckResult {
    this.passTo(endMicros + 1);
    const { name, withinMicros } = this.#expectation;
    const expected = `every node that a shutdown means stops within ${showSeconds(withinMicros)}`;
    const begun = this.#stoppings.filter(({ plan }) => plan.atMicros <= endMicros);
    for (const stopping of begun) if (!stopping.isJudged) this.#judge(stopping);
    if (this.#meantCount === 0) {
      const observed = `no shutdown meant any node${this.#whyUnheard()}`;
      return { name, expected, holds: false, observed };
    }
    const names = [...this.#running].map((node) => this.#options.view.nodeName(node));
    if (names.length === 0) {
      return {
        name,
        expected,
        holds: true,
        observed: `${plural(this.#meantCount, "node")} stopped`,
      };
    }
    const firstBreak = this.#action.line();
    return {
      name,
      expected,
      holds: false,
      observed:
        `${String(names.length)} of ${plural(this.#meantCount, "node")} did not stop: ` +
        nameSome(names) +
        this.#whyUnheard(),
      ...(firstBreak === undefined ? {} : { firstBreak }),
      concerned: names.slice(0, NAMES_MAX),
    };
  }

  #whyUnheard(): string {
    const names = this.#unheard.join(", ");
    return names === "" ? "" : `; no node was active for ${names} to enter the network at`;
  }

  #addRunning(meant: Set<number>): void {
    const { view, lives } = this.#options;
    for (let node = 0; node < view.nodeCount; node++) if (lives.isRunning(node)) meant.add(node);
  }

  #judge(stopping: Stopping): void {
    stopping.isJudged = true;
    this.#meantCount += stopping.meant.size;
    for (const node of stopping.meant) {
      if (this.#options.lives.isRunning(node)) this.#running.add(node);
    }
  }
}
