// Checks of our own rules. A failure is a bug of Peerscape, never of its user: exit code 3.

/** A rule of Peerscape itself did not hold. The message states the rule as a positive sentence. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws `InvariantError` unless `condition` holds; `rule` says what must be, as a positive sentence. */
export function invariant(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new InvariantError(`Broken invariant: ${rule}`);
}
