// A protocol that notes everything it is told and may be made to misbehave: for tests of the node around it.

import type { Node } from "../../src/protocol/node.js";
import { PlainStateProtocol } from "../../src/protocol/plain-state-protocol.js";
import type { Protocol, ProtocolContext } from "../../src/protocol/protocol.js";
import type { TimerArgument } from "../../src/transport/clock.js";
import type { Message } from "../../src/transport/codec.js";
import { defineMessage, integer } from "../../src/transport/message-type.js";
import type { MessageType } from "../../src/transport/message-type.js";
import type { Peer } from "../../src/transport/peer.js";
import type { DisconnectReason } from "../../src/transport/transport.js";
import { NodeWorld } from "./node-world.js";

export const Ping = defineMessage("ping/ping", { n: integer() });
export const Pong = defineMessage("pong/pong", { n: integer() });

/** Notes everything it is told, and says goodbye to whom it is connected with. */
export class Probe extends PlainStateProtocol {
  readonly messageTypes: readonly MessageType[];
  heard: string[] = [];
  /** What it does at its next call, by name of the handler. */
  readonly #acts: Readonly<Record<string, (context: ProtocolContext) => unknown>>;

  constructor(
    type: MessageType,
    acts: Readonly<Record<string, (context: ProtocolContext) => unknown>> = {},
  ) {
    super();
    this.messageTypes = [type];
    this.#acts = acts;
  }

  get own(): ProtocolContext {
    return this.context;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    return this.#hear("start");
  }

  override onMessage(_from: Peer, message: Message): void {
    return this.#hear("onMessage", `${message.type} ${(message as { n?: number }).n ?? ""}`);
  }

  override onDatagram(_from: Peer, message: Message): void {
    return this.#hear("onDatagram", message.type);
  }

  override onTimer(kind: string, argument: TimerArgument | undefined): void {
    return this.#hear("onTimer", `${kind} ${JSON.stringify(argument ?? null)}`);
  }

  override onConnected(_peer: Peer): void {
    return this.#hear("onConnected");
  }

  override onDisconnected(_peer: Peer, reason: DisconnectReason): void {
    return this.#hear("onDisconnected", reason);
  }

  override stop(): void {
    this.#hear("stop");
    for (const peer of this.context.transport.connectedPeers()) {
      this.context.transport.send(
        peer,
        this.messageTypes[0] === Ping ? Ping.create({ n: 99 }) : Pong.create({ n: 99 }),
      );
    }
  }

  // What an act returns is returned by the handler, as a careless author's would be.
  #hear(handler: string, what = ""): void {
    this.heard.push(`${handler} ${what}`.trim());
    return this.#acts[handler]?.(this.context) as undefined;
  }
}

/** A world of nodes with two probes each, `ping` before `pong`. */
export function probeWorld(
  nodeCount: number,
  acts: Readonly<Record<string, (context: ProtocolContext) => unknown>> = {},
): NodeWorld {
  return new NodeWorld(
    nodeCount,
    (index) =>
      new Map<string, Protocol>([
        ["ping", new Probe(Ping, index === 0 ? acts : {})],
        ["pong", new Probe(Pong)],
      ]),
  );
}

export function probe(node: Node | undefined, slot: string): Probe {
  const found = node?.protocol(slot);
  if (!(found instanceof Probe)) throw new Error(`No probe in slot ${slot}`);
  return found;
}
