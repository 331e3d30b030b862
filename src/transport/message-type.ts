// How a message is declared: once, with a schema from which come its TypeScript type, its validation, its
// size, its hash and its wire form. Declaring costs once a process; everything on the path of a message is a
// loop over fields, without generated code, so that it runs under a content security policy too.

import type { ContentHash, Message } from "./codec.js";
import { MessageError } from "./codec.js";
import { checkFieldName } from "./composite-fields.js";
import type { FieldSet, ValuesOf } from "./composite-fields.js";
import { ContentHasher } from "./content-hasher.js";
import { Field, FieldProblem, INVALID, describeValue } from "./field.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { listHeaderBytes, textHeaderBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";
import { ApplicationIdField } from "./scalar-fields.js";
import { STREAM_MESSAGE_BYTES_MAX } from "./transport.js";

export { list, optional, record } from "./composite-fields.js";
export { peer } from "./peer-field.js";
export { applicationId, boolean, float, integer } from "./scalar-fields.js";
export { bytes, text } from "./sequence-fields.js";

/** The longest message type: it travels with every message. */
export const MESSAGE_TYPE_BYTES_MAX = 64;

/** Most fields of a message: what the shortest array header of MessagePack holds beside the type. */
const FIELDS_MAX = 15;

/** The fields that `create` may be called without. */
type OptionalName<Fields extends FieldSet> = {
  [Name in keyof Fields]: null extends Fields[Name]["valueType"] ? Name : never;
}[keyof Fields];

/** What `create` takes: every field, those declared `optional` left out at will. */
export type NewMessage<Fields extends FieldSet> = Omit<ValuesOf<Fields>, OptionalName<Fields>> &
  Partial<Pick<ValuesOf<Fields>, OptionalName<Fields>>>;

/** A message with these fields. */
export type TypedMessage<Type extends string, Fields extends FieldSet> = {
  readonly type: Type;
} & ValuesOf<Fields>;

/** The TypeScript type of a declared message: `type Rumour = MessageOf<typeof Rumour>`. */
export type MessageOf<Declared> =
  Declared extends MessageType<infer Type, infer Fields> ? Flat<TypedMessage<Type, Fields>> : never;

/** The same fields as one object type, which reads better in editors and errors than an intersection. */
type Flat<Fields> = { readonly [Name in keyof Fields]: Fields[Name] };

/** The message's type as its own first field: a constant. */
class TypeField extends Field<string> {
  readonly bytesMax: number;
  readonly expectation: string;
  readonly #type: string;

  constructor(type: string) {
    super();
    this.#type = type;
    this.bytesMax = type.length + textHeaderBytes(type.length);
    this.expectation = JSON.stringify(type);
  }

  sizeOf(value: unknown): number {
    return value === this.#type ? this.bytesMax : INVALID;
  }

  // The seed of the hash covers it already.
  hash(): void {}

  write(value: string, writer: MessagePackWriter): void {
    writer.text(value, value.length);
  }

  read(): string {
    return this.#type;
  }
}

/** One declared kind of message. Immutable and shared by all nodes of all runs in a process. */
export class MessageType<Type extends string = string, Fields extends FieldSet = FieldSet> {
  /** `protocol/kind`. */
  readonly type: Type;
  /** The part before the slash: the protocol it belongs to. */
  readonly protocol: string;
  /** The part behind the slash. */
  readonly kind: string;
  /** The most bytes such a message takes. */
  readonly bytesMax: number;
  /** Names and kinds of all fields, `type` first. */
  readonly #names: readonly string[];
  readonly #fields: readonly Field<unknown>[];
  readonly #headerBytes: number;
  readonly #applicationIdName: string | null;
  readonly #seedHigh: number;
  readonly #seedLow: number;

  /** Use `defineMessage`. Throws `RangeError` for a type, name or limit that cannot be. */
  constructor(type: Type, fields: Fields) {
    checkType(type);
    const names = Object.keys(fields);
    names.forEach(checkFieldName);
    if (names.length > FIELDS_MAX - 1) {
      throw new RangeError(
        `Message ${type} has ${String(names.length)} fields; expected at most ${String(FIELDS_MAX - 1)}`,
      );
    }
    this.type = type;
    const slash = type.indexOf("/");
    this.protocol = type.slice(0, slash);
    this.kind = type.slice(slash + 1);
    this.#names = ["type", ...names];
    this.#fields = [new TypeField(type), ...Object.values(fields)];
    this.#headerBytes = listHeaderBytes(this.#names.length);
    this.bytesMax = this.#fields.reduce((sum, field) => sum + field.bytesMax, this.#headerBytes);
    if (this.bytesMax > STREAM_MESSAGE_BYTES_MAX) {
      throw new RangeError(
        `Message ${type} may take ${String(this.bytesMax)} bytes; expected limits that sum to at most ${String(STREAM_MESSAGE_BYTES_MAX)}`,
      );
    }
    const ids = names.filter((name) => fields[name] instanceof ApplicationIdField);
    if (ids.length > 1)
      throw new RangeError(
        `Message ${type} has application ids ${ids.join(", ")}; expected at most one`,
      );
    this.#applicationIdName = ids[0] ?? null;
    const hasher = new ContentHasher();
    hasher.text(type);
    this.#seedHigh = hasher.high;
    this.#seedLow = hasher.low;
  }

  /**
   * A message of this type: a plain object with `type` first and the fields in declared order, so that all of
   * them have one hidden class. A literal `{ type: Rumour.type, … }` with the fields in that order is as good.
   * Checks nothing: that happens once, where the message is sent.
   */
  create(values: NewMessage<Fields>): TypedMessage<Type, Fields> {
    const given = values as Readonly<Record<string, unknown>>;
    const message: Record<string, unknown> = { type: this.type };
    for (let i = 1; i < this.#names.length; i++) {
      const name = this.#names[i]!;
      const value = given[name];
      message[name] = value === undefined && this.#fields[i]!.isOptional ? null : value;
    }
    return message as TypedMessage<Type, Fields>;
  }

  /** Whether a message is of this type. */
  is(message: Message): message is TypedMessage<Type, Fields> {
    return message.type === this.type;
  }

  /** Throws `MessageError` with the path of the first field that breaks the declaration. */
  validate(message: Message): void {
    for (const name in message) {
      if (!this.#names.includes(name)) throw new MessageError(this.type, name, "is not declared");
    }
    for (let i = 0; i < this.#names.length; i++) {
      const name = this.#names[i]!;
      if (!(name in message))
        throw new MessageError(
          this.type,
          name,
          `is missing; expected ${this.#fields[i]!.expectation}`,
        );
      try {
        this.#fields[i]!.check(valueOf(message, name));
      } catch (problem) {
        throw asMessageError(problem, this.type, name);
      }
    }
  }

  /** Bytes of the message as encoded, without encoding it. Throws `MessageError` when it breaks the declaration. */
  sizeOf(message: Message): number {
    let byteCount = this.#headerBytes;
    let i = 0;
    // Walking the message's own fields is the fastest way to read them, and finds those it should not have.
    for (const name in message) {
      if (name !== this.#names[i]) return this.#sizeOfUnordered(message);
      const fieldBytes = this.#fields[i]!.sizeOf(valueOf(message, name));
      if (fieldBytes === INVALID) return this.#refuse(message);
      byteCount += fieldBytes;
      i++;
    }
    return i === this.#names.length ? byteCount : this.#refuse(message);
  }

  /** Writes the hash of a valid message into `into`: equal for equal messages, in whatever order their fields stand. */
  hashContent(message: Message, into: ContentHash, hasher: ContentHasher): void {
    hasher.begin(this.#seedHigh, this.#seedLow);
    for (let i = 1; i < this.#names.length; i++) {
      this.#fields[i]!.hash(valueOf(message, this.#names[i]!), hasher);
    }
    into.high = hasher.high >>> 0;
    into.low = hasher.low >>> 0;
  }

  /** The application message id that the message carries, or 0. */
  applicationId(message: Message): number {
    const name = this.#applicationIdName;
    return name === null ? 0 : (valueOf(message, name) as number);
  }

  /** Writes a valid message as an array of its type and its fields in declared order. */
  write(message: Message, writer: MessagePackWriter): void {
    writer.listHeader(this.#names.length);
    for (let i = 0; i < this.#names.length; i++)
      this.#fields[i]!.write(valueOf(message, this.#names[i]!), writer);
  }

  /** Reads the fields behind the type. Throws `MessageError`. */
  readFields(reader: MessagePackReader, fieldCount: number): TypedMessage<Type, Fields> {
    if (fieldCount !== this.#names.length - 1) {
      throw new MessageError(
        this.type,
        "",
        `${String(fieldCount)} fields, expected ${String(this.#names.length - 1)}`,
      );
    }
    const message: Record<string, unknown> = { type: this.type };
    for (let i = 1; i < this.#names.length; i++) {
      const name = this.#names[i]!;
      try {
        message[name] = this.#fields[i]!.read(reader);
      } catch (problem) {
        throw asMessageError(problem, this.type, name);
      }
    }
    return message as TypedMessage<Type, Fields>;
  }

  #sizeOfUnordered(message: Message): number {
    this.validate(message);
    let byteCount = this.#headerBytes;
    for (let i = 0; i < this.#names.length; i++) {
      byteCount += this.#fields[i]!.sizeOf(valueOf(message, this.#names[i]!));
    }
    return byteCount;
  }

  #refuse(message: Message): never {
    this.validate(message);
    throw new MessageError(this.type, "", `${describeValue(message)} is not such a message`);
  }
}

/**
 * Declares a message type.
 *
 * @example
 * const Rumour = defineMessage("flood/rumour", { id: applicationId(), hops: integer({ max: 255 }) });
 * type Rumour = MessageOf<typeof Rumour>;
 */
export function defineMessage<const Type extends string, Fields extends FieldSet>(
  type: Type,
  fields: Fields,
): MessageType<Type, Fields> {
  return new MessageType(type, fields);
}

function valueOf(message: Message, name: string): unknown {
  return (message as unknown as Readonly<Record<string, unknown>>)[name];
}

function checkType(type: string): void {
  if (!/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(type) || type.length > MESSAGE_TYPE_BYTES_MAX) {
    throw new RangeError(
      `Message type ${JSON.stringify(type)}; expected protocol/kind in lower case, at most ${String(MESSAGE_TYPE_BYTES_MAX)} characters`,
    );
  }
}

function asMessageError(thrown: unknown, type: string, name: string): unknown {
  return thrown instanceof FieldProblem
    ? new MessageError(type, name + thrown.path, thrown.message)
    : thrown;
}
