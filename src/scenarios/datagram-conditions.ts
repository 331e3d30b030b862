// Refuses conditions that could not take effect: duplication, corruption and reordering are about
// datagrams, and a scenario whose protocols send none would silently run without them.

import type { CompleteScenario } from "./completion.js";
import type { ProblemLog } from "./problem-log.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import type { NodeClass } from "./scenario.js";
import type { SourcePath } from "./scenario-source.js";

interface WrittenCondition {
  readonly duplicate: number;
  readonly corrupt: number;
  readonly reorder?: object | undefined;
}

/** Notes every condition on datagrams in a scenario whose nodes send none. */
export function checkDatagramConditions(
  written: CompleteScenario,
  {
    classes,
    definitions,
    log,
  }: {
    readonly classes: readonly NodeClass[];
    readonly definitions: readonly ProtocolDefinition[];
    readonly log: ProblemLog;
  },
): void {
  const sendsDatagrams = classes.some(({ protocols }) =>
    protocols.some(({ slot, use }) =>
      definitions.some((d) => d.slot === slot && d.name === use && d.usesDatagrams),
    ),
  );
  if (sendsDatagrams) return;
  const check = (condition: WrittenCondition, path: SourcePath): void => {
    const keys: string[] = [];
    if (condition.duplicate > 0) keys.push("duplicate");
    if (condition.corrupt > 0) keys.push("corrupt");
    if (condition.reorder !== undefined) keys.push("reorder");
    for (const key of keys) {
      log.report([...path, key], `${key} touches datagrams only, and no protocol here sends any`, {
        expected: "a protocol that sends datagrams",
        remedy: `remove ${key}, or add such a protocol (discovery: { use: genesis })`,
      });
    }
  };
  check(written.network, ["network"]);
  written.network.rules.forEach((rule, i) => {
    check(rule, ["network", "rules", i]);
  });
  written.events.forEach((event, i) => {
    if (event.do === "degrade") check(event, ["events", i]);
  });
}
