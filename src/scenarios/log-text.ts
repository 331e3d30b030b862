// A line of a protocol's log as people read it. Protocols know peers by id and address, which are made up in
// simulation: whoever reads the line knows the nodes by the names that the scenario gives them.

import type { Peer } from "../transport/peer.js";
import type { RunPeers } from "./run-peers.js";

/** The addresses of simulated nodes, wherever in a line; the first group is the node's index. */
const ADDRESS = /\bsim-(\d{9,}):1\b/gu;

export interface LogNames {
  readonly peers: Pick<RunPeers, "at" | "indexOf">;
  /** The name of the node at an index. */
  readonly nameOf: (node: number) => string;
}

/** The text with its fields as JSON behind it; peers, and addresses of nodes, are the nodes' names. */
export function logText(
  { text, fields }: { readonly text: string; readonly fields?: unknown },
  names: LogNames,
): string {
  if (fields === undefined) return withNames(text, names);
  return `${withNames(text, names)} ${fieldsText(fields, names)}`;
}

/** Fields as JSON: peers, and addresses of nodes, are the nodes' names, bytes are hexadecimal. */
export function fieldsText(fields: unknown, names: LogNames): string {
  const { peers, nameOf } = names;
  const named = (_key: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return hexText(value);
    const index = isPeer(value) ? peers.indexOf(value) : -1;
    return index < 0 ? value : nameOf(index);
  };
  return withNames(JSON.stringify(fields, named), names);
}

function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function withNames(text: string, { peers, nameOf }: LogNames): string {
  return text.replace(ADDRESS, (address, digits: string) => {
    const index = Number(digits);
    const peer = peers.at(index) as Peer | undefined;
    return peer?.address === address ? nameOf(index) : address;
  });
}

function isPeer(value: unknown): value is Peer {
  if (typeof value !== "object" || value === null) return false;
  const { id, address } = value as Partial<Record<keyof Peer, unknown>>;
  return typeof id === "string" && typeof address === "string";
}
