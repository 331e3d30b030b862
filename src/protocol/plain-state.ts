// Turns a protocol's fields into plain data and back. Maps, sets, typed arrays, peers, views, lists and plain
// objects are data; functions and instances of other classes are not, and are refused by path, since they could
// not continue in another process: keep data, not closures.

import type { PlainData } from "../sim/plain-data.js";
import { shortId } from "../transport/peer.js";
import type { Peer, PeerTable } from "../transport/peer.js";

/** What restoring needs beside the data. */
export interface StateOwner {
  /** Name of the node and slot of the protocol, for errors. */
  readonly owner: string;
  readonly peers: PeerTable;
  /** The name of the overlay when `value` is one of the node's views. */
  overlayOf(value: object): string | undefined;
  /** The node's view of a named overlay. */
  view(overlay: string): object;
}

/** A field held something that is not data. */
export class StateError extends Error {
  override readonly name = "StateError";

  constructor(
    /** Node and protocol that hold it. */
    readonly owner: string,
    /** Path of the field, as `pending.retry[2]`. */
    readonly field: string,
    problem: string,
  ) {
    super(`State of ${owner}, field ${field}: ${problem}; keep data, not closures or instances`);
  }
}

/** The typed arrays that state may hold, besides `Uint8Array`, which is plain data itself. */
const TYPED_ARRAYS = {
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
};
type TypedArrayName = keyof typeof TYPED_ARRAYS;
type TypedArray = InstanceType<(typeof TYPED_ARRAYS)[TypedArrayName]>;

/** A key that marks what a record of plain data stands for; own keys that begin alike are escaped. */
type Tag =
  | "$map"
  | "$set"
  | "$peer"
  | "$view"
  | "$typed"
  | "$object"
  | "$same"
  | "$undefined"
  | "$minusZero";

/** Copies the named fields of `holder` into plain data. Throws `StateError`. */
export function captureState(
  holder: object,
  fields: readonly string[],
  owner: StateOwner,
): PlainData {
  const capture = new Capture(owner);
  const state: Record<string, PlainData> = {};
  for (const field of fields) state[field] = capture.value(Reflect.get(holder, field), field);
  return state;
}

/** Sets the fields of `holder` to what `captureState` gave. Fields that the state lacks keep their values. */
export function restoreState(holder: object, state: PlainData, owner: StateOwner): void {
  const restore = new Restore(owner);
  for (const [field, value] of Object.entries(asRecord(state))) {
    Reflect.set(holder, field, restore.value(value));
  }
}

/** Walks values depth first and numbers containers, so that one held in two places stays one. */
class Capture {
  readonly #owner: StateOwner;
  readonly #numberOf = new Map<object, number>();
  readonly #open = new Set<object>();

  constructor(owner: StateOwner) {
    this.#owner = owner;
  }

  value(value: unknown, path: string): PlainData {
    if (value === null) return value;
    // Encodings know one kind of nothing and one zero, and would give null and 0 back.
    if (value === undefined) return { $undefined: true };
    if (Object.is(value, -0)) return { $minusZero: true };
    if (typeof value === "number" || typeof value === "string") return value;
    if (typeof value === "boolean") return value;
    if (typeof value !== "object") throw this.#refused(path, `a ${typeof value} is not plain data`);
    const overlay = this.#owner.overlayOf(value);
    if (overlay !== undefined) return { $view: overlay };
    if (isPeer(value, this.#owner.peers)) return { $peer: [value.id, value.address] };
    if (this.#open.has(value)) throw this.#refused(path, "contains itself");
    const known = this.#numberOf.get(value);
    if (known !== undefined) return { $same: known };
    this.#numberOf.set(value, this.#numberOf.size);
    this.#open.add(value);
    const data = this.#container(value, path);
    this.#open.delete(value);
    return data;
  }

  #container(value: object, path: string): PlainData {
    if (value instanceof Uint8Array) return value.slice();
    if (Array.isArray(value)) return this.#items(value, path);
    if (value instanceof Map) {
      return { $map: Array.from(value, ([key, held]) => this.#entry(key, held, path)) };
    }
    if (value instanceof Set) return { $set: this.#items(Array.from<unknown>(value), path) };
    const typed = typedArrayName(value);
    if (typed !== undefined) {
      const { buffer, byteOffset, byteLength } = value as TypedArray;
      return { $typed: [typed, new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength))] };
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw this.#refused(path, `an instance of ${className(value)} is not plain data`);
    }
    return this.#object(value, path);
  }

  #items(items: readonly unknown[], path: string): PlainData[] {
    return Array.from(items, (item, i) => this.value(item, `${path}[${i}]`));
  }

  #entry(key: unknown, held: unknown, path: string): PlainData {
    const keyData = this.value(key, `${path}.key`);
    return [keyData, this.value(held, `${path}[${describeKey(key)}]`)];
  }

  #object(value: object, path: string): PlainData {
    const data: Record<string, PlainData> = {};
    let isTagged = false;
    for (const [key, held] of Object.entries(value)) {
      if (key === "__proto__") throw this.#refused(path, "has a key __proto__");
      isTagged ||= key.startsWith("$");
      data[key] = this.value(held, `${path}.${key}`);
    }
    return isTagged ? { $object: data } : data;
  }

  #refused(path: string, problem: string): StateError {
    return new StateError(this.#owner.owner, path, problem);
  }
}

/** The reverse of `Capture`: numbers containers in the same order. */
class Restore {
  readonly #owner: StateOwner;
  readonly #made: object[] = [];

  constructor(owner: StateOwner) {
    this.#owner = owner;
  }

  value(data: PlainData): unknown {
    if (typeof data !== "object" || data === null) return data;
    if (data instanceof Uint8Array) return this.#keep(data.slice());
    if (isList(data)) return this.#items(data, this.#keep([]));
    const [tag, ...others] = Object.keys(data);
    const content = tag === undefined ? undefined : data[tag];
    if (others.length > 0 || tag === undefined || !tag.startsWith("$")) {
      return this.#object(data, this.#keep({}));
    }
    return this.#tagged(tag as Tag, content);
  }

  #tagged(tag: Tag, content: PlainData): unknown {
    switch (tag) {
      case "$map": {
        const map = this.#keep(new Map<unknown, unknown>());
        for (const entry of asList(content)) {
          const [key, held] = asList(entry);
          const keyValue = this.value(key);
          map.set(keyValue, this.value(held));
        }
        return map;
      }
      case "$set": {
        const set = this.#keep(new Set<unknown>());
        for (const item of asList(content)) set.add(this.value(item));
        return set;
      }
      case "$peer": {
        const [id, address] = asList(content);
        return this.#owner.peers.intern(id as string, address as string);
      }
      case "$view":
        return this.#owner.view(content as string);
      case "$typed": {
        const [name, bytes] = asList(content);
        const { buffer } = (bytes as Uint8Array).slice();
        return this.#keep(new TYPED_ARRAYS[name as TypedArrayName](buffer));
      }
      case "$object":
        return this.#object(asRecord(content), this.#keep({}));
      case "$undefined":
        return undefined;
      case "$minusZero":
        return -0;
      case "$same":
        return this.#made[content as number];
    }
  }

  #items(items: readonly PlainData[], into: unknown[]): unknown[] {
    for (const item of items) into.push(this.value(item));
    return into;
  }

  #object(data: Readonly<Record<string, PlainData>>, into: Record<string, unknown>): object {
    for (const [key, held] of Object.entries(data)) into[key] = this.value(held);
    return into;
  }

  #keep<Container extends object>(container: Container): Container {
    this.#made.push(container);
    return container;
  }
}

/**
 * Whether an object is a peer: the very one that the table has for its id and address. A record of a protocol's
 * own that happens to have both is not, and keeps its other fields.
 */
function isPeer(value: object, peers: PeerTable): value is Peer {
  const { id, address } = value as Partial<Peer>;
  if (typeof id !== "string" || typeof address !== "string") return false;
  return peers.intern(id, address) === value;
}

function typedArrayName(value: object): TypedArrayName | undefined {
  const names = Object.keys(TYPED_ARRAYS) as TypedArrayName[];
  return names.find((name) => value instanceof TYPED_ARRAYS[name]);
}

function className(value: object): string {
  const made = (value as { constructor?: { name?: unknown } }).constructor;
  return typeof made?.name === "string" && made.name !== "" ? made.name : "an unnamed class";
}

function describeKey(key: unknown): string {
  if (typeof key === "string" || typeof key === "number") return JSON.stringify(key);
  return typeof key === "object" && key !== null && "id" in key ? shortId(key as Peer) : typeof key;
}

function isList(data: PlainData): data is readonly PlainData[] {
  return Array.isArray(data);
}

function asList(data: PlainData): readonly PlainData[] {
  return data as readonly PlainData[];
}

function asRecord(data: PlainData): Readonly<Record<string, PlainData>> {
  return data as Readonly<Record<string, PlainData>>;
}
