// The record that is looked at: what it is, what it came from and what it led to, each to be followed with a click.

import type { TraceReader } from "../trace/native/trace-reader.js";
import { RecordKind } from "../trace/record.js";
import { describeLine, traceLine } from "../trace/trace-line.js";
import { button, definitions, textElement } from "./elements.js";
import { recordStory } from "./record-story.js";
import type { NumberedRecord, RecordStory } from "./record-story.js";

/** Consequences that are listed: the rest is a number. */
const CONSEQUENCES_SHOWN = 12;

/** The panel of one record. */
export class StoryPanel {
  readonly #panel: HTMLElement;
  readonly #reader: TraceReader;
  readonly #onFollow: (index: number) => void;
  #shown = -1;

  constructor(panel: HTMLElement, reader: TraceReader, onFollow: (index: number) => void) {
    this.#panel = panel;
    this.#reader = reader;
    this.#onFollow = onFollow;
  }

  /** Shows record number `index`; nothing before the first. */
  async show(index: number): Promise<void> {
    if (index === this.#shown) return;
    this.#shown = index;
    if (index < 0) {
      this.#panel.replaceChildren();
      return;
    }
    this.#fill(await recordStory(this.#reader, index));
  }

  #fill(story: RecordStory): void {
    const facts: (readonly [string, string | Node])[] = [["is", this.#words(story)]];
    // Of an arrival that is the sending, which is named below.
    if (story.cause !== null && story.cause.index !== story.otherEnd?.index) {
      facts.push(["because of", this.#step(story.cause)]);
    }
    const { kind, timeMicros } = story.record;
    if (story.otherEnd !== null) {
      const micros = Math.abs(story.otherEnd.record.timeMicros - timeMicros);
      const isSent = kind === RecordKind.sent;
      facts.push([isSent ? "became" : "was sent as", this.#step(story.otherEnd)]);
      facts.push(["on its way", `${(micros / 1000).toLocaleString("en")} ms`]);
    }
    if (story.content !== "") facts.push(["content", textElement("code", story.content)]);
    facts.push(["led to", this.#consequences(story)]);
    this.#panel.replaceChildren(textElement("h2", "Record"), definitions(facts));
  }

  #consequences({ consequences, isCut }: RecordStory): Node {
    if (consequences.length === 0) return textElement("span", isCut ? "nothing near" : "nothing");
    const list = document.createElement("ol");
    for (const step of consequences.slice(0, CONSEQUENCES_SHOWN)) {
      const item = document.createElement("li");
      item.append(this.#step(step));
      list.append(item);
    }
    const more = consequences.length - CONSEQUENCES_SHOWN;
    if (more > 0) list.append(textElement("li", `and ${more}${isCut ? " or more" : ""} others`));
    return list;
  }

  #step(step: NumberedRecord): HTMLElement {
    const words = this.#words(step);
    const made = button(words, () => this.#onFollow(step.index));
    made.title = words;
    return made;
  }

  #words({ record }: NumberedRecord): string {
    return describeLine(traceLine(record, this.#reader)).replace(/ content [0-9a-f]{16}/u, "");
  }
}
