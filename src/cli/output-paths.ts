// Where a command writes: never over what it reads, and never two outputs into one file. Looked at before anything is
// written, by what the paths lead to and not by how they are spelt.

import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { LookOptions } from "../scenarios/run-options.js";
import { UsageError } from "./usage-error.js";

/** The files that a run reads, which may be all there is of somebody's work. */
export interface RunInputs {
  readonly scenarioFile: string;
  /** By their paths from the scenario's folder. */
  readonly imports: readonly { readonly path: string }[];
  readonly protocolFiles: readonly string[];
}

/** Throws `UsageError` for an output that is one of the inputs, or the file of an output before it. */
export function checkOutputPaths(look: LookOptions, inputs: RunInputs): void {
  const owners = ownersOf(inputs);
  for (const [option, path] of outputsOf(look)) {
    const place = placeOf(path);
    if (place === null) continue;
    const owner = owners.get(place);
    if (owner !== undefined) {
      const remedy = `it would overwrite ${owner}: name another file`;
      throw new UsageError(option, path, "a file of its own to write", remedy);
    }
    owners.set(place, `what ${option} ${path} writes`);
  }
}

/** Throws `UsageError` for an output that is the one file that a command reads. */
export function refuseSameFile(option: string, path: string, inputPath: string): void {
  const place = placeOf(path);
  if (place === null || place !== placeOf(inputPath)) return;
  const remedy = `it would overwrite ${inputPath}, which is read: name another file`;
  throw new UsageError(option, path, "a file of its own to write", remedy);
}

/** What each input is to the run, by its place. */
function ownersOf({ scenarioFile, imports, protocolFiles }: RunInputs): Map<string, string> {
  const folder = dirname(resolve(scenarioFile));
  const inputs: readonly (readonly [path: string, what: string])[] = [
    [scenarioFile, "the scenario"],
    ...imports.map(
      ({ path }) => [resolve(folder, path), `${path}, which the scenario imports`] as const,
    ),
    ...protocolFiles.map((path) => [path, `${path}, the file of --protocols`] as const),
  ];
  const owners = new Map<string, string>();
  for (const [path, what] of inputs) {
    const place = placeOf(path);
    if (place !== null) owners.set(place, what);
  }
  return owners;
}

function outputsOf(look: LookOptions): (readonly [option: string, path: string])[] {
  const { traceFile, reportFile, pictures, graphs } = look;
  return [
    ...(traceFile === null ? [] : [["--trace", traceFile] as const]),
    ...(reportFile === null ? [] : [["--report", reportFile] as const]),
    ...pictures.map(({ path }) => ["--picture", path] as const),
    ...graphs.map(({ path }) => ["--graph", path] as const),
  ];
}

/**
 * What tells the file of a path from all others, whether it is there yet or not; null for what is no file (a terminal,
 * a pipe, `/dev/null`), which takes as many outputs as one likes.
 */
function placeOf(path: string): string | null {
  const full = resolve(path);
  try {
    const status = statSync(full, { throwIfNoEntry: false, bigint: true });
    // The same for all names of a file, and on disks to which upper and lower case are one.
    if (status !== undefined) return status.isFile() ? `${status.dev}:${status.ino}` : null;
    return join(realpathSync(dirname(full)), basename(full));
  } catch {
    // Its folder is not there, or is closed: whoever writes the file says so.
    return full;
  }
}
