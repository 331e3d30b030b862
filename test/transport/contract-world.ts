// What the transport contract asks of a world: nodes that can be made and killed, and time that passes. The
// simulator's runs in virtual time, that of real sockets waits; neither is known to the suite.

import { DATAGRAM_BYTES_MAX, STREAM_MESSAGE_BYTES_MAX } from "../../src/transport/transport.js";
import type {
  DisconnectReason,
  Transport,
  TransportHandler,
} from "../../src/transport/transport.js";
import type { HostClock, TimerArgument, TimerHandler } from "../../src/transport/clock.js";
import type { Message } from "../../src/transport/codec.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { bytes, defineMessage, integer, peer } from "../../src/transport/message-type.js";
import type { Peer } from "../../src/transport/peer.js";

/** A numbered message. */
export const Note = defineMessage("contract/note", { n: integer() });
/** The most that a load may hold, so that no such message can pass what a stream carries. */
export const LOAD_BYTES_MAX = STREAM_MESSAGE_BYTES_MAX - 40;
/** A message of any size, and one that names a peer. */
export const Load = defineMessage("contract/load", {
  n: integer(),
  load: bytes({ maxBytes: LOAD_BYTES_MAX }),
});
export const Mention = defineMessage("contract/mention", { who: peer() });

/** The types that the codec of every node in a contract world knows. */
export const CONTRACT_TYPES = [Note, Load, Mention] as const;

const codec = new MessagePackCodec(CONTRACT_TYPES);

/** A message that takes exactly so many bytes. */
export function loadOf(byteCount: number, n = 0): Message {
  // Type, number and the headers of the fields take 20 to 40 bytes.
  for (let headers = 40; headers >= 0; headers--) {
    const message = Load.create({ n, load: new Uint8Array(Math.max(0, byteCount - headers)) });
    if (codec.sizeOf(message) === byteCount) return message;
  }
  throw new Error(`No message takes exactly ${byteCount} bytes`);
}

/** A message that fills a datagram to the last byte. */
export const fullDatagram = loadOf(DATAGRAM_BYTES_MAX);

/** A node that a world has made: nobody listens yet. */
export interface HostedNode {
  readonly transport: Transport;
  readonly clock: HostClock;
}

/** A world for one test. Whatever it makes is gone when it is closed. */
export interface ContractWorld {
  /** Starts a node. Its peer stays the same over restarts. */
  start(): Promise<HostedNode>;
  /** A peer at whose address nobody listens, and whose host answers. */
  absent(): Promise<Peer>;
  /** Ends the process of a node without a word from it. */
  kill(peer: Peer): Promise<void>;
  /** Starts the process of a killed node again, with nothing of what it knew. */
  restart(peer: Peer): Promise<HostedNode>;
  /** Takes a node's host away: silence. Only in worlds that can. */
  silence?(peer: Peer): Promise<void>;
  /** Runs what a node does, as one of its own acts. */
  act(peer: Peer, action: () => void): void;
  /** Lets the world go on until the condition holds; fails when it does not within the time that things take there. */
  until(condition: () => boolean): Promise<void>;
  /** Lets time pass: enough that whatever is under way arrives, times-out apart. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** One call that a node got from its world. */
export type Heard =
  | {
      readonly what: "message";
      readonly from: Peer;
      readonly message: Message;
      readonly sizeBytes: number | undefined;
    }
  | { readonly what: "datagram"; readonly from: Peer; readonly message: Message }
  | { readonly what: "connected" | "drain"; readonly from: Peer }
  | { readonly what: "disconnected"; readonly from: Peer; readonly reason: DisconnectReason }
  | {
      readonly what: "timer";
      readonly kind: string;
      readonly argument: TimerArgument | undefined;
      readonly atMicros: number;
    }
  | { readonly what: "closed" };

/** A node under test: notes every call, and reacts as a test says. */
export class TestNode implements TransportHandler, TimerHandler {
  readonly heard: Heard[] = [];
  /** What the node does in its calls, after they were noted. */
  react: (heard: Heard) => void = () => undefined;
  readonly #world: ContractWorld;
  readonly #hosted: HostedNode;
  #isRunning = false;
  /** Calls that came while another was running. */
  nestedCalls = 0;

  constructor(world: ContractWorld, hosted: HostedNode) {
    this.#world = world;
    this.#hosted = hosted;
    hosted.transport.listen(this);
    hosted.clock.listen(this);
  }

  get peer(): Peer {
    return this.#hosted.transport.self;
  }

  get transport(): Transport {
    return this.#hosted.transport;
  }

  get clock(): HostClock {
    return this.#hosted.clock;
  }

  /** Does something as this node, and answers what came of it. */
  do<Result>(action: (transport: Transport, clock: HostClock) => Result): Result {
    const results: Result[] = [];
    this.#world.act(this.peer, () => {
      this.#isRunning = true;
      try {
        results.push(action(this.transport, this.clock));
      } finally {
        this.#isRunning = false;
      }
    });
    return results[0]!;
  }

  onMessage(from: Peer, message: Message, sizeBytes?: number): void {
    this.#note({ what: "message", from, message, sizeBytes });
  }

  onDatagram(from: Peer, message: Message): void {
    this.#note({ what: "datagram", from, message });
  }

  onConnected(from: Peer): void {
    this.#note({ what: "connected", from });
  }

  onDisconnected(from: Peer, reason: DisconnectReason): void {
    this.#note({ what: "disconnected", from, reason });
  }

  onDrain(from: Peer): void {
    this.#note({ what: "drain", from });
  }

  onTimer(kind: string, argument: TimerArgument | undefined): void {
    this.#note({ what: "timer", kind, argument, atMicros: this.clock.nowMicros() });
  }

  onClosed(): void {
    this.#note({ what: "closed" });
  }

  #note(heard: Heard): void {
    if (this.#isRunning) this.nestedCalls++;
    this.#isRunning = true;
    this.heard.push(heard);
    this.react(heard);
    this.#isRunning = false;
  }

  /** The calls of one kind. */
  calls<What extends Heard["what"]>(what: What): Extract<Heard, { what: What }>[] {
    return this.heard.filter(
      (heard): heard is Extract<Heard, { what: What }> => heard.what === what,
    );
  }

  count(what: Heard["what"]): number {
    return this.calls(what).length;
  }

  /** The numbers of the notes and loads that came over connections. */
  numbers(): number[] {
    return this.calls("message").map(({ message }) => (message as Message & { n: number }).n);
  }

  /** Why connections ended and dials failed. */
  reasons(): DisconnectReason[] {
    return this.calls("disconnected").map(({ reason }) => reason);
  }
}

/** Two nodes in a world, connected by the first. */
export interface Pair {
  readonly world: ContractWorld;
  readonly one: TestNode;
  readonly other: TestNode;
}
