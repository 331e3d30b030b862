// One end of a connection, as plain fields: what a node knows of its connection to one peer. Each end is
// touched only by events of its own node, so that a run can be split over workers.

import type { Parcel } from "./kernel.js";
import type { PlainData } from "./plain-data.js";
import { INITIAL_WINDOW_SEGMENTS, THRESHOLD_SEGMENTS_UNKNOWN } from "./stream-timing.js";
import type { SendWindow } from "./stream-timing.js";

/** States of an end. */
export type StreamState = "dialing" | "accepting" | "open";

/** A message that waits: for the dial, for a retransmission, or behind one that does. */
export interface WaitingMessage {
  readonly parcel: Parcel;
  /** Its number on the connection and direction. */
  readonly number: number;
  /** When it came through although an earlier one did not; -1 while it has not. */
  arrivalMicros: number;
}

/** One node's end of its connection to a peer. */
export class StreamEnd implements SendWindow {
  state: StreamState;
  /** Whether the node has asked for the connection or was told of it: only then is it told of its end. */
  isOwed: boolean;
  roundTripMicros = 0;
  /** Messages handed over on this connection: the number of the next one. */
  messagesSent = 0;
  messagesReceived = 0;
  /** Segments sent, retransmissions included: numbers the draws of losses. */
  segmentsSent = 0;

  windowSegments = INITIAL_WINDOW_SEGMENTS;
  thresholdSegments = THRESHOLD_SEGMENTS_UNKNOWN;
  roundStartMicros = 0;
  roundSegments = 0;
  /** Arrival of the latest message on its way: nothing arrives before it. */
  lastArrivalMicros = 0;

  /** Messages not on their way yet, in order. */
  readonly waiting: WaitingMessage[] = [];
  waitingBytes = 0;
  /** Departures of messages that queue for the uplink: pairs of time and bytes. */
  readonly departing: number[] = [];
  departingBytes = 0;
  /** Whether `send` has answered false since the last `onDrain`. */
  wantsDrain = false;

  /** Attempts made of the dial or of the first waiting message. */
  attempts = 0;
  /** When the first of them was made. */
  firstAttemptMicros = 0;
  /** Handle of the pending retry, or 0. */
  retryHandle = 0;
  /** Virtual time of the pending retry. */
  retryMicros = 0;
  /** Whether the last attempt of the dial did not get across. */
  isDialLost = false;
  /** Name of the hold that keeps the first waiting message back, or the empty string. */
  heldBy = "";

  constructor(
    /** Index of the other node. */
    readonly peer: number,
    /** Number of the connection among its dialler's: with the two nodes, its name. */
    readonly epoch: number,
    readonly isDialler: boolean,
  ) {
    this.state = isDialler ? "dialing" : "accepting";
    this.isOwed = isDialler;
  }

  /** A copy of everything as plain data. `pack` turns messages into plain data. */
  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    const fields = Object.fromEntries(Object.entries(this)) as unknown as EndFields;
    const waiting = this.waiting.map((message) => ({
      ...message,
      parcel: { ...message.parcel, payload: pack(message.parcel.payload) },
    }));
    return { ...fields, departing: [...this.departing], waiting };
  }

  /** The end that `snapshot` gave a copy of. */
  static restore(state: PlainData, unpack: (payload: PlainData) => unknown): StreamEnd {
    const saved = state as unknown as StreamEnd;
    const end = new StreamEnd(saved.peer, saved.epoch, saved.isDialler);
    const departing = [...saved.departing];
    const waiting = saved.waiting.map((message) => ({
      ...message,
      parcel: { ...message.parcel, payload: unpack(message.parcel.payload as PlainData) },
    }));
    return Object.assign(end, saved, { departing, waiting });
  }
}

/** The fields of an end that are plain data by themselves. */
type EndFields = Readonly<Record<string, PlainData>>;
