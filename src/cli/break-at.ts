// `--break-at RECORD`: the event that wrote a record. A run repeats itself, so a number is turned into the
// event's key by running once before.

import type { BreakCondition } from "../scenarios/breakpoint.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { Scenario } from "../scenarios/scenario.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import { COMPARED_KINDS } from "../trace/record-fingerprint.js";
import type { RunRecord } from "../trace/record.js";
import type { EventKeyTriple } from "../trace/trace-line.js";
import { UsageError } from "./usage-error.js";

const KEY = /^(\d{1,16})[:,](\d{1,10})[:,](\d{1,10})$/u;

/** Reads a record's number, as a determinism check prints it, or an event's key, as every trace line has it. */
export function breakConditionOf(
  text: string,
  scenario: Scenario,
  protocols: readonly ProtocolDefinition[],
): BreakCondition {
  const [, timeMicros, origin, counter] = KEY.exec(text) ?? [];
  if (timeMicros !== undefined)
    return { key: [Number(timeMicros), Number(origin), Number(counter)] };
  if (!/^\d{1,15}$/u.test(text)) {
    throw new UsageError(
      "--break-at",
      text,
      "a record's number or an event's key",
      "write 1234 or 5000000:17:42",
    );
  }
  return { key: keyOfRecord(Number(text), scenario, protocols) };
}

function keyOfRecord(
  number: number,
  scenario: Scenario,
  protocols: readonly ProtocolDefinition[],
): EventKeyTriple {
  let count = 0;
  const keys: EventKeyTriple[] = [];
  const accept = ({ timeMicros, origin, counter }: RunRecord): void => {
    if (count++ === number) keys.push([timeMicros, origin, counter]);
  };
  const run = new SimulatedRun(scenario, {
    platform: nodePlatform,
    protocols,
    digests: false,
    watches: false,
    sinks: () => [{ kinds: COMPARED_KINDS, accept }],
  });
  while (keys.length === 0 && run.step());
  const [key] = keys;
  if (key !== undefined) return key;
  throw new UsageError(
    "--break-at",
    String(number),
    `a record of the run, which has ${count}`,
    "write a smaller number",
  );
}
