// What one field of a message may hold: the contract of all field kinds. A kind knows how to check, measure,
// hash, write and read its values, so that each is said in one place and nothing is generated at run time.

import type { ContentHasher } from "./content-hasher.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import type { MessagePackWriter } from "./message-pack-writer.js";
import { FieldProblem, describeValue } from "./field-problem.js";

/** What `measure` answers for a value that breaks its declaration: `check` then says why. */
export const INVALID = -1;

/** A kind of field with its limits. Made once, by declaring a message; holds no state. */
export abstract class Field<Value> {
  /** The most bytes a value of this field takes on the wire. */
  abstract readonly bytesMax: number;
  /** What a value has to be, in words: "a whole number from 0 to 255". */
  abstract readonly expectation: string;
  /** Whether `create` may be called without it; it is null then. */
  readonly isOptional: boolean = false;
  /** Whether the kind is allowed inside a list or record. */
  readonly isNestable: boolean = true;
  /** Never set: ties the type of the values to the kind. */
  declare readonly valueType: Value;

  /**
   * Bytes of the value on the wire, or `INVALID`. Adds a valid value to a content hash, unless `hasher` is null. This
   * runs for every field of every message, so checking, measuring and hashing are one pass.
   */
  abstract measure(value: unknown, hasher: ContentHasher | null): number;
  /** Throws `FieldProblem` when the value breaks the declaration. Slow; for the words of an error. */
  check(value: unknown): void {
    if (this.measure(value, null) === INVALID) {
      throw new FieldProblem(`${describeValue(value)} is not ${this.expectation}`);
    }
  }
  /** Writes a valid value. */
  abstract write(value: Value, writer: MessagePackWriter): void;
  /** Reads a value and checks it against the limits before anything is allocated. Throws `FieldProblem`. */
  abstract read(reader: MessagePackReader): Value;
}
