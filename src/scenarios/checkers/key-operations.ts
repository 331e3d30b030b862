// Operations on keys from their start to their outcome, each held against the truth: whether the nearest node that was
// found is the nearest there is, and whether a value that is there was found. Shared by the report and the checker.

import { RecordKind } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import { traceLine } from "../../trace/trace-line.js";
import type { TraceLine } from "../../trace/trace-line.js";
import type { KeyOperation } from "../../protocol/key-operation.js";
import { compareByKey } from "../key-distance.js";
import type { RunView } from "../run-view.js";
import type { NodeLives } from "./node-lives.js";

/** What an operation came to. */
export type KeyVerdict =
  /** A lookup found the nearest, a put was kept by somebody, a get found a value that was put. */
  | "succeeded"
  /** A lookup ended at a node that is not the nearest, or a get with what nobody had put. */
  | "wrong"
  /** It found nothing, though there was something. */
  | "failed"
  /** A get of a key under which nobody had put a value: nothing could be found. */
  | "absent"
  /** Its node ended before it did. */
  | "abandoned"
  /** It was under way when the run ended. */
  | "unfinished";

/** An operation that is over, or that the end of the run has cut off. */
export interface JudgedOperation {
  readonly operation: KeyOperation;
  readonly verdict: KeyVerdict;
  readonly startedMicros: number;
  /** From start to outcome; to the end of the run for one that is unfinished. */
  readonly tookMicros: number;
  readonly depth: number;
  readonly requests: number;
  readonly timeouts: number;
  /** The record of its start. */
  readonly line: TraceLine;
}

interface OpenOperation {
  readonly operation: KeyOperation;
  readonly node: number;
  readonly startedMicros: number;
  readonly line: TraceLine;
  /** Whether a put of the key had been answered when it began. */
  readonly isThere: boolean;
}

/** What has been put under a key. */
interface PutKey {
  /** Hashes of the values. */
  readonly values: Set<string>;
  isKept: boolean;
}

export interface KeyOperationsOptions {
  readonly view: RunView;
  readonly lives: NodeLives;
  readonly onJudged: (judged: JudgedOperation) => void;
}

/** Follows operations. Memory: those under way, and what was put under each key. */
export class KeyOperations {
  static readonly kinds: readonly RecordKind[] = [RecordKind.lookup];
  readonly #options: KeyOperationsOptions;
  readonly #open = new Map<number, OpenOperation>();
  readonly #puts = new Map<string, PutKey>();

  constructor(options: KeyOperationsOptions) {
    this.#options = options;
  }

  accept(record: RunRecord): void {
    const { view } = this.#options;
    const [key = "", value = ""] = record.text.split("=", 2);
    if (view.text(record.reason) === "started") this.#start(record, key, value);
    else this.#end(record, key, value);
  }

  /** Ends the observation: whatever is under way was cut off, or its node was. */
  finish(endMicros: number): void {
    for (const open of this.#open.values()) {
      const verdict = this.#isAbandoned(open) ? "abandoned" : "unfinished";
      this.#judge(open, verdict, endMicros, { number: 0, bytes: 0, value: 0 });
    }
    this.#open.clear();
  }

  #start(record: RunRecord, key: string, value: string): void {
    const { view } = this.#options;
    const operation = view.text(record.name) as KeyOperation;
    const put = this.#puts.get(key);
    this.#open.set(record.application, {
      operation,
      node: record.node,
      startedMicros: record.timeMicros,
      line: traceLine(record, view),
      isThere: put?.isKept ?? false,
    });
    if (operation !== "put") return;
    if (put === undefined) this.#puts.set(key, { values: new Set([value]), isKept: false });
    else put.values.add(value);
  }

  #end(record: RunRecord, key: string, value: string): void {
    const open = this.#open.get(record.application);
    if (open === undefined) return;
    this.#open.delete(record.application);
    const isSuccess = this.#options.view.text(record.reason) === "done";
    const put = this.#puts.get(key);
    if (open.operation === "put" && isSuccess && put !== undefined) put.isKept = true;
    const verdict = this.#verdict(open, record, { key, value, isSuccess });
    this.#judge(open, verdict, record.timeMicros, record);
  }

  #verdict(
    open: OpenOperation,
    { peer }: RunRecord,
    {
      key,
      value,
      isSuccess,
    }: { readonly key: string; readonly value: string; readonly isSuccess: boolean },
  ): KeyVerdict {
    switch (open.operation) {
      case "put":
        return isSuccess ? "succeeded" : "failed";
      case "lookup":
        if (!isSuccess || peer < 0) return "failed";
        return this.#isNearest(open, key, peer) ? "succeeded" : "wrong";
      case "get":
        if (isSuccess)
          return this.#puts.get(key)?.values.has(value) === true ? "succeeded" : "wrong";
        return open.isThere ? "failed" : "absent";
    }
  }

  /**
   * Whether no node is nearer to the key than the one found, of those that were active since the lookup began and that
   * the network lets it reach. In overlays by bits a node does not look for itself.
   */
  #isNearest({ node, startedMicros }: OpenOperation, key: string, found: number): boolean {
    const { view, lives } = this.#options;
    const distance = view.keyDistance ?? "xor";
    const foundId = view.nodeId(found);
    for (let other = 0; other < view.nodeCount; other++) {
      if (other === found || (distance === "xor" && other === node)) continue;
      if (lives.activeSince(other) > startedMicros) continue;
      if (compareByKey(distance, key, view.nodeId(other), foundId) >= 0) continue;
      if (other === node || view.isReachable(node, other)) return false;
    }
    return true;
  }

  /** Whether the process that asked is no more, though another of its node may run. */
  #isAbandoned({ node, startedMicros }: OpenOperation): boolean {
    return this.#options.lives.runningSince(node) > startedMicros;
  }

  #judge(
    { operation, startedMicros, line }: OpenOperation,
    verdict: KeyVerdict,
    endMicros: number,
    {
      number: depth,
      bytes: requests,
      value: timeouts,
    }: Pick<RunRecord, "number" | "bytes" | "value">,
  ): void {
    const tookMicros = endMicros - startedMicros;
    const figures = { depth, requests, timeouts };
    this.#options.onJudged({ operation, verdict, startedMicros, tookMicros, ...figures, line });
  }
}
