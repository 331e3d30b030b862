// Which protocol a message or a timer belongs to. Nodes of one class have the same slots, so that they share one
// routing: a million idle nodes do not keep a million maps.

import type { MessageType } from "../transport/message-type.js";
import { NODE_MESSAGE_TYPES } from "./node-message.js";
import type { Protocol } from "./protocol.js";

/** The slot of what a node does itself. No protocol may have it. */
export const NODE_SLOT_NAME = "node";
/** Index of that slot. */
export const NODE_SLOT = -1;

/** Timer kinds are a small vocabulary; beyond this many of them the words are made anew each time. */
const KINDS_MAX = 1024;

/** A timer's owner and the kind under which the owner set it. */
export interface TimerRoute {
  readonly slot: number;
  readonly kind: string;
}

/** The slots of a class of nodes, and the way to them. */
export class Routing {
  /** Names of the slots, in the order in which their protocols start and hear of connections. */
  readonly slots: readonly string[];
  /** Every message type that a node of this class understands: what its codec is made of. */
  readonly messageTypes: readonly MessageType[];
  readonly #slotOfType = new Map<string, number>();
  /** The type asked about last: one type often comes several times in a row. */
  #lastType = "";
  #lastSlot: number | undefined = undefined;
  /** By slot: the timer kind as the clock knows it, by the kind as the protocol knows it. */
  readonly #scopedKinds: readonly Map<string, string>[];
  readonly #timers = new Map<string, TimerRoute>();

  /** Throws `RangeError` for two protocols with one message type, or a slot that cannot be. */
  constructor(protocols: ReadonlyMap<string, Protocol>) {
    this.slots = Array.from(protocols.keys());
    this.#scopedKinds = this.slots.map(() => new Map<string, string>());
    for (const slot of this.slots) checkSlot(slot);
    for (const declared of NODE_MESSAGE_TYPES) this.#slotOfType.set(declared.type, NODE_SLOT);
    const messageTypes = [...NODE_MESSAGE_TYPES];
    Array.from(protocols.values()).forEach((protocol, slot) => {
      for (const declared of protocol.messageTypes) {
        const taken = this.#slotOfType.get(declared.type);
        if (taken !== undefined) {
          throw new RangeError(
            `Message type ${declared.type} is received by ${this.nameOf(taken)} and ${this.nameOf(slot)}; ` +
              "expected one protocol for each message type of a node",
          );
        }
        this.#slotOfType.set(declared.type, slot);
        messageTypes.push(declared);
      }
    });
    this.messageTypes = messageTypes;
  }

  /** The slot that receives messages of this type; undefined when none does. */
  slotOf(messageType: string): number | undefined {
    if (messageType !== this.#lastType) {
      this.#lastSlot = this.#slotOfType.get(messageType);
      this.#lastType = messageType;
    }
    return this.#lastSlot;
  }

  /** Index of a slot by name; undefined when there is none. */
  slotNamed(name: string): number | undefined {
    const index = this.slots.indexOf(name);
    return index < 0 ? undefined : index;
  }

  /** Name of a slot. */
  nameOf(slot: number): string {
    return this.slots[slot] ?? NODE_SLOT_NAME;
  }

  /** The kind under which a protocol's timer is known to the clock: `slot/kind`. */
  scopedKind(slot: number, kind: string): string {
    const kinds = this.#scopedKinds[slot];
    const known = kinds?.get(kind);
    if (known !== undefined) return known;
    const scoped = `${this.nameOf(slot)}/${kind}`;
    if (kinds !== undefined && kinds.size < KINDS_MAX) kinds.set(kind, scoped);
    return scoped;
  }

  /** Whose timer this is. */
  timerOf(scopedKind: string): TimerRoute {
    const known = this.#timers.get(scopedKind);
    if (known !== undefined) return known;
    const slash = scopedKind.indexOf("/");
    const slot = this.slotNamed(scopedKind.slice(0, slash)) ?? NODE_SLOT;
    const route = { slot, kind: scopedKind.slice(slash + 1) };
    if (this.#timers.size < KINDS_MAX) this.#timers.set(scopedKind, route);
    return route;
  }
}

function checkSlot(slot: string): void {
  if (!/^[a-z][a-z0-9-]*$/.test(slot) || slot === NODE_SLOT_NAME) {
    throw new RangeError(
      `Slot ${JSON.stringify(slot)}; expected lower-case letters, digits and dashes, and not "${NODE_SLOT_NAME}"`,
    );
  }
}
