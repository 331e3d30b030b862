// `--protocols FILE`: a user's own protocols. Loaded after the guard is in place, so that whatever the module
// captures of the ambient time and chance is caught as well.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS, findProtocol } from "../scenarios/protocol-registry.js";
import { codePlace } from "./code-place.js";
import { UsageError } from "./usage-error.js";

/** Loads the definitions that modules export as `protocols`. Throws `UsageError` for a file that has none. */
export async function loadProtocols(files: readonly string[]): Promise<ProtocolDefinition[]> {
  const definitions: ProtocolDefinition[] = [];
  for (const file of files) {
    const path = resolve(file);
    if (!existsSync(path)) {
      throw new UsageError(
        "--protocols",
        file,
        "a JavaScript module",
        "check the path: there is no such file",
      );
    }
    const loaded = await importModule(file, path);
    if (!Array.isArray(loaded) || !loaded.every(isDefinition)) {
      throw new UsageError(
        "--protocols",
        file,
        "a module that exports a list `protocols` of what defineProtocol gave",
        "see docs/protocols/writing-a-protocol.md",
      );
    }
    for (const definition of loaded as ProtocolDefinition[]) {
      refuseTaken(file, definition, [...SHIPPED_PROTOCOLS, ...definitions]);
      definitions.push(definition);
    }
  }
  return definitions;
}

/** Which of two protocols of one name is meant could only be guessed. */
function refuseTaken(
  file: string,
  { slot, name }: ProtocolDefinition,
  taken: readonly ProtocolDefinition[],
): void {
  if (findProtocol(taken, slot, name) === undefined) return;
  throw new UsageError(
    "--protocols",
    file,
    `a name that is free: there is a protocol ${name} for slot ${slot} already`,
    "give yours another name",
  );
}

async function importModule(file: string, path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
    return module["protocols"];
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const place = error instanceof Error ? codePlace(error).trimEnd() : "";
    const remedy = `it failed with: ${problem}${place === "" ? "" : `\n${place}`}`;
    throw new UsageError("--protocols", file, "a module that loads", remedy);
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
