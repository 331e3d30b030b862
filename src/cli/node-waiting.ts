// `wait`: what lets a script at a node's standard input go on when something has come about, and not before.

import { setTimeout } from "node:timers/promises";
import { UnitError, parseDurationMicros } from "../scenarios/units.js";
import { CommandError } from "./node-command-error.js";
import type { NodeSession } from "./node-session.js";

/** How often the node is asked. It tells of changes as well, but not of all that can be waited for. */
const LOOK_MILLIS = 20;

/** Waits for `active`, `members N` or a length of time. Answers nothing to print. Throws `CommandError`. */
export async function waitFor(session: NodeSession, words: string): Promise<string> {
  const { node } = session.live;
  const [, count] = /^members\s+(\d{1,6})$/u.exec(words) ?? [];
  if (words === "active") await until(session, () => node.ownStatus === "active");
  else if (count !== undefined) {
    await until(session, () => session.live.network.discover().length === Number(count));
  } else {
    const endMicros = session.live.nowMicros() + durationMicros(words);
    await until(session, () => session.live.nowMicros() >= endMicros);
  }
  return "";
}

/** A node that leaves meanwhile has nothing more to wait for. */
async function until(session: NodeSession, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    const { ownStatus } = session.live.node;
    if (ownStatus === "leaving" || ownStatus === "left") return;
    await setTimeout(LOOK_MILLIS);
  }
}

function durationMicros(text: string): number {
  try {
    return parseDurationMicros(text);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new CommandError(`wait ${text}: expected active, members N, or a time as 2s`);
  }
}
