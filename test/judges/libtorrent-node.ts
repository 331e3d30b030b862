// A node of libtorrent's DHT on loopback, in a process of its own: Debian's python3-libtorrent behind libtorrent-node.py.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { createInterface } from "node:readline";

import type { SystemPackage } from "../support/system-package.js";

const PYTHON = "/usr/bin/python3";
const SCRIPT = path.join(import.meta.dirname, "libtorrent-node.py");

/** libtorrent for Debian's own Python. */
export const LIBTORRENT: SystemPackage = {
  name: "python3-libtorrent",
  probe: [PYTHON, "-c", "import libtorrent"],
};

/** What it tells. */
export type LibtorrentEvent =
  | { readonly event: "listening"; readonly port: number }
  | { readonly event: "peers"; readonly hash: string; readonly peers: readonly string[] }
  | { readonly event: "announced"; readonly hash: string; readonly peer: string }
  | { readonly event: "log"; readonly text: string };

/** What it can be told to do. */
export interface LibtorrentOrder {
  readonly do: "get-peers" | "announce";
  readonly hash: string;
}

export class LibtorrentNode {
  readonly events: LibtorrentEvent[] = [];
  readonly #child: ChildProcess;
  #waiting: (() => void)[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    createInterface({ input: child.stdout! }).on("line", (line) => {
      this.events.push(JSON.parse(line) as LibtorrentEvent);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    child.once("close", () => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Starts one and waits until it listens, and has joined through the contact. */
  static async open(contact?: string): Promise<LibtorrentNode> {
    const parameters = contact === undefined ? [SCRIPT] : [SCRIPT, contact];
    const child = spawn(PYTHON, parameters, { stdio: ["pipe", "pipe", "inherit"] });
    const node = new LibtorrentNode(child);
    await node.event("listening", () => true);
    await node.event("log", ({ text }) => text.includes("node id"));
    await node.event("log", ({ text }) => /COMPLETED .*type: bootstrap/u.test(text));
    return node;
  }

  get port(): number {
    const listening = this.events.find((each) => each.event === "listening");
    return listening?.event === "listening" ? listening.port : 0;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Its id, as it logs it: 40 hexadecimal digits. */
  get id(): string {
    const texts = this.events.map((each) => (each.event === "log" ? each.text : ""));
    return texts.map((text) => /node id: ([0-9a-f]{40})/u.exec(text)?.[1]).find(Boolean) ?? "";
  }

  tell(order: LibtorrentOrder): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** The first event of a kind, past or to come, that is as wanted. Throws when the process has ended without one. */
  async event<Kind extends LibtorrentEvent["event"]>(
    kind: Kind,
    isWanted: (event: Extract<LibtorrentEvent, { event: Kind }>) => boolean,
  ): Promise<Extract<LibtorrentEvent, { event: Kind }>> {
    for (let seen = 0; ;) {
      for (; seen < this.events.length; seen++) {
        const event = this.events[seen] as Extract<LibtorrentEvent, { event: Kind }>;
        if (event.event === kind && isWanted(event)) return event;
      }
      if (this.#child.exitCode !== null) throw new Error(`libtorrent ended without ${kind}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.stdin?.end();
    await closed;
  }
}
