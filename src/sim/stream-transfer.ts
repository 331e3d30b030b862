// One message of many segments on its way over a path that loses some of them or that is slower than its window: what
// the sender's TCP does, segment by segment, worked out at once. Constant delay and a queue that keeps the order make
// that a loop without a queue of events: acknowledgements come back in the order of departures.
//
// The rules are those of Linux with Reno: slow start and congestion avoidance (RFC 5681), SACK, loss detection by later
// acknowledgements and tail probes (RFC 8985), proportional rate reduction (RFC 6937), time-outs (RFC 6298).

import {
  SEGMENTS_TO_REVEAL,
  USER_TIMEOUT_MICROS,
  WINDOW_SEGMENTS_MAX,
  WINDOW_SEGMENTS_MIN,
  retransmitMicros,
  tailProbeMicros,
} from "./stream-timing.js";

/** What a transfer is made of. */
export interface TransferOptions {
  readonly segments: number;
  /** When its first segment may leave, and when the link is free. */
  readonly startMicros: number;
  readonly linkFreeMicros: number;
  readonly roundTripMicros: number;
  /** What a full segment takes on the link, and the last one. */
  readonly segmentMicros: number;
  readonly lastSegmentMicros: number;
  readonly windowSegments: number;
  readonly thresholdSegments: number;
  /** Segments of the transfer before that are out, and when the last of them is acknowledged. */
  readonly formerSegments: number;
  readonly formerUntilMicros: number;
  /** Whether the next transmission is lost; called once for each, in order of departure. */
  readonly loses: (segment: number, isAgain: boolean) => boolean;
  /** Whether the next acknowledgement is lost; called once for each. */
  readonly losesAcknowledgement: () => boolean;
}

/** States of a segment; 0 is not sent yet. */
const OUT = 1;
const LOST = 2;
const ACKNOWLEDGED = 3;
const NEVER = Infinity;

/** A transfer under way, from its first departure to its last. */
export class Transfer {
  /** When the last of what was missing has left: the message arrives one way later. */
  departureMicros = 0;
  /** Segments sent, again or not. */
  transmissions = 0;
  windowSegments: number;
  thresholdSegments: number;
  /** When the last segment was sent for the first time, and how many were out then: what comes next may follow. */
  sentMicros = 0;
  outThenSegments = 0;

  readonly #options: TransferOptions;
  #outSegments = 0;
  #nowMicros: number;
  #linkFreeMicros: number;
  /** Of each segment: its state, and its latest transmission. */
  readonly #state: Uint8Array;
  readonly #latest: Int32Array;
  readonly #arrived: Uint8Array;
  /** Of each transmission: its segment and departure; a lost one is never acknowledged. */
  readonly #segmentOf: number[] = [];
  readonly #departedMicros: number[] = [];
  readonly #isLost: boolean[] = [];
  /** Transmissions that arrived, of which the sender has not heard yet. */
  readonly #unheard: number[] = [];
  /** The next transmission whose acknowledgement is due, and the first whose loss is not known. */
  #nextAcknowledged = 0;
  #firstOpen = 0;
  #unsent = 0;
  #again: number[] = [];
  #left: number;
  /** Segments below are acknowledged; so many above it are. */
  #cumulative = 0;
  #beyond = 0;
  #growth = 0;
  /** Recovery ends when this segment is acknowledged; -1 outside of it. */
  #recoversTo = -1;
  #isTimedOut = false;
  #isProbed = false;
  #deliveredInRecovery = 0;
  #sentInRecovery = 0;
  #windowBefore = 0;
  #timeouts = 0;
  #timerFromMicros: number;
  #revealMicros = NEVER;
  #formerSegments: number;
  #progressMicros: number;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#nowMicros = this.#timerFromMicros = this.#progressMicros = options.startMicros;
    this.#linkFreeMicros = options.linkFreeMicros;
    this.#state = new Uint8Array(options.segments);
    this.#latest = new Int32Array(options.segments);
    this.#arrived = new Uint8Array(options.segments);
    this.#left = options.segments;
    this.windowSegments = options.windowSegments;
    this.thresholdSegments = options.thresholdSegments;
    this.#outSegments = this.#formerSegments = options.formerSegments;
  }

  /** Works the transfer out; false when nothing came through for as long as a connection lasts. */
  run(): boolean {
    while (this.#left > 0) {
      const isSending = this.#hasToSend() && this.#outSegments < this.windowSegments;
      if (isSending && this.#linkFreeMicros <= this.#nowMicros) {
        this.#sendNext();
        continue;
      }
      const sendMicros = isSending ? this.#linkFreeMicros : NEVER;
      const acknowledgedMicros = this.#acknowledgementMicros();
      const timerMicros = Math.min(this.#timerMicros(), this.#revealMicros);
      const formerMicros = this.#formerSegments > 0 ? this.#options.formerUntilMicros : NEVER;
      this.#nowMicros = Math.max(
        this.#nowMicros,
        Math.min(sendMicros, acknowledgedMicros, timerMicros, formerMicros),
      );
      if (this.#nowMicros - this.#progressMicros > USER_TIMEOUT_MICROS) return false;
      if (formerMicros <= this.#nowMicros) this.#acknowledgeFormer();
      else if (acknowledgedMicros <= this.#nowMicros) this.#acknowledge();
      else if (this.#revealMicros <= this.#nowMicros) this.#reveal();
      else if (sendMicros > this.#nowMicros) this.#timeOut();
    }
    if (this.#recoversTo >= 0) this.#recovered();
    return true;
  }

  // Sending.

  #hasToSend(): boolean {
    return this.#again.length > 0 || this.#unsent < this.#options.segments;
  }

  #sendNext(): void {
    const again = this.#again.shift();
    if (again === undefined) this.#transmit(this.#unsent++, false);
    else this.#transmit(again, true);
  }

  #transmit(segment: number, isAgain: boolean): void {
    const { segments, segmentMicros, lastSegmentMicros, loses } = this.#options;
    const takesMicros = segment === segments - 1 ? lastSegmentMicros : segmentMicros;
    const departedMicros = Math.max(this.#nowMicros, this.#linkFreeMicros) + takesMicros;
    this.#linkFreeMicros = departedMicros;
    this.#timerFromMicros = this.#nowMicros;
    const isLost = loses(segment, isAgain);
    this.#latest[segment] = this.transmissions++;
    this.#segmentOf.push(segment);
    this.#departedMicros.push(departedMicros);
    this.#isLost.push(isLost);
    if (this.#state[segment] !== OUT) this.#outSegments++;
    this.#state[segment] = OUT;
    if (!isAgain) {
      this.sentMicros = this.#nowMicros;
      this.outThenSegments = this.#outSegments;
    }
    if (this.#recoversTo >= 0) this.#sentInRecovery++;
    if (!isLost) this.#arrive(segment, departedMicros);
  }

  #arrive(segment: number, departedMicros: number): void {
    if (this.#arrived[segment] === 1) return;
    this.#arrived[segment] = 1;
    this.#left--;
    this.departureMicros = Math.max(this.departureMicros, departedMicros);
  }

  // Acknowledgements.

  #acknowledgementMicros(): number {
    while (this.#isLost[this.#nextAcknowledged] === true) this.#nextAcknowledged++;
    const departedMicros = this.#departedMicros[this.#nextAcknowledged];
    return departedMicros === undefined ? NEVER : departedMicros + this.#options.roundTripMicros;
  }

  /** What was out before this transfer is acknowledged, all at once. */
  #acknowledgeFormer(): void {
    const acknowledged = this.#formerSegments;
    this.#formerSegments = 0;
    this.#timerFromMicros = this.#nowMicros;
    const outBefore = this.#outSegments;
    this.#outSegments -= acknowledged;
    if (this.#recoversTo < 0) for (let i = 0; i < acknowledged; i++) this.#grow(outBefore);
  }

  /** The receiver has a transmission and says so; its word may be lost, and the next one says it as well. */
  #acknowledge(): void {
    this.#unheard.push(this.#nextAcknowledged++);
    if (this.#options.losesAcknowledgement()) return;
    const outBefore = this.#outSegments;
    const cumulativeBefore = this.#cumulative;
    this.#timerFromMicros = this.#progressMicros = this.#nowMicros;
    this.#timeouts = 0;
    this.#isProbed = false;
    let delivered = 0;
    let latest = 0;
    for (const transmission of this.#unheard) {
      if (this.#note(this.#segmentOf[transmission]!)) delivered++;
      latest = transmission;
    }
    this.#unheard.length = 0;
    const hasAdvanced = this.#cumulative > cumulativeBefore;
    if (this.#recoversTo >= 0 && this.#cumulative > this.#recoversTo) this.#recovered();
    const hasLost = this.#detectLosses(latest);
    if (this.#recoversTo >= 0 && !this.#isTimedOut)
      this.#reduce(delivered, hasAdvanced && !hasLost);
    else if (hasAdvanced) for (let i = 0; i < delivered; i++) this.#grow(outBefore);
  }

  /** A segment is known to have arrived; answers whether that is news. */
  #note(segment: number): boolean {
    if (this.#state[segment] === ACKNOWLEDGED) return false;
    if (this.#state[segment] === OUT) this.#outSegments--;
    else this.#again = this.#again.filter((waiting) => waiting !== segment);
    this.#state[segment] = ACKNOWLEDGED;
    this.#beyond++;
    while (this.#state[this.#cumulative] === ACKNOWLEDGED) {
      this.#cumulative++;
      this.#beyond--;
    }
    return true;
  }

  /** Slow start below the threshold, one segment a round trip above; only where the window is what limits. */
  #grow(outBefore: number): void {
    if (this.windowSegments < this.thresholdSegments) {
      if (this.windowSegments < 2 * outBefore) this.windowSegments++;
    } else if (outBefore >= this.windowSegments && ++this.#growth >= this.windowSegments) {
      this.#growth = 0;
      this.windowSegments++;
    }
    this.windowSegments = Math.min(this.windowSegments, WINDOW_SEGMENTS_MAX);
  }

  /** What left before a transmission that was acknowledged, and was not, is missing (RFC 8985, 6.2). */
  #detectLosses(acknowledged: number): boolean {
    const { roundTripMicros } = this.#options;
    const isSure = this.#recoversTo >= 0 || this.#beyond >= SEGMENTS_TO_REVEAL;
    const graceMicros = isSure ? 0 : roundTripMicros >> 2;
    this.#revealMicros = NEVER;
    let isFirst = true;
    let hasLost = false;
    for (let i = this.#firstOpen; i < acknowledged; i++) {
      const segment = this.#segmentOf[i]!;
      const isOpen = this.#latest[segment] === i && this.#state[segment] === OUT;
      if (!isOpen) {
        if (isFirst) this.#firstOpen = i + 1;
        continue;
      }
      const knownMicros = this.#departedMicros[i]! + roundTripMicros + graceMicros;
      if (isSure || knownMicros <= this.#nowMicros) {
        this.#lose(segment);
        hasLost = true;
      } else {
        isFirst = false;
        this.#revealMicros = Math.min(this.#revealMicros, knownMicros);
      }
    }
    return hasLost;
  }

  #reveal(): void {
    this.#detectLosses(this.#nextAcknowledged);
    if (this.#recoversTo >= 0 && !this.#isTimedOut) this.#reduce(0, false);
  }

  #lose(segment: number): void {
    this.#state[segment] = LOST;
    this.#outSegments--;
    this.#again.push(segment);
    if (this.#recoversTo < 0) this.#recover();
  }

  // Recovery.

  #recover(): void {
    this.#recoversTo = this.#unsent - 1;
    this.#windowBefore = this.windowSegments;
    this.thresholdSegments = Math.max(WINDOW_SEGMENTS_MIN, this.windowSegments >> 1);
    this.#deliveredInRecovery = this.#sentInRecovery = this.#growth = 0;
  }

  /** So many more were delivered: so many may leave that the window shrinks in proportion (RFC 6937, 3). */
  #reduce(delivered: number, hasAdvanced: boolean): void {
    this.#deliveredInRecovery += delivered;
    const { thresholdSegments } = this;
    let more: number;
    if (this.#outSegments > thresholdSegments) {
      const share = (this.#deliveredInRecovery * thresholdSegments) / this.#windowBefore;
      more = Math.ceil(share) - this.#sentInRecovery;
    } else {
      const owed = Math.max(this.#deliveredInRecovery - this.#sentInRecovery, delivered);
      more = Math.min(thresholdSegments - this.#outSegments, hasAdvanced ? owed + 1 : owed);
    }
    // The first retransmission waits for nothing.
    more = Math.max(more, this.#sentInRecovery === 0 ? 1 : 0);
    this.windowSegments = this.#outSegments + more;
  }

  #recovered(): void {
    if (!this.#isTimedOut) this.windowSegments = this.thresholdSegments;
    this.#recoversTo = -1;
    this.#isTimedOut = false;
  }

  // Timers.

  #timerMicros(): number {
    if (this.#outSegments === 0) return NEVER;
    const { roundTripMicros } = this.#options;
    const timeoutMicros = retransmitMicros(roundTripMicros, this.#timeouts + 1);
    const isProbing = this.#recoversTo < 0 && this.#beyond === 0 && !this.#isProbed;
    const probeMicros = tailProbeMicros(roundTripMicros, this.#outSegments);
    return (
      this.#timerFromMicros + (isProbing ? Math.min(probeMicros, timeoutMicros) : timeoutMicros)
    );
  }

  /** Nothing was heard: first the last segment is sent again, which reveals what is missing; then all are. */
  #timeOut(): void {
    if (this.#recoversTo < 0 && this.#beyond === 0 && !this.#isProbed) {
      this.#isProbed = true;
      if (this.#unsent < this.#options.segments) this.#transmit(this.#unsent++, false);
      else this.#transmit(this.#unsent - 1, true);
      return;
    }
    this.#timeouts++;
    if (!this.#isTimedOut) {
      if (this.#recoversTo < 0) this.#recover();
      this.#isTimedOut = true;
    }
    this.#recoversTo = this.#unsent - 1;
    this.#again = [];
    for (let segment = this.#cumulative; segment < this.#unsent; segment++) {
      if (this.#state[segment] === ACKNOWLEDGED) continue;
      this.#state[segment] = LOST;
      this.#again.push(segment);
    }
    this.#outSegments = this.#formerSegments;
    this.windowSegments = 1 + this.#formerSegments;
    this.#firstOpen = this.transmissions;
    this.#timerFromMicros = this.#nowMicros;
  }
}
