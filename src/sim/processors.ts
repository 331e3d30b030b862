// The processors of nodes: one server queue each. They model what handling a message costs, and the pause of a
// process, during which everything waits. A node with neither costs nothing.

import { invariant } from "../trace/invariant.js";
import { EventKind, KIND_MASK, PAST_PROCESSOR } from "./event-kind.js";
import type { EventFields } from "./event-fields.js";
import type { Kernel } from "./kernel.js";
import type { PlainData } from "./plain-data.js";

/** Served events that are kept before the list is cut: cutting costs as much as what is left. */
const SERVED_KEPT_MAX = 1024;
/** No handle: those of the event queue are positive. */
const NO_HANDLE = 0;

/** An event that waits for its node's processor. */
interface WaitingEvent extends EventFields {
  payload: unknown;
  /** What the node knows a timer by; `NO_HANDLE` for what cannot be taken back. */
  readonly handle: number;
  isCancelled: boolean;
}

/** The queue of one node. It exists only while something waits. */
interface Server {
  /** In order of arrival. The one at `head` is in service or comes next; those before it are done. */
  events: WaitingEvent[];
  head: number;
  /** Handle of the event that ends the running service; `NO_HANDLE` while the process is paused. */
  serviceHandle: number;
}

/** The server queues of all nodes. */
export class Processors {
  readonly #kernel: Kernel;
  /** Cost of a message, by node, where there is any. */
  readonly #costMicros = new Map<number, number>();
  readonly #servers = new Map<number, Server>();
  /** Timers that are due and wait, by handle: they can still be taken back. */
  readonly #timers = new Map<number, WaitingEvent>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Sets what handling one message costs. */
  configure(node: number, micros: number): void {
    if (micros > 0) this.#costMicros.set(node, micros);
  }

  /** Whether anything waits at the node: what comes now is handled after it. */
  isBusy(node: number): boolean {
    return this.#servers.has(node);
  }

  /** Events that wait for a processor. */
  get waitingCount(): number {
    let count = 0;
    for (const { events, head } of this.#servers.values()) count += events.length - head;
    return count;
  }

  /** Whether the node handles the taken event now; otherwise it waits here and is taken again in its turn. */
  admits(node: number): boolean {
    const isPaused = this.#kernel.nodes.isPaused(node);
    if (this.#servers.size === 0 && this.#costMicros.size === 0 && !isPaused) return true;
    const { kind } = this.#kernel.queue.taken;
    if ((kind & PAST_PROCESSOR) !== 0) return this.#endService(node, isPaused);
    const server = this.#servers.get(node);
    if (server === undefined && !isPaused && this.#costOf(node, kind) === 0) return true;
    this.#enqueue(node, server, isPaused);
    return false;
  }

  /** Takes a timer back that is due and waits. */
  cancelTimer(handle: number): void {
    const event = this.#timers.get(handle);
    if (event === undefined) return;
    this.#timers.delete(handle);
    event.isCancelled = true;
    const server = this.#serverOf(event.node);
    if (server.events[server.head] !== event || server.serviceHandle === NO_HANDLE) return;
    this.#kernel.queue.cancel(server.serviceHandle);
    this.#serveNext(event.node, server);
  }

  /** The process goes on: what waited is handled one by one, and whatever comes meanwhile after it. */
  resume(node: number): void {
    const server = this.#servers.get(node);
    if (server !== undefined && server.serviceHandle === NO_HANDLE) this.#serveNext(node, server);
  }

  /** The process has ended: gives what it has not handled, in order, and forgets it. */
  end(node: number): readonly EventFields[] {
    const server = this.#servers.get(node);
    if (server === undefined) return [];
    this.#servers.delete(node);
    if (server.serviceHandle !== NO_HANDLE) this.#kernel.queue.cancel(server.serviceHandle);
    const unhandled = waitingAt(server);
    for (const { handle } of unhandled) this.#timers.delete(handle);
    return unhandled;
  }

  #enqueue(node: number, known: Server | undefined, isPaused: boolean): void {
    const { taken, takenPayload, takenHandle } = this.#kernel.queue;
    const server = known ?? { events: [], head: 0, serviceHandle: NO_HANDLE };
    if (known === undefined) this.#servers.set(node, server);
    const isTimer = (taken.kind & KIND_MASK) === EventKind.timer;
    const handle = isTimer ? takenHandle : NO_HANDLE;
    const event = { ...taken, payload: takenPayload, handle, isCancelled: false };
    server.events.push(event);
    if (isTimer) this.#timers.set(handle, event);
    if (known === undefined && !isPaused) this.#serveNext(node, server);
  }

  /** The event in service is done. One that ends while its process is paused is handled when that goes on. */
  #endService(node: number, isPaused: boolean): boolean {
    const server = this.#serverOf(node);
    server.serviceHandle = NO_HANDLE;
    if (isPaused) return false;
    this.#timers.delete(server.events[server.head]!.handle);
    server.head++;
    this.#serveNext(node, server);
    return true;
  }

  #serveNext(node: number, server: Server): void {
    const { events } = server;
    server.serviceHandle = NO_HANDLE;
    while (server.head < events.length && events[server.head]!.isCancelled) server.head++;
    if (server.head === events.length) {
      this.#servers.delete(node);
      return;
    }
    if (server.head > SERVED_KEPT_MAX && server.head * 2 > events.length) {
      events.splice(0, server.head);
      server.head = 0;
    }
    const { queue, nowMicros } = this.#kernel;
    const event = events[server.head]!;
    // At least a microsecond apart, so that what waited is handled in the order in which it came.
    event.timeMicros = nowMicros + Math.max(1, this.#costOf(node, event.kind));
    event.kind |= PAST_PROCESSOR;
    server.serviceHandle = queue.handle(queue.schedule(event, event.payload));
  }

  /** What handling an event costs: only messages do, and once. */
  #costOf(node: number, flaggedKind: number): number {
    const kind = flaggedKind & KIND_MASK;
    const isMessage =
      kind === EventKind.datagram ||
      kind === EventKind.streamMessage ||
      kind === EventKind.selfMessage;
    if (!isMessage || (flaggedKind & PAST_PROCESSOR) !== 0) return 0;
    return this.#costMicros.get(node) ?? 0;
  }

  #serverOf(node: number): Server {
    const server = this.#servers.get(node);
    invariant(
      server !== undefined,
      "An event in service belongs to a node at which something waits",
    );
    return server;
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return [...this.#servers].map(([node, server]) => [
      node,
      server.serviceHandle,
      waitingAt(server).map((event) => ({ ...event, payload: pack(event.payload) })),
    ]);
  }

  /** Takes over what waits; the costs are configured already. */
  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    const saved = state as unknown as readonly (readonly [
      number,
      number,
      readonly WaitingEvent[],
    ])[];
    this.#servers.clear();
    this.#timers.clear();
    for (const [node, serviceHandle, waiting] of saved) {
      const events = waiting.map((event) => ({
        ...event,
        payload: unpack(event.payload as PlainData),
      }));
      this.#servers.set(node, { events, head: 0, serviceHandle });
      for (const event of events) {
        if (event.handle !== NO_HANDLE) this.#timers.set(event.handle, event);
      }
    }
  }
}

/** What waits at a node, the one in service included, in order. */
function waitingAt({ events, head }: Server): WaitingEvent[] {
  return events.slice(head).filter(({ isCancelled }) => !isCancelled);
}
