// The named fields of a message or record, in declared order. Apart from both, since the walk over an object's
// fields is the hottest loop of a message's life and is written once.

import type { ContentHasher } from "./content-hasher.js";
import type { Field } from "./field.js";
import { INVALID } from "./field.js";
import { FieldProblem, describeValue, within } from "./field-problem.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { listHeaderBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";

/** Fields by name, in the order in which they travel. */
export type FieldSet = Readonly<Record<string, Field<unknown>>>;

/** What a set of fields holds. */
export type ValuesOf<Fields extends FieldSet> = {
  readonly [Name in keyof Fields]: Fields[Name]["valueType"];
};

/** An object with the fields of some shape. */
export type Values = Readonly<Record<string, unknown>>;

/** Measures, checks, writes and reads objects that have exactly the declared fields. */
export class Shape {
  readonly names: readonly string[];
  /** The most bytes such an object takes as an array of its fields. */
  readonly bytesMax: number;
  readonly #fields: readonly Field<unknown>[];
  readonly #headerBytes: number;

  constructor(names: readonly string[], fields: readonly Field<unknown>[]) {
    this.names = names;
    this.#fields = fields;
    this.#headerBytes = listHeaderBytes(names.length);
    this.bytesMax = fields.reduce((sum, field) => sum + field.bytesMax, this.#headerBytes);
  }

  /** As `Field.measure`. */
  measure(value: object, hasher: ContentHasher | null): number {
    let byteCount = this.#headerBytes;
    let i = 0;
    // for-in is the fastest way to read fields whose names are not in the source, twice as fast as by key, and
    // finds those that should not be there. Order does not come from it: each name is held against the declared.
    for (const name in value) {
      if (name !== this.names[i]) return this.#measureFrom(i, byteCount, value, hasher);
      const fieldBytes = this.#fields[i]!.measure((value as Values)[name], hasher);
      if (fieldBytes === INVALID) return INVALID;
      byteCount += fieldBytes;
      i++;
    }
    return i === this.names.length ? byteCount : INVALID;
  }

  /** Throws `FieldProblem` unless the object has exactly the declared fields, each with a valid value. */
  check(value: object): void {
    for (const name in value) {
      if (!this.names.includes(name)) throw new FieldProblem("is not declared").within(`.${name}`);
    }
    this.names.forEach((name, i) => {
      try {
        const field = this.#fields[i]!;
        if (!(name in value)) throw new FieldProblem(`is missing; expected ${field.expectation}`);
        field.check((value as Values)[name]);
      } catch (problem) {
        throw within(problem, `.${name}`);
      }
    });
  }

  /** Writes a valid object as an array of its fields. */
  write(value: Values, writer: MessagePackWriter): void {
    writer.listHeader(this.names.length);
    for (let i = 0; i < this.names.length; i++) {
      this.#fields[i]!.write(value[this.names[i]!], writer);
    }
  }

  /** Reads the fields from `first` on into an object that has those before; `count` is how many have come. */
  read(
    reader: MessagePackReader,
    first: number,
    count: number,
    into: Record<string, unknown>,
  ): void {
    if (count !== this.names.length - first) {
      throw new FieldProblem(`${count} fields, expected ${this.names.length - first}`);
    }
    for (let i = first; i < this.names.length; i++) {
      const name = this.names[i]!;
      try {
        into[name] = this.#fields[i]!.read(reader);
      } catch (problem) {
        throw within(problem, `.${name}`);
      }
    }
  }

  /** Goes on from field `first` in declared order: the object has its fields in another one. */
  #measureFrom(
    first: number,
    bytesBefore: number,
    value: object,
    hasher: ContentHasher | null,
  ): number {
    const names = Object.keys(value);
    if (names.length !== this.names.length) return INVALID;
    let byteCount = bytesBefore;
    for (let i = first; i < this.names.length; i++) {
      const name = this.names[i]!;
      if (!names.includes(name)) return INVALID;
      const fieldBytes = this.#fields[i]!.measure((value as Values)[name], hasher);
      if (fieldBytes === INVALID) return INVALID;
      byteCount += fieldBytes;
    }
    return byteCount;
  }
}

/** Refuses names that an object already has or orders by itself, and the one that messages use. */
export function checkFieldName(name: string): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || name in {} || name === "type") {
    throw new RangeError(
      `Field name ${describeValue(name)}; expected letters and digits in camel case, ` +
        'not "type" nor a name that every object has',
    );
  }
}
