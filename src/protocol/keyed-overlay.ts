// What every structured overlay offers: who is nearest to a key, and values kept under keys. What comes of an operation
// is told later, to the node's listeners and in the records.

import { Discovery } from "./discovery.js";
import type { KeyOperation } from "./key-operation.js";
import { isKey } from "./xor-distance.js";

/** Largest value kept under a key: with its message it fits into one datagram on every path. */
export const VALUE_BYTES_MAX = 1000;

/** The protocol in a node's slot `discovery`, where it finds nodes by keys. */
export abstract class KeyedOverlay extends Discovery {
  /** Looks for the nodes nearest to a key; answers the operation's id. Throws `RangeError` for what is no key. */
  lookup(key: string): number {
    return this.begin("lookup", requireKey(key), null);
  }

  /** Looks for the value under a key; answers the operation's id. Throws `RangeError` for what is no key. */
  get(key: string): number {
    return this.begin("get", requireKey(key), null);
  }

  /**
   * Has a value kept under a key; answers the operation's id. Throws `RangeError` for what is no key, and for a value
   * above `VALUE_BYTES_MAX`.
   */
  put(key: string, value: Uint8Array): number {
    if (value.length > VALUE_BYTES_MAX) {
      throw new RangeError(
        `A value of ${value.length} bytes; expected at most ${VALUE_BYTES_MAX}; keep larger ones elsewhere and their place here`,
      );
    }
    return this.begin("put", requireKey(key), value);
  }

  /**
   * Begins an operation and answers its id, a fresh application id. Calls `context.asked` here and `context.answered`
   * once, later.
   */
  protected abstract begin(operation: KeyOperation, key: string, value: Uint8Array | null): number;
}

function requireKey(key: string): string {
  if (isKey(key)) return key;
  throw new RangeError(
    `Key ${JSON.stringify(key.slice(0, 80))}; expected 64 hexadecimal digits in lower case, such as a SHA-256`,
  );
}
