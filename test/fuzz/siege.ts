// One node under attack and what becomes of its friends: three processes, of which this one attacks.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Security } from "../../src/transport/node-secure-socket.js";
import { ECHO_PATIENCE_MILLIS } from "./besieged-types.js";
import type { FriendsReport, NodeState } from "./besieged-types.js";

/** What one attack came to. */
export interface SiegeReport extends FriendsReport {
  /** Resident memory of the node: before the attack, and the most until it was over. */
  readonly memoryBytesBefore: number;
  readonly memoryBytesMost: number;
  /** Who was turned away meanwhile, by name. */
  readonly refusals: Readonly<Record<string, number>>;
  /** How the node's process ended; null while it runs. */
  readonly death: string | null;
}

interface NodeWord {
  readonly self?: { readonly id: string; readonly address: string };
  readonly state?: NodeState;
}

export class Siege {
  readonly security: Security;
  readonly port: number;
  readonly #node: ChildProcess;
  readonly #friends: ChildProcess;
  #state: NodeState = { residentBytes: 0, refusals: {} };
  #mostBytes = 0;
  #death: string | null = null;

  private constructor(security: Security, port: number, node: ChildProcess, friends: ChildProcess) {
    this.security = security;
    this.port = port;
    this.#node = node;
    this.#friends = friends;
    node.on("message", ({ state }: NodeWord) => {
      if (state === undefined) return;
      this.#state = state;
      this.#mostBytes = Math.max(this.#mostBytes, state.residentBytes);
    });
    node.once("exit", (code, signal) => {
      this.#death = signal ?? `exit code ${String(code)}`;
    });
  }

  /** The node's process. */
  get nodePid(): number {
    return this.#node.pid ?? 0;
  }

  /** Starts the node and its friends. */
  static async begin(security: Security): Promise<Siege> {
    const node = start("besieged-node.ts", [security]);
    const [{ self }] = (await once(node, "message")) as [NodeWord];
    if (self === undefined) throw new Error("The besieged node did not say who it is");
    const friends = start("friends.ts", [security, self.id, self.address]);
    await once(friends, "message");
    return new Siege(security, Number(self.address.split(":").at(-1)), node, friends);
  }

  /** Lets an attack run, and tells what became of node and friends until the last echo's time was over. */
  async measure(attack: () => Promise<void>): Promise<SiegeReport> {
    await this.#ask();
    const { residentBytes, refusals } = this.#state;
    this.#mostBytes = residentBytes;
    await attack();
    await new Promise((resolve) => setTimeout(resolve, ECHO_PATIENCE_MILLIS));
    const report = await this.#ask();
    const added = Object.entries(this.#state.refusals).map(
      ([name, count]) => [name, count - (refusals[name] ?? 0)] as const,
    );
    return {
      ...report,
      memoryBytesBefore: residentBytes,
      memoryBytesMost: this.#mostBytes,
      refusals: Object.fromEntries(added.filter(([, count]) => count > 0)),
      death: this.#death,
    };
  }

  end(): void {
    this.#friends.kill("SIGKILL");
    this.#node.kill("SIGKILL");
  }

  async #ask(): Promise<FriendsReport> {
    this.#friends.send("report");
    const [report] = (await once(this.#friends, "message")) as [FriendsReport];
    return report;
  }
}

function start(file: string, words: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), words, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
