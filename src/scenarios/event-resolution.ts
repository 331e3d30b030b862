// From single events as written to what the run does.

import type { UnfoldedEvent } from "./event-unfolding.js";
import type { WrittenEvent } from "./event-schema.js";
import type { Imports } from "./imports.js";
import { resolveCondition } from "./network-resolution.js";
import type { ProblemLog } from "./problem-log.js";
import { checkBroadcastSlot, checkKeyedOverlay, checkValueSize } from "./process-resolution.js";
import type { ProtocolResolver } from "./protocol-resolution.js";
import type { ScenarioAction, ScenarioEvent } from "./scenario.js";
import type { SourcePath } from "./scenario-source.js";
import type { SelectorReader } from "./selector-reading.js";

/** What events are read against. */
export interface EventSurroundings {
  readonly selectors: SelectorReader;
  readonly imports: Imports;
  readonly protocols: ProtocolResolver;
  readonly log: ProblemLog;
}

/** An operation on a key as written. */
type KeyEvent = Extract<WrittenEvent, { readonly do: "lookup" | "put" | "get" }>;

/** What an event that names another one undoes. */
const UNDONE_BY = { heal: "partition", release: "hold", restore: "degrade" } as const;

/** One event in base units. */
export function resolveEvent(
  { written, atMicros, path }: UnfoldedEvent,
  surroundings: EventSurroundings,
): ScenarioEvent {
  const action = isKeyEvent(written)
    ? resolveOperation(written, path, surroundings)
    : resolveAction(written, path, surroundings);
  return { name: written.name, atMicros, action };
}

function isKeyEvent(written: WrittenEvent): written is KeyEvent {
  return written.do === "lookup" || written.do === "put" || written.do === "get";
}

function resolveAction(
  written: Exclude<WrittenEvent, KeyEvent>,
  path: SourcePath,
  surroundings: EventSurroundings,
): ScenarioAction {
  const { selectors, imports, protocols, log } = surroundings;
  const who = (): ReturnType<SelectorReader["read"]> =>
    selectors.read("who" in written ? written.who : undefined, [...path, "who"]);
  switch (written.do) {
    case "join":
      return { do: "join", who: who(), joinsPerSecond: written.rate ?? null };
    case "leave":
    case "pause":
    case "resume":
      return { do: written.do, who: who() };
    case "crash":
      return { do: "crash", who: who(), kind: written.kind };
    case "restart":
      return { do: "restart", who: who(), state: written.state };
    case "partition": {
      const groups = selectors.readGroups(written.groups, [...path, "groups"]);
      return { do: "partition", groups, oneWay: written.oneWay };
    }
    case "heal":
    case "release":
    case "restore":
      if (written.event !== undefined) {
        selectors.checkEvent(written.event, [...path, "event"], UNDONE_BY[written.do]);
      }
      return { do: written.do, event: written.event ?? null };
    case "hold":
      return { do: "hold", ...endpoints(written, path, selectors) };
    case "degrade":
      return {
        do: "degrade",
        ...endpoints(written, path, selectors),
        oneWay: written.oneWay,
        condition: resolveCondition(written, path, imports),
      };
    case "broadcast":
      checkBroadcastSlot(protocols, [...path, "do"], log);
      return { do: "broadcast", who: who(), bytes: written.bytes };
    case "send": {
      const to = selectors.read(written.to, [...path, "to"]);
      return { do: "send", who: who(), to, bytes: written.bytes };
    }
    case "shutdown":
      if (written.who !== "network") return { do: "shutdown", who: who() };
      checkShutdownSlot(protocols, [...path, "who"], log);
      return { do: "shutdown", who: "network" };
  }
}

function resolveOperation(
  written: KeyEvent,
  path: SourcePath,
  { selectors, protocols, log }: EventSurroundings,
): ScenarioAction {
  const { key } = written;
  const who = selectors.read(written.who, [...path, "who"]);
  checkKeyedOverlay(protocols, [...path, "do"], log);
  if (written.do !== "put") return { do: written.do, who, key };
  checkValueSize(written.bytes, [...path, "bytes"], log);
  return { do: "put", who, key, bytes: written.bytes };
}

function endpoints(
  written: Pick<WrittenEvent & { readonly do: "hold" }, "from" | "to">,
  path: SourcePath,
  selectors: SelectorReader,
) {
  return {
    from: selectors.read(written.from, [...path, "from"]),
    to: selectors.read(written.to, [...path, "to"]),
  };
}

function checkShutdownSlot(protocols: ProtocolResolver, path: SourcePath, log: ProblemLog): void {
  if (protocols.hasSlot("shutdown")) return;
  log.report(path, "there is no protocol that shuts the network down", {
    expected: "a protocol in the slot shutdown",
    remedy: "remove shutdown: none",
  });
}
