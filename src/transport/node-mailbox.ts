// Between sockets and a node: calls to its handlers wait here and are made from the event loop, one after the other.
// So none comes from inside another, and each comes later than the call that caused it.

import { clearImmediate, setImmediate } from "node:timers";

/** One call to the node. */
export type Call = () => void;

/** The calls that a node is yet to get, in order. */
export class Mailbox {
  #calls: Call[] = [];
  #immediate: NodeJS.Immediate | null = null;
  #isStarted = false;
  #isClosed = false;

  /** The node listens: calls that came before are made now. */
  start(): void {
    this.#isStarted = true;
    if (this.#calls.length > 0) this.#wake();
  }

  /** Makes a call later, behind those that wait. */
  post(call: Call): void {
    if (this.#isClosed) return;
    this.#calls.push(call);
    this.#wake();
  }

  /** Forgets the calls that wait and takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#calls = [];
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#immediate = null;
  }

  #wake(): void {
    if (!this.#isStarted) return;
    this.#immediate ??= setImmediate(() => {
      this.#deliver();
    });
  }

  /** Makes the calls that wait now; those that come meanwhile wait for the next turn, so that sockets get theirs. */
  #deliver(): void {
    this.#immediate = null;
    const calls = this.#calls;
    this.#calls = [];
    let next = 0;
    try {
      while (next < calls.length && !this.#isClosed) calls[next++]!();
    } finally {
      // A handler that throws ends its own call alone.
      if (next < calls.length && !this.#isClosed) {
        this.#calls = [...calls.slice(next), ...this.#calls];
        this.#wake();
      }
    }
  }
}
