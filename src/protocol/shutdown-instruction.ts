// The instruction to shut down: what it says, and what of it is signed.

import {
  applicationId,
  bytes,
  defineMessage,
  integer,
  optional,
  peer,
  text,
} from "../transport/message-type.js";
import type { MessageOf } from "../transport/message-type.js";
import type { Peer } from "../transport/peer.js";
import type { Signer } from "../transport/signatures.js";

/** The longest name of a network. */
const NETWORK_ID_BYTES_MAX = 64;
/** Bytes of an Ed25519 signature. */
const SIGNATURE_BYTES = 64;

/** Tells one node, or all, to stop. Travels from hop to hop under the instruction's id. */
export const ShutdownInstruction = defineMessage("shutdown/instruction", {
  instructionId: applicationId(),
  networkId: text({ maxBytes: NETWORK_ID_BYTES_MAX }),
  /** The one node that is meant; null for the whole network. */
  target: optional(peer()),
  /** Until when it may be obeyed, on the network's clock. */
  expiresAtMicros: integer(),
  signature: bytes({ maxBytes: SIGNATURE_BYTES }),
});
export type ShutdownInstruction = MessageOf<typeof ShutdownInstruction>;

/** What an instruction says, before it is signed. */
export interface ShutdownOrder {
  readonly instructionId: number;
  readonly networkId: string;
  readonly target: Peer | null;
  readonly expiresAtMicros: number;
}

/**
 * The bytes that are signed: each part on a line of its own behind a line that says what they are, so that no
 * signature made for something else fits. Throws `RangeError` for a network id that would make two orders one.
 */
export function signedBytes(order: ShutdownOrder): Uint8Array {
  requireNetworkId(order.networkId);
  const lines = [
    "peerscape shutdown 1",
    order.networkId,
    String(order.instructionId),
    order.target === null ? "everyone" : `${order.target.id} ${order.target.address}`,
    String(order.expiresAtMicros),
  ];
  return new TextEncoder().encode(lines.join("\n"));
}

/** The signed instruction of an order. */
export function signShutdown(order: ShutdownOrder, signer: Signer): ShutdownInstruction {
  return ShutdownInstruction.create({ ...order, signature: signer.sign(signedBytes(order)) });
}

/** Whether text may name a network: printable ASCII without spaces, so that it is one line of what is signed. */
export function isNetworkId(networkId: string): boolean {
  return networkId.length <= NETWORK_ID_BYTES_MAX && /^[!-~]+$/.test(networkId);
}

/** Throws `RangeError` for a network id that cannot be. */
export function requireNetworkId(networkId: string): void {
  if (isNetworkId(networkId)) return;
  throw new RangeError(
    `Network id ${JSON.stringify(networkId)}; expected 1 to ${NETWORK_ID_BYTES_MAX} printable characters without spaces`,
  );
}
