// A field that holds a peer: 82 bytes on the wire, whatever its address, in simulation and live alike.

import type { ContentHasher } from "./content-hasher.js";
import { Field, INVALID } from "./field.js";
import { FieldProblem, describeValue } from "./field-problem.js";
import type { MessagePackReader } from "./message-pack-reader.js";
import { PEER_WIRE_BYTES } from "./message-pack-writer.js";
import type { MessagePackWriter } from "./message-pack-writer.js";
import { PEER_ADDRESS_BYTES, PEER_ID_BYTES } from "./peer.js";
import type { Peer } from "./peer.js";

const ID_DIGITS = PEER_ID_BYTES * 2;
/** Digits of an id that enter a hash: 32 bits of what is a hash itself tell two runs apart. */
const HASHED_DIGITS = 8;
const NO_ID = "0".repeat(ID_DIGITS);

class PeerField extends Field<Peer> {
  readonly bytesMax = PEER_WIRE_BYTES;
  readonly expectation =
    "a peer with an id of 64 hexadecimal digits and a printable address of at most 48 characters";

  // Lengths only: peers are made by the transport and interned, and this runs once for each member of a list.
  measure(value: unknown, hasher: ContentHasher | null): number {
    if (typeof value !== "object" || value === null) return INVALID;
    const { id, address } = value as Partial<Peer>;
    if (typeof id !== "string" || typeof address !== "string") return INVALID;
    if (id.length !== ID_DIGITS && (id !== "" || address === "")) return INVALID;
    if (address.length > PEER_ADDRESS_BYTES) return INVALID;
    if (hasher !== null) addTo(hasher, id, address);
    return PEER_WIRE_BYTES;
  }

  override check(value: unknown): void {
    super.check(value);
    const { id, address } = value as Peer;
    if (!/^[0-9a-f]*$/.test(id) || id === NO_ID)
      throw new FieldProblem(`id ${describeValue(id)} is not the id of a peer`);
    if (!/^[!-~]*$/.test(address))
      throw new FieldProblem(`address ${describeValue(address)} is not printable`);
  }

  write(value: Peer, writer: MessagePackWriter): void {
    writer.peer(value);
  }

  read(reader: MessagePackReader): Peer {
    return reader.peer();
  }
}

/** Peers of equal ids are the same peer: the address counts only where there is no id. */
function addTo(hasher: ContentHasher, id: string, address: string): void {
  if (id === "") {
    hasher.text(address);
    return;
  }
  for (let i = 0; i < HASHED_DIGITS; i += 4) {
    const first = id.charCodeAt(i) | (id.charCodeAt(i + 1) << 8);
    hasher.word(first | (id.charCodeAt(i + 2) << 16) | (id.charCodeAt(i + 3) << 24));
  }
}

/** A peer: its id and address. */
export function peer(): Field<Peer> {
  return new PeerField();
}
