// The user's error of a file that a scenario names.

/** Says what is wrong with an imported file, and on which line where there is one; counted from 1. */
export class ImportError extends Error {
  override readonly name = "ImportError";

  constructor(
    message: string,
    readonly remedy: string,
    line?: number,
  ) {
    super(line === undefined ? message : `line ${line}: ${message}`);
  }
}
