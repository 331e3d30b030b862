// One end of a measurement, in a namespace of its own: `endpoint.ts serve ADDRESS` or `endpoint.ts dial ADDRESS`. It is
// told what to do on standard input and says what happened, with the machine's monotonic time, on standard output.
//
// The server says where it is, then {n, micros} for each message. The dialler is told {id, address} of the server, then
// {n, bytes} to dial anew and send so much, and {n, done} once that has arrived.

import { createInterface } from "node:readline";

import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import { TcpTransport } from "../../src/transport/node-tcp-transport.js";
import type { Message } from "../../src/transport/codec.js";
import type { TransportHandler } from "../../src/transport/transport.js";
import { Load } from "./load.js";

/** A large message over a bad path takes longer than the limits that suit a node among hundreds. */
const LIMITS = { frameMillis: 600_000, userTimeoutMillis: 120_000 };

const micros = (): number => Number(process.hrtime.bigint() / 1000n);
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const nothing = (): void => undefined;

const SILENT: TransportHandler = {
  onMessage: nothing,
  onDatagram: nothing,
  onConnected: nothing,
  onDisconnected: nothing,
  onDrain: nothing,
  onClosed: nothing,
};

async function open(host: string, handler: TransportHandler): Promise<TcpTransport> {
  const transport = await TcpTransport.open({
    ...{ identity: NodeIdentity.generate(), peers: new NodePeers(), host, port: 0 },
    ...{ codec: new MessagePackCodec([Load]), security: "tls", limits: LIMITS },
  });
  transport.listen(handler);
  return transport;
}

async function serve(host: string): Promise<void> {
  const { self } = await open(host, {
    ...SILENT,
    onMessage: (_from, message) => {
      const at = micros();
      say({ n: (message as Message & { n: number }).n, micros: at });
    },
  });
  say({ id: self.id, address: self.address });
}

interface Order {
  readonly id?: string;
  readonly address?: string;
  readonly n?: number;
  readonly bytes?: number;
}

async function dial(host: string): Promise<void> {
  let server = { id: "", address: "" };
  let transport: TcpTransport | null = null;
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, address, n = 0, bytes } = JSON.parse(line) as Order;
    if (id !== undefined && address !== undefined) server = { id, address };
    else if (bytes === undefined) transport?.destroy();
    else transport = await dialOnce(host, server, n, new Uint8Array(bytes));
  }
}

/** Dials with a new identity, so that nothing of the dial before can be in the way, and sends once connected. */
async function dialOnce(
  host: string,
  { id, address }: { readonly id: string; readonly address: string },
  n: number,
  content: Uint8Array,
): Promise<TcpTransport> {
  const peers = new NodePeers();
  const server = peers.intern(id, address);
  const message = Load.create({ n, content });
  let begunMicros = 0;
  const transport = await TcpTransport.open({
    ...{ identity: NodeIdentity.generate(), peers, host, port: 0 },
    ...{ codec: new MessagePackCodec([Load]), security: "tls", limits: LIMITS },
  });
  transport.listen({
    ...SILENT,
    onConnected: () => {
      const connectedMicros = micros();
      transport.send(server, message);
      say({ n, connectMicros: connectedMicros - begunMicros, sentMicros: connectedMicros });
    },
    onDisconnected: (_peer, reason) => {
      say({ n, failed: reason });
    },
  });
  begunMicros = micros();
  transport.connect(server);
  return transport;
}

const [role = "", host = ""] = process.argv.slice(2);
if (role === "serve") {
  // Ends with whoever started it.
  process.stdin.resume().on("end", () => process.exit());
  await serve(host);
} else {
  await dial(host);
  process.exit();
}
