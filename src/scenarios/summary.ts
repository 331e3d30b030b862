// The summary that ends a run's standard output: what ran, what was expected and observed, and how to repeat it.
// Plain text of any width from 40 columns on; colours are added by the command line alone.

import { describeLine } from "../trace/trace-line.js";
import type { CheckResult } from "./checkers/checker.js";
import type { LiveReport, LostWorkerReport, RunReport } from "./run-report.js";
import { plural, showCount, showNumber, showSeconds, showShare } from "../trace/show-quantity.js";
import { wrapText } from "./wrap-text.js";

/** What a part of the summary is, for whoever colours it. */
export type SummaryStyle = "heading" | "good" | "bad" | "faint" | "plain";

/** Colours a piece of text; the piece is a whole line. */
export type Paint = (style: SummaryStyle, text: string) => string;

export interface SummaryOptions {
  /** Columns of the terminal; lines that can be broken are not longer. */
  readonly columns: number;
  /** Whether ✔ and ✘ can be shown; `ok` and `FAILED` stand for them on dumb terminals. */
  readonly hasSymbols: boolean;
  readonly paint?: Paint;
}

const COLUMNS_MIN = 40;
/** Longer lines are tiring to read, however wide the terminal. */
const COLUMNS_MAX = 100;
/** Hints of one kind: enough to see what went wrong, without pushing the verdict off the screen. */
const HINTS_MAX = 5;

/** The summary as lines with line ends. */
export function writeSummary(report: RunReport, options: SummaryOptions): string {
  const columns = Math.min(Math.max(options.columns, COLUMNS_MIN), COLUMNS_MAX);
  const paint = options.paint ?? ((_style, text) => text);
  const lines: string[] = [];
  const add = (style: SummaryStyle, text: string, indent = 0, hanging = indent): void => {
    for (const line of wrapText(text, { columns, indent, hanging })) lines.push(paint(style, line));
  };
  add("heading", `${report.scenario}: ${endingText(report)}`);
  add("plain", `seed ${String(report.seed)}, ${report.transport}, version ${report.version}`, 2);
  add("plain", nodesText(report), 2);
  add("plain", messagesText(report), 2);
  add("plain", eventsText(report), 2);
  if (report.live !== null) add("plain", liveText(report.live), 2);
  for (const lost of report.live?.lost ?? []) add("bad", lostText(lost), 2);
  if (report.expectations.length > 0) {
    add("heading", expectationsText(report));
    const shown = shownNames(report.expectations);
    report.expectations.forEach((result, i) => {
      const isJudged = report.ending === "complete" || result.holds;
      addExpectation({ ...result, name: shown[i]! }, { ...options, isJudged }, add);
    });
  }
  for (const text of hintTexts(report)) add("plain", text, 0, 2);
  // Never broken, so that both can be copied: a terminal may wrap them.
  lines.push(paint("plain", `digest ${report.digest ?? noDigestText(report)}`));
  lines.push(paint("faint", `repeat ${report.repeat.command}`));
  return `${lines.join("\n")}\n`;
}

type AddLine = (style: SummaryStyle, text: string, indent?: number, hanging?: number) => void;

interface ExpectationOptions extends SummaryOptions {
  /** Whether the run went on to its end, so that what did not come about is a failure. */
  readonly isJudged: boolean;
}

const MARKS = { held: ["✔", "ok"], failed: ["✘", "FAILED"], open: ["?", "open"] } as const;

function addExpectation(result: CheckResult, options: ExpectationOptions, add: AddLine): void {
  const outcome = result.holds ? "held" : options.isJudged ? "failed" : "open";
  const mark = MARKS[outcome][options.hasSymbols ? 0 : 1];
  const style = { held: "good", failed: "bad", open: "plain" } as const;
  add(style[outcome], `${mark} ${result.name}: ${result.observed}`, 2, 4);
  if (result.holds) return;
  add("plain", `expected ${result.expected}`, 4, 6);
  if (result.firstBreak !== undefined) {
    add("plain", `first broken by ${describeLine(result.firstBreak)}`, 4, 6);
  }
  if (result.concerned !== undefined && result.concerned.length > 0) {
    add("plain", `concerned ${result.concerned.join(", ")}`, 4, 6);
  }
}

function endingText({ ending, virtualMicros, transport }: RunReport): string {
  const time = `${showSeconds(virtualMicros)} of ${transport === "sim" ? "virtual" : "real"} time`;
  switch (ending) {
    case "complete":
      return `ran ${time}`;
    case "interrupted":
      return `interrupted after ${time}`;
    case "limit":
      return `stopped by a limit after ${time}`;
  }
}

function noDigestText({ transport }: RunReport): string {
  return transport === "sim" ? "not computed" : "none: a live run does not repeat to the bit";
}

function waitedText(share: number | null): string {
  return share === null ? "" : `, and ${showShare(share)} of the time waiting for one`;
}

function lostText({ name, signal, atMicros, nodes }: LostWorkerReport): string {
  return (
    `${name} was ended by ${signal} at ${showSeconds(atMicros)}: ` +
    `${plural(nodes, "node", "nodes")} crashed with it and did not come back`
  );
}

function liveText({ processes, security, lagMillis, ...load }: LiveReport): string {
  const { median, p99, max } = lagMillis;
  return (
    `live in ${plural(processes, "process", "processes")}, ${security}; event loop late by ` +
    `${median} ms (median), ${p99} ms (99 %), ${max} ms (most); ` +
    `${showNumber(load.processorShare)} processors busy${waitedText(load.waitedShare)}; ` +
    `${showCount(Math.round(load.memoryBytesPerNode / 1024))} KiB a node`
  );
}

function nodesText({ nodes }: RunReport): string {
  const parts = [`${showCount(nodes.live)} live`];
  if (nodes.left > 0) parts.push(`${showCount(nodes.left)} left`);
  if (nodes.crashed > 0) parts.push(`${showCount(nodes.crashed)} crashed`);
  if (nodes.waiting > 0) parts.push(`${showCount(nodes.waiting)} never came`);
  return `${plural(nodes.declared, "node")}: ${parts.join(", ")}; at most ${showCount(nodes.peak)} at once`;
}

function messagesText({ messages }: RunReport): string {
  const dropped = Object.entries(messages.dropped).map(
    ([reason, count]) => `${showCount(count)} ${reason}`,
  );
  const lost = dropped.length === 0 ? "none dropped" : `dropped: ${dropped.join(", ")}`;
  return (
    `${plural(messages.sent, "message")}, ${showCount(messages.bytes)} bytes sent; ` +
    `${showCount(messages.delivered)} delivered; ${lost}`
  );
}

function eventsText({ events, wallMillis }: RunReport): string {
  const rate = wallMillis > 0 ? `, ${showCount((events / wallMillis) * 1000)} a second` : "";
  return `${plural(events, "event")} in ${showNumber(wallMillis / 1000)} s${rate}`;
}

/** Not wrong, but seldom meant: events that picked nobody. */
function hintTexts({ emptyPicks }: RunReport): string[] {
  const texts = emptyPicks.slice(0, HINTS_MAX).map(({ event, timeMicros, selectors }) => {
    return `hint: event ${event} picked 0 nodes at ${showSeconds(timeMicros)} (${selectors.join(", ")})`;
  });
  const more = emptyPicks.length - texts.length;
  if (more === 0) return texts;
  return [...texts, `hint: so did ${plural(more, "event")} more, listed in the report`];
}

function expectationsText({ expectations, ending }: RunReport): string {
  if (ending !== "complete") return "expectations, as far as the run came";
  const failed = expectations.filter(({ holds }) => !holds).length;
  const count = expectations.length;
  if (failed === 0) return `${all(count)} held`;
  if (failed === count) return `${all(count)} failed`;
  return `${String(failed)} of ${plural(count, "expectation")} failed`;
}

function all(count: number): string {
  if (count === 1) return "the expectation";
  return count === 2 ? "both expectations" : `all ${plural(count, "expectation")}`;
}

/** A name that nobody gave ends in a hash of what it stands for. */
const HASHED_NAME = /-[0-9a-f]{8}$/;

/** The names of expectations as people read them: without hashes where that leaves them apart. */
function shownNames(expectations: readonly CheckResult[]): readonly string[] {
  const short = expectations.map(({ name }) => name.replace(HASHED_NAME, ""));
  return short.map((name, i) =>
    short.indexOf(name) === short.lastIndexOf(name) ? name : expectations[i]!.name,
  );
}
