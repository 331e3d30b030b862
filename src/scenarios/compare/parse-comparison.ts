// From the text of a comparison to its runs. Each variant becomes a scenario of its own, which is checked as any other;
// what is wrong with one is told at its place in the comparison.

import { stringify } from "yaml";
import { invariant } from "../../trace/invariant.js";
import { requireComparison } from "../kind-of-file.js";
import { checkMetricPath } from "../metric-path.js";
import { ProblemLog } from "../problem-log.js";
import { ScenarioError } from "../scenario-error.js";
import type { ScenarioProblem } from "../scenario-error.js";
import { ScenarioSource } from "../scenario-source.js";
import type { SourcePath } from "../scenario-source.js";
import type { ParamValue } from "../scenario.js";
import { schemaProblems } from "../schema-problems.js";
import { didYouMean } from "../suggestion.js";
import type { Comparison, ComparedVariant, ComparisonAxis } from "./comparison.js";
import { comparisonSchema } from "./comparison-schema.js";
import type { WrittenComparison } from "./comparison-schema.js";
import { MEASURES } from "./measures.js";
import type { Measure } from "./measures.js";

type Keys = Readonly<Record<string, unknown>>;

/** More would take a day, and is a slip of an axis and a number of seeds. */
export const RUNS_MAX = 10_000;

/** A comparison to read. */
export interface ComparisonInput {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly text: string;
  /** How many of the seeds 1, 2, … in place of the file's. */
  readonly seedCount?: number | undefined;
  /** Reads one scenario, only to find out what is wrong with it. Throws `ScenarioError`. */
  readonly check: (text: string, params: Readonly<Record<string, ParamValue>>) => void;
}

/** Reads and checks a comparison. Throws `ScenarioError` with everything that is wrong with it. */
export function parseComparison({ file, text, seedCount, check }: ComparisonInput): Comparison {
  const source = new ScenarioSource(file, text);
  requireComparison(source);
  const data = source.data();
  const read = comparisonSchema.safeParse(data);
  if (!read.success) throw new ScenarioError(file, schemaProblems(source, data, read.error.issues));
  const written = read.data;
  const log = new ProblemLog(source);
  const measures = measuresOf(written, log);
  const comparison: Comparison = {
    name: written.name,
    description: written.description,
    seeds: seedsOf(seedCount ?? written.seeds, log),
    variants: variantsOf(written),
    axis: written.axis ?? null,
    against: written.against ?? null,
    measures,
  };
  checkOwnKeys(written, log);
  checkAgainst(comparison, log);
  checkAxis(written, log);
  checkRunCount(comparison, log);
  log.throwIfAny();
  const problems = variantProblems(comparison, { written, source, check });
  if (problems.length > 0) throw new ScenarioError(file, problems);
  return comparison;
}

function seedsOf(written: WrittenComparison["seeds"], log: ProblemLog): readonly number[] {
  if (typeof written === "number") return Array.from({ length: written }, (_, i) => i + 1);
  written.forEach((seed, i) => {
    if (written.indexOf(seed) === i) return;
    const advice = {
      expected: "each seed once",
      remedy: "remove it: the same run twice is no second run",
    };
    log.report(["seeds", i], `${seed} is listed already`, advice);
  });
  return written;
}

/** The scenario of each variant. Where both have a map under a key, the variant's entries replace those of the scenario. */
function variantsOf({ name, scenario, seeds, variants }: WrittenComparison): ComparedVariant[] {
  const seed = typeof seeds === "number" ? 1 : seeds[0];
  return Object.entries(variants).map(([variant, changes]) => {
    const merged: Record<string, unknown> = { name, ...scenario, seed };
    for (const [key, value] of Object.entries(changes)) {
      const base = merged[key];
      merged[key] = isMap(base) && isMap(value) ? { ...base, ...value } : value;
    }
    return { name: variant, text: stringify(merged, { aliasDuplicateObjects: false }) };
  });
}

function isMap(value: unknown): value is Keys {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function measuresOf({ measures }: WrittenComparison, log: ProblemLog): readonly Measure[] {
  const names = new Set<string>();
  return measures.map((written, i): Measure => {
    const measure = typeof written === "string" ? known(written) : own(written);
    if (typeof written !== "string") {
      for (const metric of measure.metrics) checkMetricPath(metric, ["measures", i, "metric"], log);
    }
    if (names.has(measure.name)) {
      const advice = { expected: "each measure once", remedy: "remove it, or choose another name" };
      log.report(["measures", i], `${measure.name} is measured already`, advice);
    }
    names.add(measure.name);
    return measure;
  });
}

function known(name: string): Measure {
  const measure = MEASURES.find((candidate) => candidate.name === name);
  invariant(measure !== undefined, "the schema lets only names of measures pass");
  return measure;
}

function own({
  name,
  metric,
  unit,
}: Exclude<WrittenComparison["measures"][number], string>): Measure {
  return { name, label: name, unit, metrics: typeof metric === "string" ? [metric] : metric };
}

/** Seeds belong to the comparison: a variant with one of its own would not be compared. */
function checkOwnKeys({ scenario, variants }: WrittenComparison, log: ProblemLog): void {
  const places: [SourcePath, Keys][] = [
    [["scenario"], scenario],
    ...Object.entries(variants).map(([name, changes]): [SourcePath, Keys] => [
      ["variants", name],
      changes,
    ]),
  ];
  for (const [path, keys] of places) {
    for (const key of ["seed", "name"]) {
      if (!Object.hasOwn(keys, key)) continue;
      log.report([...path, key], `${key} is the comparison's`, {
        expected: "every variant to have the same",
        remedy: key === "seed" ? "write seeds beside scenario" : "remove it",
      });
    }
  }
}

function checkAgainst({ against, measures }: Comparison, log: ProblemLog): void {
  const names = measures.map(({ name }) => name);
  if (against === null || names.includes(against)) return;
  log.report(["against"], `${against} is not measured here`, {
    expected: `one of ${names.join(", ")}`,
    remedy: didYouMean(against, names) || "add it to measures",
  });
}

function checkAxis({ axis, scenario }: WrittenComparison, log: ProblemLog): void {
  if (axis === undefined) return;
  const params = isMap(scenario["params"]) ? Object.keys(scenario["params"]) : [];
  if (params.includes(axis.param)) return;
  log.report(["axis", "param"], `the scenario has no param ${axis.param}`, {
    expected: params.length === 0 ? "a scenario with params" : `one of ${params.join(", ")}`,
    remedy:
      didYouMean(axis.param, params) ||
      `write params: { ${axis.param}: … } and use \${${axis.param}}`,
  });
}

function checkRunCount({ seeds, variants, axis }: Comparison, log: ProblemLog): void {
  const count = seeds.length * variants.length * (axis?.values.length ?? 1);
  if (count <= RUNS_MAX) return;
  log.report(["seeds"], `${count} runs in all`, {
    expected: `at most ${RUNS_MAX}`,
    remedy: "lower the number of seeds, variants or values",
  });
}

interface Surroundings extends Pick<ComparisonInput, "check"> {
  readonly written: WrittenComparison;
  readonly source: ScenarioSource;
}

/** What is wrong with the scenarios of the variants, each thing once. */
function variantProblems(
  { variants, axis }: Comparison,
  { written, source, check }: Surroundings,
): ScenarioProblem[] {
  const found = new Map<string, ScenarioProblem>();
  for (const { name, text } of variants) {
    for (const params of paramsOf(axis)) {
      try {
        check(text, params);
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        for (const problem of error.problems) {
          const placed = place(problem, name, { written, source });
          found.set(`${placed.path} ${placed.message}`, placed);
        }
      }
    }
  }
  return [...found.values()];
}

/** What each value of the axis sets; nothing, once, without an axis. */
function paramsOf(axis: ComparisonAxis | null): Readonly<Record<string, ParamValue>>[] {
  return axis === null ? [{}] : axis.values.map((value) => ({ [axis.param]: value }));
}

/** A problem of a variant's scenario, at its place in the comparison. */
function place(
  { path: text, message, expected, remedy }: ScenarioProblem,
  variant: string,
  { written, source }: Pick<Surroundings, "written" | "source">,
): ScenarioProblem {
  const path = Array.from(text.matchAll(/[^.[\]]+/gu), ([part]) =>
    /^\d+$/u.test(part) ? Number(part) : part,
  );
  const prefix = isOfVariant(path, written, variant) ? ["variants", variant] : ["scenario"];
  return source.problemAt([...prefix, ...path], message, { expected, remedy });
}

/** Whether what stands at a path was written by the variant, not by the scenario. */
function isOfVariant(
  path: SourcePath,
  { scenario, variants }: WrittenComparison,
  variant: string,
): boolean {
  const [key = "", inner] = path;
  const changes = variants[variant]?.[key];
  if (changes === undefined) return false;
  const isMerged = isMap(changes) && isMap(scenario[key]);
  return !isMerged || inner === undefined || Object.hasOwn(changes, inner);
}
