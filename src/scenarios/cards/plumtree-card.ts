// Cards T1, T3 and T4: how many payloads Plumtree spends on a message more than a tree would, with one sender, with
// many, and after half of the nodes have crashed.

import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings, Quantity } from "./card.js";
import { CardRun } from "./card-run.js";
import type { BroadcastCount } from "./card-run.js";
import { anyOf, convergedAtSeconds, hyparviewScenario } from "./hyparview-overlay-card.js";

/** Between two messages: all of the tree, and three times as long as an announced message is waited for. */
const GAP_SECONDS = 3;

/** Messages of one sender, then of random ones, then after the crash. */
const SAME_SENDER = 10;
const RANDOM_SENDERS = 30;
const AFTER_CRASH = 10;

const SECONDS_AFTER = GAP_SECONDS * (SAME_SENDER + RANDOM_SENDERS + AFTER_CRASH + 2);

/** A message in the numbers of the paper. */
interface MessageFigures {
  /** Payloads a receiver beyond the one it needs. */
  readonly redundancy: number;
  readonly reliability: number;
}

function figures({ received, payloadsSent }: BroadcastCount, liveCount: number): MessageFigures {
  const receivers = liveCount - 1;
  return { redundancy: payloadsSent / received - 1, reliability: received / receivers };
}

/** Broadcasts one message after the other from the nodes that `senderOf` names. */
function broadcastAll(
  run: CardRun,
  count: number,
  senderOf: (number: number) => number,
): MessageFigures[] {
  const before = run.broadcasts().length;
  const liveCount = run.live().length;
  for (let i = 0; i < count; i++) {
    run.broadcastFrom(senderOf(i));
    run.advance(GAP_SECONDS);
  }
  return run
    .broadcasts()
    .slice(before)
    .map((counted) => figures(counted, liveCount));
}

function measure(settings: CardSettings, seed: number, platform: Platform): Record<string, number> {
  const { graftMillis = 0 } = settings;
  const broadcast = `{ use: plumtree, graft: ${graftMillis}ms, seenMax: 100, keptMax: 20 }`;
  const text = hyparviewScenario(settings, SECONDS_AFTER, { broadcast });
  const run = new CardRun({ text, seed, platform, tracks: false, countsPayloads: true });
  run.advanceTo(convergedAtSeconds(settings));
  const sender = anyOf(run, run.live(), 0);
  const [first, ...later] = broadcastAll(run, SAME_SENDER, () => sender);
  const random = broadcastAll(run, RANDOM_SENDERS, (i) => anyOf(run, run.live(), 100 + i));
  run.crash(0.5);
  run.advance(GAP_SECONDS);
  const crashed = broadcastAll(run, AFTER_CRASH, (i) => anyOf(run, run.live(), 200 + i));
  return {
    firstRedundancy: first?.redundancy ?? Infinity,
    laterRedundancy: Math.max(...later.map(({ redundancy }) => redundancy)),
    sameReliability: lowest([...(first === undefined ? [] : [first]), ...later]),
    randomRedundancy: random.at(-1)?.redundancy ?? Infinity,
    randomReliability: lowest(random),
    crashedRedundancy: crashed.at(-1)?.redundancy ?? Infinity,
    crashedReliability: crashed.at(-1)?.reliability ?? 0,
  };
}

function lowest(messages: readonly MessageFigures[]): number {
  return Math.min(...messages.map(({ reliability }) => reliability));
}

function quantity(
  card: string,
  source: Quantity["source"],
  [measurement, text]: readonly [string, string],
  band: Quantity["band"],
): Quantity {
  return { card, measurement, text, source, band };
}

const everyone = (): { readonly min: number } => ({ min: 1 });

/** Cards T1, T3 and T4. */
export const plumtreeExperiment: CardExperiment = {
  setUp:
    "Plumtree over HyParView as in H1; 10 messages of one sender, 30 of random ones, then half of the processes crash " +
    "and 10 more of random ones; 3 s between two; RMR = payloads / receivers − 1",
  defaults: { nodes: 10_000, seeds: 3, cycles: 50, graftMillis: 1_000 },
  quantities: [
    quantity("T1", "analytic", ["firstRedundancy", "RMR of the first message"], () => ({
      min: 2.99,
      max: 3.01,
    })),
    quantity("T1", "independent", ["laterRedundancy", "largest RMR from the second on"], () => ({
      min: 0,
      max: 0,
    })),
    quantity("T1", "independent", ["sameReliability", "lowest reliability"], everyone),
    quantity("T3", "independent", ["randomRedundancy", "RMR after 30 random senders"], () => ({
      above: 0,
      max: 0.25,
    })),
    quantity("T3", "independent", ["randomReliability", "lowest reliability"], everyone),
    quantity("T4", "independent", ["crashedRedundancy", "RMR of the 10th after the crash"], () => ({
      max: 0.05,
    })),
    quantity(
      "T4",
      "independent",
      ["crashedReliability", "reliability of the 10th after the crash"],
      everyone,
    ),
  ],
  measure,
};
