// A simulation: nodes, a network and virtual time, advanced one event at a time. It knows no protocol.
//
// `step` takes the next event in key order and lets its node, or the world, handle it. Everything else here
// starts, stops and disturbs nodes, between steps or in a world event.

import { invariant } from "../trace/invariant.js";
import { Channel, RecordKind, WORLD } from "../trace/record.js";
import type { Names } from "../trace/names.js";
import type { Recorder } from "../trace/recorder.js";
import { datagramWireBytes, streamWireBytes } from "./access-links.js";
import type { AccessLink } from "./access-links.js";
import { Datagrams } from "./datagrams.js";
import { EventKind, KIND_MASK, PAST_DOWNLINK, PAST_PROCESSOR } from "./event-kind.js";
import { NO_EVENT, TIME_MICROS_MAX } from "./event-queue.js";
import type { EventQueue } from "./event-queue.js";
import { completeHandler, enterHandler, leaveHandler, refuseThenable } from "./guard.js";
import { Kernel, SCENARIO_ORIGIN } from "./kernel.js";
import type { Parcel } from "./kernel.js";
import { LimitWatch } from "./limits.js";
import type { Limits } from "./limits.js";
import type { NetworkModel } from "./network-model.js";
import { NodeState } from "./node-table.js";
import type { NodeHandler } from "./node-table.js";
import { Notices } from "./notices.js";
import type { Notice } from "./notices.js";
import type { PlainData } from "./plain-data.js";
import { Processors } from "./processors.js";
import { Streams } from "./streams.js";

/** How often limits are checked that take a while: often enough to stop in time, seldom enough to cost nothing. */
const SELDOM_CHECKED_EVENTS = 16384;
/** Ended processes whose timers may stay pending; beyond it they are looked for. */
const ORPHANED_PROCESSES_MAX = 256;
/** What a timer's event carries when there is an argument; the kind alone otherwise. */
interface TimerPayload {
  readonly kind: string;
  readonly argument: unknown;
}

/** What a simulation is made of. */
export interface SimulationOptions {
  readonly names: Names;
  readonly recorder: Recorder;
  readonly network: NetworkModel;
  /** Handles the events that `scheduleWorld` scheduled, with the network at rest between two node events. */
  readonly onWorldEvent: (payload: PlainData) => void;
  /** Whether node a's id comes before node b's: decides which of two simultaneous dials stays. */
  readonly idPrecedes?: (a: number, b: number) => boolean;
  /** Bytes that may wait on a connection, from the transport's contract. */
  readonly queueBytesMax?: number;
  readonly limits?: Partial<Limits>;
  /** Bytes of the heap in use, where the platform can tell. */
  readonly heapBytes?: () => number;
  /** Takes the next event out of the queue, in key order by default; false when nothing is pending. */
  readonly takeNext?: (queue: EventQueue) => boolean;
}

/** A seeded network of nodes in virtual time. */
export class Simulation {
  readonly kernel: Kernel;
  readonly streams: Streams;
  readonly #datagrams: Datagrams;
  readonly #processors: Processors;
  readonly #notices: Notices;
  readonly #onWorldEvent: (payload: PlainData) => void;
  readonly #takeNext: (queue: EventQueue) => boolean;
  readonly #limits: LimitWatch;
  #eventCount = 0;
  /** Processes that have ended since their timers were last looked for. */
  #endedProcesses = 0;

  constructor(options: SimulationOptions) {
    this.kernel = new Kernel(options);
    this.#onWorldEvent = options.onWorldEvent;
    this.#limits = new LimitWatch(options.limits ?? {}, options.heapBytes);
    this.#takeNext = options.takeNext ?? takeInKeyOrder;
    this.#datagrams = new Datagrams(this.kernel);
    this.#processors = new Processors(this.kernel);
    this.#notices = new Notices(this.kernel, this.#processors, (node, notice) => {
      this.#callNotice(node, notice);
    });
    this.streams = new Streams(
      this.kernel,
      {
        connected: (node, peer, epoch) => {
          this.#notices.tell(node, { what: "connected", peer, epoch, reason: "" });
        },
        disconnected: (node, peer, reason) => {
          this.#notices.tell(node, { what: "disconnected", peer, epoch: 0, reason });
        },
        drained: (node, peer, epoch) => {
          this.#notices.tell(node, { what: "drain", peer, epoch, reason: "" });
        },
      },
      {
        queueBytesMax: options.queueBytesMax ?? 1024 * 1024,
        idPrecedes: options.idPrecedes ?? ((a, b) => a < b),
      },
    );
  }

  /** Virtual time of the event that is running or ran last. */
  get nowMicros(): number {
    return this.kernel.nowMicros;
  }

  /** Events executed so far. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Events that wait: messages on their way, timers, the scenario's plans. */
  get pendingCount(): number {
    return this.kernel.queue.size;
  }

  /** Time of the next event; Infinity when nothing is pending. */
  get nextMicros(): number {
    const slot = this.kernel.queue.peek();
    return slot === NO_EVENT ? Infinity : this.kernel.queue.timeOf(slot);
  }

  // Nodes.

  /** Declares a node. All nodes of a run are declared before its first step, whenever they join. */
  declareNode(name: string): number {
    const { nodes } = this.kernel;
    this.#limits.checkNodes(nodes.count + 1, this.nowMicros);
    return nodes.declare(name);
  }

  /** Gives a node an access link. Call it after all nodes are declared. */
  setAccessLink(node: number, link: AccessLink): void {
    this.kernel.links.configure(node, link, this.kernel.nodes.count);
  }

  /** Lets each message cost processor time at a node. Call it after all nodes are declared. */
  setProcessingMicros(node: number, micros: number): void {
    this.#processors.configure(node, micros);
  }

  /** Starts the process of a node that is not up: from now on `handler` is called. */
  startNode(node: number, handler: NodeHandler): void {
    const { nodes } = this.kernel;
    invariant(!nodes.isUp(node), `Node ${nodes.names[node]} is started only while it is not up`);
    nodes.setState(node, NodeState.up);
    nodes.setPaused(node, false);
    nodes.setClosing(node, false);
    nodes.nextBoot(node);
    nodes.handlers[node] = handler;
  }

  /** Ends the process of a node politely: its connections close behind what is on its way. */
  stopNode(node: number): void {
    this.#endProcess(node, "closed", NodeState.stopped);
  }

  /** Ends the process of a node without a word from it; its host's kernel resets its connections. */
  crashProcess(node: number): void {
    this.#endProcess(node, "reset", NodeState.stopped);
    this.recordFault("crash-process", node);
  }

  /** Takes the whole host away: silence. Works on a node whose process has ended as well. */
  crashHost(node: number): void {
    const { nodes } = this.kernel;
    if (nodes.isUp(node)) this.streams.vanish(node);
    nodes.setState(node, NodeState.hostDown);
    this.#forgetProcess(node);
    this.recordFault("crash-host", node);
  }

  #endProcess(node: number, reason: string, state: NodeState): void {
    const { nodes } = this.kernel;
    if (!nodes.isUp(node)) return;
    this.streams.closeAll(node, reason);
    nodes.setState(node, state);
    this.#forgetProcess(node);
  }

  /** What a process that has ended had not handled is given up. */
  #forgetProcess(node: number): void {
    const { kernel } = this;
    const { nodes } = kernel;
    nodes.handlers[node] = null;
    nodes.setPaused(node, false);
    this.#endedProcesses++;
    const reason = nodes.state(node) === NodeState.hostDown ? "host-down" : "not-listening";
    for (const event of this.#processors.end(node)) {
      const kind = event.kind & KIND_MASK;
      if (kind === EventKind.datagram) this.#datagrams.giveUp(event, reason);
      else if (kind === EventKind.streamMessage || kind === EventKind.selfMessage) {
        const { origin, third, second, wide } = event;
        kernel.recordDropped(node, origin - 1, Channel.stream, 0, third, second, wide, reason);
      } else if (kind === EventKind.streamOpen) {
        this.streams.refuse(node, event.origin - 1, event.first);
      }
    }
  }

  /** Freezes a process, as a stop signal or a long garbage collection does. Does nothing where none runs. */
  pause(node: number): void {
    if (!this.kernel.nodes.isUp(node)) return;
    this.kernel.nodes.setPaused(node, true);
    this.recordFault("pause", node);
  }

  /** Lets a frozen process go on: what came meanwhile is handled in order. */
  resume(node: number): void {
    if (!this.kernel.nodes.isPaused(node)) return;
    this.kernel.nodes.setPaused(node, false);
    this.#processors.resume(node);
    this.recordFault("resume", node);
  }

  /** After a change of the network's rules: connections that may be cut are examined in time. */
  networkChanged(): void {
    this.streams.examineAll();
  }

  /** Lets go what a hold kept back. The rule that holds must have been removed before. */
  release(hold: string): void {
    this.#datagrams.release(hold);
    this.streams.release(hold);
  }

  /** Writes a fault's record; `node` is `WORLD` for one of the network. */
  recordFault(name: string, node: number, count = 1): void {
    const { recorder, names } = this.kernel;
    const row = recorder.open(RecordKind.fault, node);
    row.name = names.id(name);
    row.peer = -1;
    row.number = count;
    recorder.commit();
  }

  // What a node's transport and clock do.

  /** Sends a datagram; see the transport contract. */
  sendDatagram(source: number, target: number, parcel: Parcel): void {
    this.#datagrams.send(source, target, parcel);
  }

  /** Sets a timer of the node's present process; answers its handle. One beyond the end of time never fires. */
  setTimer(node: number, timeMicros: number, kind: string, argument: unknown): number {
    const { kernel } = this;
    const payload: unknown =
      argument === undefined ? kind : ({ kind, argument } satisfies TimerPayload);
    const slot = kernel.schedule(node, {
      kind: EventKind.timer,
      node,
      timeMicros: Math.min(timeMicros, TIME_MICROS_MAX),
      first: kernel.nodes.boot(node),
      payload,
    });
    return kernel.queue.handle(slot);
  }

  /** Takes a timer back. */
  clearTimer(handle: number): void {
    if (!this.kernel.queue.cancel(handle)) this.#processors.cancelTimer(handle);
  }

  /** Tells a node's process, later, that its transport has closed; then the process ends. */
  scheduleClose(node: number, afterMicros: number): void {
    const timeMicros = this.kernel.nowMicros + afterMicros;
    this.kernel.nodes.setClosing(node, true);
    this.#notices.schedule(node, timeMicros, { what: "closed", peer: -1, epoch: 0, reason: "" });
  }

  /** A node sends to itself: the message arrives as any other, a microsecond later, without a network. */
  sendToSelf(node: number, parcel: Parcel): void {
    const { kernel } = this;
    kernel.recordSent(node, node, Channel.stream, 0, parcel, "");
    kernel.schedule(node, {
      kind: EventKind.selfMessage,
      node,
      timeMicros: 0,
      first: kernel.nodes.boot(node),
      second: parcel.bytes,
      third: parcel.name,
      wide: parcel.application,
      payload: parcel.payload,
    });
  }

  // The run.

  /** Plans something for the world: plain data, handed to `onWorldEvent` at its time. */
  scheduleWorld(timeMicros: number, payload: PlainData): void {
    this.kernel.schedule(-1, { kind: EventKind.world, node: WORLD, timeMicros, payload });
  }

  /**
   * Does something to the network between two steps, as a world event of its own a microsecond after the present time.
   * What precedes it in the order of keys is executed first, so that execution order stays key order, and the records
   * name it as a cause.
   */
  inject(action: () => void): void {
    while (this.hasBeforeInjection()) this.step();
    const { kernel } = this;
    const { row } = kernel.recorder;
    row.causeTimeMicros = row.timeMicros;
    row.causeOrigin = row.origin;
    row.causeCounter = row.counter;
    row.timeMicros = ++kernel.nowMicros;
    row.origin = SCENARIO_ORIGIN;
    row.counter = kernel.scenarioNumbers.next(kernel.nowMicros);
    kernel.scenarioNumbers.passTo(kernel.nowMicros);
    action();
  }

  /** Whether an event is pending that precedes one injected now: of this instant, or the scenario's of the next. */
  hasBeforeInjection(): boolean {
    const { queue, nowMicros } = this.kernel;
    const slot = queue.peek();
    if (slot === NO_EVENT) return false;
    const timeMicros = queue.timeOf(slot);
    return (
      timeMicros <= nowMicros ||
      (timeMicros === nowMicros + 1 && queue.originOf(slot) === SCENARIO_ORIGIN)
    );
  }

  /** Runs events until `untilMicros` inclusive, or until the predicate holds after an event. */
  runUntil(until: number | (() => boolean)): void {
    if (typeof until === "number") {
      while (this.nextMicros <= until && this.step());
      if (until < Infinity) this.kernel.nowMicros = Math.max(this.kernel.nowMicros, until);
      return;
    }
    while (!until() && this.step());
  }

  /** Executes the next event; false when nothing is pending. */
  step(): boolean {
    const { kernel } = this;
    const { queue } = kernel;
    if (!this.#takeNext(queue)) return false;
    const { taken } = queue;
    const { timeMicros } = taken;
    this.#checkLimits(timeMicros);
    kernel.nowMicros = timeMicros;
    const { row } = kernel.recorder;
    row.timeMicros = timeMicros;
    row.origin = taken.origin;
    row.counter = taken.counter;
    row.causeTimeMicros = taken.causeTimeMicros;
    row.causeOrigin = taken.causeOrigin;
    row.causeCounter = taken.causeCounter;
    try {
      this.#dispatch(taken.kind & KIND_MASK, taken.node);
    } catch (error) {
      // Whoever reports it is no handler.
      leaveHandler();
      throw error;
    }
    return true;
  }

  #dispatch(kind: number, node: number): void {
    switch (kind) {
      case EventKind.datagram:
      case EventKind.streamMessage:
      case EventKind.selfMessage:
        this.#arrive(kind, node);
        break;
      case EventKind.timer:
        this.#timer(node);
        break;
      case EventKind.world:
        this.kernel.scenarioNumbers.passTo(this.kernel.nowMicros);
        this.#onWorldEvent(this.kernel.queue.takenPayload as PlainData);
        break;
      case EventKind.notice:
        this.#notices.handle(node);
        break;
      case EventKind.streamOpen:
      case EventKind.streamClosed:
        this.#changeConnection(kind, node);
        break;
      default:
        this.streams.handle(kind, node);
    }
  }

  /**
   * The end of a connection, and the dial that replaces one, come behind the messages over it that wait for the
   * downlink or the processor. A connection that is not open has none: its host acts at once.
   */
  #changeConnection(kind: number, node: number): void {
    const { taken } = this.kernel.queue;
    const isBehind =
      (taken.kind & PAST_PROCESSOR) !== 0 || this.streams.isOpen(node, taken.origin - 1);
    if (!isBehind) {
      this.streams.handle(kind, node);
      return;
    }
    if (this.#waitsForDownlink(kind, node) || !this.#processors.admits(node)) return;
    this.#notices.isNodesTurn = true;
    this.streams.handle(kind, node);
    this.#notices.isNodesTurn = false;
  }

  /** A message arrives: through the downlink, through the wait for the processor, to the handler. */
  #arrive(kind: number, node: number): void {
    const { kernel } = this;
    if (this.#waitsForDownlink(kind, node)) return;
    // Nobody waits for the processor of a process that is not there.
    if (kernel.nodes.isUp(node) && !this.#processors.admits(node)) return;
    const isDatagram = kind === EventKind.datagram;
    if (isDatagram && kernel.nodes.isClosing(node) && kernel.nodes.isUp(node)) {
      this.#datagrams.giveUp(kernel.queue.taken, "closing");
      return;
    }
    const isDelivered = isDatagram
      ? this.#datagrams.arrive(node)
      : kind === EventKind.streamMessage
        ? this.streams.arrive(node)
        : this.#arriveFromSelf(node);
    if (!isDelivered) return;
    const { queue, nodes } = kernel;
    const { taken, takenPayload } = queue;
    const source = taken.origin - 1;
    const handler = nodes.handlers[node]!;
    enterHandler(nodes.names, node, isDatagram ? "onDatagram" : "onMessage");
    const result = isDatagram
      ? handler.onDatagram(source, takenPayload)
      : handler.onMessage(source, takenPayload, taken.second);
    if (result !== undefined) refuseThenable(result);
    completeHandler();
  }

  #arriveFromSelf(node: number): boolean {
    const { queue, nodes } = this.kernel;
    const { first, third } = queue.taken;
    const isSameProcess = nodes.isUp(node) && first === nodes.boot(node);
    const isClosing = isSameProcess && nodes.isClosing(node);
    if (isSameProcess && !isClosing) {
      this.kernel.recordDelivered(Channel.stream, 0, third);
      return true;
    }
    const reason = isClosing ? "closing" : "not-listening";
    this.kernel.recordArrivalDropped(Channel.stream, 0, third, reason);
    return false;
  }

  #waitsForDownlink(kind: number, node: number): boolean {
    const { links, queue, nowMicros } = this.kernel;
    if (!links.hasDownlink(node) || kind === EventKind.selfMessage) return false;
    const { taken } = queue;
    if ((taken.kind & PAST_DOWNLINK) !== 0) return false;
    if (kind === EventKind.datagram && links.isDownlinkFull(node, nowMicros)) {
      this.#datagrams.dropAtDownlink();
      return true;
    }
    const micros = links.receiptMicros(node, wireBytesOf(kind, taken.second), nowMicros);
    if (micros <= nowMicros) return false;
    this.kernel.postpone(taken.kind | PAST_DOWNLINK, micros);
    return true;
  }

  #timer(node: number): void {
    const { queue, nodes } = this.kernel;
    if (!nodes.isUp(node) || queue.taken.first !== nodes.boot(node)) return;
    if (!this.#processors.admits(node)) return;
    const payload = queue.takenPayload;
    const handler = nodes.handlers[node]!;
    enterHandler(nodes.names, node, "onTimer");
    const result =
      typeof payload === "string"
        ? handler.onTimer(payload, undefined)
        : handler.onTimer((payload as TimerPayload).kind, (payload as TimerPayload).argument);
    if (result !== undefined) refuseThenable(result);
    completeHandler();
  }

  #callNotice(node: number, { what, peer, epoch, reason }: Notice): void {
    const handler = this.kernel.nodes.handlers[node]!;
    const isOfOpen = what === "connected" || what === "drain";
    if (isOfOpen && !this.streams.isStillOpen(node, peer, epoch)) return;
    switch (what) {
      case "connected":
        this.guarded(node, "onConnected", () => handler.onConnected(peer));
        break;
      case "disconnected":
        this.guarded(node, "onDisconnected", () => handler.onDisconnected(peer, reason));
        break;
      case "drain":
        this.guarded(node, "onDrain", () => handler.onDrain(peer));
        break;
      case "closed":
        this.stopNode(node);
        this.guarded(node, "onClosed", () => handler.onClosed());
    }
  }

  /** Runs a node's code under the guard: for what the world makes a node do. */
  guarded(node: number, handlerName: string, run: () => unknown): void {
    enterHandler(this.kernel.nodes.names, node, handlerName);
    try {
      refuseThenable(run());
      completeHandler();
    } finally {
      leaveHandler();
    }
  }

  #checkLimits(timeMicros: number): void {
    const { queue } = this.kernel;
    const limits = this.#limits;
    const count = ++this.#eventCount;
    limits.checkEvent(count, timeMicros, queue.size);
    if (count % SELDOM_CHECKED_EVENTS !== 0) return;
    const keptBack = this.#processors.waitingCount + this.#datagrams.heldCount;
    limits.checkMemory(queue.size + keptBack, timeMicros);
    this.#forgetOrphans();
  }

  /** Takes the timers of processes that have ended out of the queue, once there may be many: they would never fire. */
  #forgetOrphans(): void {
    const { queue, nodes } = this.kernel;
    if (this.#endedProcesses <= Math.max(ORPHANED_PROCESSES_MAX, queue.size >> 4)) return;
    this.#endedProcesses = 0;
    queue.cancelWhere((slot) => {
      if ((queue.kindOf(slot) & KIND_MASK) !== EventKind.timer) return false;
      const node = queue.nodeOf(slot);
      return !nodes.isUp(node) || queue.firstOf(slot) !== nodes.boot(node);
    });
  }

  // Snapshots.

  /** All state of the kernel between two events. `pack` turns messages into plain data. */
  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    const { kernel } = this;
    const { row } = kernel.recorder;
    return {
      nowMicros: kernel.nowMicros,
      scenarioNumbers: kernel.scenarioNumbers.snapshot(),
      eventCount: this.#eventCount,
      endedProcesses: this.#endedProcesses,
      key: [row.timeMicros, row.origin, row.counter],
      queue: kernel.queue.snapshot((payload) => pack(payload)),
      nodes: kernel.nodes.snapshot(),
      links: kernel.links.snapshot(),
      streams: this.streams.snapshot(pack),
      datagrams: this.#datagrams.snapshot(pack),
      processors: this.#processors.snapshot(pack),
    };
  }

  /** Continues from what `snapshot` gave, in a simulation that declares the same nodes under the same rules. */
  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    const saved = state as Readonly<Record<string, PlainData>>;
    const { kernel } = this;
    const { row } = kernel.recorder;
    kernel.nowMicros = saved["nowMicros"] as number;
    kernel.scenarioNumbers.restore(saved["scenarioNumbers"]);
    this.#eventCount = saved["eventCount"] as number;
    this.#endedProcesses = saved["endedProcesses"] as number;
    [row.timeMicros, row.origin, row.counter] = saved["key"] as [number, number, number];
    kernel.queue.restore(saved["queue"], (payload) => unpack(payload));
    kernel.nodes.restore(saved["nodes"]);
    kernel.links.restore(saved["links"]);
    this.streams.restore(saved["streams"], unpack);
    this.#datagrams.restore(saved["datagrams"], unpack);
    this.#processors.restore(saved["processors"], unpack);
  }
}

/** Bytes that an arrival takes on the downlink. Those of control segments are not modelled. */
function wireBytesOf(kind: number, bytes: number): number {
  if (kind === EventKind.datagram) return datagramWireBytes(bytes);
  return kind === EventKind.streamMessage ? streamWireBytes(bytes) : 0;
}

/** The default choice of the next event. */
function takeInKeyOrder(queue: EventQueue): boolean {
  return queue.take();
}
