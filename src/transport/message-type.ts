// How a message is declared: once, with a schema from which come its TypeScript type, its validation, its
// size, its hash and its wire form. Declaring costs once a process; everything on the path of a message is a
// loop over fields, without generated code, so that it runs under a content security policy too.

import type { Message } from "./codec.js";
import { MessageError } from "./codec.js";
import { ContentHasher } from "./content-hasher.js";
import { Field, INVALID } from "./field.js";
import { FieldProblem, describeValue } from "./field-problem.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { textHeaderBytes } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";
import { isApplicationId } from "./scalar-fields.js";
import { Shape, checkFieldName } from "./shape.js";
import type { FieldSet, Values, ValuesOf } from "./shape.js";
import { STREAM_MESSAGE_BYTES_MAX } from "./transport.js";

export { list, optional, record } from "./composite-fields.js";
export { peer } from "./peer-field.js";
export { applicationId, boolean, float, integer } from "./scalar-fields.js";
export { bytes, text } from "./sequence-fields.js";

/** The longest message type: it travels with every message. */
export const MESSAGE_TYPE_BYTES_MAX = 64;

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

  // The seed of a message's hash covers it already.
  measure(value: unknown): number {
    return value === this.#type ? this.bytesMax : INVALID;
  }

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
  /** Its fields with their names, `type` first. */
  readonly #shape: Shape;
  readonly #optionalNames: readonly string[];
  readonly #seedHigh: number;
  readonly #seedLow: number;

  /** Use `defineMessage`. Throws `RangeError` for a type, name or limit that cannot be. */
  constructor(type: Type, fields: Fields) {
    checkType(type);
    const names = Object.keys(fields);
    names.forEach(checkFieldName);
    checkApplicationIds(type, fields);
    this.type = type;
    const slash = type.indexOf("/");
    this.protocol = type.slice(0, slash);
    this.kind = type.slice(slash + 1);
    this.#shape = new Shape(["type", ...names], [new TypeField(type), ...Object.values(fields)]);
    this.#optionalNames = names.filter((name) => fields[name]?.isOptional === true);
    if (this.bytesMax > STREAM_MESSAGE_BYTES_MAX) {
      throw new RangeError(
        `Message ${type} may take ${this.bytesMax} bytes; expected limits that sum to at most ${STREAM_MESSAGE_BYTES_MAX}`,
      );
    }
    const hasher = new ContentHasher();
    hasher.text(type);
    this.#seedHigh = hasher.high;
    this.#seedLow = hasher.low;
  }

  /** The most bytes such a message takes. */
  get bytesMax(): number {
    return this.#shape.bytesMax;
  }

  /**
   * A message of this type: a plain object with `type` first and the fields in declared order, so that all of
   * them have one hidden class. A literal `{ type: Rumour.type, … }` with the fields in that order is as good, and
   * faster. Checks nothing: that happens once, where the message is sent.
   */
  create(values: NewMessage<Fields>): TypedMessage<Type, Fields> {
    const given = values as Values;
    const message: Record<string, unknown> = { type: this.type };
    const { names } = this.#shape;
    for (let i = 1; i < names.length; i++) message[names[i]!] = given[names[i]!];
    for (const name of this.#optionalNames) message[name] ??= null;
    return message as TypedMessage<Type, Fields>;
  }

  /** Whether a message is of this type. */
  is(message: Message): message is TypedMessage<Type, Fields> {
    return message.type === this.type;
  }

  /** Throws `MessageError` with the path of the first field that breaks the declaration. */
  validate(message: Message): void {
    try {
      this.#shape.check(message);
    } catch (problem) {
      throw this.#asMessageError(problem);
    }
  }

  /** Bytes of the message as encoded, without encoding it. Throws `MessageError` when it breaks the declaration. */
  sizeOf(message: Message): number {
    const byteCount = this.#shape.measure(message, null);
    return byteCount === INVALID ? this.#refuse(message) : byteCount;
  }

  /**
   * `sizeOf`, and in the same pass the content hash and the application id, which `hasher` then holds: equal for
   * equal messages, in whatever order their fields stand.
   */
  measure(message: Message, hasher: ContentHasher): number {
    hasher.begin(this.#seedHigh, this.#seedLow);
    const byteCount = this.#shape.measure(message, hasher);
    return byteCount === INVALID ? this.#refuse(message) : byteCount;
  }

  /** Writes a valid message as an array of its type and its fields in declared order. */
  write(message: Message, writer: MessagePackWriter): void {
    this.#shape.write(message as unknown as Values, writer);
  }

  /** Reads the fields behind the type. Throws `MessageError`. */
  readFields(reader: MessagePackReader, fieldCount: number): TypedMessage<Type, Fields> {
    const message: Record<string, unknown> = { type: this.type };
    try {
      this.#shape.read(reader, 1, fieldCount, message);
    } catch (problem) {
      throw this.#asMessageError(problem);
    }
    return message as TypedMessage<Type, Fields>;
  }

  #refuse(message: Message): never {
    this.validate(message);
    throw new MessageError(this.type, "", `${describeValue(message)} is not such a message`);
  }

  #asMessageError(thrown: unknown): unknown {
    if (!(thrown instanceof FieldProblem)) return thrown;
    return new MessageError(this.type, thrown.path.replace(/^\./, ""), thrown.message);
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

function checkType(type: string): void {
  if (!/^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/.test(type) || type.length > MESSAGE_TYPE_BYTES_MAX) {
    throw new RangeError(
      `Message type ${JSON.stringify(type)}; expected protocol/kind in lower case, at most ${MESSAGE_TYPE_BYTES_MAX} characters`,
    );
  }
}

function checkApplicationIds(type: string, fields: FieldSet): void {
  const ids = Object.keys(fields).filter(
    (name) => fields[name] !== undefined && isApplicationId(fields[name]),
  );
  if (ids.length > 1) {
    throw new RangeError(
      `Message ${type} has application ids ${ids.join(", ")}; expected at most one`,
    );
  }
}
