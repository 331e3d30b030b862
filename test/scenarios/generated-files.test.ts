// Files that are printed from the schema and committed. `npm run schema` prints them again.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scenarioJsonSchema } from "../../src/scenarios/json-schema.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { scenarioReference } from "../../src/scenarios/scenario-reference.js";

const SCHEMA = scenarioJsonSchema(SHIPPED_PROTOCOLS);

const GENERATED: readonly (readonly [path: string, text: string])[] = [
  ["schema/scenario.schema.json", `${JSON.stringify(SCHEMA, null, 2)}\n`],
  ["docs/scenario-reference.md", scenarioReference(SCHEMA)],
];

describe("a file printed from the schema", () => {
  it.each(GENERATED)("is current: %s", (path, text) => {
    if (process.env["UPDATE"] === "1") writeFileSync(path, text);
    const committed = existsSync(path) ? readFileSync(path, "utf8") : "";
    expect(committed, `${path} is out of date: npm run schema`).toBe(text);
  });

  it("describes every key to editors", () => {
    const { properties, required } = SCHEMA as {
      properties: Record<string, { description?: string }>;
      required: string[];
    };
    expect(required).toEqual(["name", "seed", "nodes"]);
    for (const [key, { description }] of Object.entries(properties)) {
      expect(description, key).toBeDefined();
    }
  });

  it("names every protocol, action and expectation in the reference", () => {
    const [, [, reference]] = GENERATED as [unknown, readonly [string, string]];
    for (const heading of [
      "### discovery: { use: genesis }",
      "### do: partition",
      "### overlay: random",
      "### settled",
      "### stale-links",
      "## churn",
    ]) {
      expect(reference).toContain(`${heading}\n`);
    }
  });
});
