// The worker processes of a run beside what watches it: records of all of them, and of the scenario itself, reach the
// watchers as one sequence; what is true of a node is known as soon as its own process has told it.

import { RECORD_KIND_MAX, RecordKind, RunRecord, WORLD } from "../trace/record.js";
import { Recorder } from "../trace/recorder.js";
import type { LiveNetwork } from "./live-network.js";
import type { LiveAssembly } from "./node-live-assembly.js";
import type { ProcessLoad } from "./node-live-load.js";
import { LiveWorkers, SILENT_MILLIS } from "./node-live-workers.js";
import type { LostWorkerReport } from "./run-report.js";
import { WorkerError } from "./node-worker-process.js";
import type { WorkerPlace } from "./node-worker-process.js";
import type { WorkerSetup } from "./node-worker-orders.js";
import type { NetworkConditions } from "./network-conditions.js";
import { RecordPacker } from "./record-batch.js";
import type { RecordRows } from "./record-batch.js";
import { RecordMerge } from "./record-merge.js";

/** Records that wait for the slowest worker. A run that makes more while one hangs would take the machine's memory. */
const PENDING_BYTES_MAX = 512 * 1024 * 1024;
/** A run that was stopped itself has heard nobody meanwhile: it looks so often before it blames a worker. */
const LOOKS_BEFORE_BLAME = 100;
const FAILED = 1;

export interface WorkerCrewOptions {
  readonly places: readonly WorkerPlace[];
  readonly setup: Pick<
    WorkerSetup,
    "scenario" | "protocolFiles" | "addresses" | "security" | "appliesNetwork"
  >;
  readonly assembly: LiveAssembly;
  readonly network: () => LiveNetwork;
  readonly conditions: () => NetworkConditions;
  readonly onFailure: (error: unknown) => void;
}

export class WorkerCrew {
  /** Where watchers are attached: sees every record of the run once, by time. */
  readonly recorder = new Recorder(null);
  readonly host: LiveWorkers;
  readonly lost: LostWorkerReport[] = [];
  readonly #options: WorkerCrewOptions;
  readonly #merge: RecordMerge;
  readonly #row = new RunRecord();
  /** Looks at the time since each worker was heard. */
  readonly #looksSince: number[];
  #packer: RecordPacker | null = null;
  #hasFailed = false;
  #networkHasChanged = false;

  constructor(options: WorkerCrewOptions) {
    this.#options = options;
    const { places, assembly, setup } = options;
    this.#looksSince = places.map(() => 0);
    // The scenario itself is the last source.
    this.#merge = new RecordMerge(places.length + 1, assembly.names);
    this.host = new LiveWorkers({
      ...{ places, setup, nodeCount: setup.scenario.nodeCount },
      causeOf: () => assembly.recorder.key,
      onRecords: (worker, batch, toldMicros) => {
        this.#looksSince[worker] = 0;
        this.#learn(this.#merge.add(worker, batch, toldMicros));
      },
      onPlaced: (index, address) => {
        assembly.peers.place(index, address);
      },
      onFailure: (error) => {
        this.#hasFailed = true;
        options.onFailure(error);
      },
      onEnded: (worker, signal) => {
        this.#merge.end(worker);
        if (signal !== null) this.#bury(worker, signal);
      },
      onStartInVain: (index) => {
        this.#recordDeath(index);
      },
    });
  }

  /** Starts the workers. Called once all watchers are attached. */
  async open(): Promise<void> {
    const { recorder } = this.#options.assembly;
    const kinds = Array.from({ length: RECORD_KIND_MAX }, (_, i) => (i + 1) as RecordKind);
    const wanted = kinds.filter((kind) => this.recorder.wants(kind));
    this.#packer = new RecordPacker(wanted, this.#options.assembly.names);
    recorder.attach(this.#packer);
    recorder.attach({
      kinds: [RecordKind.fault],
      accept: ({ node }) => {
        if (node === WORLD) this.#networkHasChanged = true;
      },
    });
    const needed = new Set<RecordKind>([...wanted, RecordKind.status, RecordKind.view]);
    await this.host.open([...needed], () => this.#hasFailed);
  }

  /** After every plan: workers hear of a change of the network before anything that follows it. */
  tellChanges(): void {
    if (!this.#networkHasChanged) return;
    this.#networkHasChanged = false;
    this.host.setConditions(this.#options.conditions().snapshot());
  }

  /** Hands on what is in order. `before` is called with each record's time first. */
  look(nowMicros: number, before: (timeMicros: number) => void): void {
    if (this.#packer !== null) this.#merge.add(this.#place, this.#packer.take(), nowMicros);
    this.#blame(nowMicros);
    this.#release(Infinity, before);
    before(Math.min(nowMicros, this.#merge.settledMicros));
  }

  /** Ends the workers and hands on the rest, up to the end of the run. */
  async end(endMicros: number, before: (timeMicros: number) => void): Promise<void> {
    await this.host.end();
    if (this.#packer !== null) this.#merge.add(this.#place, this.#packer.take(), endMicros);
    this.#merge.end(this.#place);
    this.#release(endMicros, before);
  }

  get loads(): readonly ProcessLoad[] {
    return this.host.loads;
  }

  get #place(): number {
    return this.#options.places.length;
  }

  #release(endMicros: number, before: (timeMicros: number) => void): void {
    this.#merge.release((row) => {
      if (row.timeMicros > endMicros) return;
      before(row.timeMicros);
      Object.assign(this.recorder.open(row.kind, row.node), row);
      this.recorder.commit();
    });
  }

  /** What the scenario goes by is not to wait for the slowest worker. */
  #learn(rows: RecordRows): void {
    const network = this.#options.network();
    while (!rows.isAtEnd) {
      if (!network.kinds.some((kind) => kind === rows.kind)) rows.skip();
      else {
        rows.read(this.#row);
        network.accept(this.#row);
      }
    }
  }

  #blame(nowMicros: number): void {
    const { places } = this.#options;
    for (let worker = 0; worker < places.length; worker++) {
      if (this.host.isGone(worker)) continue;
      const looks = ++this.#looksSince[worker]!;
      const silentMillis = (nowMicros - this.#merge.toldMicros(worker)) / 1000;
      if (silentMillis > SILENT_MILLIS && looks > LOOKS_BEFORE_BLAME) this.host.giveUp(worker);
    }
    const { pendingBytes } = this.#merge;
    if (pendingBytes <= PENDING_BYTES_MAX) return;
    const slowest = places.findIndex(
      (_, i) => this.#merge.toldMicros(i) <= this.#merge.settledMicros,
    );
    const name = this.host.nameOf(slowest);
    this.#options.onFailure(
      new WorkerError(
        ...([name, FAILED] as const),
        `Records of ${pendingBytes} bytes wait for ${name}, and at most ${PENDING_BYTES_MAX} may: ` +
          "the machine has too little for this run. Use fewer nodes or processes.",
      ),
    );
  }

  /** Somebody has killed a worker: its nodes have crashed with it. */
  #bury(worker: number, signal: string): void {
    const { setup, network, assembly } = this.#options;
    let nodes = 0;
    for (let index = worker; index < setup.scenario.nodeCount; index += this.#place) {
      if (!network().isUp(index)) continue;
      nodes++;
      this.#recordDeath(index);
    }
    const name = this.host.nameOf(worker);
    this.lost.push({ name, signal, atMicros: assembly.nowMicros(), nodes });
  }

  #recordDeath(index: number): void {
    const { network, assembly } = this.#options;
    network().hasDied(index);
    assembly.recorder.within(0, () => {
      assembly.simulation.recordFault("crash-process", index);
    });
  }
}
