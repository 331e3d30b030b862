// Passages judged by rules in their stages, the way the network model does it, for tests of single rules.

import { STAGES } from "../../../src/sim/link-rule.js";
import type { LinkRule } from "../../../src/sim/link-rule.js";
import { mixKey } from "../../../src/sim/mix.js";
import { Passage } from "../../../src/sim/passage.js";
import type { PassageKind } from "../../../src/sim/passage.js";
import { nodeSha256 } from "../../../src/trace/node-hashing.js";

export interface Journey {
  readonly kind?: PassageKind;
  readonly source?: number;
  readonly target?: number;
  readonly number?: number;
}

/** Judges messages by these rules under a seed; the passage it answers is reused by the next call. */
export function judge(rules: readonly LinkRule[], seed = "rules"): (journey?: Journey) => Passage {
  const passage = new Passage();
  const keyed = STAGES.flatMap((stage) => rules.filter((rule) => rule.stage === stage)).map(
    (rule) => ({
      rule,
      key: mixKey(nodeSha256, seed, `rule/${rule.name}`),
    }),
  );
  return ({ kind = "datagram", source = 0, target = 1, number = 0 } = {}) => {
    passage.begin(kind, source, target, number, 100, 0);
    for (const { rule, key } of keyed) {
      passage.key = key;
      rule.apply(passage);
      if (rule.stage === "base") passage.baseMicros = passage.totalMicros;
    }
    return passage;
  };
}
