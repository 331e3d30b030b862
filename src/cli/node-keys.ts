// `lookup`, `put` and `get` at a node's prompt: what a structured overlay finds under a key. A key that is no key of 64
// digits is a name, and is filed under its SHA-256, as the names in scenarios are.

import { VALUE_BYTES_MAX } from "../protocol/keyed-overlay.js";
import type { KeyOutcome } from "../protocol/key-operation.js";
import { MissingProtocolError } from "../protocol/node.js";
import { isKey } from "../protocol/xor-distance.js";
import { keyOfName } from "../scenarios/workload-keys.js";
import { nodeSha256 } from "../trace/node-hashing.js";
import { shortId } from "../transport/peer.js";
import { CommandError } from "./node-command-error.js";
import { counted } from "./node-descriptions.js";
import { shownText } from "./node-screen.js";
import type { NodeSession } from "./node-session.js";

/** Digits of a key that are shown: as many as of a peer. */
const SHOWN_DIGITS = 8;

/** Looks for the nodes nearest to a key. Answers them. Throws `CommandError`. */
export async function lookUp(session: NodeSession, name: string): Promise<string> {
  const key = keyOf(name);
  const outcome = await outcomeOf(session, () => session.live.node.lookup(key));
  if (outcome === null) return "";
  if (!outcome.isSuccess) return `nobody answered for ${shown(key)}: ${effort(outcome)}`;
  const nearest = outcome.closest.map((peer) => `${shortId(peer)} ${peer.address}`);
  return [`nearest to ${shown(key)}, ${effort(outcome)}`, ...nearest].join("\n");
}

/** Has a text kept under a key. Answers by whom. Throws `CommandError`. */
export async function putText(session: NodeSession, name: string, text: string): Promise<string> {
  const key = keyOf(name);
  const value = new TextEncoder().encode(text);
  if (value.length > VALUE_BYTES_MAX) {
    throw new CommandError(
      `The text has ${value.length} bytes; expected at most ${VALUE_BYTES_MAX}`,
    );
  }
  const outcome = await outcomeOf(session, () => session.live.node.put(key, value));
  if (outcome === null) return "";
  if (!outcome.isSuccess) return `nobody keeps ${shown(key)}: ${effort(outcome)}`;
  return `kept under ${shown(key)}, ${effort(outcome)}`;
}

/** Looks for what is kept under a key. Answers it. Throws `CommandError`. */
export async function getText(session: NodeSession, name: string): Promise<string> {
  const key = keyOf(name);
  const outcome = await outcomeOf(session, () => session.live.node.get(key));
  if (outcome === null) return "";
  if (outcome.value === null) return `nothing under ${shown(key)}: ${effort(outcome)}`;
  return `${shownText(outcome.value)}\n(${counted(outcome.value.length, "byte")}, ${effort(outcome)})`;
}

/** Begins an operation and waits for what comes of it; null for a node that ends meanwhile. */
async function outcomeOf(session: NodeSession, begin: () => number): Promise<KeyOutcome | null> {
  const { live } = session;
  let stop: (() => void) | undefined;
  try {
    return await Promise.race([
      new Promise<KeyOutcome>((resolve) => {
        // An operation may end before its id is known here.
        const early = new Map<number, KeyOutcome>();
        let id = -1;
        stop = live.node.outcomes((outcome) => {
          if (outcome.id === id) resolve(outcome);
          else if (id < 0) early.set(outcome.id, outcome);
        });
        id = begin();
        const outcome = early.get(id);
        if (outcome !== undefined) resolve(outcome);
      }),
      live.left.then(() => null),
    ]);
  } catch (error) {
    if (!(error instanceof MissingProtocolError)) throw error;
    throw new CommandError(
      "This node keeps no keys: start it with --protocol discovery=kademlia or discovery=chord",
    );
  } finally {
    stop?.();
  }
}

function keyOf(name: string): string {
  return isKey(name) ? name : keyOfName(nodeSha256, name);
}

function shown(key: string): string {
  return `${key.slice(0, SHOWN_DIGITS)}…`;
}

/** What an operation took, in words. */
function effort({ requests, timeouts, depth }: KeyOutcome): string {
  const asked = `${counted(requests, "request")}, ${counted(depth, "hop")}`;
  return timeouts === 0 ? asked : `${asked}, ${timeouts} unanswered`;
}
