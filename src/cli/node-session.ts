// A live node while a person or a script has it: what its commands act on, and how it ends.

import type { LiveNode } from "../scenarios/node-live-node.js";
import { LiveTrace } from "../scenarios/node-live-trace.js";
import { ExitCode, explainError } from "./exit-code.js";
import type { Screen } from "./node-screen.js";
import { packageVersion } from "./package-facts.js";

/** Two goodbyes are never needed; what asks for the second time is in a hurry. */
export type Farewell = "leave" | "shutdown";

export class NodeSession {
  readonly live: LiveNode;
  readonly screen: Screen;
  /** The exit code that the node's end gives. */
  exitCode: number = ExitCode.ok;
  /** Whether its user, or a signal, has told it to end. */
  #isEnding = false;
  #trace: LiveTrace | null = null;

  constructor(live: LiveNode, screen: Screen) {
    this.live = live;
    this.screen = screen;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Ends the node politely, or without goodbyes. Does nothing for one that is ending. */
  end(farewell: Farewell): void {
    this.#isEnding = true;
    if (farewell === "leave") this.live.node.leave();
    else this.live.node.shutdown();
  }

  /** The file that the trace is written to; null while there is none. */
  get traceFile(): string | null {
    return this.#trace?.path ?? null;
  }

  /** Begins a trace, in place of one that is being written. Throws `TraceFileError`. */
  startTrace(path: string): void {
    this.stopTrace();
    const { live } = this;
    this.#trace = new LiveTrace({
      path,
      self: live.node.self,
      network: live.networkId,
      version: packageVersion(),
      nowMicros: () => live.nowMicros(),
      onFailure: (error) => {
        this.screen.print(`The trace ended: ${explainError(error).text.trimEnd()}`);
      },
    });
    live.watchers.add(this.#trace);
  }

  /** Ends the trace, if there is one. Throws `TraceFileError`. */
  stopTrace(): void {
    const trace = this.#trace;
    this.#trace = null;
    if (trace === null) return;
    this.live.watchers.remove(trace);
    trace.close();
  }
}
