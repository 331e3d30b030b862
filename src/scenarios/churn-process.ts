// Nodes that come and go by drawn sessions and downtimes. Each draw is a pure function of the churn's name, the
// node's name and the number of the session, so that removing a node moves no other's departure.

import type { Distribution } from "../sim/distribution.js";
import { createDistribution } from "../sim/distributions.js";
import { mixKey, mixUnit } from "../sim/mix.js";
import type { MixKey } from "../sim/mix.js";
import type { PlainData } from "../sim/plain-data.js";
import type { Sha256 } from "../trace/hashing.js";
import { hashText } from "../trace/names.js";
import type { RunNetwork } from "./run-network.js";
import type { ChurnFigures, ChurnReport } from "./run-report.js";
import type { Churn } from "./scenario.js";

const MICROS_PER_SECOND = 1e6;

/** How long a return waits for a process that still says goodbye, before it looks again. */
const LEAVING_RETRY_MICROS = 1_000;
/** The same for a frozen process, which says goodbye only when somebody resumes it. */
const FROZEN_RETRY_MICROS = 1_000_000;

/** What each draw of one node and session is for. */
const DRAW = { isUp: 0, session: 1, downtime: 2, isGraceful: 3, settle: 4 } as const;

/** What the process plans: the node's next departure or return. */
export type ChurnStep = "depart" | "return";

export interface ChurnProcessOptions {
  readonly churn: Churn;
  /** The nodes that churn, resolved at the start. */
  readonly nodes: readonly number[];
  readonly network: RunNetwork;
  readonly seed: string | number;
  readonly sha256: Sha256;
  /** Plans a step of a node. */
  readonly plan: (timeMicros: number, node: number, step: ChurnStep) => void;
}

/** One churn of a scenario at work. */
export class ChurnProcess {
  readonly #options: ChurnProcessOptions;
  readonly #session: Distribution;
  readonly #downtime: Distribution;
  readonly #key: MixKey;
  readonly #members: ReadonlySet<number>;
  /** Number of the session that each churning node is in or comes to. */
  readonly #sessionOf = new Map<number, number>();
  /** Nodes that churn has taken away and not brought back. */
  readonly #away = new Set<number>();
  #sessions = 0;
  #sessionMicros = 0;
  #downtimes = 0;
  #downtimeMicros = 0;
  #steps = 0;
  /** Integral over the window of how many nodes are there, up to `#countedMicros`. */
  #presentMicros = 0;
  #countedMicros: number;

  constructor(options: ChurnProcessOptions) {
    this.#options = options;
    const { churn, sha256, seed } = options;
    this.#members = new Set(options.nodes);
    this.#session = createDistribution(churn.session);
    this.#downtime = createDistribution(churn.downtime);
    this.#key = mixKey(sha256, seed, `churn/${churn.name}`);
    this.#countedMicros = churn.startMicros;
  }

  /** Share of time that a node is there in the long run. */
  get availability(): number {
    const session = this.#session.mean();
    if (session === Infinity) return 1;
    return session / (session + this.#downtime.mean());
  }

  /**
   * Whether a node is there when the window opens. A stationary churn finds some of its nodes away: those do not join
   * before, since they would all depart in the first instant.
   */
  isPresentAtStart(node: number): boolean {
    if (this.#options.churn.start === "fresh" || !this.#members.has(node)) return true;
    return this.#draw(node, 0, DRAW.isUp) < this.availability;
  }

  /** Opens the window: everyone present has a departure ahead, and everyone away a return. */
  begin(): void {
    const { churn, nodes } = this.#options;
    const isStationary = churn.start === "stationary";
    for (const node of nodes) {
      this.#sessionOf.set(node, 0);
      if (this.isPresentAtStart(node)) {
        const u = this.#draw(node, 0, DRAW.session);
        const micros = isStationary ? this.#session.residualQuantile(u) : this.#session.quantile(u);
        this.#planDeparture(node, churn.startMicros + wholeMicros(micros));
      } else {
        this.#away.add(node);
        const micros = this.#downtime.residualQuantile(this.#draw(node, 0, DRAW.downtime));
        this.#planReturn(node, churn.startMicros + wholeMicros(micros));
      }
    }
  }

  /** Takes a planned step. A node that something else has taken down or brought back meanwhile is left alone. */
  take(node: number, step: ChurnStep, nowMicros: number): void {
    this.#count(nowMicros);
    if (step === "depart") this.#depart(node, nowMicros);
    else this.#return(node, nowMicros);
  }

  #depart(node: number, nowMicros: number): void {
    const { network, churn } = this.#options;
    if (!network.isUp(node) || network.isGoing(node)) return;
    this.#steps++;
    const session = this.#sessionOf.get(node) ?? 0;
    const isGraceful = this.#draw(node, session, DRAW.isGraceful) < churn.gracefulShare;
    // A frozen process cannot say goodbye.
    if (isGraceful && !network.isPaused(node)) network.do(node, { do: "leave" });
    else network.crash(node, "process");
    this.#away.add(node);
    this.#sessionOf.set(node, session + 1);
    const micros = wholeMicros(
      this.#downtime.quantile(this.#draw(node, session + 1, DRAW.downtime)),
    );
    this.#downtimes++;
    this.#downtimeMicros += micros;
    this.#planReturn(node, nowMicros + micros);
  }

  #return(node: number, nowMicros: number): void {
    const { network, churn } = this.#options;
    if (!this.#away.has(node)) return;
    if (network.isGoing(node)) {
      this.#returnLater(node, nowMicros);
      return;
    }
    this.#away.delete(node);
    if (network.isUp(node)) return;
    this.#steps++;
    // Who left politely has said goodbye and begins anew; who crashed may have kept what it knew.
    const keepsState = churn.restart === "with-state" && network.lifeOf(node) === "crashed";
    network.start(node, { keepsState });
    if (nowMicros >= churn.endMicros) return;
    const session = this.#sessionOf.get(node) ?? 0;
    const micros = wholeMicros(this.#session.quantile(this.#draw(node, session, DRAW.session)));
    this.#sessions++;
    this.#sessionMicros += micros;
    this.#planDeparture(node, nowMicros + micros);
  }

  /** A downtime that was drawn shorter than the goodbye takes lasts until that is over. */
  #returnLater(node: number, nowMicros: number): void {
    const { network, plan } = this.#options;
    const micros = network.isPaused(node) ? FROZEN_RETRY_MICROS : LEAVING_RETRY_MICROS;
    this.#downtimeMicros += micros;
    plan(nowMicros + micros, node, "return");
  }

  #planDeparture(node: number, timeMicros: number): void {
    if (timeMicros < this.#options.churn.endMicros) this.#options.plan(timeMicros, node, "depart");
  }

  /** Returns after the window's end are spread evenly until `settleBy`, or do not happen. */
  #planReturn(node: number, timeMicros: number): void {
    const { churn, plan } = this.#options;
    if (timeMicros < churn.endMicros) plan(timeMicros, node, "return");
    else if (churn.settleByMicros !== null) {
      const u = this.#draw(node, this.#sessionOf.get(node) ?? 0, DRAW.settle);
      const spanMicros = Math.max(0, churn.settleByMicros - churn.endMicros);
      plan(churn.endMicros + Math.floor(u * spanMicros), node, "return");
    }
  }

  #draw(node: number, session: number, purpose: number): number {
    return mixUnit(this.#key, hashText(this.#options.network.nameOf(node)), session, purpose, 0);
  }

  /** Adds the time since the last step to the presence of nodes. */
  #count(nowMicros: number): void {
    const { churn, nodes } = this.#options;
    const untilMicros = Math.min(nowMicros, churn.endMicros);
    if (untilMicros <= this.#countedMicros) return;
    this.#presentMicros += (nodes.length - this.#away.size) * (untilMicros - this.#countedMicros);
    this.#countedMicros = untilMicros;
  }

  /** What was drawn in the window, beside what its laws make one expect. */
  report(nowMicros: number): ChurnReport {
    this.#count(nowMicros);
    const { churn, nodes } = this.#options;
    const windowMicros = this.#countedMicros - churn.startMicros;
    const sessionMicros = this.#session.mean();
    const downtimeMicros = this.#downtime.mean();
    const drawn: ChurnFigures = {
      meanSessionMicros: this.#sessions === 0 ? null : this.#sessionMicros / this.#sessions,
      meanDowntimeMicros: this.#downtimes === 0 ? null : this.#downtimeMicros / this.#downtimes,
      availability: windowMicros === 0 ? null : this.#presentMicros / (nodes.length * windowMicros),
      eventsPerSecond: windowMicros === 0 ? null : (this.#steps * MICROS_PER_SECOND) / windowMicros,
    };
    const expected: ChurnFigures = {
      meanSessionMicros: sessionMicros,
      meanDowntimeMicros: downtimeMicros,
      availability: this.availability,
      eventsPerSecond: (2 * nodes.length * MICROS_PER_SECOND) / (sessionMicros + downtimeMicros),
    };
    return { name: churn.name, drawn, expected };
  }

  snapshot(): PlainData {
    return {
      sessionOf: [...this.#sessionOf],
      away: [...this.#away],
      figures: [
        this.#sessions,
        this.#sessionMicros,
        this.#downtimes,
        this.#downtimeMicros,
        this.#steps,
        this.#presentMicros,
        this.#countedMicros,
      ],
    };
  }

  restore(state: PlainData): void {
    const saved = state as unknown as {
      sessionOf: readonly (readonly [number, number])[];
      away: readonly number[];
      figures: readonly [number, number, number, number, number, number, number];
    };
    this.#sessionOf.clear();
    for (const [node, session] of saved.sessionOf) this.#sessionOf.set(node, session);
    this.#away.clear();
    for (const node of saved.away) this.#away.add(node);
    [
      this.#sessions,
      this.#sessionMicros,
      this.#downtimes,
      this.#downtimeMicros,
      this.#steps,
      this.#presentMicros,
      this.#countedMicros,
    ] = saved.figures;
  }
}

/** A drawn time in whole microseconds, at least one. */
function wholeMicros(micros: number): number {
  return Math.max(1, Math.round(Math.min(micros, Number.MAX_SAFE_INTEGER / 4)));
}
