// From the network as written to models and conditions in base units.

import { AWS_LATENCIES } from "../sim/rules/aws-regions.js";
import { parseKingText } from "../sim/rules/king-text.js";
import { parseLatencyCsv } from "../sim/rules/latency-csv.js";
import { withSamePlaceRoundTrip } from "../sim/rules/latency-matrix.js";
import type { LatencyMatrix } from "../sim/rules/latency-matrix.js";
import { SIX_REGION_LATENCIES } from "../sim/rules/six-regions.js";
import { readDistribution } from "./distribution-reading.js";
import type { Imports } from "./imports.js";
import type { WrittenNetwork, WrittenRule } from "./network-schema.js";
import type {
  JitterModel,
  LatencyModel,
  LinkCondition,
  NetworkConditions,
  NetworkRule,
} from "./scenario.js";
import type { SourcePath } from "./scenario-source.js";
import type { SelectorReader } from "./selector-reading.js";

const MATRICES = { "aws-11": AWS_LATENCIES, "six-regions": SIX_REGION_LATENCIES } as const;

const NO_REGIONS: readonly string[] = [];
const LATENCY_PATH: SourcePath = ["network", "latency"];

/** The base latency of all links. */
export function resolveLatency(written: WrittenNetwork["latency"], imports: Imports): LatencyModel {
  if (typeof written === "number") {
    return { kind: "drawn", from: { kind: "fixed", micros: written }, per: "pair" };
  }
  const { use, matrix: file, sameRegion, per = "pair" } = written;
  const matrix =
    use !== undefined
      ? MATRICES[use]
      : file !== undefined
        ? imports.read(file, [...LATENCY_PATH, "matrix"], parseMatrix)
        : null;
  if (matrix !== null) {
    return {
      kind: "regions",
      matrix: sameRegion === undefined ? matrix : withSamePlaceRoundTrip(matrix, sameRegion),
    };
  }
  if (file !== undefined) return { kind: "drawn", from: { kind: "fixed", micros: 1 }, per };
  return { kind: "drawn", from: readDistribution(written, LATENCY_PATH, imports), per };
}

/** A table with a heading is CSV; King text is numbers and blanks. */
function parseMatrix(text: string): LatencyMatrix {
  return text.includes(",") ? parseLatencyCsv(text) : parseKingText(text);
}

/** Names of the regions that latency knows; none when it knows no regions. */
export function regionsOf(latency: LatencyModel): readonly string[] {
  return latency.kind === "regions" ? latency.matrix.names : NO_REGIONS;
}

/** A network whose rules have names. */
export type NamedNetwork = Omit<WrittenNetwork, "rules"> & {
  readonly rules: readonly (WrittenRule & { readonly name: string })[];
};

/** What surrounds the reading of a condition. */
export interface NetworkSurroundings {
  readonly selectors: SelectorReader;
  readonly imports: Imports;
}

/** The whole network, its base latency being read already. */
export function resolveNetwork(
  written: NamedNetwork,
  latency: LatencyModel,
  surroundings: NetworkSurroundings,
): NetworkConditions {
  return {
    latency,
    jitter: resolveJitter(written.latency, surroundings.imports),
    conditions: resolveCondition(written, ["network"], surroundings.imports),
    rules: written.rules
      .map((rule, i) => resolveRule(rule, ["network", "rules", i], surroundings))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function resolveJitter(latency: WrittenNetwork["latency"], imports: Imports): JitterModel | null {
  if (typeof latency === "number" || latency.jitter === undefined) return null;
  const { jitter } = latency;
  if ("share" in jitter) return { kind: "share", share: jitter.share };
  return { kind: "drawn", from: readDistribution(jitter, [...LATENCY_PATH, "jitter"], imports) };
}

function resolveRule(
  rule: WrittenRule & { readonly name: string },
  path: SourcePath,
  { selectors, imports }: NetworkSurroundings,
): NetworkRule {
  return {
    name: rule.name,
    from: selectors.read(rule.from, [...path, "from"]),
    to: selectors.read(rule.to, [...path, "to"]),
    oneWay: rule.oneWay,
    ...resolveCondition(rule, path, imports),
  };
}

/** What happens to messages, from the keys that a network, a rule and a degradation share. */
export function resolveCondition(
  written: Pick<WrittenRule, "loss" | "duplicate" | "corrupt" | "reorder"> &
    Partial<Pick<WrittenRule, "delay">>,
  path: SourcePath,
  imports: Imports,
): LinkCondition {
  const { loss, duplicate, corrupt, reorder, delay } = written;
  return {
    lossProbability: loss,
    duplicateProbability: duplicate,
    corruptProbability: corrupt,
    reorder: reorder === undefined ? null : { probability: reorder.share, byMicros: reorder.by },
    delay: delay === undefined ? null : readDistribution(delay, [...path, "delay"], imports),
  };
}
