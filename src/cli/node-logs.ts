// Logs of a live node: `--log json` for programs that gather logs, `--log info:discovery` for people.

import { pino } from "pino";
import type { Logger } from "pino";
import type { LogLine } from "../protocol/node-recorder.js";
import type { LogLevel, NodeStatus, PeerBelief } from "../protocol/protocol.js";
import { LOG_LEVELS, passesLogFilter } from "../scenarios/log-filter.js";
import type { LogFilter } from "../scenarios/log-filter.js";
import type { NodeWatcher } from "../scenarios/node-watchers.js";
import type { Peer } from "../transport/peer.js";
import type { ConnectionChange, Refusal } from "../transport/transport-observer.js";
import { parseLogOption } from "./log-printer.js";
import { UsageError } from "./usage-error.js";

/**
 * The watcher that `--log` asks for, which writes whole lines; `slots` are those of the node. Throws `UsageError` for what
 * is no such option.
 */
export function logWatcher(
  option: string,
  slots: readonly string[],
  write: { readonly json: (line: string) => void; readonly text: (line: string) => void },
): NodeWatcher {
  const [format, level = "info", ...more] = option.split(":");
  if (format !== "json") return new TextLogs(readFilter(option, slots), write.text);
  if (more.length === 0 && LOG_LEVELS.some((one) => one === level)) {
    return new JsonLogs(level as LogLevel, write.json);
  }
  const expected = `json[:LEVEL], a level of ${LOG_LEVELS.join(", ")}`;
  throw new UsageError("--log", option, expected, "write for instance --log json:debug");
}

function readFilter(option: string, slots: readonly string[]): LogFilter {
  try {
    return parseLogOption(option, slots);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError("--log", option, `json, or ${error.expected}`, error.remedy);
  }
}

/** Lines of protocols for people. */
class TextLogs implements NodeWatcher {
  readonly #filter: LogFilter;
  readonly #write: (line: string) => void;

  constructor(filter: LogFilter, write: (line: string) => void) {
    this.#filter = filter;
    this.#write = write;
  }

  wantsLog(level: LogLevel, slot: string): boolean {
    return passesLogFilter(this.#filter, level, slot);
  }

  logged(_node: Peer, { slot, level, text, fields }: LogLine): void {
    const rest = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
    this.#write(`${slot} ${level}: ${text}${rest}`);
  }
}

/** One JSON object a line: what protocols log, and what becomes of node, peers and connections. */
class JsonLogs implements NodeWatcher {
  readonly #logger: Logger;

  constructor(level: LogLevel, write: (line: string) => void) {
    const options = { level, base: { program: "peerscape", pid: process.pid } };
    this.#logger = pino(options, { write });
  }

  wantsLog(level: LogLevel): boolean {
    return this.#logger.isLevelEnabled(level);
  }

  logged(node: Peer, { slot, level, text, fields }: LogLine): void {
    this.#logger[level]({ node: node.id, slot, ...fields }, text);
  }

  status(node: Peer, status: NodeStatus, incarnation: number): void {
    this.#logger.info({ node: node.id, status, incarnation }, "status");
  }

  belief(node: Peer, peer: Peer, belief: PeerBelief): void {
    this.#logger.info({ node: node.id, peer: peer.id, belief }, "belief");
  }

  viewAdded(node: Peer, overlay: string, peer: Peer): void {
    const { id, address } = peer;
    this.#logger.info({ node: node.id, overlay, peer: id, address }, "peer entered view");
  }

  viewRemoved(node: Peer, overlay: string, peer: Peer): void {
    this.#logger.info({ node: node.id, overlay, peer: peer.id }, "peer left view");
  }

  connection({ id, address }: Peer, change: ConnectionChange, epoch: number, reason: string): void {
    const why = reason === "" ? {} : { reason };
    this.#logger.debug({ peer: id, address, change, epoch, ...why }, "connection");
  }

  refused(address: string, refusal: Refusal, detail: string): void {
    this.#logger.warn({ address, refusal, detail }, "refused");
  }
}
