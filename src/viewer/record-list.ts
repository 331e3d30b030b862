// The records around the moment that is shown, as text: for those who read, and for assistive tools.

import type { TraceReader } from "../trace/native/trace-reader.js";
import { RunRecord } from "../trace/record.js";
import { describeLine, traceLine } from "../trace/trace-line.js";
import { button } from "./elements.js";
import type { RecordTest } from "./replay.js";

/** Records shown before and after the moment. */
const BEFORE = 12;
const AFTER = 30;
/** Records that are looked at for those that pass the filter: enough for a sparse one, and still at once. */
const SCAN_MAX = 150_000;

interface Row {
  readonly index: number;
  readonly text: string;
  readonly isLost: boolean;
}

/** The list of records. */
export class RecordList {
  readonly #list: HTMLOListElement;
  readonly #reader: TraceReader;
  readonly #onChoose: (index: number) => void;

  constructor(list: HTMLOListElement, reader: TraceReader, onChoose: (index: number) => void) {
    this.#list = list;
    this.#reader = reader;
    this.#onChoose = onChoose;
  }

  /** Shows the records around number `index`, those that pass the test. */
  async show(index: number, test: RecordTest): Promise<void> {
    const before = await this.#before(index, test);
    const after = await this.#after(index, test);
    const last = before.at(-1);
    const rows = [...before, ...after].map((row) => {
      const item = document.createElement("li");
      item.className = [
        row.index < index ? "past" : "",
        row === last ? "now" : "",
        row.isLost ? "lost" : "",
      ].join(" ");
      const made = button(row.text, () => this.#onChoose(row.index + 1));
      made.title = row.text;
      if (row === last) item.setAttribute("aria-current", "true");
      item.append(made);
      return item;
    });
    this.#list.replaceChildren(...rows);
    const now = this.#list.querySelector<HTMLElement>(".now");
    if (now !== null) this.#list.scrollTop = now.offsetTop - this.#list.offsetTop - 60;
  }

  async #before(index: number, test: RecordTest): Promise<Row[]> {
    const reader = this.#reader;
    const record = new RunRecord();
    const rows: Row[] = [];
    let left = SCAN_MAX;
    const last = index - 1;
    for (let block = last < 0 ? -1 : reader.blockOfRecord(last); block >= 0; block--) {
      const { firstRecord, count } = reader.blocks[block]!;
      const columns = await reader.load(block);
      for (let i = Math.min(last - firstRecord, count - 1); i >= 0; i--) {
        if (rows.length >= BEFORE || left-- <= 0) return rows.reverse();
        columns.read(i, record);
        if (test(record)) rows.push(this.#row(record, firstRecord + i));
      }
    }
    return rows.reverse();
  }

  async #after(index: number, test: RecordTest): Promise<Row[]> {
    const rows: Row[] = [];
    let left = SCAN_MAX;
    await this.#reader.visit(index, (record, at) => {
      if (rows.length >= AFTER || left-- <= 0) return false;
      if (test(record)) rows.push(this.#row(record, at));
      return true;
    });
    return rows;
  }

  #row(record: RunRecord, index: number): Row {
    const line = traceLine(record, this.#reader);
    return {
      index,
      text: describeLine(line).replace(/ content [0-9a-f]{16}/u, ""),
      isLost: line.kind === "dropped" || (line.kind === "sent" && line.reason !== undefined),
    };
  }
}
