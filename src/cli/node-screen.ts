// The terminal of a live node: what happens is printed above the line that is being typed, which stays whole.

import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { Interface } from "node:readline";

/** Where lines go. */
export interface Screen {
  /** Prints lines; each ends by itself. */
  print(text: string): void;
}

/** Lines to standard output, for pipes and for a node without a prompt. */
export class PlainScreen implements Screen {
  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}

/** Lines above a prompt. */
export class PromptScreen implements Screen {
  #editor: Interface | null = null;
  /** While a command runs there is no line being typed. */
  isBusy = false;

  /** From now on lines go above what is typed there; null when nothing is any more. */
  attach(editor: Interface | null): void {
    this.#editor = editor;
  }

  print(text: string): void {
    const editor = this.#editor;
    if (editor === null || this.isBusy) {
      process.stdout.write(`${text}\n`);
      return;
    }
    // What is typed may take several rows of a narrow terminal.
    const { rows } = editor.getCursorPos();
    moveCursor(process.stdout, 0, -rows);
    cursorTo(process.stdout, 0);
    clearScreenDown(process.stdout);
    process.stdout.write(`${text}\n`);
    // The editor remembers on which row its cursor was, to go back up before it draws again; it is at the top now.
    (editor as Interface & { prevRows?: number }).prevRows = 0;
    editor.prompt(true);
  }
}

/** Longest text of others that is shown. */
const SHOWN_CHARACTERS_MAX = 2000;

/** What others sent, made harmless for a terminal: nothing in it moves the cursor or sets colours. */
export function shownText(payload: Uint8Array): string {
  const text = new TextDecoder().decode(payload.subarray(0, 4 * SHOWN_CHARACTERS_MAX));
  const safe = text.replace(/\p{Cc}|\p{Cf}/gu, "\u{FFFD}");
  if (safe.length <= SHOWN_CHARACTERS_MAX && payload.length <= 4 * SHOWN_CHARACTERS_MAX)
    return safe;
  return `${safe.slice(0, SHOWN_CHARACTERS_MAX)}… (${payload.length} bytes)`;
}
