// What nodes say to each other without a protocol's help: a payload from application to application.

import { applicationId, bytes, defineMessage } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";

/** The longest payload of an application message: what a connection's queue holds before it pushes back. */
export const PAYLOAD_BYTES_MAX = 1024 * 1024;

/** An application message, sent by `Node.send`. */
export const NodeMessage = defineMessage("node/message", {
  id: applicationId(),
  payload: bytes({ maxBytes: PAYLOAD_BYTES_MAX }),
});
export type NodeMessage = MessageOf<typeof NodeMessage>;

/** All messages of the node itself. */
export const NODE_MESSAGE_TYPES: readonly MessageType[] = [NodeMessage];
