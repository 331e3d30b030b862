// A worker process of a live run: does what it is ordered to nodes that are its own, and tells their records. It knows of
// the others' nodes what the network between them must know: where they listen, which conditions hold, which hosts are
// gone. When whoever gives the orders has gone, it goes as well.

import type { Duplex } from "node:stream";
import { clearInterval, setInterval } from "node:timers";

import { NodeState } from "../sim/node-table.js";
import type { NetworkConditions } from "./network-conditions.js";
import { LiveAssembly } from "./node-live-assembly.js";
import type { LiveHost } from "./node-live-host.js";
import { LoadMeter } from "./node-live-load.js";
import { LoopbackPorts } from "./node-loopback-ports.js";
import { WorkerChannel } from "./node-worker-channel.js";
import type { NodeOrder, WorkerAnswer, WorkerOrder, WorkerSetup } from "./node-worker-orders.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { RecordPacker } from "./record-batch.js";

/** How often it tells what has happened: checkers are behind the nodes by so much, and by what the machine adds. */
const TELL_MILLIS = 10;
/** Records that may wait to be taken. Beyond it whoever watches cannot keep up, and the run would not end. */
const UNSENT_BYTES_MAX = 256 * 1024 * 1024;

/** More happened than whoever watches the run could take. */
export class WorkerOverrunError extends Error {
  override readonly name = "WorkerOverrunError";

  constructor(readonly unsentBytes: number) {
    super(
      `Records of ${unsentBytes} bytes wait to be taken, and at most ${UNSENT_BYTES_MAX} may: ` +
        "the run makes more than one process can watch. Run fewer nodes, or leave out --trace.",
    );
  }
}

export interface LiveWorkerOptions {
  /** The pipe to the run. */
  readonly stream: Duplex;
  readonly loadProtocols: (files: readonly string[]) => Promise<readonly ProtocolDefinition[]>;
  /** What to say of an error, and the exit code that it stands for. */
  readonly explain: (error: unknown) => { readonly code: number; readonly text: string };
  /** The worker has nothing left to do. */
  readonly onDone: () => void;
}

/** What there is once a worker is set up. */
interface Works {
  readonly assembly: LiveAssembly;
  readonly host: LiveHost;
  readonly conditions: NetworkConditions;
  readonly packer: RecordPacker;
  readonly own: ReadonlySet<number>;
}

export class LiveWorker {
  readonly #options: LiveWorkerOptions;
  readonly #channel: WorkerChannel<WorkerOrder, WorkerAnswer>;
  #works: Works | null = null;
  #meter: LoadMeter | null = null;
  #telling: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(options: LiveWorkerOptions) {
    this.#options = options;
    this.#channel = new WorkerChannel(options.stream, {
      onMessage: (order: WorkerOrder) => {
        this.#obey(order);
      },
      onRecords: () => undefined,
      onEnd: () => {
        this.#leave();
      },
    });
  }

  #obey(order: WorkerOrder): void {
    try {
      if (order.order === "set-up") {
        this.#setUp(order.setup).catch((error: unknown) => {
          this.#fail(error);
        });
      } else if (order.order === "end") {
        void this.#end();
      } else if (this.#works !== null && !this.#isOver) this.#do(order, this.#works);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #setUp(setup: WorkerSetup): Promise<void> {
    // What `ps` and `top` show.
    process.title = `peerscape ${setup.name}`;
    const protocols = await this.#options.loadProtocols(setup.protocolFiles);
    const { scenario, addresses, host: listenHost, security, appliesNetwork } = setup;
    const assembly = new LiveAssembly({
      ...{ scenario, protocols, addresses },
      onFailure: (error) => {
        this.#fail(error);
      },
    });
    const host = assembly.makeHost({
      ...{ security, listenHost, appliesNetwork, ports: new LoopbackPorts(), truth: null },
      onPlaced: (index, address) => {
        this.#channel.tell({ answer: "placed", index, address });
      },
    });
    // The world is not begun here: its rules count, and who is away at the start.
    const { world } = assembly.makeWorld(host);
    const packer = new RecordPacker(setup.kinds, assembly.names);
    assembly.recorder.attach(packer);
    assembly.prepare(setup.nodes);
    const { conditions } = world;
    this.#works = { assembly, host, conditions, packer, own: new Set(setup.nodes) };
    this.#channel.tell({ answer: "ready" });
  }

  #do(order: Exclude<WorkerOrder, { order: "set-up" | "end" }>, works: Works): void {
    const { assembly, host, conditions } = works;
    const { nodes } = assembly.simulation.kernel;
    switch (order.order) {
      case "begin":
        assembly.begin(order.epochMicros);
        host.begin(order.epochMicros);
        this.#meter = new LoadMeter();
        this.#telling = setInterval(() => {
          this.#tell();
        }, TELL_MILLIS);
        break;
      case "place":
        assembly.peers.place(order.index, order.address);
        break;
      case "host":
        nodes.setState(order.index, order.isDown ? NodeState.hostDown : NodeState.up);
        break;
      case "conditions":
        conditions.restore(order.state);
        break;
      default:
        assembly.recorder.causedBy(order.cause, () => {
          doToNode(order, host);
        });
    }
  }

  /** Everything up to now, and that it is everything. */
  #tell(): void {
    if (this.#works === null || this.#isOver) return;
    const { packer, assembly } = this.#works;
    const nowMicros = assembly.nowMicros();
    if (this.#channel.unsentBytes > UNSENT_BYTES_MAX) {
      this.#fail(new WorkerOverrunError(this.#channel.unsentBytes));
      return;
    }
    this.#channel.tellRecords(packer.take(), nowMicros);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#tell();
    this.#channel.tell({ answer: "failed", ...this.#options.explain(error) });
    void this.#end();
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    this.#tell();
    this.#isOver = true;
    const load = this.#meter?.stop();
    if (load !== undefined) {
      const stretchCount = this.#works?.assembly.stretchCount ?? 0;
      this.#channel.tell({ answer: "ended", load, stretchCount });
    }
    await this.#channel.finish();
    await this.#close();
  }

  /** Whoever gave the orders has gone. */
  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void this.#close();
  }

  async #close(): Promise<void> {
    if (this.#telling !== null) clearInterval(this.#telling);
    this.#meter?.stop();
    await this.#works?.host.destroy();
    this.#channel.destroy();
    this.#options.onDone();
  }
}

function doToNode(order: NodeOrder, host: LiveHost): void {
  const { index } = order;
  switch (order.order) {
    case "start":
      host.start(index, order.keepsState);
      break;
    case "crash":
      host.crash(index, order.kind);
      break;
    case "pause":
      host.pause(index);
      break;
    case "resume":
      host.resume(index);
      break;
    case "do":
      host.do(index, order.command);
      break;
    case "shut-down-through":
      host.shutDownThrough(index);
  }
}
