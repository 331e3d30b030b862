// HyParView among nodes that cannot be dialled, which the paper knows none of.

import { expect, it } from "vitest";
import { CardRun } from "../../src/scenarios/cards/card-run.js";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import type { Names } from "../../src/trace/names.js";
import { RecordKind } from "../../src/trace/record.js";
import type { RecordSink, RunRecord } from "../../src/trace/record.js";
import { SECOND } from "./overlay-network.js";

const BUILT_SECONDS = 20;
const END_SECONDS = 120;

/** Two hundred nodes that join within twenty seconds through one contact. */
function scenario(options: string): string {
  return `
name: undialable
seed: 1
nodes:
  contact: 1
  home: { count: 199, reach: { dialable: 60% } }
start: { overlay: join, contact: contact, rate: 10/s }
phases: { build: ${BUILT_SECONDS}s, run: ${END_SECONDS - BUILT_SECONDS}s }
protocols: { discovery: { use: hyparview${options} } }
network: { latency: 20ms }
`;
}

/** How long nodes were without neighbours after they had some. */
class Loneliness implements RecordSink {
  readonly kinds = [RecordKind.view];
  longestMicros = 0;
  readonly #names: Names;
  readonly #degrees = new Map<number, number>();
  readonly #since = new Map<number, number>();

  constructor(names: Names) {
    this.#names = names;
  }

  accept({ node, name, number, timeMicros }: RunRecord): void {
    if (this.#names.text(name) !== "neighbours") return;
    const degree = (this.#degrees.get(node) ?? 0) + (number === 1 ? 1 : -1);
    this.#degrees.set(node, degree);
    if (degree === 0) this.#since.set(node, timeMicros);
    else this.#end(node, timeMicros);
  }

  /** Those that are alone still. */
  finish(timeMicros: number): void {
    for (const node of [...this.#since.keys()]) this.#end(node, timeMicros);
  }

  #end(node: number, timeMicros: number): void {
    const since = this.#since.get(node) ?? timeMicros;
    this.#since.delete(node);
    this.longestMicros = Math.max(this.longestMicros, timeMicros - since);
  }
}

function longestLoneliness(options: string): number {
  const watchers: Loneliness[] = [];
  const card = new CardRun({
    ...{ text: scenario(options), seed: 1, platform: nodePlatform },
    watch: (names) => {
      watchers.push(new Loneliness(names));
      return watchers;
    },
  });
  card.advanceTo(END_SECONDS);
  watchers[0]!.finish(END_SECONDS * SECOND);
  return watchers[0]!.longestMicros;
}

it("HyParView: who has lost the last neighbour and knows nobody else joins anew at once", () => {
  // The pause between two shuffles, in which nobody would look after it, is 30 s.
  expect(longestLoneliness(", period: 30s")).toBeLessThan(4 * SECOND);
});
