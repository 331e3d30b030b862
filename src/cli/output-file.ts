// Writes a whole file at once and says plainly when that fails: reports, pictures, graphs.

import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** A file could not be written. Says which, why, and what to do. */
export class OutputFileError extends Error {
  override readonly name = "OutputFileError";
  readonly path: string;
  /** The system's word for it: `ENOSPC`, `EACCES`. */
  readonly code: string;

  constructor(path: string, code: string, remedy: string) {
    super(`${path} could not be written: ${remedy}`);
    this.path = path;
    this.code = code;
  }
}

const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "its folder does not exist; make it first"],
  ["ENOTDIR", "a part of its path is a file, not a folder"],
  ["EISDIR", "it is a folder; name a file in it"],
  ["EACCES", "it is not allowed; choose another place"],
  ["EPERM", "it is not allowed; choose another place"],
  ["EROFS", "the file system is read-only; choose another place"],
  ["ENOSPC", "the disk is full; free space or choose another disk"],
  ["EDQUOT", "your quota is used up; free space or choose another disk"],
]);

/** Writes `text` to a file in place of what was there. Throws `OutputFileError`. */
export function writeOutputFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw outputFileError(path, error);
  }
}

/** Finds out before a run whether its result could be written here. Changes nothing. Throws `OutputFileError`. */
export function checkOutputFile(path: string): void {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory() === true)
      throw new OutputFileError(path, "EISDIR", remedyFor("EISDIR"));
    accessSync(status === undefined ? dirname(resolve(path)) : path, constants.W_OK);
  } catch (error) {
    throw error instanceof OutputFileError ? error : outputFileError(path, error);
  }
}

/** What the system threw, in words. */
export function outputFileError(path: string, error: unknown): OutputFileError {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string"
      ? error.code
      : "unknown";
  return new OutputFileError(path, code, remedyFor(code, error));
}

function remedyFor(code: string, error?: unknown): string {
  return REMEDIES.get(code) ?? `the system says: ${String(error)}`;
}
