// What a scenario makes a node do, as plain data: it travels to wherever the node runs, be that another process.

import type { Node } from "../protocol/node.js";
import type { RunPeers } from "./run-peers.js";

/** Something that a node is told to do. Nodes are indexes. */
export type ParticipantCommand =
  | { readonly do: "leave" }
  | { readonly do: "shutdown" }
  | { readonly do: "broadcast"; readonly bytes: number }
  | { readonly do: "send"; readonly target: number; readonly bytes: number };

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
  }
}
