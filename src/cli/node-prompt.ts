// The prompt of a live node on a terminal: node:repl with history and completion, reading the commands of
// node-commands.ts in place of JavaScript.

import { homedir } from "node:os";
import { join } from "node:path";
import { start } from "node:repl";
import type { REPLServer } from "node:repl";
import { MessageChannel } from "node:worker_threads";
import { shortId } from "../transport/peer.js";
import { CommandError } from "./node-command-error.js";
import { completeLine, runLine } from "./node-commands.js";
import type { PromptScreen } from "./node-screen.js";
import type { NodeSession } from "./node-session.js";

/** What those type who know the prompt of Node.js. */
const HABITS = [
  ["help", "help"],
  ["exit", "leave"],
] as const;

/** A line that was typed, and how to ask for the next one. */
interface TypedLine {
  readonly text: string;
  readonly done: () => void;
}

export class NodePrompt {
  readonly #session: NodeSession;
  readonly #screen: PromptScreen;
  readonly #editor: REPLServer;
  readonly #lines: TypedLine[] = [];
  readonly #wake: () => void;
  #isRunning = false;
  #isClosed = false;

  /** `onHurry`: Ctrl-C while the node leaves already. */
  constructor(session: NodeSession, screen: PromptScreen, onHurry: () => void) {
    this.#session = session;
    this.#screen = screen;
    this.#wake = this.#makeWake();
    this.#editor = start({
      prompt: `${shortId(session.live.node.self)}> `,
      ...{ input: process.stdin, output: process.stdout, terminal: true },
      ...{ useColors: false, preview: false, ignoreUndefined: true },
      completer: (line: string) => completeLine(session, line),
      eval: (text, _context, _file, callback) => {
        this.#take(text, () => {
          callback(null, undefined);
        });
      },
    });
    this.#prepare(onHurry);
    screen.attach(this.#editor);
  }

  /** Gives the terminal back. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#screen.attach(null);
    this.#editor.close();
  }

  #prepare(onHurry: () => void): void {
    const editor = this.#editor;
    // JavaScript's own commands (.load, .editor) make no sense here.
    for (const name of Object.keys(editor.commands)) Reflect.deleteProperty(editor.commands, name);
    for (const [name, command] of HABITS) {
      editor.defineCommand(name, () => {
        this.#take(command, () => {
          editor.displayPrompt();
        });
      });
    }
    const file = process.env["PEERSCAPE_HISTORY"] ?? join(homedir(), ".peerscape_history");
    // Without a history that can be kept, there is one for this time.
    if (file !== "") editor.setupHistory(file, () => undefined);
    editor.removeAllListeners("SIGINT");
    editor.on("SIGINT", () => {
      if (this.#session.isEnding) onHurry();
      else if (editor.line === "") this.#session.end("leave");
      else {
        // As in a shell: what was begun is given up, and no more.
        editor.write(null, { ctrl: true, name: "e" });
        editor.write(null, { ctrl: true, name: "u" });
      }
    });
    editor.on("exit", () => {
      // Ctrl-D.
      if (!this.#isClosed) process.stdout.write("\n");
      this.close();
      this.#session.end("leave");
    });
  }

  /**
   * How to have the lines read outside the editor: it catches what is thrown within, also in sockets that a command
   * opens, and would go on as if a protocol had not failed. A port calls from where it was made.
   */
  #makeWake(): () => void {
    const { port1, port2 } = new MessageChannel();
    port2.on("message", () => {
      void this.#run();
    });
    port2.unref();
    return () => {
      port1.postMessage(null);
    };
  }

  #take(text: string, done: () => void): void {
    this.#lines.push({ text, done });
    this.#wake();
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      this.#screen.isBusy = true;
      const answer = await this.#answer(line.text);
      if (answer !== "") this.#screen.print(answer);
      this.#screen.isBusy = false;
      if (!this.#isClosed) line.done();
    }
    this.#isRunning = false;
  }

  async #answer(text: string): Promise<string> {
    try {
      return await runLine(this.#session, text);
    } catch (error) {
      if (error instanceof CommandError) return error.message;
      throw error;
    }
  }
}
