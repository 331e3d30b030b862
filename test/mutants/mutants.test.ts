import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Expectation } from "../../src/scenarios/expectation.js";
import { runText } from "../convergence/trial.js";
import { BROADCAST_MUTANTS } from "./broadcast-mutants.js";
import { DISCOVERY_MUTANTS } from "./discovery-mutants.js";
import { KADEMLIA_MUTANTS } from "./kademlia-mutants.js";
import { KERNEL_MUTANTS } from "./kernel-mutants.js";
import type { KernelMutant } from "./kernel-mutants.js";
import { MESSAGES_ACROSS_JITTER, MUTANT_CASES, SHUTDOWN_SCENARIO } from "./mutant-cases.js";
import { FORGER, SHUTDOWN_MUTANTS } from "./shutdown-mutants.js";

const MUTANTS = [
  ...DISCOVERY_MUTANTS,
  ...KADEMLIA_MUTANTS,
  ...BROADCAST_MUTANTS,
  ...SHUTDOWN_MUTANTS,
];
const PROTOCOLS = [...MUTANTS, FORGER];

/** Every kind of expectation; one more of them makes this a type error. */
const KINDS: Readonly<Record<Expectation["kind"], true>> = {
  settled: true,
  connected: true,
  "stale-links": true,
  delivered: true,
  answered: true,
  "no-message-after-shutdown": true,
  "all-stopped": true,
  "messages-per-node-second": true,
  "bytes-per-node-second": true,
  "view-size": true,
  metric: true,
};

describe("what a mutant breaks holds without it", () => {
  const scenarios = [...new Set(MUTANT_CASES.map(({ scenario }) => scenario))];
  it.each([...scenarios, MESSAGES_ACROSS_JITTER].map((scenario) => [titleOf(scenario), scenario]))(
    "in %s",
    (_title, scenario) => {
      expect(runText(scenario, { protocols: PROTOCOLS }).failures).toEqual([]);
    },
  );
});

describe("a known-wrong variant is caught", () => {
  it.each(MUTANT_CASES)("$mutant by $caughtBy", ({ mutant, slot, caughtBy, scenario }) => {
    const { broken } = runText(scenario, { protocols: PROTOCOLS, params: { [slot]: mutant } });
    expect(broken).toContain(caughtBy);
  });

  it("when a connection lets a later message overtake", () => {
    const { failures } = runText(MESSAGES_ACROSS_JITTER, { meddler: kernelMutant("overtakes") });
    expect(failures.join()).toContain("overtaken");
  });

  it("when a process that has ended speaks", () => {
    const meddler = kernelMutant("speaks-after-its-end");
    const { broken } = runText(SHUTDOWN_SCENARIO, { protocols: PROTOCOLS, meddler });
    expect(broken).toContain("silence");
  });

  it("by every kind of expectation", () => {
    const caught = MUTANT_CASES.map(({ caughtBy, scenario }) => kindOf(caughtBy, scenario));
    expect([...new Set([...caught, "no-message-after-shutdown"])].sort()).toEqual(
      Object.keys(KINDS).sort(),
    );
  });

  it("as the README says, which lists every mutant with what catches it", () => {
    const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8");
    const names = [...MUTANTS, ...KERNEL_MUTANTS].map(({ name }) => name);
    expect(new Set(MUTANT_CASES.map(({ mutant }) => mutant))).toEqual(
      new Set(MUTANTS.map(({ name }) => name)),
    );
    for (const name of names) expect(lineOf(readme, name)).not.toBe("");
    for (const { mutant, caughtBy } of MUTANT_CASES) {
      expect(lineOf(readme, mutant)).toContain(`\`${caughtBy}\``);
    }
  });
});

/** The name of a scenario. */
function titleOf(scenario: string): string {
  return /^name: (.*)$/mu.exec(scenario)?.[1] ?? scenario;
}

/** The line of the README's table that is about a mutant. */
function lineOf(readme: string, mutant: string): string {
  return readme.split("\n").find((line) => line.startsWith(`| \`${mutant}\``)) ?? "";
}

/** The kind of the expectation of a name. */
function kindOf(name: string, scenario: string): string {
  const line = scenario.split("\n").find((text) => text.includes(`name: ${name},`)) ?? "";
  return Object.keys(KINDS).find((kind) => line.includes(` ${kind}: `)) ?? line;
}

function kernelMutant(name: string): KernelMutant["begin"] {
  const mutant = KERNEL_MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new RangeError(`there is no kernel mutant ${name}`);
  return mutant.begin;
}
