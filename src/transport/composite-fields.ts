// Fields made of fields: lists, records with fixed keys, and fields that may be empty.

import type { ContentHasher } from "./content-hasher.js";
import { Field, INVALID } from "./field.js";
import { FieldProblem, describeValue, within } from "./field-problem.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { listHeaderBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";
import { Shape, checkFieldName } from "./shape.js";
import type { FieldSet, ValuesOf } from "./shape.js";

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
    return `a list of at most ${this.#maxItems} items`;
  }

  measure(value: unknown, hasher: ContentHasher | null): number {
    if (!Array.isArray(value) || value.length > this.#maxItems) return INVALID;
    const items: readonly unknown[] = value;
    let byteCount = listHeaderBytes(items.length);
    hasher?.word(items.length);
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
        throw within(problem, `[${i}]`);
      }
    }
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
        throw within(problem, `[${i}]`);
      }
    }
    return items;
  }
}

class RecordField<Fields extends FieldSet> extends Field<ValuesOf<Fields>> {
  readonly bytesMax: number;
  readonly #shape: Shape;

  constructor(fields: Fields) {
    super();
    const names = Object.keys(fields);
    names.forEach(checkFieldName);
    this.#shape = new Shape(names, Object.values(fields).map(nestable));
    this.bytesMax = this.#shape.bytesMax;
  }

  get expectation(): string {
    return `an object with exactly the fields ${this.#shape.names.join(", ")}`;
  }

  measure(value: unknown, hasher: ContentHasher | null): number {
    return typeof value === "object" && value !== null
      ? this.#shape.measure(value, hasher)
      : INVALID;
  }

  override check(value: unknown): void {
    if (typeof value !== "object" || value === null) super.check(value);
    else this.#shape.check(value);
  }

  write(value: ValuesOf<Fields>, writer: MessagePackWriter): void {
    this.#shape.write(value, writer);
  }

  read(reader: MessagePackReader): ValuesOf<Fields> {
    const values: Record<string, unknown> = {};
    this.#shape.read(reader, 0, reader.listHeader(this.#shape.names.length), values);
    return values as ValuesOf<Fields>;
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

  measure(value: unknown, hasher: ContentHasher | null): number {
    hasher?.word(value === null ? 0 : 1);
    return value === null ? 1 : this.#field.measure(value, hasher);
  }

  override check(value: unknown): void {
    if (value !== null) this.#field.check(value);
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
    throw new RangeError(`maxItems of ${maxItems}; expected a whole number below 2^32`);
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

function nestable<Value>(field: Field<Value>): Field<Value> {
  if (!field.isNestable) {
    throw new RangeError(
      "applicationId() inside a list, record or optional field; expected it at a message's top level",
    );
  }
  return field;
}
