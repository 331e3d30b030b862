// `--log LEVEL[:PROTOCOL]`: protocols' own lines, at virtual times, as the run goes on.

import { LOG_LEVELS, passesLogFilter } from "../scenarios/log-filter.js";
import type { LogFilter } from "../scenarios/log-filter.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { RecordWords } from "../trace/trace-line.js";
import { UsageError } from "./usage-error.js";

/**
 * Reads `warn` or `debug:discovery`; `slots` are those of the scenario's protocols. Throws `UsageError` for a level or
 * a protocol that there is not.
 */
export function parseLogOption(text: string, slots: readonly string[]): LogFilter {
  const colon = text.indexOf(":");
  const written = colon < 0 ? text : text.slice(0, colon);
  const level = LOG_LEVELS.find((one) => one === written);
  const protocol = colon < 0 ? null : text.slice(colon + 1);
  if (level === undefined) {
    const remedy = didYouMean(written, LOG_LEVELS) || "write for instance --log info:discovery";
    throw new UsageError(
      "--log",
      text,
      `LEVEL[:PROTOCOL], a level of ${LOG_LEVELS.join(", ")}`,
      remedy,
    );
  }
  if (protocol === "") {
    throw new UsageError(
      "--log",
      text,
      "the name of a protocol after the colon",
      `write --log ${level}`,
    );
  }
  if (protocol !== null && !slots.includes(protocol)) {
    const known = [...new Set(slots)];
    const choice = known.length === 0 ? "it has none" : `there are ${known.join(", ")}`;
    throw new UsageError(
      "--log",
      text,
      "the name of a protocol's slot in the scenario after the colon",
      didYouMean(protocol, known) || choice,
    );
  }
  return { level, protocol };
}

/** Prints log records that pass the filter, one a line. */
export class LogPrinter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.log];
  readonly #filter: LogFilter;
  readonly #words: RecordWords;
  readonly #write: (text: string) => void;

  constructor(filter: LogFilter, words: RecordWords, write: (text: string) => void) {
    this.#filter = filter;
    this.#words = words;
    this.#write = write;
  }

  accept(record: RunRecord): void {
    const level = this.#words.text(record.name);
    const protocol = this.#words.text(record.reason);
    if (!passesLogFilter(this.#filter, level, protocol)) return;
    const seconds = (record.timeMicros / 1_000_000).toFixed(6);
    const node = record.node < 0 ? "world" : this.#words.nodeName(record.node);
    this.#write(`${seconds} s ${node} ${protocol} ${level}: ${record.text}\n`);
  }
}
