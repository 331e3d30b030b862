// The scenario's network between live nodes: the same rules and access links as in simulation, applied where something
// is about to leave. Loss on a stream is delay here as well: the attempts that TCP would make are worked out at once.

import { datagramWireBytes, streamSegments, streamWireBytes } from "../sim/access-links.js";
import type { AccessLinks } from "../sim/access-links.js";
import type { NetworkModel } from "../sim/network-model.js";
import { Passage } from "../sim/passage.js";
import type { PassageKind } from "../sim/passage.js";
import { SYN_WIRE_BYTES, handshakeTimes } from "../sim/stream-handshake.js";
import {
  INITIAL_WINDOW_SEGMENTS,
  THRESHOLD_SEGMENTS_UNKNOWN,
  USER_TIMEOUT_MICROS,
  admitSegments,
  halveWindow,
  recoveryMicros,
} from "../sim/stream-timing.js";
import type { SendWindow } from "../sim/stream-timing.js";
import type { Peer } from "../transport/peer.js";
import type { SendConditions, SendVerdict } from "../transport/send-conditions.js";
import type { RunPeers } from "./run-peers.js";

/** Bytes of a frame's length, which the simulator counts with the overhead of a stream. */
const FRAME_BYTES = 4;
/** IP and UDP headers, which the live transport counts in. */
const PACKET_BYTES = datagramWireBytes(0);

/** One direction of a pair: numbers of draws, the round trip, and the window of its stream. */
interface LinkState extends SendWindow {
  readonly roundTripMicros: number;
  readonly numbers: Record<PassageKind, number>;
}

/** What was decided; one object that is used again. */
interface Verdict extends SendVerdict {
  delayMicros: number;
  lostReason: string;
  copies: number;
  isCorrupt: boolean;
}

export interface LiveConditionsOptions {
  readonly network: NetworkModel;
  readonly links: AccessLinks;
  readonly peers: RunPeers;
  /** Time of the run so far. */
  readonly nowMicros: () => number;
  /** Whether a node's host has vanished. */
  readonly isHostDown: (node: number) => boolean;
  /** False where packets meet the scenario's network below the sockets: what is left is who cannot be dialled. */
  readonly appliesNetwork: boolean;
}

/** The conditions of all nodes of one process. */
export class LiveConditions {
  readonly #options: LiveConditionsOptions;
  readonly #passage = new Passage();
  readonly #verdict: Verdict = { delayMicros: 0, lostReason: "", copies: 0, isCorrupt: false };
  readonly #linksOf = new Map<number, Map<number, LinkState>>();
  /** When the last byte that each node has sent is through. */
  readonly #lastArrivalMicros = new Map<number, number>();

  constructor(options: LiveConditionsOptions) {
    this.#options = options;
  }

  /** The conditions as one node meets them. */
  of(source: number): SendConditions {
    return {
      judge: (kind, to, bytes) => this.#judge(source, kind, to, bytes),
    };
  }

  /** When everything that a node has sent so far is through; 0 when nothing is on its way. */
  lastArrivalMicros(source: number): number {
    return this.#lastArrivalMicros.get(source) ?? 0;
  }

  #judge(source: number, kind: PassageKind, to: Peer, bytes: number): SendVerdict {
    const verdict = this.#verdict;
    verdict.delayMicros = 0;
    verdict.lostReason = "";
    verdict.copies = 0;
    verdict.isCorrupt = false;
    const target = this.#options.peers.indexOf(to);
    // Nobody of the scenario: its network does not lead there.
    if (target < 0) return verdict;
    if (!this.#options.appliesNetwork) {
      if (kind === "dial") verdict.lostReason = this.#undialableReason(source, target);
      return verdict;
    }
    if (kind === "dial") this.#judgeDial(source, target);
    else if (kind === "stream") this.#judgeFrame(source, target, bytes - FRAME_BYTES);
    else this.#judgeDatagram(source, target, bytes - PACKET_BYTES);
    if (verdict.lostReason === "" && kind !== "dial") {
      const arrivalMicros = this.#options.nowMicros() + verdict.delayMicros;
      if (arrivalMicros > this.lastArrivalMicros(source)) {
        this.#lastArrivalMicros.set(source, arrivalMicros);
      }
    }
    return verdict;
  }

  /** The transport waits as long as the handshake takes, and dials then. */
  #judgeDial(source: number, target: number): void {
    const { network } = this.#options;
    const link = this.#link(source, target);
    const passage = this.#begin("dial", source, target, link.numbers.dial++, SYN_WIRE_BYTES);
    network.judge(passage);
    this.#verdict.lostReason = passage.lostReason || this.#closedReason(source, target);
    // Without a way back for the answer the dialler hears nothing.
    if (this.#verdict.lostReason === "") {
      this.#verdict.lostReason = this.#closedReason(target, source);
    }
    if (this.#verdict.lostReason !== "") return;
    const { links, nowMicros } = this.#options;
    const backMicros = this.#forwardMicros(target, source);
    const forwardMicros = link.roundTripMicros - backMicros;
    const { connectedMicros } = handshakeTimes(
      { network, links, passage: this.#passage, nowMicros: nowMicros() },
      { dialler: source, acceptor: target, epoch: link.numbers.dial },
      { forwardMicros, backMicros },
    );
    const synMicros = links.uplinkMicros(source, SYN_WIRE_BYTES);
    this.#verdict.delayMicros = synMicros + forwardMicros + connectedMicros;
  }

  #judgeFrame(source: number, target: number, bytes: number): void {
    const verdict = this.#verdict;
    verdict.lostReason = this.#closedReason(source, target);
    if (verdict.lostReason !== "") return;
    const { links, nowMicros } = this.#options;
    const link = this.#link(source, target);
    const now = nowMicros();
    const segments = streamSegments(bytes);
    const repairMicros = this.#bodyRepairMicros(link, source, target, segments - 1);
    const lateMicros = this.#recoveryMicros(link, source, target);
    // Nothing gets through: that is tried again, as long as the connection bears it.
    if (this.#isLost()) return;
    const { totalMicros } = this.#passage;
    const admittedMicros = admitSegments(link, segments, now, link.roundTripMicros) + repairMicros;
    if (repairMicros + lateMicros > 0) halveWindow(link);
    const servedMicros = links.departureMicros(source, streamWireBytes(bytes), now);
    const departureMicros = Math.max(servedMicros, admittedMicros);
    verdict.delayMicros = departureMicros - now + lateMicros + totalMicros;
  }

  /** Losses before the last segment are revealed by later ones: one round trip repairs them. */
  #bodyRepairMicros(link: LinkState, source: number, target: number, segments: number): number {
    let isLossy = false;
    for (let i = 0; i < segments; i++) {
      const passage = this.#begin("stream", source, target, link.numbers.stream++, 0);
      this.#options.network.judgeLoss(passage);
      if (passage.lostReason !== "") isLossy = true;
    }
    return isLossy ? link.roundTripMicros : 0;
  }

  /** How much later the last segment gets across for being lost; leaves its passage as it is at last. */
  #recoveryMicros(link: LinkState, source: number, target: number): number {
    let lateMicros = 0;
    for (let attempts = 1; ; attempts++) {
      const passage = this.#begin("stream", source, target, link.numbers.stream++, 0);
      this.#options.network.judge(passage);
      if (passage.lostReason === "") return lateMicros;
      lateMicros += recoveryMicros(link.roundTripMicros, attempts);
      if (lateMicros < USER_TIMEOUT_MICROS) continue;
      this.#verdict.lostReason = passage.lostReason;
      return lateMicros;
    }
  }

  #judgeDatagram(source: number, target: number, bytes: number): void {
    const verdict = this.#verdict;
    const { links, network, nowMicros } = this.#options;
    const now = nowMicros();
    if (links.isUplinkFull(source, now)) {
      verdict.lostReason = "uplink-queue";
      return;
    }
    const link = this.#link(source, target);
    const wireBytes = datagramWireBytes(bytes);
    const number = link.numbers.datagram++;
    const passage = this.#begin("datagram", source, target, number, wireBytes);
    network.judge(passage);
    // What is lost in the network has taken its sender's uplink all the same.
    const departureMicros = links.departureMicros(source, wireBytes, now);
    verdict.lostReason = passage.lostReason;
    verdict.delayMicros = departureMicros - now + passage.totalMicros;
    verdict.copies = passage.copies;
    verdict.isCorrupt = passage.isCorrupt;
  }

  #undialableReason(source: number, target: number): string {
    this.#options.network.judgeReachability(this.#begin("dial", source, target, 0, 0));
    return this.#passage.lostReason;
  }

  /** Why nothing at all gets from one node to another now; the empty string where something may. */
  #closedReason(source: number, target: number): string {
    const { isHostDown, network } = this.#options;
    if (isHostDown(source) || isHostDown(target)) return "host-down";
    const passage = this.#begin("stream", source, target, 0, 0);
    network.judgeReachability(passage);
    return passage.lostReason;
  }

  #begin(
    kind: PassageKind,
    source: number,
    target: number,
    number: number,
    bytes: number,
  ): Passage {
    this.#passage.begin(kind, source, target, number, bytes, this.#options.nowMicros());
    return this.#passage;
  }

  #link(source: number, target: number): LinkState {
    let links = this.#linksOf.get(source);
    if (links === undefined) this.#linksOf.set(source, (links = new Map<number, LinkState>()));
    let link = links.get(target);
    if (link === undefined) {
      link = {
        roundTripMicros: this.#forwardMicros(source, target) + this.#forwardMicros(target, source),
        numbers: { dial: 0, stream: 0, datagram: 0 },
        windowSegments: INITIAL_WINDOW_SEGMENTS,
        thresholdSegments: THRESHOLD_SEGMENTS_UNKNOWN,
        roundStartMicros: this.#options.nowMicros(),
        roundSegments: 0,
      };
      links.set(target, link);
    }
    return link;
  }

  #forwardMicros(source: number, target: number): number {
    const passage = this.#begin("stream", source, target, 0, 0);
    return Math.max(1, this.#options.network.propagationMicros(passage));
  }

  /** Whether what was judged last is lost by now: by a rule that was asked on the way. */
  #isLost(): boolean {
    return this.#verdict.lostReason !== "";
  }
}
