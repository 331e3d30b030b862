// What a node of ours sends and receives, as KRPC, for tests that wait for a message and for people who read along.

import { KrpcError, decodeKrpc } from "../../src/protocol/krpc-codec.js";
import type { KrpcMessage } from "../../src/protocol/krpc-codec.js";
import type { UdpObserver } from "../../src/transport/node-udp-transport.js";

export class MessageLog implements UdpObserver {
  readonly messages: KrpcMessage[] = [];
  readonly refusals: string[] = [];
  readonly #onMessage: (message: KrpcMessage) => void;
  #waiting: (() => void)[] = [];

  constructor(onMessage: (message: KrpcMessage) => void = () => undefined) {
    this.#onMessage = onMessage;
  }

  received(_address: string, bytes: Uint8Array): void {
    try {
      const message = decodeKrpc(bytes);
      this.messages.push(message);
      this.#onMessage(message);
    } catch (error) {
      if (!(error instanceof KrpcError)) throw error;
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }

  refused(_address: string, problem: string): void {
    this.refusals.push(problem);
  }

  /** The first message received, past or to come, that is as wanted. */
  async until(isWanted: (message: KrpcMessage) => boolean): Promise<KrpcMessage> {
    for (;;) {
      const found = this.messages.find(isWanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }
}

/** A datagram in a line, for people. */
export function describePacket(bytes: Uint8Array): string {
  try {
    return describeMessage(decodeKrpc(bytes));
  } catch (error) {
    return error instanceof KrpcError ? error.message : String(error);
  }
}

function describeMessage(message: KrpcMessage): string {
  if (message.kind === "error") return `error ${message.code} ${message.text}`;
  if (message.kind === "response") {
    const { nodes, values, token } = message;
    const parts = [
      nodes === null ? "" : `${nodes.length} nodes`,
      values === null ? "" : `${values.length} peers`,
      token === null ? "" : `a token of ${token.length} bytes`,
    ].filter((part) => part !== "");
    return `response${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
  }
  if (message.method !== "announce_peer") return message.method;
  return `announce_peer, port ${message.port ?? "implied"}`;
}
