// Runs the built program as a user does: in a process of its own, with nothing of the test's in it.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** The package's own folder. */
export const PROJECT_FOLDER = path.resolve(import.meta.dirname, "../..");

const PROGRAM = path.join(PROJECT_FOLDER, "dist/cli/main.js");

/** How a process ended and what it said. */
export interface ProgramResult {
  /** The exit code, or the signal that ended it. */
  readonly exit: number | string | null;
  readonly standardOutput: string;
  readonly standardError: string;
}

/** How to start the program. */
export interface ProgramOptions {
  /** Another Node binary than the one that runs the test. */
  readonly node?: string;
  /** The folder to start in; the project's own by default. */
  readonly folder?: string;
  /** More flags for Node itself. */
  readonly nodeFlags?: readonly string[];
  /** What the program reads as standard input; nothing by default. */
  readonly input?: string;
  /** More environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `peerscape` with these words and waits for it. Throws when the build is missing or out of date. */
export function runProgram(words: readonly string[], options: ProgramOptions = {}): ProgramResult {
  assertBuilt();
  const nodeFlags = options.nodeFlags ?? [];
  const result = spawnSync(
    options.node ?? process.execPath,
    ["--enable-source-maps", ...nodeFlags, PROGRAM, ...words],
    {
      cwd: options.folder ?? PROJECT_FOLDER,
      encoding: "utf8",
      input: options.input ?? "",
      env: { ...process.env, NO_COLOR: "1", ...options.environment },
      maxBuffer: 256 * 1024 * 1024,
    },
  );
  if (result.error !== undefined) throw result.error;
  return {
    exit: result.status ?? result.signal,
    standardOutput: result.stdout,
    standardError: result.stderr,
  };
}

/** A test of an old build proves nothing: refuses one that is older than any source file. */
export function assertBuilt(): void {
  if (!fs.existsSync(PROGRAM)) throw new Error(`No ${PROGRAM}: run npm run build`);
  const builtMillis = fs.statSync(PROGRAM).mtimeMs;
  const sources = fs
    .readdirSync(path.join(PROJECT_FOLDER, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  for (const entry of sources) {
    const source = path.join(entry.parentPath, entry.name);
    if (fs.statSync(source).mtimeMs > builtMillis) {
      throw new Error(`dist is older than ${source}: run npm run build`);
    }
  }
}
