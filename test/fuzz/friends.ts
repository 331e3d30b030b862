// Peers of good will, in a process of their own so that attackers do not take their time: `friends.ts tls|plaintext ID
// ADDRESS`. Some are connected all along and send an echo every 20 ms; newcomers dial again and again until they are served.

import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import type { Security } from "../../src/transport/node-secure-socket.js";
import { TcpTransport } from "../../src/transport/node-tcp-transport.js";
import type { Message } from "../../src/transport/codec.js";
import {
  ECHO_PATIENCE_MILLIS,
  Echo,
  NEWCOMER_PATIENCE_MILLIS,
  SIEGE_TYPES,
} from "./besieged-types.js";
import type { FriendsReport } from "./besieged-types.js";

const FRIENDS = 4;
const ECHO_EVERY_MILLIS = 20;
const NEWCOMER_EVERY_MILLIS = 500;
const REDIAL_MILLIS = 50;

const [security = "", id = "", address = ""] = process.argv.slice(2);
const nothing = (): void => undefined;
const peers = new NodePeers();
const target = peers.located(id, address);
let roundTrips: number[] = [];
let newcomers: number[] = [];
let unanswered = 0;
let lost = 0;
let turnedAway = 0;

interface Heard {
  readonly onEcho: (n: number) => void;
  readonly onLost: () => void;
}

async function openFriend({ onEcho, onLost }: Heard): Promise<TcpTransport> {
  const transport = await TcpTransport.open({
    ...{ identity: NodeIdentity.generate(), peers, host: "127.0.0.1", port: 0 },
    ...{ codec: new MessagePackCodec(SIEGE_TYPES), security: security as Security },
  });
  transport.listen({
    ...{ onDatagram: nothing, onConnected: nothing, onDrain: nothing, onClosed: nothing },
    onMessage: (_from: unknown, message: Message) => {
      if (Echo.is(message)) onEcho(message.n);
    },
    onDisconnected: onLost,
  });
  return transport;
}

/** A friend for good: an echo after the other. */
async function befriend(): Promise<void> {
  const sentMillis = new Map<number, number>();
  let count = 0;
  const transport = await openFriend({
    onEcho: (n) => {
      const sent = sentMillis.get(n);
      sentMillis.delete(n);
      if (sent !== undefined) roundTrips.push(performance.now() - sent);
    },
    onLost: () => {
      lost++;
    },
  });
  setInterval(() => {
    const now = performance.now();
    for (const [n, sent] of sentMillis) {
      if (now - sent < ECHO_PATIENCE_MILLIS) break;
      sentMillis.delete(n);
      unanswered++;
    }
    sentMillis.set(count, now);
    transport.send(target, Echo.create({ n: count++ }));
  }, ECHO_EVERY_MILLIS);
}

/** A newcomer: dials until it is served, and goes. */
async function comeAnew(): Promise<void> {
  const startedMillis = performance.now();
  let isOver = false;
  const end = (isServed: boolean): void => {
    if (isOver) return;
    isOver = true;
    if (isServed) newcomers.push(performance.now() - startedMillis);
    else turnedAway++;
    clearTimeout(patience);
    transport.close();
  };
  const ask = (): void => {
    if (!isOver) transport.send(target, Echo.create({ n: 0 }));
  };
  const transport = await openFriend({
    onEcho: () => {
      end(true);
    },
    onLost: () => setTimeout(ask, REDIAL_MILLIS),
  });
  const patience = setTimeout(() => {
    end(false);
  }, NEWCOMER_PATIENCE_MILLIS);
  ask();
}

function report(): FriendsReport {
  const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);
  const told = { roundTripMillis: ascending(roundTrips), newcomerMillis: ascending(newcomers) };
  const answer = { ...told, unanswered, lost, turnedAway };
  [roundTrips, newcomers] = [[], []];
  unanswered = lost = turnedAway = 0;
  return answer;
}

for (let i = 0; i < FRIENDS; i++) await befriend();
setInterval(() => void comeAnew(), NEWCOMER_EVERY_MILLIS);
process.on("message", () => process.send?.(report()));
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
