// The same digest on every supported version of Node: the built program runs the shipped scenarios on others.

import { describe, expect, it } from "vitest";
import { GOLDEN_DIGESTS, LARGEST } from "../golden/golden-digests.js";
import { scenarioDigest } from "../golden/scenario-digest.js";
import { OTHER_NODE_MAJORS, requireNode } from "../support/node-versions.js";

const SCENARIOS = [...GOLDEN_DIGESTS.keys()].filter((name) => name !== LARGEST);

/** The slowest takes some twenty seconds on an idle machine; the first test also fetches the version. */
const RUN_MILLIS = 300_000;

describe.each(OTHER_NODE_MAJORS)("on Node %i", (major) => {
  it.for(SCENARIOS)("%s has its golden digest", { timeout: RUN_MILLIS }, (name, context) => {
    const node = requireNode(context, major);
    expect(scenarioDigest(name, { node })).toBe(GOLDEN_DIGESTS.get(name));
  });
});
