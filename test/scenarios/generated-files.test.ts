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

  it("lists the keys of every form of a value in the reference, and each table once", () => {
    const reference = scenarioReference(SCHEMA);
    const sectionOf = (heading: string): string =>
      reference.split(`\n${heading}\n`)[1]?.split(/\n#{2,3} /u)[0] ?? "";
    for (const key of ["use", "matrix", "per", "jitter", "sameRegion", "log-normal.sigma"]) {
      expect(sectionOf("### network.latency")).toContain(`| \`${key}\` |`);
    }
    for (const key of ["from", "to", "oneWay", "delay", "reorder.by"]) {
      expect(sectionOf("### network.rules")).toContain(`| \`${key}\` |`);
    }
    expect(sectionOf("## churn").split("| `session` |")).toHaveLength(2);
    expect(sectionOf("### network.latency.jitter")).toContain("| `uniform.min` |");
  });
});
