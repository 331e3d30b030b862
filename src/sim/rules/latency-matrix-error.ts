// The user's error of a latency matrix that cannot be used.

/** Says what is wrong with a matrix, and on which line where there is one; counted from 1. */
export class LatencyMatrixError extends Error {
  override readonly name = "LatencyMatrixError";
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}
