// From the schema library's issues to problems for people: the value, what was expected, what to do, and
// where it is in the file. Of a choice between forms, the form that was probably meant is reported.

import type * as z from "zod";
import { EXPECTATION_KINDS } from "./expectation-schema.js";
import type { ScenarioProblem } from "./scenario-error.js";
import { formatPath } from "./scenario-source.js";
import type { ScenarioSource, SourcePath } from "./scenario-source.js";
import { didYouMean } from "./suggestion.js";
import { keysFromMessage } from "./strict-map.js";

type Issue = z.core.$ZodIssue;

/** An issue with its whole path. */
interface Placed {
  readonly issue: Issue;
  readonly path: SourcePath;
}

/** The problems of a text whose data broke the schema. */
export function schemaProblems(
  source: ScenarioSource,
  data: unknown,
  issues: readonly Issue[],
): ScenarioProblem[] {
  const placed = issues.flatMap((issue) => flatten({ issue, path: toPath(issue.path) }, data));
  const misspelt = new Set(
    placed.flatMap(({ issue, path }) =>
      issue.code === "unrecognized_keys" ? [formatPath(path)] : [],
    ),
  );
  return (
    placed
      // What a whole map lacks is mostly the key that was misspelt.
      .filter(({ issue, path }) => issue.code !== "custom" || !misspelt.has(formatPath(path)))
      .flatMap((problem) => problemsOf(problem, source, data))
  );
}

function toPath(path: readonly PropertyKey[]): SourcePath {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

/** Replaces a failed choice by the issues of the form that came nearest. */
function flatten(placed: Placed, data: unknown): Placed[] {
  const { issue, path } = placed;
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [placed];
  const value = valueAt(data, path);
  if (isKindless(path, value)) return [placed];
  const forms = issue.errors
    .filter((form) => !form.some((inner) => isOtherKind(inner, value)))
    .map((form) =>
      form.flatMap((inner) =>
        flatten({ issue: inner, path: [...path, ...toPath(inner.path)] }, data),
      ),
    );
  const [first, ...others] = forms;
  if (first === undefined) return [placed];
  const best = others.reduce((a, b) => (misfit(b, data) < misfit(a, data) ? b : a), first);
  // Nothing that was written belongs to any form: naming one of them at random would mislead.
  if (others.length > 0 && isMap(value) && misfit(best, data) > Object.keys(value).length) {
    return [placed];
  }
  return best;
}

/** Whether a form is for another kind of value altogether: a text where a map is written. */
function isOtherKind(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_type") return true;
  if (issue.code === "invalid_value") return typeof value === "object";
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return false;
  return issue.errors.every((form) => form.some((inner) => isOtherKind(inner, value)));
}

/** How far a form is from what was written: missing and unknown keys count, wrong values less. */
function misfit(form: readonly Placed[], data: unknown): number {
  let sum = 0;
  for (const { issue, path } of form) {
    if (issue.code === "unrecognized_keys") sum += issue.keys.length;
    else if (valueAt(data, path) === undefined) sum += 1;
    else sum += issue.code === "invalid_value" && path.at(-1) === "use" ? 1 : 0.5 / form.length;
  }
  return sum;
}

function problemsOf(
  { issue, path }: Placed,
  source: ScenarioSource,
  data: unknown,
): ScenarioProblem[] {
  const value = valueAt(data, path);
  if (isKindless(path, value)) return [kindless(path, value, source)];
  if (issue.code === "unrecognized_keys") {
    const known = keysFromMessage(issue.message);
    return issue.keys.map((key) =>
      source.problemAt([...path, key], `unknown key ${key}`, {
        expected: known.length === 0 ? "" : `one of ${known.join(", ")}`,
        remedy: didYouMean(key, known) || "remove it, or check its spelling and indentation",
        atKey: true,
      }),
    );
  }
  if (issue.code === "invalid_key") {
    const key = String(path.at(-1) ?? "");
    const [first] = issue.issues;
    return [
      source.problemAt(path, `${key} cannot be a name here`, {
        expected: first?.message ?? "a name",
        remedy: "choose another name",
        atKey: true,
      }),
    ];
  }
  if (value === undefined && path.length > 0) return [missing(path, source, issue)];
  if (path.at(-2) === "protocols" && typeof value === "string") {
    const remedy = `write { use: ${value} }, or none`;
    const expected = "a map that begins with use, or none";
    return [
      source.problemAt(path, `${show(value)} is not a choice of protocol`, { expected, remedy }),
    ];
  }
  return [source.problemAt(path, ...wording(issue, value))];
}

/** Whether this is an expectation of which no key names the kind: what else is wrong with it says nothing. */
function isKindless(path: SourcePath, value: unknown): value is Readonly<Record<string, unknown>> {
  if (path.length !== 2 || path[0] !== "expect" || !isMap(value)) return false;
  return !EXPECTATION_KINDS.some((kind) => Object.hasOwn(value, kind));
}

function kindless(
  path: SourcePath,
  value: Readonly<Record<string, unknown>>,
  source: ScenarioSource,
): ScenarioProblem {
  const keys = Object.keys(value);
  const meant = keys.find((key) => didYouMean(key, EXPECTATION_KINDS) !== "");
  return source.problemAt(
    meant === undefined ? path : [...path, meant],
    meant === undefined ? "does not say what is expected" : `unknown key ${meant}`,
    {
      expected: `one of ${EXPECTATION_KINDS.join(", ")}`,
      remedy: meant === undefined ? "write one of them" : didYouMean(meant, EXPECTATION_KINDS),
      atKey: meant !== undefined,
    },
  );
}

function missing(path: SourcePath, source: ScenarioSource, issue: Issue): ScenarioProblem {
  const key = String(path.at(-1));
  const expected = issue.code === "invalid_union" ? alternatives(issue) : "";
  return source.problemAt(path.slice(0, -1), `${key} is missing`, {
    expected,
    remedy: `add ${key}: …`,
  });
}

/** Message and advice for one issue about a value that was written. */
function wording(issue: Issue, value: unknown): [string, { expected: string; remedy: string }] {
  const shown = show(value);
  switch (issue.code) {
    case "custom":
      return [issue.message, adviceOf(issue)];
    case "invalid_type":
      return [
        value === null ? "nothing is written here" : `${shown} is not ${kindName(issue.expected)}`,
        { expected: kindName(issue.expected), remedy: "" },
      ];
    case "too_small":
      return [
        `${shown} is too small`,
        { expected: `at least ${issue.minimum}${unitOf(issue)}`, remedy: "" },
      ];
    case "too_big":
      return [
        `${shown} is too large`,
        { expected: `at most ${issue.maximum}${unitOf(issue)}`, remedy: "" },
      ];
    case "invalid_value": {
      const values = issue.values.map(String);
      return [
        `${shown} is not known here`,
        { expected: `one of ${values.join(", ")}`, remedy: didYouMean(String(value), values) },
      ];
    }
    case "invalid_union":
      return [
        `${shown} does not fit here`,
        { expected: alternatives(issue), remedy: suggest(issue, value) },
      ];
    default:
      return [`${shown} does not fit here`, { expected: issue.message, remedy: "" }];
  }
}

function adviceOf(issue: z.core.$ZodIssueCustom): { expected: string; remedy: string } {
  const { expected, remedy } = issue.params ?? {};
  return {
    expected: typeof expected === "string" ? expected : "",
    remedy: typeof remedy === "string" ? remedy : "",
  };
}

function unitOf(issue: { readonly origin: string }): string {
  if (issue.origin === "array") return " entries";
  return issue.origin === "string" ? " characters" : "";
}

/** The forms that a failed choice offered. */
function alternatives(issue: z.core.$ZodIssueInvalidUnion): string {
  if ("options" in issue && Array.isArray(issue.options)) {
    return `one of ${issue.options.map(String).join(", ")}`;
  }
  const kinds: string[] = [];
  for (const form of issue.errors) {
    const [first] = form;
    if (first === undefined) continue;
    const kind =
      first.code === "invalid_type"
        ? kindName(first.expected)
        : first.code === "invalid_value"
          ? first.values.map(String).join(", ")
          : "";
    if (kind !== "" && !kinds.includes(kind)) kinds.push(kind);
  }
  return kinds.join(" or ");
}

function suggest(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  if (!("options" in issue) || !Array.isArray(issue.options)) return "";
  return didYouMean(String(value), issue.options.map(String));
}

function kindName(expected: string): string {
  switch (expected) {
    case "object":
    case "record":
      return "a map of keys";
    case "array":
    case "tuple":
      return "a list";
    case "string":
      return "a text";
    case "int":
      return "a whole number";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return expected;
  }
}

/** A value in a message: short. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is written at a path; undefined when nothing is. */
function valueAt(data: unknown, path: SourcePath): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
