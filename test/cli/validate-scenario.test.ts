import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { validateScenario } from "../../src/cli/validate-scenario.js";
import type { ScenarioArguments } from "../../src/cli/validate-scenario.js";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerscape-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the command; gives its exit code and what it wrote. */
function run(
  scenario: string,
  given: Partial<ScenarioArguments> = {},
): { code: number; out: string; error: string } {
  let out = "";
  let error = "";
  const code = validateScenario(
    { scenario, expand: false, set: [], seed: undefined, nodes: undefined, ...given },
    {
      out: (text) => (out += text),
      error: (text) => (error += text),
    },
  );
  return { code, out, error };
}

describe("validate SCENARIO", () => {
  it("says in a line what a valid scenario is, and answers 0", () => {
    expect(run("scenarios/two-nodes.yaml")).toEqual({
      code: 0,
      out: "scenarios/two-nodes.yaml: two-nodes is valid: 2 nodes in 1 class, 60s, 1 event, 2 expectations\n",
      error: "",
    });
  });

  it("prints the long form with --expand, which is valid itself", () => {
    const { code, out } = run("scenarios/churn.yaml", { expand: true });
    expect(code).toBe(0);
    const file = join(folder, "expanded.yaml");
    writeFileSync(file, out);
    expect(run(file, { expand: true })).toEqual({ code: 0, out, error: "" });
  });

  it("applies --set, --seed and --nodes", () => {
    const { out } = run("scenarios/churn.yaml", { set: ["n=50"], seed: "abc", expand: true });
    expect(out).toContain("count: 50\n");
    expect(out).toContain("seed: abc\n");
    expect(run("scenarios/churn.yaml", { nodes: "20" }).out).toContain("20 nodes in 2 classes");
  });

  it("writes errors to standard error only, and answers 2", () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "name: x\nsed: 1\nnodes: 2\n");
    const { code, out, error } = run(file);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(error).toContain(`${file}:2:1: sed: unknown key sed`);
    expect(error).toContain("did you mean seed?");
  });

  it.each([
    [["n"], "n is not a setting"],
    [["=5"], "=5 is not a setting"],
    [["m=5"], "did you mean n?"],
  ])("refuses --set %j", (set, said) => {
    const { code, error } = run("scenarios/churn.yaml", { set });
    expect(code).toBe(2);
    expect(error).toContain(said);
  });

  it("answers 2 for a file that is not there", () => {
    expect(run("scenarios/none.yaml").code).toBe(2);
  });
});
