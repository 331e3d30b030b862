// Where a debugger stops: before the handler of an event that matches. `node:home-17 & kind:genesis/news`.

import { EventKind, KIND_MASK } from "../sim/event-kind.js";
import type { Simulation } from "../sim/simulation.js";
import type { EventKeyTriple } from "../trace/trace-line.js";

/** The words for kinds of events, whatever they carry. */
export const KIND_WORDS: Readonly<Record<string, number>> = {
  timer: EventKind.timer,
  world: EventKind.world,
  datagram: EventKind.datagram,
  message: EventKind.streamMessage,
};

/** What an event must be for the run to stop before it; absent parts match every event. */
export interface BreakCondition {
  /** Name or index of the node at which it happens. */
  readonly node?: string;
  /** A message type (`genesis/news`), a timer (`timer`, `timer:discovery/period`), `datagram`, `message`, `world`. */
  readonly kind?: string;
  /** Exactly this event. */
  readonly key?: EventKeyTriple;
}

/** A break condition could not be read. */
export class BreakConditionError extends Error {
  override readonly name = "BreakConditionError";
}

/** Reads `node:NAME & kind:KIND`. Throws `BreakConditionError` for anything else. */
export function parseBreakCondition(text: string): BreakCondition {
  const condition: { node?: string; kind?: string } = {};
  for (const term of text.split("&")) {
    const [, field, value] = /^\s*(node|kind)\s*:\s*(\S+)\s*$/u.exec(term) ?? [];
    if (field === undefined || value === undefined) {
      throw new BreakConditionError(
        `${JSON.stringify(term.trim())} is no condition; write node:NAME, kind:TYPE, or both with & between`,
      );
    }
    if (field === "node") condition.node = value;
    else condition.kind = value;
  }
  return condition;
}

/** Whether the next event of a simulation matches. */
export function matchesNext(condition: BreakCondition, simulation: Simulation): boolean {
  const { queue, names, nodes } = simulation.kernel;
  const slot = queue.peek();
  if (slot < 0) return false;
  const { node, kind, key } = condition;
  if (key !== undefined) {
    const [timeMicros, origin, counter] = key;
    return (
      queue.timeOf(slot) === timeMicros &&
      queue.originOf(slot) === origin &&
      queue.counterOf(slot) === counter
    );
  }
  const index = queue.nodeOf(slot);
  if (node !== undefined && nodes.names[index] !== node && String(index) !== node) return false;
  if (kind === undefined) return true;
  const eventKind = queue.kindOf(slot) & KIND_MASK;
  if (KIND_WORDS[kind] === eventKind) return true;
  if (eventKind === EventKind.timer) return kind === `timer:${timerKind(queue.payloadOf(slot))}`;
  const isMessage =
    eventKind === EventKind.datagram ||
    eventKind === EventKind.streamMessage ||
    eventKind === EventKind.selfMessage;
  // The bits above the name of a datagram say whether it was damaged on the way.
  return isMessage && names.text(queue.thirdOf(slot) & 0x1ffffff) === kind;
}

/** The timer that goes off next, as `discovery/period`; null when the next event is something else. */
export function nextTimer({ kernel: { queue } }: Simulation): string | null {
  const slot = queue.peek();
  if (slot < 0 || (queue.kindOf(slot) & KIND_MASK) !== EventKind.timer) return null;
  return timerKind(queue.payloadOf(slot));
}

function timerKind(payload: unknown): string {
  return typeof payload === "string" ? payload : String((payload as { kind?: unknown }).kind);
}
