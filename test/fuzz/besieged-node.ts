// The node under attack, in a process of its own: `besieged-node.ts tls|plaintext`. It answers echoes, gives what is asked
// of it, and says what it is like. Whatever it throws ends it, which is what the siege is there to find.

import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import type { Security } from "../../src/transport/node-secure-socket.js";
import { TcpTransport } from "../../src/transport/node-tcp-transport.js";
import type { Message } from "../../src/transport/codec.js";
import type { Peer } from "../../src/transport/peer.js";
import { Answer, Ask, Echo, SIEGE_TYPES } from "./besieged-types.js";
import type { NodeState } from "./besieged-types.js";

const STATE_EVERY_MILLIS = 250;

const nothing = (): void => undefined;
const say = (what: object): void => void process.send?.(what);
const refusals: Record<string, number> = {};

const transport = await TcpTransport.open({
  ...{ identity: NodeIdentity.generate(), peers: new NodePeers(), host: "127.0.0.1", port: 0 },
  ...{ codec: new MessagePackCodec(SIEGE_TYPES), security: process.argv[2] as Security },
  observer: {
    ...{ sent: nothing, delivered: nothing, dropped: nothing, connection: nothing },
    refused: (_address, refusal) => {
      refusals[refusal] = (refusals[refusal] ?? 0) + 1;
    },
  },
});

function answer(from: Peer, message: Message): void {
  if (Echo.is(message)) transport.send(from, message);
  else if (Ask.is(message))
    transport.send(from, Answer.create({ load: new Uint8Array(message.bytes) }));
}

transport.listen({
  ...{ onConnected: nothing, onDisconnected: nothing, onDrain: nothing, onClosed: nothing },
  onMessage: answer,
  onDatagram: (from, message) => {
    if (Echo.is(message)) transport.sendDatagram(from, message);
  },
});
const state = (): NodeState => ({ residentBytes: process.memoryUsage.rss(), refusals });
setInterval(() => {
  say({ state: state() });
}, STATE_EVERY_MILLIS);
process.on("disconnect", () => process.exit(0));
const { id, address } = transport.self;
say({ self: { id, address } });
