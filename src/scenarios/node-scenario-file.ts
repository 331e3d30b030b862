// Reads scenarios, and the files they name, from the disk. Sizes are looked at before anything is read.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { ImportError } from "./import-error.js";
import type { ImportReader } from "./imports.js";
import { moduleError, namedModules } from "./named-modules.js";
import type { NamedModule } from "./named-modules.js";
import { parseScenario } from "./parse-scenario.js";
import type { ParsedScenario, ScenarioInput } from "./parse-scenario.js";
import { ScenarioError } from "./scenario-error.js";
import { SOURCE_BYTES_MAX } from "./scenario-source.js";

/** The largest latency matrix (4,096 hosts) as King text is 200 MB; larger files are mistakes. */
const IMPORT_BYTES_MAX = 256 * 1024 * 1024;

/** A scenario on the disk. */
export type ScenarioFileInput = Omit<ScenarioInput, "text" | "readImport">;

/** Reads and checks the scenario of a file. Throws `ScenarioError`, also when it cannot be read. */
export function readScenarioFile(input: ScenarioFileInput): ParsedScenario {
  return parseScenarioBeside({ ...input, text: readSourceText(input.file) });
}

/** Checks a scenario's text; the files that it names lie in the folder of `file` or below. Throws `ScenarioError`. */
export function parseScenarioBeside(
  input: ScenarioFileInput & { readonly text: string },
): ParsedScenario {
  return parseScenario({ ...input, readImport: readerIn(dirname(resolve(input.file))) });
}

/** The text of a file in the scenario language. Throws `ScenarioError` when it cannot be read. */
export function readSourceText(file: string): string {
  try {
    return readText(file, SOURCE_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    throw new ScenarioError(file, [
      {
        message: error.message,
        expected: "a readable YAML file of at most 1 MiB",
        remedy: error.remedy,
        path: "",
        position: null,
        sourceLine: "",
      },
    ]);
  }
}

/** The paths of the modules that a scenario's file names as protocols. None where it cannot be read. */
export function modulesNamedIn(
  file: string,
): { readonly path: string; readonly named: NamedModule }[] {
  let text: string;
  try {
    text = readText(file, SOURCE_BYTES_MAX);
  } catch {
    return [];
  }
  return namedModules(text).map((named) => {
    try {
      return { named, path: pathIn(dirname(resolve(file)), named.written) };
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      throw moduleError(file, named, error.message, { expected: "", remedy: error.remedy });
    }
  });
}

/** Reads the files that a scenario in this folder names. */
function readerIn(folder: string): ImportReader {
  return (path) => readText(pathIn(folder, path), IMPORT_BYTES_MAX);
}

/** The path of a file that a scenario in this folder names; it lies in the folder or below. Throws `ImportError`. */
function pathIn(folder: string, path: string): string {
  const full = resolve(folder, path);
  const below = relative(folder, full);
  if (isAbsolute(path) || isAbsolute(below) || below === ".." || below.startsWith(`..${sep}`)) {
    throw new ImportError(
      "is outside the scenario's folder",
      "put the file beside the scenario, and name it by its path from there",
    );
  }
  return full;
}

/** The text of a file. Throws `ImportError` unless it is a regular file of UTF-8 text within the limit. */
function readText(path: string, bytesMax: number): string {
  let bytes: Uint8Array;
  try {
    bytes = readBytes(path, bytesMax);
  } catch (error) {
    if (error instanceof ImportError || !(error instanceof Error) || !("code" in error))
      throw error;
    const reason =
      error.code === "ENOENT" ? "there is no such file" : `cannot be read (${String(error.code)})`;
    throw new ImportError(reason, "check the path and its permissions");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ImportError(
      "the file is binary, not text",
      "check the file's name; text must be UTF-8",
    );
  }
}

/** Reads through one open file, so that what was measured is what is read. */
function readBytes(path: string, bytesMax: number): Uint8Array {
  const descriptor = openSync(path, "r");
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) throw new ImportError("is a folder", "name a file in it");
    if (!status.isFile()) throw new ImportError("is not a regular file", "copy it into one");
    if (status.size > bytesMax) {
      throw new ImportError(
        `the file has ${status.size} bytes, more than ${bytesMax}`,
        "use params, classes and repeated events instead of lists",
      );
    }
    const bytes = new Uint8Array(status.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, length);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}
