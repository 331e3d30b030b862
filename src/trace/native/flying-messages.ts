// The messages of a trace that are on their way: joins the record of a message's end to that of its start. A message
// may end at either side: it arrives at its target, is given up there, or never leaves its source.

import { NO_NAME } from "../names.js";
import { RecordKind } from "../record.js";
import type { RunRecord } from "../record.js";

/** What became of a message. */
export interface MessageEnd<About> {
  readonly about: About;
  /** Whether it was given up at its source. */
  readonly isAtSource: boolean;
}

/** What is known `About` each message on its way. Memory grows with their number. */
export class FlyingMessages<About> {
  readonly #flying = new Map<string, About>();

  /** Enters the message of a `sent` record. One that the network did not let pass is never on its way. */
  start(record: RunRecord, about: About): void {
    if (record.reason !== NO_NAME) return;
    this.#flying.set(keyOf(record, record.node, record.peer), about);
  }

  /** Takes out the message of a `delivered` or `dropped` record; null for one that left before the first record. */
  end(record: RunRecord): MessageEnd<About> | null {
    const { node, peer, kind } = record;
    return (
      this.#take(keyOf(record, peer, node), false) ??
      (kind === RecordKind.dropped ? this.#take(keyOf(record, node, peer), true) : null)
    );
  }

  #take(key: string, isAtSource: boolean): MessageEnd<About> | null {
    const about = this.#flying.get(key);
    if (about === undefined) return null;
    this.#flying.delete(key);
    return { about, isAtSource };
  }
}

/** Both directions of a link count from the same number, so the rest of a message is part of its key. */
function keyOf(record: RunRecord, source: number, target: number): string {
  const { channel, number, name, bytes, application } = record;
  return `${source} ${target} ${channel} ${number} ${name} ${bytes} ${application}`;
}
