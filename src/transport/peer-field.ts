// A field that holds a peer: 82 bytes on the wire, whatever its address, in simulation and live alike.

import type { ContentHasher } from "./content-hasher.js";
import { Field, FieldProblem, INVALID, describeValue } from "./field.js";
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
  sizeOf(value: unknown): number {
    if (typeof value !== "object" || value === null) return INVALID;
    const { id, address } = value as Partial<Peer>;
    if (typeof id !== "string" || typeof address !== "string") return INVALID;
    if (id.length !== ID_DIGITS && (id !== "" || address === "")) return INVALID;
    return address.length <= PEER_ADDRESS_BYTES ? PEER_WIRE_BYTES : INVALID;
  }

  override check(value: unknown): void {
    super.check(value);
    const { id, address } = value as Peer;
    if (!/^[0-9a-f]*$/.test(id) || id === NO_ID)
      throw new FieldProblem(`id ${describeValue(id)} is not the id of a peer`);
    if (!/^[!-~]*$/.test(address))
      throw new FieldProblem(`address ${describeValue(address)} is not printable`);
  }

  override measure(value: unknown, hasher: ContentHasher): number {
    const byteCount = this.sizeOf(value);
    if (byteCount !== INVALID) this.hash(value as Peer, hasher);
    return byteCount;
  }

  // Peers of equal ids are the same peer: the address counts only where there is no id.
  hash(value: Peer, hasher: ContentHasher): void {
    const { id } = value;
    if (id === "") {
      hasher.text(value.address);
      return;
    }
    for (let i = 0; i < HASHED_DIGITS; i += 4) {
      hasher.word(
        id.charCodeAt(i) |
          (id.charCodeAt(i + 1) << 8) |
          (id.charCodeAt(i + 2) << 16) |
          (id.charCodeAt(i + 3) << 24),
      );
    }
  }

  write(value: Peer, writer: MessagePackWriter): void {
    writer.peer(value);
  }

  read(reader: MessagePackReader): Peer {
    return reader.peer();
  }
}

/** A peer: its id and address. */
export function peer(): Field<Peer> {
  return new PeerField();
}
