// How long a handshake takes beyond its propagation: what its flights take on the links of the two ends, and what the
// loss of one of them costs. Works everything out when the SYN has arrived; draws as segments of the connection do.
// Live runs take the same time over a dial, so nothing here needs a simulation.

import type { AccessLinks } from "./access-links.js";
import type { NetworkModel } from "./network-model.js";
import type { Passage } from "./passage.js";
import { freshRecoveryMicros, synRetryMicros } from "./stream-timing.js";

/** Whose flight it is. */
type Sender = "dialler" | "acceptor";

/**
 * What follows the SYN, each one segment, with its bytes on the link as measured: the SYN's answer; TLS' hello, its
 * answer with a certificate, and the dialler's own certificate with its greeting; the acceptor's greeting, behind
 * two session tickets.
 */
const FLIGHTS: readonly { readonly sender: Sender; readonly wireBytes: number }[] = [
  { sender: "acceptor", wireBytes: 60 },
  { sender: "dialler", wireBytes: 303 },
  { sender: "acceptor", wireBytes: 815 },
  { sender: "dialler", wireBytes: 702 },
  { sender: "acceptor", wireBytes: 1395 },
];
/** Bytes of a SYN on the link. */
export const SYN_WIRE_BYTES = 60;
/** Draws of the handshake are numbered from the end of those that a connection has. */
const LAST_SEGMENT = 65535;
/** Losses of one flight that are looked at: what is lost more often is beyond the time of a dial. */
const LOSSES_MAX = 6;

/** Times from the arrival of a SYN. */
export interface HandshakeTimes {
  /** Until the acceptor has the dialler's greeting. */
  readonly acceptedMicros: number;
  /** Until the dialler has the acceptor's. */
  readonly connectedMicros: number;
}

/** What a handshake passes through. */
export interface HandshakeWorld {
  readonly links: AccessLinks;
  readonly network: NetworkModel;
  /** Overwritten. */
  readonly passage: Passage;
  readonly nowMicros: number;
}

/** A dial of `dialler` has reached `acceptor`; answers when each of them is ready. */
export function handshakeTimes(
  world: HandshakeWorld,
  dial: { readonly dialler: number; readonly acceptor: number; readonly epoch: number },
  way: { readonly forwardMicros: number; readonly backMicros: number },
): HandshakeTimes {
  const roundTripMicros = way.forwardMicros + way.backMicros;
  let micros = 0;
  let acceptedMicros = 0;
  for (const [place, { sender, wireBytes }] of FLIGHTS.entries()) {
    const isDialler = sender === "dialler";
    const source = isDialler ? dial.dialler : dial.acceptor;
    const target = isDialler ? dial.acceptor : dial.dialler;
    micros += world.links.uplinkMicros(source, wireBytes);
    micros += isDialler ? way.forwardMicros : way.backMicros;
    for (let attempt = 0; attempt < LOSSES_MAX; attempt++) {
      const number = dial.epoch * (LAST_SEGMENT + 1) + LAST_SEGMENT - place * LOSSES_MAX - attempt;
      if (!isLost(world, source, target, number)) break;
      // A lost answer to a SYN is waited for as a lost SYN is; by then nothing is known of the round trip.
      micros +=
        place === 0 ? synRetryMicros(attempt) : freshRecoveryMicros(roundTripMicros, attempt + 1);
    }
    if (isDialler) acceptedMicros = micros;
  }
  return { acceptedMicros, connectedMicros: micros };
}

function isLost(
  { passage, network, nowMicros }: HandshakeWorld,
  source: number,
  target: number,
  number: number,
): boolean {
  passage.begin("stream", source, target, number, 0, nowMicros);
  network.judgeLoss(passage);
  return passage.lostReason !== "";
}
