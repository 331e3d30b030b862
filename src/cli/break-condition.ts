// `--break CONDITION`: read, and held against the scenario. A debugger that never stops for a misspelt word looks
// like a run in which nothing happened.

import {
  BreakConditionError,
  KIND_WORDS,
  nextTimer,
  parseBreakCondition,
} from "../scenarios/breakpoint.js";
import type { BreakCondition } from "../scenarios/breakpoint.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { Scenario } from "../scenarios/scenario.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { UsageError } from "./usage-error.js";

const TIMER_PREFIX = "timer:";

/** Reads a condition. Throws `UsageError` for one that no event of the scenario can meet. */
export function breakConditionFor(
  text: string,
  scenario: Scenario,
  protocols: readonly ProtocolDefinition[],
): BreakCondition {
  const condition = parse(text);
  const { node, kind } = condition;
  const makeRun = (): SimulatedRun =>
    new SimulatedRun(scenario, {
      platform: nodePlatform,
      protocols,
      digests: false,
      watches: false,
    });
  if (node !== undefined) checkNode(text, node, makeRun());
  if (kind?.startsWith(TIMER_PREFIX) === true) checkTimer(text, kind, makeRun());
  else if (kind !== undefined) checkKind(text, kind, makeRun());
  return condition;
}

function parse(text: string): BreakCondition {
  try {
    return parseBreakCondition(text);
  } catch (error) {
    if (!(error instanceof BreakConditionError)) throw error;
    throw new UsageError("--break", text, "a condition", error.message);
  }
}

/** A node is meant by its name or its index. */
function checkNode(text: string, node: string, { network }: SimulatedRun): void {
  const { nodeCount } = network;
  if (/^(?:0|[1-9]\d{0,8})$/u.test(node) && Number(node) < nodeCount) return;
  const names = Array.from({ length: nodeCount }, (_, index) => network.nameOf(index));
  if (names.includes(node)) return;
  const range = `there are ${names[0] ?? "none"} to ${names.at(-1) ?? "none"}`;
  const remedy = didYouMean(node, names) || range;
  throw new UsageError("--break", text, "node: with the name or index of a node", remedy);
}

function checkKind(text: string, kind: string, { network }: SimulatedRun): void {
  const known = [...Object.keys(KIND_WORDS), ...network.messageTypes()];
  if (known.includes(kind)) return;
  throw new UsageError(
    "--break",
    text,
    "kind: with a message type of the scenario's protocols, a kind of event or a timer",
    didYouMean(kind, known) || `there are ${known.join(", ")}, and timers as timer:SLOT/KIND`,
  );
}

/** Protocols name their timers when they set them: which there are, the run itself has to show. */
function checkTimer(text: string, kind: string, run: SimulatedRun): void {
  const seen = new Set<string>();
  try {
    do {
      const timer = nextTimer(run.simulation);
      if (timer !== null) seen.add(`${TIMER_PREFIX}${timer}`);
    } while (!seen.has(kind) && run.step());
  } catch {
    // A protocol fails: the run that is looked at will do the same, and say so with its time.
    return;
  }
  if (seen.has(kind)) return;
  const known = [...seen];
  throw new UsageError(
    "--break",
    text,
    "kind: with a timer that goes off in the run",
    didYouMean(kind, known) || (known.length === 0 ? "none does" : `there are ${known.join(", ")}`),
  );
}
