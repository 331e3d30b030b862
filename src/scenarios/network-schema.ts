// How the network is written: latency, and what happens to messages everywhere or on some links.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { distribution, LATENCY_DISTRIBUTIONS } from "./distribution-schema.js";
import { selector } from "./selector-schema.js";
import {
  duration,
  oneKeyOf,
  positiveDuration,
  refuse,
  share,
  thingName,
  writtenAs,
} from "./written-values.js";
import { formatShare, parseShare } from "./units.js";

/** The latency tables that come with Peerscape. */
const LATENCY_TABLES = ["aws-11", "six-regions"] as const;

const latencySources = {
  ...LATENCY_DISTRIBUTIONS,
  use: z.enum(LATENCY_TABLES).describe("A measured table by region that comes with Peerscape."),
  matrix: z
    .string()
    .min(1)
    .describe(
      "A file of round trips: CSV in milliseconds, region names in its first row and column, or " +
        "King text in microseconds, `i j rtt` a line.",
    ),
};

const LATENCY_SOURCE_NAMES: readonly string[] = Object.keys(latencySources);

/** Jitter as a share of the base: an object once read, since a bare number could be microseconds as well. */
const jitterShare = writtenAs(strictMap({ share: z.number() }), {
  id: "jitter",
  pattern: "^\\d+(\\.\\d+)?%$",
  description: "A share of the pair's latency, either way.",
  examples: ["10%"],
  parse: (text) => ({ share: parseShare(text) }),
  format: (value) => formatShare(value.share),
});

const latencyMap = strictMap({
  ...z.object(latencySources).partial().shape,
  per: z
    .enum(["pair", "message"])
    .optional()
    .describe("Draw once for each pair of nodes (the default) or anew for each message."),
  jitter: z
    .union([jitterShare, oneKeyOf(LATENCY_DISTRIBUTIONS)])
    .optional()
    .describe(
      "What each message adds: a share of the pair's latency either way, or a distribution.",
    ),
  sameRegion: positiveDuration
    .optional()
    .describe("Round trip between two nodes of one region, instead of the table's."),
}).superRefine((value, context) => {
  const sources = Object.keys(value).filter((key) => LATENCY_SOURCE_NAMES.includes(key));
  if (sources.length !== 1) {
    refuse(context, sources.length === 0 ? "no latency" : sources.join(" and "), {
      expected: `exactly one of ${LATENCY_SOURCE_NAMES.join(", ")}`,
      remedy: sources.length === 0 ? "write one of them" : "keep one of them",
    });
    return;
  }
  const isTable = value.use !== undefined || value.matrix !== undefined;
  if (isTable && value.per !== undefined) {
    refuse(context, "per beside a table", {
      expected: "one latency for each pair",
      remedy: "leave per out; jitter is what varies by message",
    });
  }
  if (!isTable && value.sameRegion !== undefined) {
    refuse(context, "sameRegion without a table of regions", {
      expected: "use or matrix beside it",
      remedy: "leave sameRegion out",
    });
  }
});

function noChance(description: string) {
  return share.prefault("0%").describe(description);
}

/** What may happen to a message, everywhere or under one rule. */
const conditionShape = {
  loss: noChance("Share of datagrams lost; a stream is delayed by its retransmission instead."),
  duplicate: noChance("Share of datagrams that arrive twice."),
  corrupt: noChance("Share of datagrams that arrive damaged."),
  reorder: strictMap({
    share: share.describe("Share of datagrams that are held back …"),
    by: positiveDuration.describe("… by up to this long, so that later ones overtake them."),
  })
    .optional()
    .describe("Datagrams that overtake each other."),
} as const;

/** What a rule may do besides: it adds to the latency where the network has one. */
export const ruleShape = {
  ...conditionShape,
  delay: distribution
    .optional()
    .describe("One-way time added to the latency, drawn for each message."),
  from: selector.prefault("all").describe("Messages from these nodes …"),
  to: selector.prefault("all").describe("… to these."),
  oneWay: z.boolean().prefault(false).describe("Not in the opposite direction."),
} as const;

const rule = strictMap({
  name: thingName.optional().describe("A name; made from the rule's content when left out."),
  ...ruleShape,
});

/** The schema of `network`. */
export const networkSchema = strictMap({
  latency: z
    .union([duration, latencyMap])
    .prefault("50ms")
    .describe(
      "One-way time between two nodes: a length, or exactly one distribution, table or matrix. " +
        "Of a round trip, a way takes half.",
    ),
  ...conditionShape,
  rules: z.array(rule).max(1_000).prefault([]).describe("Conditions on some links only."),
});

/** The network as written, in base units. */
export type WrittenNetwork = z.output<typeof networkSchema>;

/** A rule's conditions as written, in base units. */
export type WrittenRule = z.output<typeof rule>;
