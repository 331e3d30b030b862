// What is wrong with a value of a field, and where in its message. Apart from the fields, since the reader of
// bytes finds such problems too.

/** What is wrong with a value. Becomes a `MessageError` once the whole path is known. */
export class FieldProblem extends Error {
  override readonly name = "FieldProblem";
  /** Where, from the outside in: `.member[3].id`. */
  path = "";

  /** The same problem seen from one level further out. */
  within(step: string): this {
    this.path = step + this.path;
    return this;
  }
}

/** Whatever was thrown, located one level further out when it is a problem of a field. */
export function within(thrown: unknown, step: string): unknown {
  return thrown instanceof FieldProblem ? thrown.within(step) : thrown;
}

/** A value as an error message shows it: short, and never calling into the value. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean" || value === null || value === undefined) return String(value);
  if (value instanceof Uint8Array) return `${String(value.length)} bytes`;
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
