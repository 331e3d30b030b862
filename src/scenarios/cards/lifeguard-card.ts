// Cards S4 and S5: memberlist's times, by its own tests' tables, and what Lifeguard saves the healthy from when a few
// members are slow.

import {
  remainingSuspicionMicros,
  retransmitLimit,
  suspicionMinMicros,
} from "../../protocol/swim-timing.js";
import type { Names } from "../../trace/names.js";
import { RecordKind } from "../../trace/record.js";
import type { RecordSink, RunRecord } from "../../trace/record.js";
import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings } from "./card.js";
import { CardRun, SECOND, cardScenario } from "./card-run.js";

/** Confirmations and elapsed seconds, of three wanted between 2 and 30 seconds, and the milliseconds that are left. */
const REMAINING = [
  [0, 0, 30_000],
  [1, 2, 14_000],
  [2, 3, 4_810],
  [3, 4, -2_000],
] as const;

/** Members, and the thousandths of a period that the least suspicion lasts, by factor 3. */
const SUSPICIONS = [
  [5, 1_000],
  [10, 1_000],
  [50, 1_698],
  [100, 2_000],
  [500, 2_698],
  [1_000, 3_000],
] as const;

/** Members, and how often news are sent on, by factor 3. */
const RETRANSMITS = [
  [0, 0],
  [1, 3],
  [99, 6],
] as const;

function rowsThatDiffer(): number {
  const remaining = REMAINING.filter(([confirmations, elapsedSeconds, leftMillis]) => {
    const state = {
      confirmations,
      wanted: 3,
      elapsedMicros: elapsedSeconds * SECOND,
      minMicros: 2 * SECOND,
      maxMicros: 30 * SECOND,
    };
    return remainingSuspicionMicros(state) !== leftMillis * 1_000;
  });
  const suspicions = SUSPICIONS.filter(
    ([members, thousandths]) => suspicionMinMicros(3, members, SECOND) !== 3_000 * thousandths,
  );
  const retransmits = RETRANSMITS.filter(
    ([members, times]) => retransmitLimit(3, members) !== times,
  );
  return remaining.length + suspicions.length + retransmits.length;
}

/** Card S4. */
export const memberlistTablesExperiment: CardExperiment = {
  setUp:
    "The tables in the tests of hashicorp/memberlist: what is left of a suspicion, its least length, retransmits",
  defaults: { seeds: 1 },
  quantities: [
    {
      card: "S4",
      measurement: "different",
      text: `rows of ${REMAINING.length + SUSPICIONS.length + RETRANSMITS.length} that differ`,
      source: "table",
      band: () => ({ min: 0, max: 0 }),
    },
  ],
  measure: () => ({ different: rowsThatDiffer() }),
};

const WARM_UP_SECONDS = 60;
const FROZEN_SECONDS = 16;
const AFTER_SECONDS = 60;

/** Counts how often somebody came to hold a healthy member dead. */
class HealthyHeldDead implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.belief];
  readonly #names: Names;
  readonly #frozen: number;
  count = 0;

  /** The first `frozen` nodes are not healthy. */
  constructor(names: Names, frozen: number) {
    this.#names = names;
    this.#frozen = frozen;
  }

  accept({ peer, name }: RunRecord): void {
    if (peer >= this.#frozen && this.#names.text(name) === "dead") this.count++;
  }
}

/** Deaths of healthy members that were believed, with Lifeguard's three parts on or off. */
function healthyHeldDead(
  { nodes = 0, frozen = 0 }: CardSettings,
  seed: number,
  platform: Platform,
  isOn: boolean,
): number {
  const parts = ["adaptiveProbe", "adaptiveSuspicion", "tellSuspects"];
  const options = parts.map((part) => `${part}: ${isOn}`).join(", ");
  const text = cardScenario({
    nodes,
    start: `{ overlay: random, k: ${nodes - 1} }`,
    seconds: WARM_UP_SECONDS + FROZEN_SECONDS + AFTER_SECONDS + 1,
    protocols: `{ status: { use: swim, ${options} } }`,
  });
  let dead!: HealthyHeldDead;
  const watch = (names: Names): RecordSink[] => [(dead = new HealthyHeldDead(names, frozen))];
  const run = new CardRun({ text, seed, platform, tracks: false, watch });
  run.advance(WARM_UP_SECONDS);
  for (let node = 0; node < frozen; node++) run.holdMessagesOf(node);
  run.advance(FROZEN_SECONDS);
  for (let node = 0; node < frozen; node++) run.releaseMessagesOf(node);
  run.advance(AFTER_SECONDS);
  return dead.count;
}

/** Card S5. */
export const lifeguardExperiment: CardExperiment = {
  setUp:
    "SWIM with memberlist's LAN settings; some members can neither send nor receive for 16 s while their timers run, as " +
    "in Lifeguard's experiments, and then all that was held goes on; how often a healthy member was held dead",
  defaults: { nodes: 128, seeds: 3, frozen: 8 },
  quantities: [
    {
      card: "S5",
      measurement: "off",
      text: "healthy members held dead without Lifeguard",
      source: "published",
      band: () => ({ above: 0 }),
    },
    {
      card: "S5",
      measurement: "factor",
      text: "times fewer with Lifeguard (of at least one)",
      source: "published",
      band: () => ({ min: 10 }),
    },
  ],
  measure: (settings, seed, platform) => {
    const off = healthyHeldDead(settings, seed, platform, false);
    const on = healthyHeldDead(settings, seed, platform, true);
    return { off, on, factor: off / Math.max(1, on) };
  },
};
