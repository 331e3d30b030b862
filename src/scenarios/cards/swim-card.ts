// Cards S1 to S3: how soon SWIM suspects a member that has crashed, what it costs, and how often it is wrong about one
// that lives when messages are lost. All three follow from arithmetic (DSN 2002, section 3.1).

import { pow } from "../../sim/fixed-math.js";
import { mean } from "../../analysis/summary-statistics.js";
import type { Names } from "../../trace/names.js";
import { RecordKind } from "../../trace/record.js";
import type { RecordSink, RunRecord } from "../../trace/record.js";
import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings, Quantity } from "./card.js";
import { CardRun, SECOND, cardScenario } from "./card-run.js";

const PERIOD_SECONDS = 10;

/** Group sizes of the cards. */
const SIZES = [8, 32, 128] as const;

/** Plain SWIM: no message but probes and what rides on them, and nobody is ever held dead on suspicion. */
const PLAIN =
  `use: swim, period: ${PERIOD_SECONDS}s, ack: 2s, gossip: 0s, sync: 0s, adaptiveProbe: false, ` +
  "adaptiveSuspicion: false, tellSuspects: false, suspicionFactor: 1000";

/** Periods after a restart until everyone has heard that the node lives. */
const QUIET_PERIODS = 4;

/** Longest that a suspicion is waited for: e^−60 of all trials take longer. */
const WAIT_PERIODS_MAX = 60;

/** Notes who was suspected first of all since it was last asked. */
class FirstSuspicion implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.belief];
  readonly #names: Names;
  awaited = -1;
  atMicros: number | null = null;

  constructor(names: Names) {
    this.#names = names;
  }

  accept({ peer, name, timeMicros }: RunRecord): void {
    if (peer !== this.awaited || this.atMicros !== null) return;
    if (this.#names.text(name) === "suspect") this.atMicros = timeMicros;
  }
}

/** Counts records of one kind. */
class RecordCount implements RecordSink {
  readonly kinds: readonly RecordKind[];
  count = 0;

  constructor(kind: RecordKind) {
    this.kinds = [kind];
  }

  accept(): void {
    this.count++;
  }
}

function swimRun(
  parts: { readonly nodes: number; readonly options: string; readonly lossPercent?: number },
  seed: number,
  platform: Platform,
  watch: (names: Names) => readonly RecordSink[],
): CardRun {
  const { nodes, options, lossPercent = 0 } = parts;
  const text = cardScenario({
    nodes,
    start: `{ overlay: random, k: ${nodes - 1} }`,
    seconds: 10_000_000,
    protocols: `{ status: { ${options} } }`,
    lossPercent,
  });
  return new CardRun({ text, seed, platform, tracks: false, watch });
}

/** Periods from a crash to the period in which the first member probes the crashed one, for one crash after another. */
function detectionPeriods(
  nodes: number,
  trials: number,
  seed: number,
  platform: Platform,
  selection: string,
): number[] {
  let first!: FirstSuspicion;
  const options = `${PLAIN}, selection: ${selection}`;
  const run = swimRun({ nodes, options }, seed, platform, (names) => [
    (first = new FirstSuspicion(names)),
  ]);
  run.advance(2 * PERIOD_SECONDS);
  return Array.from({ length: trials }, (_, trial) => {
    run.advance((QUIET_PERIODS + run.chance("crash", trial)) * PERIOD_SECONDS);
    const node = trial % nodes;
    first.awaited = node;
    first.atMicros = null;
    run.crashNode(node);
    const crashedMicros = run.run.nowMicros;
    for (let i = 0; i < WAIT_PERIODS_MAX && suspectedAt(first) === null; i++)
      run.advance(PERIOD_SECONDS);
    run.restartNode(node);
    // Who did not answer is suspected when the period of its probe is over.
    const tookMicros = (suspectedAt(first) ?? Infinity) - PERIOD_SECONDS * SECOND - crashedMicros;
    // A probe that was on its way when its target crashed belongs to the first period.
    return Math.max(0, Math.floor(tookMicros / (PERIOD_SECONDS * SECOND))) + 1;
  });
}

/** Through a call, so that a value that changes while the run advances is read anew. */
function suspectedAt({ atMicros }: FirstSuspicion): number | null {
  return atMicros;
}

function measureDetection(
  { trials = 0 }: CardSettings,
  seed: number,
  platform: Platform,
): Record<string, number> {
  const measured = SIZES.flatMap((nodes) =>
    ["random", "round-robin"].map((selection): [string, number] => [
      `${selection}${nodes}`,
      mean(detectionPeriods(nodes, trials, seed, platform, selection)),
    ]),
  );
  return Object.fromEntries(measured);
}

/** Probability that nobody has probed a member after some periods in which everyone picks anyone. */
function unprobedRandom(nodes: number, periods: number): number {
  return pow(1 - 1 / (nodes - 1), (nodes - 1) * periods);
}

/**
 * The same where each goes round a shuffled list of the others: by chance of its place in it, the periods are some of
 * this round and some of the next, in each of which the member is anywhere.
 */
function unprobedInRounds(nodes: number, periods: number): number {
  const others = nodes - 1;
  let one = 0;
  for (let done = 0; done < others; done++) {
    const inThis = Math.min(periods, others - done);
    const inNext = Math.min(others, periods - inThis);
    one += ((1 - inThis / others) * (1 - inNext / others)) / others;
  }
  return one <= 0 ? 0 : pow(one, others);
}

/** Mean and standard deviation of the period of the first probe, from the chance that there was none yet. */
function momentsOf(unprobed: (periods: number) => number): { mean: number; deviation: number } {
  let first = 0;
  let second = 0;
  for (let periods = 0; periods < WAIT_PERIODS_MAX; periods++) {
    first += unprobed(periods);
    second += (2 * periods + 1) * unprobed(periods);
  }
  return { mean: first, deviation: Math.sqrt(second - first * first) };
}

const detections = SIZES.flatMap((nodes) =>
  [
    { selection: "random", unprobed: unprobedRandom },
    { selection: "round-robin", unprobed: unprobedInRounds },
  ].map(({ selection, unprobed }): Quantity => {
    const expected = momentsOf((periods) => unprobed(nodes, periods));
    return {
      card: "S1",
      measurement: `${selection}${nodes}`,
      text: `mean periods to the first suspicion among ${nodes}, ${selection}`,
      source: "analytic",
      band: ({ trials = 1, seeds = 1 }) => {
        const error = (3 * expected.deviation) / Math.sqrt(trials * seeds);
        return { min: expected.mean - error, max: expected.mean + error };
      },
    };
  }),
);

/** Card S1. */
export const swimDetectionExperiment: CardExperiment = {
  setUp:
    "Plain SWIM, all know all, no loss; one member after the other crashes at a random time and comes back; the period " +
    "in which somebody first probes it, ± 3 standard errors. random: 1/(1−(1−1/(n−1))^(n−1)), the paper's analysis; " +
    "round-robin: the paper's protocol, for which the same sum is over its rounds",
  defaults: { seeds: 1, trials: 4_000 },
  quantities: detections,
  measure: measureDetection,
};

/** Periods over which messages are counted. */
const COUNTED_PERIODS = 100;

function messagesAPeriod(nodes: number, seed: number, platform: Platform): number {
  const sent = new RecordCount(RecordKind.sent);
  const run = swimRun({ nodes, options: PLAIN }, seed, platform, () => [sent]);
  run.advance(2 * PERIOD_SECONDS);
  sent.count = 0;
  run.advance(COUNTED_PERIODS * PERIOD_SECONDS);
  return sent.count / (COUNTED_PERIODS * nodes);
}

/** Card S2. */
export const swimMessagesExperiment: CardExperiment = {
  setUp: "Plain SWIM without separate gossip or push-pull, all know all, no loss; 100 periods",
  defaults: { seeds: 1 },
  quantities: SIZES.map((nodes) => ({
    card: "S2",
    measurement: `messages${nodes}`,
    text: `messages a member and period among ${nodes}`,
    source: "analytic",
    band: () => ({ min: 1.98, max: 2.02 }),
  })),
  measure: (_settings, seed, platform) =>
    Object.fromEntries(
      SIZES.map((nodes) => [`messages${nodes}`, messagesAPeriod(nodes, seed, platform)]),
    ),
};

/** Losses in per cent, and helpers. */
const LOSSES = [10, 5] as const;
const HELPERS = [0, 1, 3] as const;

/** Periods that are run before it is looked whether there were enough false positives. */
const LOSSY_PERIODS = 100;

/** No suspicion: who does not answer is held dead, which gossip tells it, so that it is soon back. */
const LOSSY =
  `use: swim, period: ${PERIOD_SECONDS}s, ack: 2s, gossip: 500ms, sync: 0s, adaptiveProbe: false, ` +
  "adaptiveSuspicion: false, tellSuspects: false, suspicion: false";

/** What a lossy run is made of. */
interface LossyRun {
  readonly lossPercent: number;
  readonly helpers: number;
  readonly nodes: number;
  /** False positives after which it ends. */
  readonly wanted: number;
}

/** Failed probes a member and period, though nobody has crashed. */
export function falsePositiveRate(
  { lossPercent, helpers, nodes, wanted }: LossyRun,
  seed: number,
  platform: Platform,
): number {
  const failed = new RecordCount(RecordKind.observation);
  const options = `${LOSSY}, helpers: ${helpers}`;
  const run = swimRun({ nodes, options, lossPercent }, seed, platform, () => [failed]);
  run.advance(2 * PERIOD_SECONDS);
  failed.count = 0;
  let periods = 0;
  for (; failed.count < wanted; periods += LOSSY_PERIODS)
    run.advance(LOSSY_PERIODS * PERIOD_SECONDS);
  return failed.count / (periods * nodes);
}

/** What it must be: neither the direct way nor any helper's brings an answer. */
export function expectedFalsePositives(lossPercent: number, helpers: number): number {
  const arrives = 1 - lossPercent / 100;
  const twice = arrives * arrives;
  let chance = 1 - twice;
  for (let i = 0; i < helpers; i++) chance *= 1 - twice * twice;
  return chance;
}

const lossy = LOSSES.flatMap((lossPercent) =>
  HELPERS.map((helpers) => ({
    lossPercent,
    helpers,
    measurement: `loss${lossPercent}helpers${helpers}`,
  })),
);

/** Card S3. */
export const swimLossExperiment: CardExperiment = {
  setUp:
    "SWIM without suspicion, all know all, nobody crashes, each message is lost by itself; failed probes a member and " +
    "period, (1−q²)·(1−q⁴)^k with q delivered and k helpers, ± 10 %, until there are at least `falsePositives`",
  defaults: { nodes: 50, seeds: 1, falsePositives: 1_000 },
  quantities: lossy.map(({ lossPercent, helpers, measurement }) => ({
    card: "S3",
    measurement,
    text: `false positives a member and period, ${lossPercent} % lost, ${helpers} helpers`,
    source: "analytic",
    band: () => {
      const expected = expectedFalsePositives(lossPercent, helpers);
      return { min: 0.9 * expected, max: 1.1 * expected };
    },
  })),
  measure: ({ nodes = 0, falsePositives: wanted = 0 }, seed, platform) =>
    Object.fromEntries(
      lossy.map(({ lossPercent, helpers, measurement }) => [
        measurement,
        falsePositiveRate({ lossPercent, helpers, nodes, wanted }, seed, platform),
      ]),
    ),
};
