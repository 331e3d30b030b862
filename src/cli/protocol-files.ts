// A user's own protocols: `--protocols FILE`, and the modules that a scenario names by their paths. Loaded after the
// guard is in place, so that whatever the module captures of the ambient time and chance is caught as well.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { moduleError } from "../scenarios/named-modules.js";
import { modulesNamedIn } from "../scenarios/node-scenario-file.js";
import { SHIPPED_PROTOCOLS, findProtocol } from "../scenarios/protocol-registry.js";
import type { ScenarioError } from "../scenarios/scenario-error.js";
import type { Advice } from "../scenarios/written-values.js";
import { codePlace } from "./code-place.js";
import { UsageError } from "./usage-error.js";

/** The protocols of a user, and the files that they came from. */
export interface OwnProtocols {
  readonly definitions: readonly ProtocolDefinition[];
  readonly files: readonly string[];
}

/** Loads the definitions that modules export as `protocols`. Throws `UsageError` for a file that has none. */
export async function loadProtocols(files: readonly string[]): Promise<ProtocolDefinition[]> {
  const definitions: ProtocolDefinition[] = [];
  for (const file of files) {
    if (!existsSync(resolve(file))) {
      throw new UsageError(
        "--protocols",
        file,
        "a JavaScript module",
        "check the path: there is no such file",
      );
    }
    try {
      definitions.push(...(await importProtocols(file, definitions)));
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      throw new UsageError("--protocols", file, error.expected, error.remedy);
    }
  }
  return definitions;
}

/**
 * Loads those of `--protocols`, and those of the modules that the scenario names: each may be called by its own name or by
 * that path. Throws `UsageError` for the first kind and `ScenarioError` for the second.
 */
export async function loadOwnProtocols(given: {
  readonly scenario: string;
  readonly protocols: readonly string[];
}): Promise<OwnProtocols> {
  const files = [...given.protocols];
  let definitions: ProtocolDefinition[] = await loadProtocols(given.protocols);
  for (const { path, named } of modulesNamedIn(given.scenario)) {
    const fail = (problem: string, advice: Advice): ScenarioError =>
      moduleError(given.scenario, named, problem, advice);
    if (!existsSync(path)) {
      throw fail("is not there", { expected: "a JavaScript module", remedy: "check the path" });
    }
    if (files.some((file) => resolve(file) === path)) {
      const remedy = "leave --protocols out, or call the protocol by its name";
      throw fail("is given by --protocols too", { expected: "one of both", remedy });
    }
    try {
      const loaded = await importProtocols(path, definitions);
      const slots = loaded.map(({ slot }) => slot);
      const twice = slots.find((slot, i) => slots.indexOf(slot) !== i);
      if (twice !== undefined) {
        const expected = `one protocol a slot: it has several for ${twice}`;
        throw fail("may mean several", {
          expected,
          remedy: "give it by --protocols, and the name",
        });
      }
      const aliases = [named.written];
      definitions = [...definitions, ...loaded.map((definition) => ({ ...definition, aliases }))];
      files.push(path);
    } catch (error) {
      if (!(error instanceof ModuleError)) throw error;
      throw fail("is no module of protocols", error);
    }
  }
  return { definitions, files };
}

/** Why a module brings no protocols. */
class ModuleError extends Error {
  constructor(
    readonly expected: string,
    readonly remedy: string,
  ) {
    super(`expected ${expected}; ${remedy}`);
  }
}

/** The definitions of one module, none of which has a name that is taken. Throws `ModuleError`. */
async function importProtocols(
  file: string,
  taken: readonly ProtocolDefinition[],
): Promise<ProtocolDefinition[]> {
  const loaded = await importModule(resolve(file));
  if (!Array.isArray(loaded) || !loaded.every(isDefinition)) {
    throw new ModuleError(
      "a module that exports a list `protocols` of what defineProtocol gave",
      "see docs/protocols/writing-a-protocol.md",
    );
  }
  const definitions: ProtocolDefinition[] = [];
  for (const definition of loaded as ProtocolDefinition[]) {
    refuseTaken(definition, [...SHIPPED_PROTOCOLS, ...taken, ...definitions]);
    definitions.push(definition);
  }
  return definitions;
}

/** Which of two protocols of one name is meant could only be guessed. */
function refuseTaken(
  { slot, name }: ProtocolDefinition,
  taken: readonly ProtocolDefinition[],
): void {
  if (findProtocol(taken, slot, name) === undefined) return;
  throw new ModuleError(
    `a name that is free: there is a protocol ${name} for slot ${slot} already`,
    "give yours another name",
  );
}

async function importModule(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    return module["protocols"];
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const place = error instanceof Error ? codePlace(error).trimEnd() : "";
    const isTypeScript =
      problem.includes("ERR_UNKNOWN_FILE_EXTENSION") || /extension "\.[cm]?ts"/u.test(problem);
    const remedy = isTypeScript
      ? `Node ${process.versions.node} reads no TypeScript: take Node 22.18 or later, or compile it`
      : `it failed with: ${problem}${place === "" ? "" : `\n${place}`}`;
    throw new ModuleError("a module that loads", remedy);
  }
}

function isDefinition(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { slot, name, shape, options, create, overlays } = value as Partial<ProtocolDefinition>;
  const isNamed = typeof slot === "string" && typeof name === "string";
  return (
    isNamed &&
    typeof shape === "object" &&
    [options, create, overlays].every((part) => typeof part === "function")
  );
}
