// What the parts of the streams share: whoever opens, sends and ends connections works on one table of their ends.

import type { Kernel } from "./kernel.js";
import type { StreamPaths } from "./stream-paths.js";
import type { StreamSender } from "./stream-sender.js";
import type { StreamTable } from "./stream-table.js";

/** What the streams tell the simulation, which passes it on to the node's process. */
export interface StreamListener {
  connected(node: number, peer: number, epoch: number): void;
  disconnected(node: number, peer: number, reason: string): void;
  drained(node: number, peer: number, epoch: number): void;
}

/** Limits that the transport contract gives to every connection. */
export interface StreamLimits {
  readonly queueBytesMax: number;
}

/** One simulation's connections, as every part of them sees them. */
export interface StreamParts {
  readonly kernel: Kernel;
  readonly table: StreamTable;
  readonly paths: StreamPaths;
  readonly sender: StreamSender;
  readonly listener: StreamListener;
}
