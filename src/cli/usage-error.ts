// What a person typed cannot be used: exit code 2, and a message with the value, what was expected and what to do.

/** An option or argument of the command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";

  constructor(
    /** As it is typed: `--log`. */
    readonly option: string,
    readonly value: string,
    readonly expected: string,
    readonly remedy: string,
  ) {
    super(`${option} ${value}: expected ${expected}; ${remedy}`);
  }
}
