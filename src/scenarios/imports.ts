// The files that a scenario names: read once each, through a function that is handed in, since the scenario
// language itself runs in a browser too.

import { LatencyMatrixError } from "../sim/rules/latency-matrix-error.js";
import { ImportError } from "./import-error.js";
import type { ProblemLog } from "./problem-log.js";
import type { ImportedFile } from "./scenario.js";
import type { SourcePath } from "./scenario-source.js";

/** The text of a file named in a scenario, relative to it. Throws `ImportError`. */
export type ImportReader = (path: string) => string;

/** Refuses every file: for scenarios that come without a folder. */
export const noImports: ImportReader = (path) => {
  throw new ImportError(
    `${path} cannot be read from here`,
    "use a scenario that needs no other file",
  );
};

/** The imports of one scenario. */
export class Imports {
  readonly #texts = new Map<string, string>();
  readonly #read: ImportReader;
  readonly #log: ProblemLog;

  constructor(read: ImportReader, log: ProblemLog) {
    this.#read = read;
    this.#log = log;
  }

  /** What `parse` makes of the file; null, with a problem in the log, when it cannot be had. */
  read<Value>(path: string, where: SourcePath, parse: (text: string) => Value): Value | null {
    try {
      const text = this.#texts.get(path) ?? this.#read(path);
      this.#texts.set(path, text);
      return parse(text);
    } catch (error) {
      if (!(error instanceof ImportError) && !(error instanceof LatencyMatrixError)) throw error;
      this.#log.report(where, `${path}: ${error.message}`, {
        expected: "a file that can be used",
        remedy: error instanceof ImportError ? error.remedy : "correct the file",
      });
      return null;
    }
  }

  /** Every file read, in the order of first use. */
  files(): ImportedFile[] {
    return Array.from(this.#texts, ([path, text]) => ({ path, text }));
  }
}
