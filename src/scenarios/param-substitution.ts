// Params: values that a scenario names once, uses anywhere, and that the command line replaces.

import { isCollection, isMap, isPair, isScalar } from "yaml";
import type { Document, Scalar } from "yaml";
import type { ParamValue } from "./scenario.js";
import { didYouMean } from "./suggestion.js";
import type { Advice } from "./written-values.js";

/** Values that replace those of `params`. */
export type ParamOverrides = Readonly<Record<string, ParamValue>>;

/** Something that is wrong about params. */
export interface ParamFault {
  readonly message: string;
  /** Where in the text. */
  readonly offset: number;
  readonly advice: Advice;
}

type Params = Readonly<Record<string, ParamValue>>;

const USE = /\$\{([^}]*)\}/gu;

/**
 * Replaces `${name}` in every value of the document, positions kept. A value that is nothing but `${name}`
 * takes the param's type. Names that no param has are faults, and so are params that stand for others.
 */
export function substituteParams(
  document: Document,
  overrides: ParamOverrides,
): { readonly params: Params; readonly faults: readonly ParamFault[] } {
  const faults: ParamFault[] = [];
  const params = readParams(document, overrides, faults);
  const seen = new Set<unknown>();
  const pending = isMap(document.contents)
    ? document.contents.items.filter(({ key }) => !isParamsKey(key)).map(({ value }) => value)
    : [];
  while (pending.length > 0) {
    const node = pending.pop();
    if (seen.has(node)) continue;
    seen.add(node);
    if (isPair(node)) pending.push(node.value);
    else if (isCollection(node)) pending.push(...node.items);
    else if (isScalar(node)) substituteIn(node, params, faults);
  }
  return { params, faults };
}

function isParamsKey(key: unknown): boolean {
  return isScalar(key) && key.value === "params";
}

/** The params as written, replaced by the overrides. */
function readParams(document: Document, overrides: ParamOverrides, faults: ParamFault[]): Params {
  const written: unknown = document.get("params");
  const own = new Map<string, ParamValue>();
  if (isMap(written)) {
    for (const { key, value } of written.items) {
      if (!isScalar(key) || !isScalar(value) || !isParamValue(value.value)) continue;
      own.set(String(key.value), value.value);
      if (standsForOthers(value.value))
        faults.push(nested(String(key.value), value.range?.[0] ?? 0));
    }
  }
  const names = Array.from(own.keys());
  for (const [name, value] of Object.entries(overrides)) {
    const offset = (isMap(written) ? written.range?.[0] : undefined) ?? 0;
    if (standsForOthers(value)) faults.push(nested(name, offset));
    if (!own.has(name)) {
      faults.push({
        message: `--set ${name}: there is no param of this name`,
        offset,
        advice: {
          expected: expectedNames(names),
          remedy: didYouMean(name, names) || `write params: { ${name}: … } and use \${${name}}`,
        },
      });
    }
    own.set(name, value);
  }
  return Object.fromEntries(own);
}

function standsForOthers(value: ParamValue): boolean {
  return typeof value === "string" && value.includes("${");
}

function nested(name: string, offset: number): ParamFault {
  return {
    message: `the param ${name} stands for another param`,
    offset,
    advice: { expected: "a value", remedy: "write the value itself" },
  };
}

function substituteIn(scalar: Scalar, params: Params, faults: ParamFault[]): void {
  const text = scalar.value;
  if (typeof text !== "string" || !text.includes("${")) return;
  const used = Array.from(text.matchAll(USE), (match) => match[1] ?? "");
  const unknown = used.length === 0 ? "" : used.find((name) => !Object.hasOwn(params, name));
  if (unknown !== undefined) {
    const names = Object.keys(params);
    faults.push({
      message: `\${${unknown}}: there is no param of this name`,
      offset: scalar.range?.[0] ?? 0,
      advice: {
        expected: expectedNames(names),
        remedy: didYouMean(unknown, names) || "add it to params",
      },
    });
    return;
  }
  const isWhole = used.length === 1 && text === `\${${used[0]!}}`;
  scalar.value = isWhole
    ? params[used[0]!]
    : text.replace(USE, (_, name: string) => String(params[name]));
}

function expectedNames(names: readonly string[]): string {
  return names.length === 0 ? "a scenario with params" : `one of ${names.join(", ")}`;
}

function isParamValue(value: unknown): value is ParamValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
