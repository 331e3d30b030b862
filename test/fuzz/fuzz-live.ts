// The live campaign of `npm run fuzz -- live`: hostile bytes for the reader of frames and the decoders, then a node under
// siege, once in plain text and once over TLS. Prints tables; answers whether everything held.
//
//   npm run fuzz -- live [--minutes 10] [--seed 1] [--only "never read"]

import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { RandomStreams } from "../../src/sim/random-streams.js";
import { quantile } from "../../src/analysis/summary-statistics.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import type { Codec } from "../../src/transport/codec.js";
import { ATTACKS } from "./attacks.js";
import type { Attack } from "./attacks.js";
import { fuzzDecoders } from "./decoder-campaign.js";
import { HostileBytes } from "./hostile-bytes.js";
import { realMessages } from "./real-messages.js";
import { Siege } from "./siege.js";
import type { SiegeReport } from "./siege.js";
import { fuzzSplits } from "./split-campaign.js";

const FOLDER = ".cache/fuzz";
/** Shares of the time: the rest is the siege's. */
const SPLIT_SHARE = 0.15;
const DECODER_SHARE = 0.25;
const SECURITIES = ["plaintext", "tls"] as const;
const MIB = 2 ** 20;
/** What a node may take more than before, whatever is done to it: half of a small machine's memory. */
export const SIEGE_MEMORY_BYTES_MAX = 512 * MIB;

/** What is wrong with a node or its friends after an attack, in words. */
export function problemsOf(report: SiegeReport): string[] {
  const { death, lost, unanswered, turnedAway, memoryBytesBefore, memoryBytesMost } = report;
  const taken = memoryBytesMost - memoryBytesBefore;
  return [
    ...(death === null ? [] : [`the node ended: ${death}`]),
    ...(lost === 0 ? [] : [`${lost} friends' connections were lost`]),
    ...(unanswered === 0 ? [] : [`${unanswered} echoes stayed out`]),
    ...(turnedAway === 0 ? [] : [`${turnedAway} newcomers were not served`]),
    ...(taken <= SIEGE_MEMORY_BYTES_MAX ? [] : [`the node took ${Math.round(taken / MIB)} MiB`]),
  ];
}

/** Runs the campaign with the words of a command; answers whether everything held. */
export async function fuzzLive(words: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "10" },
      only: { type: "string", default: "" },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError(`--minutes ${values.minutes}: expected a number, as 10`);
  const attacks = ATTACKS.filter(({ name }) => name.includes(values.only));
  if (attacks.length === 0) {
    const names = ATTACKS.map(({ name }) => name).join(", ");
    throw new RangeError(`--only ${values.only}: expected a part of one of: ${names}`);
  }
  const streams = new RandomStreams({ seed: values.seed, sha256: nodeSha256 });
  const millis = minutes * 60_000;
  const areBytesGood = values.only !== "" || fuzzBytes(streams, millis, values.seed);
  const siegeMillis = millis * (values.only === "" ? 1 - SPLIT_SHARE - DECODER_SHARE : 1);
  const attackMillis = siegeMillis / (SECURITIES.length * attacks.length);
  const doesHold = await besiege(streams, attacks, attackMillis);
  return areBytesGood && doesHold;
}

function fuzzBytes(streams: RandomStreams, millis: number, seed: string): boolean {
  const real = realMessages();
  const models = real.map(({ bytes }) => bytes);
  const codecs = new Set<Codec>(real.map(({ codec }) => codec));
  const until = (share: number): (() => boolean) => {
    const endMillis = performance.now() + share * millis;
    return () => performance.now() < endMillis;
  };
  const split = fuzzSplits({
    stream: streams.stream("splits"),
    hostile: new HostileBytes(streams.stream("split contents"), models),
    goesOn: until(SPLIT_SHARE),
  });
  say(
    `Streams cut in parts: ${split.streams} streams, ${split.splits} ways, ${split.bytes} bytes; ` +
      `${split.refused} with a length that lies; at most ${split.worstKeptBytes} bytes kept`,
  );
  if (split.failure !== null) fail(`split-${seed}`, split.failure.stream, split.failure.problem);
  const decoded = fuzzDecoders({
    hostile: new HostileBytes(streams.stream("messages"), models),
    codecs: [...codecs],
    goesOn: until(DECODER_SHARE),
  });
  say(
    `Messages: ${decoded.inputs} inputs, ${decoded.bytes} bytes, for ${codecs.size} codecs each, made from ` +
      `${models.length} true messages; ${decoded.accepted} accepted; at most ` +
      `${(decoded.worstMemoryBytes / MIB).toFixed(1)} MiB (${Math.round(100 * decoded.worstMemoryShare)} % of the limit) ` +
      `and ${decoded.worstMillis.toFixed(1)} ms for one`,
  );
  if (decoded.failure !== null) {
    const { input, problem } = decoded.failure;
    fail(`message-${seed}`, input.bytes, `${input.kind}: ${problem}`);
  }
  return split.failure === null && decoded.failure === null;
}

async function besiege(
  streams: RandomStreams,
  attacks: readonly Attack[],
  millis: number,
): Promise<boolean> {
  let doesHold = true;
  for (const security of SECURITIES) {
    const siege = await Siege.begin(security);
    say(`\n| attack (${security}) | inputs | turned away | memory, most more | ${HEADINGS} |`);
    say("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |");
    try {
      for (const { name, run } of attacks) {
        let inputs = 0;
        const stream = streams.stream(`${security}/${name}`);
        const report = await siege.measure(async () => {
          inputs = await run({ port: siege.port, security, stream, millis });
        });
        say(rowOf(name, inputs, report));
        const problems = problemsOf(report);
        for (const problem of problems) say(`FAILED ${name}: ${problem}`);
        doesHold &&= problems.length === 0;
        if (report.death !== null) break;
      }
    } finally {
      siege.end();
    }
  }
  return doesHold;
}

const HEADINGS = "round trip p50, ms | p99, ms | most, ms | newcomers served: p50, most, ms";

function rowOf(name: string, inputs: number, report: SiegeReport): string {
  const { roundTripMillis, newcomerMillis, memoryBytesBefore, memoryBytesMost } = report;
  const refusals = Object.entries(report.refusals)
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${word} ${count}`);
  const taken = Math.max(0, memoryBytesMost - memoryBytesBefore) / MIB;
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => show(roundTripMillis, share));
  const newcomers = `${newcomerMillis.length}: ${show(newcomerMillis, 0.5)}, ${show(newcomerMillis, 1)}`;
  const figures = [p50!, p99!, most!, newcomers];
  return `| ${[name, inputs, refusals.join(", "), `${taken.toFixed(0)} MiB`, ...figures].join(" | ")} |`;
}

function show(ascending: readonly number[], share: number): string {
  return ascending.length === 0 ? "none" : quantile(Float64Array.from(ascending), share).toFixed(1);
}

function fail(name: string, bytes: Uint8Array, problem: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/${name}.bin`;
  writeFileSync(file, bytes);
  say(`FAILED ${problem}: the bytes are in ${file}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
