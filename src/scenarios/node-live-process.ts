// One live process of a node: stands between the node's code and its real transport and clock. Here a pause, a slow link
// or processor, and a crash happen to it, and everything that it does gets its key in the records.

import { clearTimeout, setTimeout } from "node:timers";

import type { AccessLinks } from "../sim/access-links.js";
import { datagramWireBytes, streamWireBytes } from "../sim/access-links.js";
import type { NodeClock } from "../sim/node-clock.js";
import { Channel } from "../trace/record.js";
import type { HostClock, TimerArgument, TimerHandle, TimerHandler } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { SystemClock } from "../transport/node-system-clock.js";
import type { TcpTransport } from "../transport/node-tcp-transport.js";
import type { Peer } from "../transport/peer.js";
import type {
  ConnectionChange,
  MessageFact,
  TransportObserver,
} from "../transport/transport-observer.js";
import type { DisconnectReason, Transport, TransportHandler } from "../transport/transport.js";
import type { CrashKind } from "./run-network.js";
import { LiveInbox } from "./live-inbox.js";
import type { LiveRecords } from "./live-records.js";

/** Handle of a timer that was never set. */
const NO_TIMER = 0;

export interface LiveProcessOptions {
  readonly index: number;
  readonly self: Peer;
  readonly clock: SystemClock;
  /** How the node's clock errs; null where it shows the run's time. */
  readonly skew: NodeClock | null;
  readonly links: AccessLinks;
  readonly processingMicros: number;
  readonly records: LiveRecords;
  /** The node's code threw: the run ends with it. */
  readonly onFailure: (error: unknown) => void;
  /** The transport has closed by itself; `onClosed` of the node follows. */
  readonly onStopped: () => void;
}

export class LiveProcess
  implements Transport, HostClock, TransportHandler, TimerHandler, TransportObserver
{
  readonly self: Peer;
  readonly #options: LiveProcessOptions;
  readonly #inbox: LiveInbox;
  #transport: TcpTransport | null = null;
  #handler: TransportHandler | null = null;
  #timerHandler: TimerHandler | null = null;
  /** How the process ended without goodbye; null while it has not. */
  #crashed: CrashKind | null = null;
  #isClosing = false;
  #lastTimer = NO_TIMER;
  readonly #timers = new Map<number, TimerHandle>();
  /** What arrived last: its record is written when the node takes it. */
  #arrived: MessageFact | null = null;

  constructor(options: LiveProcessOptions) {
    this.#options = options;
    this.self = options.self;
    this.#inbox = new LiveInbox({
      nowMicros: () => options.clock.nowMicros(),
      processingMicros: options.processingMicros,
      wakeAfter: (micros, wake) => {
        const timer = setTimeout(wake, Math.max(0, micros / 1000));
        return () => {
          clearTimeout(timer);
        };
      },
    });
    // Until its ports are open nothing is handled.
    this.#inbox.pause();
    options.clock.listen(this);
  }

  /** The ports are open: what the node was told to do meanwhile is done. */
  begin(transport: TcpTransport): void {
    this.#transport = transport;
    if (this.#crashed !== null) {
      transport.destroy();
      return;
    }
    transport.listen(this);
    this.#inbox.resume();
  }

  /** Makes the node's code do something, in its turn. What goes on now is its cause, however late it comes. */
  perform(run: () => void): void {
    const { records } = this.#options;
    const cause = records.key;
    const call = this.#call(run);
    this.#inbox.admit({
      run: () => {
        records.causedBy(cause, call);
      },
    });
  }

  pause(): void {
    this.#inbox.pause();
  }

  resume(): void {
    this.#inbox.resume();
  }

  /** Ends the process without a word to its own code. Its sockets are still there: `destroy` takes them. */
  crash(kind: CrashKind): void {
    if (this.#crashed !== null) return;
    this.#crashed = kind;
    this.#options.clock.stop();
    this.#timers.clear();
    this.#inbox.end();
  }

  /** Its sockets are reset, and nothing of it is left. Idempotent. */
  destroy(): void {
    this.crash("process");
    this.#transport?.destroy();
  }

  // The node's transport.

  listen(handler: TransportHandler | TimerHandler): void {
    if ("onMessage" in handler) this.#handler = handler;
    if ("onTimer" in handler) this.#timerHandler = handler;
  }

  connect(to: Peer): void {
    if (!this.#isMute) this.#transport?.connect(to);
  }

  send(to: Peer, message: Message): boolean {
    return !this.#isMute && (this.#transport?.send(to, message) ?? false);
  }

  sendDatagram(to: Peer, message: Message): void {
    if (!this.#isMute) this.#transport?.sendDatagram(to, message);
  }

  bufferedBytes(to: Peer): number {
    return this.#transport?.bufferedBytes(to) ?? 0;
  }

  isConnected(to: Peer): boolean {
    return this.#crashed === null && (this.#transport?.isConnected(to) ?? false);
  }

  disconnect(peer: Peer): void {
    if (!this.#isMute) this.#transport?.disconnect(peer);
  }

  close(options?: { readonly flushMicros?: number }): void {
    if (this.#isMute) return;
    this.#isClosing = true;
    this.#transport?.close(options);
  }

  get #isMute(): boolean {
    return this.#crashed !== null || this.#isClosing;
  }

  // The node's clock.

  nowMicros(): number {
    const { clock, skew } = this.#options;
    const micros = clock.nowMicros();
    return skew === null ? micros : skew.localMicros(micros);
  }

  setTimer(delayMicros: number, kind: string, argument?: TimerArgument): TimerHandle {
    if (this.#isMute) return NO_TIMER;
    const { clock, skew } = this.#options;
    const isFinite = Number.isFinite(delayMicros);
    const realMicros =
      skew === null || !isFinite
        ? delayMicros
        : skew.virtualDelayMicros(delayMicros, clock.nowMicros());
    const timer = ++this.#lastTimer;
    const carried = argument === undefined ? [timer] : [timer, argument];
    this.#timers.set(timer, clock.setTimer(realMicros, kind, carried));
    return timer;
  }

  clearTimer(handle: TimerHandle): void {
    const timer = this.#timers.get(handle);
    if (timer === undefined) this.#inbox.cancelTimer(handle);
    else {
      this.#timers.delete(handle);
      this.#options.clock.clearTimer(timer);
    }
  }

  onTimer(kind: string, carried: TimerArgument | undefined): void {
    const [timer, argument] = carried as readonly [number, TimerArgument?];
    this.#timers.delete(timer);
    this.#inbox.admit({
      timer,
      run: this.#call(() => this.#timerHandler?.onTimer(kind, argument)),
    });
  }

  // What the transport tells the node.

  onMessage(from: Peer, message: Message, sizeBytes?: number): void {
    const fact = this.#takeArrived();
    const { links, index, clock } = this.#options;
    const now = clock.nowMicros();
    const dueMicros = links.hasDownlink(index)
      ? links.receiptMicros(index, streamWireBytes(sizeBytes ?? 0), now)
      : now;
    this.#receive(from, Channel.stream, fact, dueMicros, () =>
      this.#handler?.onMessage(from, message, sizeBytes),
    );
  }

  onDatagram(from: Peer, message: Message): void {
    const fact = this.#takeArrived();
    const { links, index, clock, records } = this.#options;
    const now = clock.nowMicros();
    if (links.isDownlinkFull(index, now)) {
      if (fact !== null) records.dropped(index, from, Channel.datagram, fact, "downlink-queue");
      return;
    }
    const dueMicros = links.hasDownlink(index)
      ? links.receiptMicros(index, datagramWireBytes(fact?.bytes ?? 0), now)
      : now;
    this.#receive(from, Channel.datagram, fact, dueMicros, () =>
      this.#handler?.onDatagram(from, message),
    );
  }

  onConnected(peer: Peer): void {
    this.#inbox.receiveInOrder({ run: this.#call(() => this.#handler?.onConnected(peer)) });
  }

  onDisconnected(peer: Peer, reason: DisconnectReason): void {
    const run = this.#call(() => this.#handler?.onDisconnected(peer, reason));
    this.#inbox.receiveInOrder({ run });
  }

  onDrain(peer: Peer): void {
    this.#inbox.admit({ run: this.#call(() => this.#handler?.onDrain(peer)) });
  }

  onClosed(): void {
    // A frozen process cannot have closed its transport, and what waits is for nobody any more.
    const run = this.#call(() => this.#handler?.onClosed());
    if (this.#crashed !== null) return;
    this.#crashed = "process";
    this.#inbox.end();
    this.#options.onStopped();
    run();
  }

  #receive(
    from: Peer,
    channel: Channel,
    fact: MessageFact | null,
    dueMicros: number,
    handle: () => unknown,
  ): void {
    const { records, index } = this.#options;
    const run = this.#call(() => {
      if (this.#isClosing) {
        if (fact !== null) records.dropped(index, from, channel, fact, "closing");
        return;
      }
      if (fact !== null) records.delivered(index, from, channel, fact);
      handle();
    });
    const giveUp = (): void => {
      if (fact !== null) records.dropped(index, from, channel, fact, this.#goneReason);
    };
    this.#inbox.receive({ run, giveUp, isMessage: true }, dueMicros);
  }

  get #goneReason(): string {
    return this.#crashed === "host" ? "host-down" : "not-listening";
  }

  #takeArrived(): MessageFact | null {
    const fact = this.#arrived;
    this.#arrived = null;
    return fact;
  }

  /** A stretch of the node's code: with a key of its own, and an end of the run where it throws. */
  #call(run: () => unknown): () => void {
    return () => {
      try {
        this.#options.records.within(this.#options.index, run);
      } catch (error) {
        this.#options.onFailure(error);
      }
    };
  }

  // What the transport's records hold.

  sent(to: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    if (this.#crashed !== null) return;
    this.#options.records.sent(this.#options.index, to, channel, fact, reason);
  }

  delivered(from: Peer, channel: Channel, fact: MessageFact): void {
    const { records, index } = this.#options;
    if (this.#crashed === null) this.#arrived = fact;
    else records.dropped(index, from, channel, fact, this.#goneReason);
  }

  dropped(peer: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    const { records, index } = this.#options;
    records.dropped(index, peer, channel, fact, this.#crashed === null ? reason : this.#goneReason);
  }

  connection(peer: Peer, change: ConnectionChange, epoch: number, reason: string): void {
    if (this.#crashed !== null) return;
    this.#options.records.connection(this.#options.index, peer, change, epoch, reason);
  }

  refused(address: string, refusal: string, detail: string): void {
    if (this.#crashed !== null) return;
    this.#options.records.refused(this.#options.index, `${refusal} ${address} ${detail}`);
  }
}
