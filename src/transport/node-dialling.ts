// A dial: waiting where a former one failed, the conditions of the network, a socket, a handshake. Reports once, and
// never inside the call that began it.

import { createConnection } from "node:net";
import type { Socket } from "node:net";
import { clearTimeout, setTimeout } from "node:timers";

import { synRetryMicros } from "../sim/stream-timing.js";
import { isLoopback, parseAddress } from "./node-address.js";
import type { HostPort } from "./node-address.js";
import type { Greeting } from "./node-control-frames.js";
import { processDials } from "./node-dial-slots.js";
import type { DialSlot } from "./node-dial-slots.js";
import { Handshake } from "./node-handshake.js";
import type { LiveContext } from "./node-live-context.js";
import { monotonicMicros } from "./node-monotonic-time.js";
import type { Peer } from "./peer.js";
import type { Refusal } from "./transport-observer.js";
import type { DisconnectReason } from "./transport.js";

/** Bytes of a SYN with its headers, as the simulator counts them. */
const SYN_BYTES = 60;

/** What a dial is made of. */
export interface DialOptions {
  readonly context: LiveContext;
  readonly to: Peer;
  /** Its number among the dials of this process: they are told apart by it. */
  readonly number: number;
  /** How long it waits first, because a former one failed. */
  readonly delayMillis: number;
  /** What is said when the other end has proved who it is. */
  readonly greet: () => Greeting;
  readonly onGreeted: (handshake: Handshake, greeting: Greeting) => void;
  readonly onFailed: (reason: DisconnectReason) => void;
}

export class Dial {
  readonly number: number;
  readonly #options: DialOptions;
  readonly #begunMicros = monotonicMicros();
  #attempts = 0;
  #timer: NodeJS.Timeout | null = null;
  #socket: Socket | null = null;
  #handshake: Handshake | null = null;
  #slot: DialSlot | null = null;
  #isOver = false;

  constructor(options: DialOptions) {
    this.#options = options;
    this.number = options.number;
    this.#wait(options.delayMillis, () => {
      this.#attempt();
    });
  }

  /** Whether the other end may act on this dial already: it has been told who dials. */
  get hasGreeted(): boolean {
    return this.#handshake?.hasGreeted ?? false;
  }

  /** Gives it up without a word. */
  abandon(): void {
    this.#finish();
    this.#handshake?.abandon();
    this.#socket?.destroy();
  }

  #wait(millis: number, next: () => void): void {
    this.#timer = setTimeout(next, millis);
  }

  #attempt(): void {
    const { context, to, delayMillis, number } = this.#options;
    const { limits, conditions, observer, secureContext } = context;
    const place = parseAddress(to.address);
    if (place === null) {
      this.#fail("refused");
      return;
    }
    if (secureContext === null && !isLoopback(place.host)) {
      observer?.refused(to.address, "not-loopback", "plain text goes to loopback addresses only");
      this.#fail("refused");
      return;
    }
    const attempt = this.#attempts++;
    const verdict = conditions?.judge("dial", to, SYN_BYTES, number * 16 + attempt);
    if (verdict === undefined || (verdict.lostReason === "" && verdict.delayMicros <= 0)) {
      this.#connect(place);
    } else if (verdict.lostReason === "") {
      // All of a handshake's round trips: what TCP, TLS and the greetings say then takes next to no time.
      this.#wait(verdict.delayMicros / 1000, () => {
        this.#connect(place);
      });
    } else {
      const elapsedMillis = (monotonicMicros() - this.#begunMicros) / 1000 - delayMillis;
      const leftMillis = limits.handshakeMillis - elapsedMillis;
      const retryMillis = synRetryMicros(attempt) / 1000;
      this.#wait(Math.max(0, Math.min(retryMillis, leftMillis)), () => {
        if (retryMillis >= leftMillis) this.#fail("timeout");
        else this.#attempt();
      });
    }
  }

  /** Waits for its turn among the dials of the process: the time that it may take begins then. */
  #connect(place: HostPort): void {
    this.#timer = null;
    this.#slot = processDials.request(() => {
      this.#open(place);
    });
  }

  #open({ host, port }: HostPort): void {
    const { context, to, greet } = this.#options;
    const { handshakeMillis } = context.limits;
    const socket = createConnection({ host, port });
    this.#socket = socket;
    this.#wait(handshakeMillis, () => {
      socket.destroy();
      this.#fail("timeout");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (this.#handshake === null) this.#fail(reasonOf(error));
    });
    socket.once("connect", () => {
      if (this.#isOver) return;
      this.#clearTimer();
      this.#handshake = new Handshake({
        ...{ raw: socket, isDialler: true, context: context.secureContext, handshakeMillis, greet },
        ...{ expectedId: to.id, frameMemory: context.frameMemory, network: context.network },
        events: {
          onGreeted: (handshake, greeting) => {
            this.#finish();
            this.#options.onGreeted(handshake, greeting);
          },
          onRefused: (refusal, detail, said) => {
            if (said === null) context.observer?.refused(to.address, refusal, detail);
            this.#fail(said ?? reasonOfRefusal(refusal));
          },
        },
      });
    });
  }

  #fail(reason: DisconnectReason): void {
    if (this.#isOver) return;
    this.#finish();
    this.#options.onFailed(reason);
  }

  #finish(): void {
    this.#isOver = true;
    this.#clearTimer();
    this.#slot?.free();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** Why a socket did not come about, in the words of the contract. */
function reasonOf({ code }: NodeJS.ErrnoException): DisconnectReason {
  if (code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH") return "timeout";
  return code === "ECONNRESET" ? "reset" : "refused";
}

function reasonOfRefusal(refusal: Refusal): DisconnectReason {
  if (refusal === "too-slow") return "timeout";
  return refusal === "truncated" ? "reset" : "protocol-error";
}
