// Fields made of fields: lists, records with fixed keys, and fields that may be empty.

import type { ContentHasher } from "./content-hasher.js";
import { Field, FieldProblem, INVALID, describeValue, within } from "./field.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { listHeaderBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";

/** The fields of a record or message by name, in the order in which they travel. */
export type FieldSet = Readonly<Record<string, Field<unknown>>>;

/** What a set of fields holds. */
export type ValuesOf<Fields extends FieldSet> = {
  readonly [Name in keyof Fields]: Fields[Name]["valueType"];
};

class ListField<Item> extends Field<readonly Item[]> {
  readonly bytesMax: number;
  readonly #item: Field<Item>;
  readonly #maxItems: number;

  constructor(item: Field<Item>, maxItems: number) {
    super();
    this.#item = nestable(item);
    this.#maxItems = maxItems;
    this.bytesMax = listHeaderBytes(maxItems) + maxItems * item.bytesMax;
  }

  get expectation(): string {
    return `a list of at most ${String(this.#maxItems)} items`;
  }

  sizeOf(value: unknown): number {
    if (!Array.isArray(value) || value.length > this.#maxItems) return INVALID;
    const items: readonly unknown[] = value;
    let byteCount = listHeaderBytes(items.length);
    for (const item of items) {
      const itemBytes = this.#item.sizeOf(item);
      if (itemBytes === INVALID) return INVALID;
      byteCount += itemBytes;
    }
    return byteCount;
  }

  override measure(value: unknown, hasher: ContentHasher): number {
    if (!Array.isArray(value) || value.length > this.#maxItems) return INVALID;
    const items: readonly unknown[] = value;
    let byteCount = listHeaderBytes(items.length);
    hasher.word(items.length);
    for (const item of items) {
      const itemBytes = this.#item.measure(item, hasher);
      if (itemBytes === INVALID) return INVALID;
      byteCount += itemBytes;
    }
    return byteCount;
  }

  override check(value: unknown): void {
    if (!Array.isArray(value) || value.length > this.#maxItems) {
      throw new FieldProblem(`${describeValue(value)} is not ${this.expectation}`);
    }
    const items: readonly unknown[] = value;
    for (let i = 0; i < items.length; i++) {
      try {
        this.#item.check(items[i]);
      } catch (problem) {
        throw within(problem, `[${String(i)}]`);
      }
    }
  }

  hash(value: readonly Item[], hasher: ContentHasher): void {
    hasher.word(value.length);
    for (const item of value) this.#item.hash(item, hasher);
  }

  write(value: readonly Item[], writer: MessagePackWriter): void {
    writer.listHeader(value.length);
    for (const item of value) this.#item.write(item, writer);
  }

  read(reader: MessagePackReader): readonly Item[] {
    const itemCount = reader.listHeader(this.#maxItems);
    const items: Item[] = [];
    for (let i = 0; i < itemCount; i++) {
      try {
        items.push(this.#item.read(reader));
      } catch (problem) {
        throw within(problem, `[${String(i)}]`);
      }
    }
    return items;
  }
}

class RecordField<Fields extends FieldSet> extends Field<ValuesOf<Fields>> {
  readonly bytesMax: number;
  readonly #names: readonly string[];
  readonly #fields: readonly Field<unknown>[];

  constructor(fields: Fields) {
    super();
    this.#names = Object.keys(fields);
    this.#names.forEach(checkFieldName);
    this.#fields = Object.values(fields).map(nestable);
    this.bytesMax = this.#fields.reduce(
      (sum, field) => sum + field.bytesMax,
      listHeaderBytes(this.#names.length),
    );
  }

  get expectation(): string {
    return `an object with exactly the fields ${this.#names.join(", ")}`;
  }

  sizeOf(value: unknown): number {
    if (!this.#hasShape(value)) return INVALID;
    let byteCount = listHeaderBytes(this.#names.length);
    for (let i = 0; i < this.#names.length; i++) {
      const fieldBytes = this.#fields[i]!.sizeOf(value[this.#names[i]!]);
      if (fieldBytes === INVALID) return INVALID;
      byteCount += fieldBytes;
    }
    return byteCount;
  }

  override check(value: unknown): void {
    if (!this.#hasShape(value)) {
      throw new FieldProblem(`${describeValue(value)} is not ${this.expectation}`);
    }
    for (let i = 0; i < this.#names.length; i++) {
      const name = this.#names[i]!;
      try {
        this.#fields[i]!.check(value[name]);
      } catch (problem) {
        throw within(problem, `.${name}`);
      }
    }
  }

  hash(value: ValuesOf<Fields>, hasher: ContentHasher): void {
    for (let i = 0; i < this.#names.length; i++) {
      this.#fields[i]!.hash(value[this.#names[i]!], hasher);
    }
  }

  write(value: ValuesOf<Fields>, writer: MessagePackWriter): void {
    writer.listHeader(this.#names.length);
    for (let i = 0; i < this.#names.length; i++) {
      this.#fields[i]!.write(value[this.#names[i]!], writer);
    }
  }

  read(reader: MessagePackReader): ValuesOf<Fields> {
    const count = reader.listHeader(this.#names.length);
    if (count !== this.#names.length) {
      throw new FieldProblem(`${String(count)} fields, expected ${this.#names.join(", ")}`);
    }
    const values: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const name = this.#names[i]!;
      try {
        values[name] = this.#fields[i]!.read(reader);
      } catch (problem) {
        throw within(problem, `.${name}`);
      }
    }
    return values as ValuesOf<Fields>;
  }

  /** Whether the value has the declared fields as its own, and no other: others would be lost on the wire. */
  #hasShape(value: unknown): value is Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null) return false;
    let count = 0;
    for (const name in value) {
      if (!this.#names.includes(name)) return false;
      count++;
    }
    return count === this.#names.length;
  }
}

class OptionalField<Value> extends Field<Value | null> {
  override readonly isOptional = true;
  readonly bytesMax: number;
  readonly #field: Field<Value>;

  constructor(field: Field<Value>) {
    super();
    this.#field = nestable(field);
    if (field.isOptional) {
      throw new RangeError("An optional field of an optional field; expected one optional(…)");
    }
    this.bytesMax = Math.max(1, field.bytesMax);
  }

  get expectation(): string {
    return `null or ${this.#field.expectation}`;
  }

  sizeOf(value: unknown): number {
    return value === null ? 1 : this.#field.sizeOf(value);
  }

  override check(value: unknown): void {
    if (value !== null) this.#field.check(value);
  }

  hash(value: Value | null, hasher: ContentHasher): void {
    hasher.word(value === null ? 0 : 1);
    if (value !== null) this.#field.hash(value, hasher);
  }

  write(value: Value | null, writer: MessagePackWriter): void {
    if (value === null) writer.nil();
    else this.#field.write(value, writer);
  }

  read(reader: MessagePackReader): Value | null {
    return reader.takeNil() ? null : this.#field.read(reader);
  }
}

/** Up to `maxItems` values of one kind, in order. */
export function list<Item>(
  item: Field<Item>,
  { maxItems }: { readonly maxItems: number },
): Field<readonly Item[]> {
  if (!Number.isInteger(maxItems) || maxItems < 0 || maxItems > 0xffffffff) {
    throw new RangeError(`maxItems of ${String(maxItems)}; expected a whole number below 2^32`);
  }
  return new ListField(item, maxItems);
}

/** An object with exactly these fields; on the wire an array in the order given here. */
export function record<Fields extends FieldSet>(fields: Fields): Field<ValuesOf<Fields>> {
  return new RecordField(fields);
}

/** A field that may be empty: null in the message, and `create` may be called without it. */
export function optional<Value>(field: Field<Value>): Field<Value | null> {
  return new OptionalField(field);
}

/** Refuses names that an object already has or orders by itself, and the one that messages use. */
export function checkFieldName(name: string): void {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || name in {} || name === "type") {
    throw new RangeError(
      `Field name ${JSON.stringify(name)}; expected letters and digits in camel case, not "type" or a name every object has`,
    );
  }
}

function nestable<Value>(field: Field<Value>): Field<Value> {
  if (!field.isNestable) {
    throw new RangeError(
      "applicationId() inside a list, record or optional field; expected it at a message's top level",
    );
  }
  return field;
}
