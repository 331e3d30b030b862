// The types of the messages on the map. They are numbered as they are met, and a number is a colour.

import type { TraceReader } from "../trace/native/trace-reader.js";
import type { FlightWindow } from "./flights.js";

/** Message types that the legend names. */
const LEGEND_TYPES_MAX = 8;

/** A type of message and the number of its colour. */
export interface MessageType {
  readonly type: string;
  readonly number: number;
}

/** The types that were met in a trace. */
export class MessageTypes {
  readonly #reader: TraceReader;
  readonly #numbers = new Map<string, number>();
  #frequent: readonly MessageType[] = [];

  constructor(reader: TraceReader) {
    this.#reader = reader;
  }

  /** The number of the type that has this name in the trace. */
  numberOf(name: number): number {
    return this.numberOfType(this.#reader.text(name));
  }

  /** The number of a type, also of one from another trace. */
  numberOfType(type: string): number {
    const known = this.#numbers.get(type);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(type, number);
    return number;
  }

  /** The most frequent types of the messages that were counted last. */
  get frequent(): readonly MessageType[] {
    return this.#frequent;
  }

  /** Counts the messages that are shown. */
  count(flights: FlightWindow): void {
    const { name, count } = flights.columns;
    const counts = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      if (flights.isShown(i)) counts.set(name[i]!, (counts.get(name[i]!) ?? 0) + 1);
    }
    this.#frequent = [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, LEGEND_TYPES_MAX)
      .map(([of]) => ({ type: this.#reader.text(of), number: this.numberOf(of) }));
  }
}
