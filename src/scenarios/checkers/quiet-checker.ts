// Judges that a node which has stopped is silent: no message leaves it after its own status says `left`.

import { RecordKind } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import type { NoMessageAfterShutdownExpectation } from "../expectation.js";
import type { RunView } from "../run-view.js";
import { plural } from "../../trace/show-quantity.js";
import { NAMES_MAX, NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { KeptRecord } from "./kept-record.js";
import type { NodeLives } from "./node-lives.js";

/** The checker of `no-message-after-shutdown`. Safety: judged at each message. */
export class QuietChecker implements Checker {
  readonly kinds: readonly RecordKind[] = [RecordKind.sent, RecordKind.status];
  readonly nextSampleMicros = NEVER;
  readonly #expectation: NoMessageAfterShutdownExpectation;
  readonly #view: RunView;
  readonly #lives: NodeLives;
  readonly #first: KeptRecord;
  readonly #talkers = new Set<number>();
  #stopped = 0;
  #late = 0;

  constructor(
    expectation: NoMessageAfterShutdownExpectation,
    { view, lives }: { readonly view: RunView; readonly lives: NodeLives },
  ) {
    this.#expectation = expectation;
    this.#view = view;
    this.#lives = lives;
    this.#first = new KeptRecord(view);
  }

  accept(record: RunRecord): void {
    if (record.kind === RecordKind.status) {
      if (this.#view.text(record.name) === "left") this.#stopped++;
      return;
    }
    if (this.#lives.status(record.node) !== "left") return;
    this.#late++;
    this.#first.keepFirst(record);
    this.#talkers.add(record.node);
  }

  passTo(): void {
    // Time alone breaks nothing.
  }

  sampleAt(): void {
    // Judged at records alone.
  }

  finish(): CheckResult {
    const { name } = this.#expectation;
    const expected = "no message from a node that has stopped";
    const stopped = plural(this.#stopped, "node");
    if (this.#stopped === 0) return { name, expected, holds: false, observed: "no node stopped" };
    if (this.#late === 0) return { name, expected, holds: true, observed: `none from ${stopped}` };
    const firstBreak = this.#first.line();
    return {
      name,
      expected,
      holds: false,
      observed: `${plural(this.#late, "message")} from ${plural(this.#talkers.size, "node")}`,
      ...(firstBreak === undefined ? {} : { firstBreak }),
      concerned: [...this.#talkers].slice(0, NAMES_MAX).map((node) => this.#view.nodeName(node)),
    };
  }
}
