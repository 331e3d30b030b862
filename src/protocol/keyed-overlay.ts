// What every structured overlay offers: who is nearest to a key, and values kept under keys. What comes of an operation
// is told later, to the node's listeners and in the records.

import { bytes, integer } from "../transport/message-type.js";
import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import type { KeyOperation } from "./key-operation.js";
import type { ProtocolContext, View } from "./protocol.js";
import { KEY_BITS, isKey } from "./xor-distance.js";

/** Largest value kept under a key: with its message it fits into one datagram on every path. */
export const VALUE_BYTES_MAX = 1000;

/** A key, as messages carry it. */
export const keyField = bytes({ maxBytes: KEY_BITS / 8 });

/** A value to be kept: `version` tells a later one of a key from an earlier, `leftMicros` when to forget it. */
export const storedFields = {
  key: keyField,
  version: integer(),
  leftMicros: integer(),
  value: bytes({ maxBytes: VALUE_BYTES_MAX }),
};

/** The protocol in a node's slot `discovery`, where it finds nodes by keys. */
export abstract class KeyedOverlay extends Discovery {
  readonly isFullMembership = false;
  /** Everyone the node knows, whom keys may lead to. */
  protected memberView!: View;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.memberView = context.view("members");
  }

  members(): readonly Peer[] {
    return this.memberView.peers();
  }

  isMember(peer: Peer): boolean {
    return this.memberView.has(peer);
  }

  override get memberCount(): number {
    return this.memberView.size;
  }

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
