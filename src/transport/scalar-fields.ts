// Fields that hold one number or truth value.

import type { ContentHasher } from "./content-hasher.js";
import { Field, INVALID } from "./field.js";
import { FieldProblem } from "./field-problem.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { FLOAT_WIRE_BYTES, integerBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";

class IntegerField extends Field<number> {
  readonly bytesMax: number;
  readonly #min: number;
  readonly #max: number;

  constructor(min: number, max: number) {
    super();
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min > max) {
      throw new RangeError(
        `Limits ${min} to ${max} of a whole number; expected min ≤ max, both within 2^53`,
      );
    }
    this.#min = min;
    this.#max = max;
    this.bytesMax = Math.max(integerBytes(min), integerBytes(max));
  }

  get expectation(): string {
    return `a whole number from ${this.#min} to ${this.#max}`;
  }

  // Minus zero is refused: it would come back from the wire as zero.
  measure(value: unknown, hasher: ContentHasher | null): number {
    if (
      typeof value !== "number" ||
      !(value >= this.#min && value <= this.#max) ||
      !Number.isInteger(value) ||
      (value === 0 && Object.is(value, -0))
    ) {
      return INVALID;
    }
    hasher?.integer(value);
    return integerBytes(value);
  }

  write(value: number, writer: MessagePackWriter): void {
    writer.integer(value);
  }

  read(reader: MessagePackReader): number {
    const value = reader.integer();
    if (value < this.#min || value > this.#max) {
      throw new FieldProblem(`${value} is not ${this.expectation}`);
    }
    return value;
  }
}

/** The id of an application message, from 1 to 2^53 − 1, or 0 for none; records follow it from hop to hop. */
class ApplicationIdField extends IntegerField {
  override readonly isNestable = false;

  constructor() {
    super(0, Number.MAX_SAFE_INTEGER);
  }

  override measure(value: unknown, hasher: ContentHasher | null): number {
    const byteCount = super.measure(value, hasher);
    if (hasher !== null && byteCount !== INVALID) hasher.applicationId = value as number;
    return byteCount;
  }
}

const floatView = new DataView(new ArrayBuffer(8));

class FloatField extends Field<number> {
  readonly bytesMax = FLOAT_WIRE_BYTES;
  readonly expectation = "a finite number";

  measure(value: unknown, hasher: ContentHasher | null): number {
    if (!Number.isFinite(value)) return INVALID;
    if (hasher !== null) {
      floatView.setFloat64(0, value as number);
      hasher.word(floatView.getInt32(0));
      hasher.word(floatView.getInt32(4));
    }
    return FLOAT_WIRE_BYTES;
  }

  write(value: number, writer: MessagePackWriter): void {
    writer.float(value);
  }

  read(reader: MessagePackReader): number {
    const value = reader.float();
    if (!Number.isFinite(value)) throw new FieldProblem(`${value} is not ${this.expectation}`);
    return value;
  }
}

class BooleanField extends Field<boolean> {
  readonly bytesMax = 1;
  readonly expectation = "true or false";

  measure(value: unknown, hasher: ContentHasher | null): number {
    if (typeof value !== "boolean") return INVALID;
    hasher?.word(value ? 1 : 0);
    return 1;
  }

  write(value: boolean, writer: MessagePackWriter): void {
    writer.boolean(value);
  }

  read(reader: MessagePackReader): boolean {
    return reader.boolean();
  }
}

/** A whole number from `min` (default 0) to `max` (default 2^53 − 1): 1 to 9 bytes on the wire. */
export function integer({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: { readonly min?: number; readonly max?: number } = {}): Field<number> {
  return new IntegerField(min, max);
}

/**
 * The id of the application message that this message carries or speaks of, from `context.newApplicationId()`.
 * Records follow it from hop to hop. At most one in a message, at its top level.
 */
export function applicationId(): Field<number> {
  return new ApplicationIdField();
}

/** Whether a field is the message's application id. */
export function isApplicationId(field: Field<unknown>): boolean {
  return field instanceof ApplicationIdField;
}

/** A finite number: 9 bytes on the wire, also when it is whole. */
export function float(): Field<number> {
  return new FloatField();
}

/** True or false. */
export function boolean(): Field<boolean> {
  return new BooleanField();
}
