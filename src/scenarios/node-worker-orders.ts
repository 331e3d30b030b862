// What a live run tells a worker process, and what that answers. Plain data: it crosses to another process, which may be
// in another network namespace of the machine.

import type { PlainData } from "../sim/plain-data.js";
import type { RecordKind } from "../trace/record.js";
import type { StretchKey } from "./live-recorder.js";
import type { ProcessLoad } from "./node-live-load.js";
import type { ParticipantCommand } from "./participant-command.js";
import type { CrashKind } from "./run-network.js";
import type { Scenario } from "./scenario.js";

/** What a worker is made of. */
export interface WorkerSetup {
  readonly name: string;
  readonly scenario: Scenario;
  /** Modules with a user's own protocols, as absolute paths. */
  readonly protocolFiles: readonly string[];
  /** Where each node of the run is told to listen, by index. */
  readonly addresses: readonly string[];
  /** The nodes that this worker is for. */
  readonly nodes: readonly number[];
  /** The address of this machine at which its nodes listen. */
  readonly host: string;
  readonly security: "tls" | "plaintext";
  /** False where the packets of workers meet the scenario's network: in namespaces. */
  readonly appliesNetwork: boolean;
  /** Kinds of record that somebody looks at. */
  readonly kinds: readonly RecordKind[];
}

/** What happens to one node, with the key of the scenario's action that makes it happen. */
export type NodeOrder = { readonly index: number; readonly cause: StretchKey | null } & (
  | { readonly order: "start"; readonly keepsState: boolean }
  | { readonly order: "crash"; readonly kind: CrashKind }
  | { readonly order: "pause" }
  | { readonly order: "resume" }
  | { readonly order: "do"; readonly command: ParticipantCommand }
  | { readonly order: "shut-down-through" }
);

export type WorkerOrder =
  | { readonly order: "set-up"; readonly setup: WorkerSetup }
  /** The run begins at this time of the machine. */
  | { readonly order: "begin"; readonly epochMicros: number }
  | NodeOrder
  /** A node of another worker listens elsewhere than was said. */
  | { readonly order: "place"; readonly index: number; readonly address: string }
  /** The host of a node of another worker has vanished, or is there again. */
  | { readonly order: "host"; readonly index: number; readonly isDown: boolean }
  /** All conditions that events have put in force, as `NetworkConditions.snapshot` gives them. */
  | { readonly order: "conditions"; readonly state: PlainData }
  /** The run is over: tell the rest, and go. */
  | { readonly order: "end" };

export type WorkerAnswer =
  | { readonly answer: "ready" }
  | { readonly answer: "placed"; readonly index: number; readonly address: string }
  /** Something that ends the run, as the command line explains it. */
  | { readonly answer: "failed"; readonly code: number; readonly text: string }
  /** The last word: what the worker took of its machine, and how many calls of nodes' code it made. */
  | { readonly answer: "ended"; readonly load: ProcessLoad; readonly stretchCount: number };
