// What a node is attacked with, each for some time. An attack counts its inputs and leaves nothing behind.

import { createSocket } from "node:dgram";

import {
  ControlKind,
  PING_FRAME,
  greetingFrame,
  networkMark,
} from "../../src/transport/node-control-frames.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import type { Security } from "../../src/transport/node-secure-socket.js";
import type { RandomStream } from "../../src/sim/random-stream.js";
import { STREAM_MESSAGE_BYTES_MAX } from "../../src/transport/transport.js";
import { Ask, Everything, SIEGE_TYPES } from "./besieged-types.js";
import { HostileBytes } from "./hostile-bytes.js";
import type { HostileKind } from "./hostile-bytes.js";
import { Intruder, closed, messageFrame, openSocket } from "./intruder.js";

/** Peers that stay at once: many for one node, few enough for the attacker's own process. */
const STAYING_PEERS = 50;
/** More than may be in handshakes at once. */
const FLOOD_SOCKETS = 400;
const DIALS_AT_ONCE = 8;
const DRIP_MILLIS = 100;
const PINGS_A_WRITE = 1000;
/** Bytes that an attacker leaves in its own queue. */
const QUEUE_BYTES_MAX = 1e6;
const DATAGRAM_PAUSE_EVERY = 200;

/** What an attack knows of its target. */
export interface AttackPlace {
  readonly port: number;
  readonly security: Security;
  readonly stream: RandomStream;
  readonly millis: number;
}

export interface Attack {
  readonly name: string;
  /** Attacks for so long; answers the number of inputs. */
  readonly run: (place: AttackPlace) => Promise<number>;
}

const codec = new MessagePackCodec(SIEGE_TYPES);
const someId = (n: number): string => n.toString(16).padStart(64, "7");
const MODELS = [
  codec.encode(
    Everything.create({
      names: ["one", "", "three"],
      peers: [1, 2, 3].map((n) => ({ id: someId(n), address: `10.0.0.${n}:70` })),
      pairs: [{ key: "k", values: [1, -70_000, 2 ** 40] }],
      load: new Uint8Array(40),
    }),
  ),
  codec.encode(Ask.create({ bytes: 10 })),
];

const passMillis = (millis: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, millis));

/** A time that runs out. */
class Span {
  readonly #endMillis: number;

  constructor(millis: number) {
    this.#endMillis = performance.now() + millis;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endMillis;
  }

  /** Does something over and over, several at once; answers how often it was done in all. */
  async repeat(atOnce: number, act: () => Promise<number>): Promise<number> {
    let count = 0;
    const one = async (): Promise<void> => {
      while (!this.isOver) {
        const added = await act();
        count += added;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, one));
    return count;
  }
}

/** Peers that stay and do something again and again. */
async function withPeers(
  { port, security, millis }: AttackPlace,
  everyMillis: number,
  act: (peer: Intruder) => number,
): Promise<number> {
  const span = new Span(millis);
  const peers: Intruder[] = [];
  let count = 0;
  while (!span.isOver) {
    // One that was thrown out comes back under another name.
    const staying = peers.filter(({ isOver }) => !isOver);
    peers.splice(0, peers.length, ...staying);
    if (peers.length < STAYING_PEERS) {
      const peer = await Intruder.enter(port, security);
      if (peer !== null) peers.push(peer);
    }
    for (const peer of peers) count += act(peer);
    await passMillis(peers.length < STAYING_PEERS ? 1 : everyMillis);
  }
  for (const peer of peers) peer.leave();
  return count;
}

/** What the others are compared with. */
async function leaveAlone({ millis }: AttackPlace): Promise<number> {
  await passMillis(millis);
  return 0;
}

/** Hostile bytes at the door: nothing, or something that is nearly a greeting, before them. */
async function knock({ port, stream, millis }: AttackPlace): Promise<number> {
  const hostile = new HostileBytes(stream, [
    greetingFrame(ControlKind.hello, {
      ...{ id: someId(9), address: "127.0.0.1:9", boot: "00112233aabbccdd", dial: 1, session: 0 },
      network: networkMark(""),
      ...{ isByAddress: true, isForDatagrams: false, isDuplicate: false },
    }),
    // The first bytes of a TLS ClientHello.
    Buffer.from("16030100c8010000c403030102030405060708", "hex"),
  ]);
  return new Span(millis).repeat(DIALS_AT_ONCE, async () => {
    const socket = await openSocket(port);
    socket.resume();
    socket.end(hostile.next(stream.pick(["noise", "changed", "cut", "spliced"])).bytes);
    await closed(socket);
    return 1;
  });
}

/** Hostile messages of peers that greeted truly. */
function sayHostile(kinds: readonly HostileKind[]): Attack["run"] {
  return async ({ port, security, stream, millis }) => {
    const hostile = new HostileBytes(stream, MODELS);
    return new Span(millis).repeat(DIALS_AT_ONCE, async () => {
      const peer = await Intruder.enter(port, security);
      if (peer === null) return 0;
      peer.write(messageFrame(hostile.next(stream.pick(kinds)).bytes));
      // What is a message all the same leaves the connection open; noise behind it does not.
      peer.write(messageFrame(Uint8Array.of(0xc1)));
      await closed(peer.raw);
      return 1;
    });
  };
}

/** Sockets that are opened and say nothing, as many as the machine gives. */
async function floodHandshakes({ port, millis }: AttackPlace): Promise<number> {
  const span = new Span(millis);
  return span.repeat(FLOOD_SOCKETS, async () => {
    const socket = await openSocket(port);
    socket.resume();
    while (!span.isOver && !socket.closed) await passMillis(DRIP_MILLIS);
    socket.destroy();
    return 1;
  });
}

/** Peers whose handshakes are true and dear, and who go at once. */
async function dialAndGo({ port, security, millis }: AttackPlace): Promise<number> {
  return new Span(millis).repeat(DIALS_AT_ONCE, async () => {
    const peer = await Intruder.enter(port, security);
    peer?.leave();
    return peer === null ? 0 : 1;
  });
}

/** A frame of 16 MiB whose bytes come one by one. */
function dripFrames(place: AttackPlace): Promise<number> {
  const begun = new WeakSet<Intruder>();
  return withPeers(place, DRIP_MILLIS, (peer) => {
    if (begun.has(peer)) {
      peer.write(Uint8Array.of(0));
      return 0;
    }
    begun.add(peer);
    peer.write(messageFrame(new Uint8Array(STREAM_MESSAGE_BYTES_MAX)).subarray(0, 4));
    return 1;
  });
}

/** A frame of 16 MiB that comes all but its last byte. */
function holdFrames(place: AttackPlace): Promise<number> {
  const begun = new WeakSet<Intruder>();
  const almost = messageFrame(new Uint8Array(STREAM_MESSAGE_BYTES_MAX)).subarray(0, -1);
  return withPeers(place, DRIP_MILLIS, (peer) => {
    if (begun.has(peer)) return 0;
    begun.add(peer);
    peer.write(almost);
    return 1;
  });
}

/** Peers that ask for as much as they can and read none of it. */
function neverRead(place: AttackPlace): Promise<number> {
  const ask = messageFrame(codec.encode(Ask.create({ bytes: 60_000 })));
  return withPeers(place, DRIP_MILLIS, (peer) => {
    peer.stopReading();
    if (peer.waitingBytes > QUEUE_BYTES_MAX) return 0;
    peer.write(ask);
    return 1;
  });
}

/** Peers that ask and ask whether anyone is there, and read no answer. */
function pingWithoutReading(place: AttackPlace): Promise<number> {
  const pings = Buffer.concat(Array.from({ length: PINGS_A_WRITE }, () => PING_FRAME));
  return withPeers(place, 1, (peer) => {
    peer.stopReading();
    if (peer.waitingBytes > QUEUE_BYTES_MAX) return 0;
    peer.write(pings);
    return PINGS_A_WRITE;
  });
}

/** Hostile packets at the UDP port: with no head, or one of the three kinds that there are. */
async function throwDatagrams({ port, stream, millis }: AttackPlace): Promise<number> {
  const hostile = new HostileBytes(stream, MODELS);
  const socket = createSocket("udp4");
  const span = new Span(millis);
  const id = Buffer.from(NodeIdentity.generate().peerId, "hex");
  let count = 0;
  while (!span.isOver) {
    const { bytes } = hostile.next(stream.pick(["noise", "changed", "cut", "length bomb"]));
    const heads = [Buffer.of(), Buffer.concat([Buffer.of(1), id, Buffer.alloc(5)])];
    const head = stream.pick([...heads, Buffer.of(2), Buffer.of(3)]);
    socket.send(Buffer.concat([head, bytes]), port, "127.0.0.1", () => undefined);
    if (++count % DATAGRAM_PAUSE_EVERY === 0) await passMillis(1);
  }
  await passMillis(DRIP_MILLIS);
  socket.close();
  return count;
}

export const ATTACKS: readonly Attack[] = [
  { name: "none", run: leaveAlone },
  { name: "hostile bytes at the door", run: knock },
  { name: "silent sockets, 400 at once", run: floodHandshakes },
  { name: "handshakes without end", run: dialAndGo },
  {
    name: "hostile messages",
    run: sayHostile(["noise", "changed", "cut", "spliced", "forbidden name"]),
  },
  { name: "depth and length bombs", run: sayHostile(["depth bomb", "length bomb"]) },
  { name: "50 peers drip a frame", run: dripFrames },
  { name: "50 peers hold a frame of 16 MiB", run: holdFrames },
  { name: "50 peers ask and never read", run: neverRead },
  { name: "50 peers ping and never read", run: pingWithoutReading },
  { name: "hostile datagrams", run: throwDatagrams },
];
