// What a scenario makes a node do, as plain data: it travels to wherever the node runs, be that another process.

import type { Node } from "../protocol/node.js";
import type { RunPeers } from "./run-peers.js";

/** Something that a node is told to do. Nodes are indexes. */
export type ParticipantCommand =
  | { readonly do: "leave" }
  | { readonly do: "shutdown" }
  | { readonly do: "broadcast"; readonly bytes: number }
  | { readonly do: "send"; readonly target: number; readonly bytes: number }
  | { readonly do: "lookup" | "get"; readonly key: string }
  /** `mark` tells the values of one key apart. */
  | { readonly do: "put"; readonly key: string; readonly bytes: number; readonly mark: number };

/** Bytes of a value in which its mark stands. */
const MARK_BYTES = 6;

/** Makes a node do it. */
export function performCommand(node: Node, command: ParticipantCommand, peers: RunPeers): void {
  switch (command.do) {
    case "leave":
      node.leave();
      break;
    case "shutdown":
      node.shutdown();
      break;
    case "broadcast":
      node.broadcast(new Uint8Array(command.bytes));
      break;
    case "send":
      node.send(peers.at(command.target), new Uint8Array(command.bytes));
      break;
    case "lookup":
      node.lookup(command.key);
      break;
    case "get":
      node.get(command.key);
      break;
    case "put":
      node.put(command.key, markedValue(command.bytes, command.mark));
  }
}

/** Zeros, and the mark in front as far as it fits. */
function markedValue(byteCount: number, mark: number): Uint8Array {
  const value = new Uint8Array(byteCount);
  let rest = mark;
  for (let i = 0; i < Math.min(MARK_BYTES, byteCount); i++) {
    value[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return value;
}
