// A folder with files for the program to read, gone after the tests.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll } from "vitest";
import { PROJECT_FOLDER, runProgram } from "../support/built-program.js";
import type { ProgramOptions, ProgramResult } from "../support/built-program.js";

/** The protocols that break rules, as the program is told of them. */
export const CARELESS_FILE = path.join(PROJECT_FOLDER, "test/cli/protocols/careless.js");

/** A folder of its own for one file of tests. */
export class ProgramFolder {
  readonly path: string;

  constructor() {
    this.path = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-cli-"));
    afterAll(() => {
      fs.rmSync(this.path, { recursive: true, force: true });
    });
  }

  /** Writes a file; answers its name. */
  write(name: string, content: string | Uint8Array): string {
    fs.writeFileSync(path.join(this.path, name), content);
    return name;
  }

  /** Writes the shipped scenario of two nodes with one replacement, which must take place. */
  writeTwoNodes(name: string, from: string | RegExp = "", to = ""): string {
    const text = fs.readFileSync(path.join(PROJECT_FOLDER, "scenarios/two-nodes.yaml"), "utf8");
    const changed = text.replace(from, to);
    if (from !== "" && changed === text) throw new Error(`two-nodes.yaml has no ${String(from)}`);
    return this.write(name, changed);
  }

  read(name: string): string {
    return fs.readFileSync(path.join(this.path, name), "utf8");
  }

  /** Runs the program in this folder. */
  run(words: readonly string[], options: ProgramOptions = {}): ProgramResult {
    return runProgram(words, { folder: this.path, ...options });
  }
}

/** The digest that a run printed. */
export function digestIn({ standardOutput }: ProgramResult): string {
  const [, digest] = /^digest ([0-9a-f]{64})$/mu.exec(standardOutput) ?? [];
  if (digest === undefined) throw new Error(`There is no digest in ${standardOutput}`);
  return digest;
}

/** Lines that only our own stack traces have: a user is to see none. */
export const OWN_STACK_LINE = /^\s+at .*(?:node:internal|\/(?:src|dist)\/)/mu;
