// Why the chosen node did not get an application message, or got it late: what `peerscape why` says, with the moments of
// its steps to be followed.

import { explainMessage } from "../trace/native/message-explanation.js";
import type { ExplanationLine } from "../trace/native/message-explanation.js";
import { messageStory } from "../trace/native/message-story.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { button, element, textElement } from "./elements.js";

/** Digits of a message's number or application id. */
const MESSAGE = /^\d{1,15}$/u;

/** The panel for a node and a message. Closed, it reads nothing. */
export class WhyPanel {
  readonly #details = element("why", HTMLDetailsElement);
  readonly #input = element("message", HTMLInputElement);
  readonly #lines = element("explanation", HTMLOListElement);
  readonly #reader: TraceReader;
  readonly #onFollow: (timeMicros: number) => void;
  #shown = "";

  constructor(reader: TraceReader, onFollow: (timeMicros: number) => void) {
    this.#reader = reader;
    this.#onFollow = onFollow;
    this.#lines.replaceChildren();
  }

  /** The message that is asked about; "" while the panel is closed. */
  get message(): string {
    return this.#details.open && MESSAGE.test(this.#input.value) ? this.#input.value : "";
  }

  set message(text: string) {
    if (!MESSAGE.test(text)) return;
    this.#input.value = text;
    this.#details.open = true;
  }

  /** Explains the message for a node, -1 for none; once for each. */
  async show(node: number): Promise<void> {
    if (!this.#details.open) return;
    const { message } = this;
    const asked = `${node} ${message} ${this.#reader.recordCount}`;
    if (asked === this.#shown) return;
    this.#shown = asked;
    if (node < 0) this.#say("Choose a node: click it, or find it by name.");
    else if (message === "")
      this.#say("Write the message's id, or its place among the broadcasts.");
    else {
      this.#say("Reading …");
      const story = await messageStory(this.#reader, Number(message));
      if (story === null) this.#say(`The trace has no broadcast ${message}.`);
      else this.#fill(await explainMessage(this.#reader, story, node));
    }
  }

  #say(text: string): void {
    this.#lines.replaceChildren(textElement("li", text));
  }

  /** The verdict first: the lines before it are how it was found. */
  #fill(lines: readonly ExplanationLine[]): void {
    const items = lines.map(({ text, timeMicros }) => {
      const item = textElement("li", timeMicros === undefined ? text.trim() : "");
      item.style.paddingInlineStart = `${text.length - text.trimStart().length}ch`;
      if (timeMicros !== undefined) {
        item.append(button(text.trim(), () => this.#onFollow(timeMicros)));
      }
      return item;
    });
    const verdict = items.pop();
    if (verdict !== undefined) items.unshift(verdict);
    this.#lines.replaceChildren(...items);
  }
}
