// The nodes of a live run in several processes: node i is in process i modulo their number. Orders go to the process of
// the node, records come back from all and are merged by time. A process that somebody kills takes its nodes along:
// they have crashed, the others go on.

import { setTimeout } from "node:timers";

import type { PlainData } from "../sim/plain-data.js";
import type { RecordKind } from "../trace/record.js";
import type { StretchKey } from "./live-recorder.js";
import type { NodeHost } from "./live-network.js";
import type { ProcessLoad } from "./node-live-load.js";
import { WorkerError, WorkerProcess } from "./node-worker-process.js";
import type { WorkerEnding, WorkerPlace } from "./node-worker-process.js";
import type { NodeOrder, WorkerAnswer, WorkerSetup } from "./node-worker-orders.js";
import type { ParticipantCommand } from "./participant-command.js";
import type { CrashKind } from "./run-network.js";

/** Starting a process and making keys for two thousand nodes takes seconds on a busy machine. */
const READY_MILLIS = 60_000;
/** A worker tells something every ten milliseconds. One that was silent so long hangs, or was stopped. */
export const SILENT_MILLIS = 20_000;
/** What a system does to a process that is at fault itself. */
const FAULTS: ReadonlySet<string> = new Set([
  ...["SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"],
]);
/** Exit code of a worker that could not start, or ended by itself: see the command line's. */
const FAILED = 1;
const BROKEN = 3;

export interface LiveWorkersOptions {
  readonly places: readonly WorkerPlace[];
  readonly nodeCount: number;
  /** What all workers are told alike. */
  readonly setup: Pick<
    WorkerSetup,
    "scenario" | "protocolFiles" | "addresses" | "security" | "appliesNetwork"
  >;
  /** What the scenario does at the moment. */
  readonly causeOf: () => StretchKey | null;
  readonly onRecords: (worker: number, batch: Uint8Array, toldMicros: number) => void;
  readonly onPlaced: (index: number, address: string) => void;
  /** Something that ends the run. */
  readonly onFailure: (error: unknown) => void;
  /** A worker will tell no more; of one that was lost the signal is given. */
  readonly onEnded: (worker: number, signal: string | null) => void;
  /** A node was to start whose process is no more. */
  readonly onStartInVain: (index: number) => void;
}

export class LiveWorkers implements NodeHost {
  readonly #options: LiveWorkersOptions;
  readonly #workers: WorkerProcess[] = [];
  readonly #loads: ProcessLoad[] = [];
  #stretchCount = 0;
  #readyCount = 0;
  #onReady: () => void = () => undefined;
  #isEnding = false;

  constructor(options: LiveWorkersOptions) {
    this.#options = options;
  }

  /** What the workers took of the machine, of those that said so. */
  get loads(): readonly ProcessLoad[] {
    return this.#loads;
  }

  /** Calls of nodes' code in all workers, known at the end. */
  get stretchCount(): number {
    return this.#stretchCount;
  }

  nameOf(worker: number): string {
    return this.#options.places[worker]?.name ?? "";
  }

  workerOf(index: number): number {
    return index % this.#options.places.length;
  }

  /** Starts the processes; resolves when all are ready, or when `onFailure` was told why not. */
  async open(kinds: readonly RecordKind[], hasFailed: () => boolean): Promise<void> {
    const { places, nodeCount, setup } = this.#options;
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    const deadline = setTimeout(() => {
      const late = this.#workers.length - this.#readyCount;
      this.#fail("", BROKEN, `${late} workers were not ready within ${READY_MILLIS / 1000} s.`);
    }, READY_MILLIS);
    places.forEach((place, worker) => {
      this.#workers.push(this.#launch(place, worker));
      const nodes = Array.from({ length: nodeCount }, (_, index) => index).filter(
        (index) => this.workerOf(index) === worker,
      );
      const { name, host } = place;
      this.#workers[worker]!.tell({
        order: "set-up",
        setup: { ...setup, name, host, nodes, kinds },
      });
    });
    if (!hasFailed()) await ready;
    clearTimeout(deadline);
  }

  begin(epochMicros: number): void {
    for (const worker of this.#workers) worker.tell({ order: "begin", epochMicros });
  }

  start(index: number, keepsState: boolean): void {
    if (this.#workers[this.workerOf(index)]?.isGone === true) {
      this.#options.onStartInVain(index);
      return;
    }
    this.#tellOthers(index, false);
    this.#tell({ order: "start", index, keepsState, cause: this.#options.causeOf() });
  }

  crash(index: number, kind: CrashKind): void {
    if (kind === "host") this.#tellOthers(index, true);
    this.#tell({ order: "crash", index, kind, cause: this.#options.causeOf() });
  }

  pause(index: number): void {
    this.#tell({ order: "pause", index, cause: this.#options.causeOf() });
  }

  resume(index: number): void {
    this.#tell({ order: "resume", index, cause: this.#options.causeOf() });
  }

  do(index: number, command: ParticipantCommand): void {
    this.#tell({ order: "do", index, command, cause: this.#options.causeOf() });
  }

  shutDownThrough(index: number): void {
    this.#tell({ order: "shut-down-through", index, cause: this.#options.causeOf() });
  }

  /** The network between the nodes has changed. */
  setConditions(state: PlainData): void {
    for (const worker of this.#workers) worker.tell({ order: "conditions", state });
  }

  /** A worker hangs, or was stopped: it is killed, so that the others' records need not wait for it. */
  giveUp(worker: number): void {
    this.#workers[worker]?.kill();
  }

  isGone(worker: number): boolean {
    return this.#workers[worker]?.isGone ?? true;
  }

  /** Lets all workers tell the rest and end. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  async destroy(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#workers.map((worker) => worker.destroy()));
  }

  #tell(order: NodeOrder): void {
    this.#workers[this.workerOf(order.index)]?.tell(order);
  }

  #tellOthers(index: number, isDown: boolean): void {
    this.#workers.forEach((worker, place) => {
      if (place !== this.workerOf(index)) worker.tell({ order: "host", index, isDown });
    });
  }

  #launch(place: WorkerPlace, worker: number): WorkerProcess {
    return new WorkerProcess({
      place,
      onAnswer: (answer) => {
        this.#hear(worker, answer);
      },
      onRecords: (batch, toldMicros) => {
        this.#options.onRecords(worker, batch, toldMicros);
      },
      onGone: (ending) => {
        this.#lose(place, worker, ending);
      },
    });
  }

  #hear(worker: number, answer: WorkerAnswer): void {
    switch (answer.answer) {
      case "ready":
        if (++this.#readyCount === this.#options.places.length) this.#onReady();
        break;
      case "placed": {
        const { index, address } = answer;
        this.#options.onPlaced(index, address);
        this.#workers.forEach((other, place) => {
          if (place !== worker) other.tell({ order: "place", index, address });
        });
        break;
      }
      case "failed":
        this.#fail(this.nameOf(worker), answer.code, answer.text.trimEnd());
        break;
      case "ended":
        this.#loads.push(answer.load);
        this.#stretchCount += answer.stretchCount;
    }
  }

  #lose({ name, command }: WorkerPlace, worker: number, { code, signal }: WorkerEnding): void {
    const isReady = this.#readyCount === this.#options.places.length;
    const isKilled = signal !== null && !FAULTS.has(signal);
    this.#options.onEnded(worker, this.#isEnding || !isKilled ? null : signal);
    if (this.#isEnding || (isKilled && isReady)) return;
    const how = signal ?? (code === null ? "it could not be started" : `exit code ${code}`);
    const when = isReady ? "while its nodes ran" : "before it was ready";
    const text = `${name} (${command.join(" ")}) ended ${when}: ${how}.`;
    this.#fail(name, isReady ? BROKEN : FAILED, text);
  }

  #fail(worker: string, code: number, text: string): void {
    this.#options.onFailure(new WorkerError(worker, code, text));
    this.#onReady();
  }
}
