// Vivaldi (Dabek, Cox, Kaashoek, Morris, SIGCOMM 2004): every node has a coordinate, and moves it after each measured round
// trip as a spring would, so that distances come to predict the times to nodes never measured. Half of the measurements are
// of near nodes, half of random ones (section 4.2). What Serf adds is there as options. docs/protocols/vivaldi.md.

import type { TimerArgument } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { anyMember } from "./any-member.js";
import { PlainStateProtocol } from "./plain-state-protocol.js";
import type { ProtocolContext } from "./protocol.js";
import { firstCoordinate, moved, plainDistance, predictedMicros } from "./vivaldi-coordinate.js";
import type { Coordinate, CoordinateSpace } from "./vivaldi-coordinate.js";
import { MEASUREMENT_NUMBERS, Ping, Pong, VIVALDI_MESSAGES } from "./vivaldi-messages.js";
import type { VivaldiMessage } from "./vivaldi-messages.js";

/** The name under which errors of predictions are observed: of random members, before the measurement is learned from. */
export const COORDINATE_ERROR = "coordinate-error";

/** Everything Vivaldi can be told. */
export interface VivaldiOptions extends CoordinateSpace {
  /** Between two measurements of a node. Raising it saves messages and settles later. Above the longest round trip. */
  readonly periodMicros: number;
  /** Near nodes that are measured in turn with random ones. Each costs about 200 bytes. */
  readonly nearMax: number;
  /** Measurements of a near node of which the median counts; 1 for each as it is. Raising it tolerates late answers. */
  readonly latencyWindow: number;
  /** Measurements over which the adjustment is averaged; 0 for none. */
  readonly adjustmentWindow: number;
}

/** The paper's constants, in its two dimensions with heights; nothing of what Serf adds. */
export const VIVALDI_DEFAULTS: VivaldiOptions = {
  dimensions: 2,
  hasHeights: true,
  stepShare: 0.25,
  errorShare: 0.25,
  gravityMicros: 0,
  periodMicros: 1_000_000,
  nearMax: 32,
  latencyWindow: 1,
  adjustmentWindow: 0,
};

/** A round trip longer than this is taken for a stopped clock or a lie. */
const RTT_MICROS_MAX = 10_000_000;
/** Distances, heights and errors that no honest node has. */
const MICROS_MAX = 1e9;

/** A measurement that is under way. */
interface Pending {
  readonly number: number;
  readonly peer: Peer;
  readonly sentAtMicros: number;
  readonly isNear: boolean;
}

/** Knows where its node is among the others. */
export class VivaldiCoordinates extends PlainStateProtocol {
  readonly messageTypes = VIVALDI_MESSAGES;
  protected readonly options: VivaldiOptions;
  protected own: Coordinate;
  /** The nearest nodes measured, each with its latest round trips. */
  protected readonly near = new Map<Peer, number[]>();
  /** By how much the latest predictions were short. */
  protected shortfalls: number[] = [];
  protected pending: Pending | null = null;
  protected measurements = 0;

  constructor(options: Partial<VivaldiOptions> = {}) {
    super();
    this.options = { ...VIVALDI_DEFAULTS, ...options };
    this.own = firstCoordinate(this.options, () => 0.5);
  }

  /** Where the node is. */
  get coordinate(): Coordinate {
    return this.own;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    const { random, clock } = context;
    this.own = firstCoordinate(this.options, () => random.unit());
    this.near.clear();
    this.shortfalls = [];
    this.pending = null;
    clock.setTimer(random.integer(this.options.periodMicros), "measure");
  }

  override onTimer(_kind: string, _argument: TimerArgument | undefined): void {
    const { clock, transport } = this.context;
    clock.setTimer(this.options.periodMicros, "measure");
    // Who has not answered by now is gone, or as good as gone.
    if (this.pending !== null) this.near.delete(this.pending.peer);
    this.measurements = (this.measurements + 1) % MEASUREMENT_NUMBERS;
    const isNear = this.measurements % 2 === 0 && this.near.size > 0;
    const peer = isNear ? this.context.random.pick([...this.near.keys()]) : anyMember(this.context);
    this.pending = null;
    if (peer === undefined) return;
    const sentAtMicros = clock.nowMicros();
    this.pending = { number: this.measurements, peer, sentAtMicros, isNear };
    transport.sendDatagram(peer, Ping.create({ number: this.measurements }));
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as VivaldiMessage;
    if (said.type === "vivaldi/ping") {
      const { vector, height, adjustment, error } = this.own;
      const { number } = said;
      this.context.transport.sendDatagram(
        from,
        Pong.create({ number, vector: [...vector], height, adjustment, error }),
      );
    } else this.onPong(from, said);
  }

  private onPong(from: Peer, pong: Pong): void {
    const { pending } = this;
    if (pending?.number !== pong.number || pending.peer !== from) return;
    this.pending = null;
    const rttMicros = this.context.clock.nowMicros() - pending.sentAtMicros;
    if (!isPlausible(pong, this.options.dimensions) || rttMicros > RTT_MICROS_MAX) {
      this.context.decided("learn", "implausible");
      return;
    }
    const measuredMicros = Math.max(1, this.filtered(from, rttMicros));
    if (!pending.isNear) {
      const error = Math.abs(predictedMicros(this.own, pong) - measuredMicros) / measuredMicros;
      this.context.observe(COORDINATE_ERROR, error);
    }
    const { random } = this.context;
    this.own = moved(this.own, pong, measuredMicros, this.options, () => random.unit());
    this.adjust(measuredMicros - plainDistance(this.own, pong));
  }

  /** The median of the latest round trips to a near node; others are measured too seldom to have one. */
  private filtered(peer: Peer, rttMicros: number): number {
    const latest = [...(this.near.get(peer) ?? []), rttMicros].slice(-this.options.latencyWindow);
    this.near.delete(peer);
    this.near.set(peer, latest);
    if (this.near.size > this.options.nearMax) this.forgetFarthest();
    return medianOf(latest);
  }

  private forgetFarthest(): void {
    let farthest: Peer | null = null;
    let mostMicros = -1;
    for (const [peer, latest] of this.near) {
      const micros = medianOf(latest);
      if (micros <= mostMicros) continue;
      mostMicros = micros;
      farthest = peer;
    }
    if (farthest !== null) this.near.delete(farthest);
  }

  /** Half of the mean shortfall is this node's part, the other half the peers' (as Serf has it). */
  private adjust(shortfallMicros: number): void {
    const { adjustmentWindow } = this.options;
    if (adjustmentWindow === 0) return;
    this.shortfalls = [...this.shortfalls, shortfallMicros].slice(-adjustmentWindow);
    const sum = this.shortfalls.reduce((total, value) => total + value, 0);
    this.own = { ...this.own, adjustment: sum / (2 * this.shortfalls.length) };
  }
}

/** Whether a coordinate can be somebody's: a lie within these bounds cannot be told from a bad place. */
function isPlausible(
  { vector, height, adjustment, error }: Coordinate,
  dimensions: number,
): boolean {
  return (
    vector.length === dimensions &&
    vector.every((part) => Math.abs(part) < MICROS_MAX) &&
    height >= 0 &&
    height < MICROS_MAX &&
    Math.abs(adjustment) < MICROS_MAX &&
    error >= 0 &&
    error < MICROS_MAX
  );
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
