// Counts messages: how many left, arrived and were given up and why, in all and by type. What the report
// prints as `messages`.

import { NO_NAME } from "../trace/names.js";
import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { RecordWords } from "../trace/trace-line.js";

/** Messages of one type, or of all. */
export interface MessageCounts {
  readonly sent: number;
  readonly delivered: number;
  /** How many were given up, by reason, in order of first occurrence. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Bytes of the messages sent, as encoded, without headers. */
  readonly bytes: number;
}

/** The report's `messages`. Its field names are a public interface. */
export interface MessageReport extends MessageCounts {
  /** How many a hold kept back at first; they are delivered or dropped after its release. */
  readonly held: number;
  /** By message type, in order of first occurrence. */
  readonly byType: Readonly<Record<string, MessageCounts>>;
}

/** Counts of one message type. Reasons are numbers of `Names`. */
class TypeCounts {
  sent = 0;
  delivered = 0;
  bytes = 0;
  readonly dropped = new Map<number, number>();

  drop(reason: number): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
  }

  add(other: TypeCounts): void {
    this.sent += other.sent;
    this.delivered += other.delivered;
    this.bytes += other.bytes;
    for (const [reason, count] of other.dropped) {
      this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count);
    }
  }

  report(words: RecordWords): MessageCounts {
    const dropped: Record<string, number> = {};
    for (const [reason, count] of this.dropped) dropped[words.text(reason)] = count;
    return { sent: this.sent, delivered: this.delivered, dropped, bytes: this.bytes };
  }
}

/** The sink that counts messages. O(1) a record; memory for each message type only. */
export class TrafficCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [
    RecordKind.sent,
    RecordKind.delivered,
    RecordKind.dropped,
  ];
  readonly #words: RecordWords;
  readonly #holdNames: ReadonlySet<string>;
  /** By number of the type's name. */
  readonly #byName: (TypeCounts | undefined)[] = [];
  /** Types in order of first occurrence. */
  readonly #names: number[] = [];
  #held = 0;

  /** `holdNames` are the holds of the run: a message `sent` with one of them as verdict waits, it is not lost. */
  constructor(words: RecordWords, holdNames: ReadonlySet<string>) {
    this.#words = words;
    this.#holdNames = holdNames;
  }

  accept(record: RunRecord): void {
    let counts = this.#byName[record.name];
    if (counts === undefined) {
      counts = new TypeCounts();
      this.#byName[record.name] = counts;
      this.#names.push(record.name);
    }
    switch (record.kind) {
      case RecordKind.sent:
        counts.sent++;
        counts.bytes += record.bytes;
        if (record.reason !== NO_NAME) this.#acceptVerdict(counts, record.reason);
        break;
      case RecordKind.delivered:
        counts.delivered++;
        break;
      default:
        counts.drop(record.reason);
    }
  }

  /** Messages sent so far. */
  get sent(): number {
    return this.#names.reduce((sum, name) => sum + (this.#byName[name]?.sent ?? 0), 0);
  }

  report(): MessageReport {
    const all = new TypeCounts();
    const byType: Record<string, MessageCounts> = {};
    for (const name of this.#names) {
      const counts = this.#byName[name];
      if (counts === undefined) continue;
      all.add(counts);
      byType[this.#words.text(name)] = counts.report(this.#words);
    }
    return { ...all.report(this.#words), held: this.#held, byType };
  }

  #acceptVerdict(counts: TypeCounts, reason: number): void {
    if (this.#holdNames.has(this.#words.text(reason))) this.#held++;
    else counts.drop(reason);
  }
}
