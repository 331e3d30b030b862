// How many small messages a second cross the live transport: over one connection and over a mesh, in plain text and
// with TLS, beside bare sockets of node:net and node:tls that carry the same frames. All take part in every round, one
// after the other, so that what slows the machine down slows all of them. `npm run bench:live -- --help`.

import { Buffer } from "node:buffer";
import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import * as os from "node:os";
import {
  Server as TlsServer,
  connect as tlsConnect,
  createServer as createTlsServer,
} from "node:tls";
import { parseArgs } from "node:util";

import type { Message } from "../src/transport/codec.js";
import { MessagePackCodec } from "../src/transport/message-pack-codec.js";
import { bytes, defineMessage, integer } from "../src/transport/message-type.js";
import { FrameReader, writeMessageHeader } from "../src/transport/node-frames.js";
import { NodeIdentity } from "../src/transport/node-identity.js";
import { NodePeers } from "../src/transport/node-peers.js";
import type { Security } from "../src/transport/node-secure-socket.js";
import { TcpTransport } from "../src/transport/node-tcp-transport.js";
import type { Peer } from "../src/transport/peer.js";
import type { TransportHandler } from "../src/transport/transport.js";

const USAGE = `npm run bench:live -- [--rounds N] [--messages N] [--nodes N]

  --rounds    how often each contestant runs; medians are printed (default 5)
  --messages  messages in each run (default 200000)
  --nodes     nodes of the mesh (default 50)
`;

const Ball = defineMessage("bench/ball", { n: integer(), load: bytes({ maxBytes: 1000 }) });
/** 32 bytes of content: about what a heartbeat or a membership digest takes. */
const LOAD = new Uint8Array(32);
/** Messages that one turn hands over, as a handler that spreads news does. */
const BATCH = 64;
/** Messages under way at most: what a protocol that heeds back-pressure keeps. */
const WINDOW = 4096;

interface Contestant {
  readonly name: string;
  /** Delivers so many messages and answers in how many seconds. */
  readonly run: (messages: number) => Promise<number>;
}

/** What a node of the bench does: counts, and says when it has enough. */
class Counter implements TransportHandler {
  count = 0;
  onCount: () => void = () => undefined;

  onMessage(): void {
    this.count++;
    this.onCount();
  }

  onDatagram(): void {
    // Streams are measured.
  }

  onConnected(): void {
    this.onCount();
  }

  onDisconnected(_peer: Peer, reason: string): void {
    throw new Error(`A connection of the bench ended: ${reason}`);
  }

  onDrain(): void {
    // The window keeps the queue below its limit.
  }

  onClosed(): void {
    // The bench destroys its nodes.
  }
}

interface BenchNode {
  readonly transport: TcpTransport;
  readonly counter: Counter;
}

async function openNodes(count: number, security: Security): Promise<BenchNode[]> {
  const peers = new NodePeers();
  const nodes: BenchNode[] = [];
  for (let i = 0; i < count; i++) {
    const transport = await TcpTransport.open({
      ...{ identity: NodeIdentity.generate(), peers, security, host: "127.0.0.1", port: 0 },
      codec: new MessagePackCodec([Ball]),
    });
    const counter = new Counter();
    transport.listen(counter);
    nodes.push({ transport, counter });
  }
  return nodes;
}

/** Every message is made, encoded, framed, sent, read, validated and handed over. */
async function runTransport(nodes: readonly BenchNode[], messages: number): Promise<number> {
  const delivered = (): number => nodes.reduce((sum, { counter }) => sum + counter.count, 0);
  const [first] = nodes;
  for (const { transport } of nodes) {
    for (const other of nodes) {
      // The first of two nodes sends to the second; in a mesh each to all.
      if (nodes.length > 2 || transport === first?.transport)
        transport.connect(other.transport.self);
    }
  }
  await turns(() => nodes.every((one) => nodes.every((other) => isJoined(one, other))));
  const beginMillis = performance.now();
  let sent = 0;
  const senders = nodes.length > 2 ? nodes : nodes.slice(0, 1);
  await turns(() => {
    const before = delivered();
    for (const { transport } of senders) {
      for (let i = 0; i < BATCH && sent < messages && sent - before < WINDOW; i++) {
        const place = nodes.length > 2 ? (sent * 7 + 1) % nodes.length : 1;
        const target = nodes[place]!.transport;
        if (target === transport) continue;
        transport.send(target.self, Ball.create({ n: sent, load: LOAD }));
        sent++;
      }
    }
    return before >= messages;
  });
  const seconds = (performance.now() - beginMillis) / 1000;
  for (const { transport } of nodes) transport.destroy();
  return seconds;
}

function isJoined(one: BenchNode, other: BenchNode): boolean {
  return one === other || one.transport.isConnected(other.transport.self);
}

/** The same frames over bare sockets: framed and counted, not decoded. */
async function runBare(
  server: Server,
  dial: (port: number) => Socket,
  { messages, isGathered = true }: { readonly messages: number; readonly isGathered?: boolean },
): Promise<number> {
  const codec = new MessagePackCodec([Ball]);
  const reader = new FrameReader();
  reader.allowMessages();
  let count = 0;
  const sink = {
    onMessageFrame: (): boolean => ++count > 0,
    onControlFrame: (): boolean => false,
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const socket = dial((server.address() as AddressInfo).port);
  const accepted = await acceptedBy(server);
  accepted.setNoDelay(true);
  accepted.on("data", (chunk: Buffer) => reader.push(chunk, sink));
  const beginMillis = performance.now();
  let sent = 0;
  await turns(() => {
    const frames: Buffer[] = [];
    while (frames.length < BATCH && sent < messages && sent - count < WINDOW) {
      const message: Message = Ball.create({ n: sent++, load: LOAD });
      const payload = codec.encode(message);
      const frame = Buffer.allocUnsafe(4 + payload.length);
      writeMessageHeader(frame, 0, payload.length);
      frame.set(payload, 4);
      frames.push(frame);
    }
    if (isGathered && frames.length > 0) socket.write(Buffer.concat(frames));
    if (!isGathered) for (const frame of frames) socket.write(frame);
    return count >= messages;
  });
  const seconds = (performance.now() - beginMillis) / 1000;
  socket.destroy();
  accepted.destroy();
  server.close();
  return seconds;
}

function acceptedBy(server: Server): Promise<Socket> {
  return new Promise((resolve) => {
    server.once(server instanceof TlsServer ? "secureConnection" : "connection", resolve);
  });
}

/** Takes turns of the event loop until something holds. */
function turns(isDone: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      try {
        if (isDone()) resolve();
        else setImmediate(turn);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    turn();
  });
}

function contestants(meshNodes: number): Contestant[] {
  const identity = NodeIdentity.generate();
  const keys = { key: identity.privateKeyPem, cert: identity.certificatePem };
  const tlsServer = (): Server =>
    createTlsServer({ ...keys, requestCert: true, rejectUnauthorized: false });
  const tlsDial = (port: number): Socket =>
    tlsConnect({ ...keys, port, host: "127.0.0.1", rejectUnauthorized: false });
  const plainDial = (port: number): Socket => connect({ port, host: "127.0.0.1", noDelay: true });
  const own = (count: number, security: Security) => async (messages: number) =>
    runTransport(await openNodes(count, security), messages);
  return [
    { name: "node:net alone", run: (messages) => runBare(createServer(), plainDial, { messages }) },
    {
      // What a mesh comes down to, where hardly two messages in a turn go the same way.
      name: "node:net alone, a write a message",
      run: (messages) => runBare(createServer(), plainDial, { messages, isGathered: false }),
    },
    { name: "one connection, plain text", run: own(2, "plaintext") },
    { name: `mesh of ${meshNodes}, plain text`, run: own(meshNodes, "plaintext") },
    { name: "node:tls alone", run: (messages) => runBare(tlsServer(), tlsDial, { messages }) },
    { name: "one connection, TLS", run: own(2, "tls") },
    { name: `mesh of ${meshNodes}, TLS`, run: own(meshNodes, "tls") },
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      messages: { type: "string", default: "200000" },
      nodes: { type: "string", default: "50" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const messages = Number(values.messages);
  const field = contestants(Number(values.nodes));
  const rates = field.map((): number[] => []);
  // One round that does not count: the engine compiles what runs often.
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, { run }] of field.entries()) {
      const seconds = await run(round === 0 ? messages / 4 : messages);
      if (round > 0) rates[i]!.push(messages / seconds);
    }
  }
  const size = new MessagePackCodec([Ball]).sizeOf(Ball.create({ n: messages, load: LOAD }));
  process.stdout.write(
    `Node.js ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? "?"}; ` +
      `${messages} messages of ${size} bytes\n\n` +
      "| contestant | messages a second | of node:net alone |\n|---|---:|---:|\n",
  );
  for (const [i, { name }] of field.entries()) {
    const ratios = rates[i]!.map((rate, round) => rate / rates[0]![round]!);
    const rate = Math.round(median(rates[i]!) / 1000);
    process.stdout.write(`| ${name} | ${rate} k | ${median(ratios).toFixed(2)} |\n`);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

await main();
