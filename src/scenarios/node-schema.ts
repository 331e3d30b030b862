// How nodes are written: a number, or classes of nodes that are alike.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import {
  bitRate,
  duration,
  ppm,
  share,
  skew,
  wholeNumber,
  word,
  writtenAs,
} from "./written-values.js";
import { formatDuration, parseDurationMicros, parseSizeBytes } from "./units.js";

/** A million nodes: ten times what the largest published simulations used, and what 32 GiB hold. */
export const NODE_COUNT_MAX = 1_000_000;
/** As many as one can still tell apart in a report. */
const CLASS_COUNT_MAX = 200;

/** A slot for adversaries. Nothing else can be written until they exist: it would have no effect. */
const BEHAVIOURS = ["honest"] as const;

const count = wholeNumber({ min: 1, max: NODE_COUNT_MAX });

/** How much may wait at a link: a time at the link's rate, or bytes. */
const queue = writtenAs(
  z.union([strictMap({ micros: z.number() }), strictMap({ bytes: z.number() })]),
  {
    id: "queue",
    pattern: "^\\d+(\\.\\d+)?[A-Za-zµ]*$",
    description:
      "How much may wait at the link before more is dropped: a time at its rate, or bytes.",
    examples: ["100ms", "64KiB"],
    parse: (text) =>
      /[a-zµμ]$/u.test(text)
        ? { micros: parseDurationMicros(text) }
        : { bytes: parseSizeBytes(text) },
    format: (value) => ("micros" in value ? formatDuration(value.micros) : `${value.bytes}B`),
  },
);

/** Shares of regions: Virginia 60%, London 40%. */
const regionShares = z.record(z.string(), share);

/** Where a class's nodes are. */
const region = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1), regionShares])
  .describe(
    "A region of the latency table; a list to take in turns; shares that add up to 100%; or `spread`, " +
      "the default, which takes all regions of the table in turns.",
  );

/** The keys of a class besides its protocols, which depend on the protocols there are. */
const nodeClassShape = {
  count: count.describe("How many nodes there are of this class."),
  region: region.prefault("spread"),
  link: strictMap({
    up: bitRate.optional().describe("What the node can send; no limit when left out."),
    down: bitRate.optional().describe("What the node can receive; no limit when left out."),
    queue: queue.prefault("100ms"),
  })
    .prefault({})
    .describe("The node's link to the network, shared by all its traffic."),
  reach: strictMap({
    dialable: share
      .prefault("100%")
      .describe(
        "Share of the nodes that accept connections they did not open (others: behind NAT).",
      ),
  })
    .prefault({})
    .describe("Who can be reached."),
  behaviour: z
    .enum(BEHAVIOURS)
    .prefault("honest")
    .describe("What the nodes make of the protocols: `honest` follows them."),
  clock: strictMap({
    drift: ppm.prefault("0ppm").describe("Each node's clock runs wrong by up to this, either way."),
    skew: skew
      .prefault("0s")
      .describe("Each node's clock is off by up to this, either way; delays stay as long."),
  })
    .prefault({})
    .describe("How the nodes' clocks err."),
  processing: strictMap({
    perMessage: duration.prefault("0s").describe("Time to handle one message; others wait."),
  })
    .prefault({})
    .describe("What handling messages costs a node."),
  joins: z
    .enum(["start", "event"])
    .prefault("start")
    .describe("`start`: there from the beginning; `event`: waits for an event with `do: join`."),
} as const;

/** The schema of one class, given the schema of the protocols that it may override. */
export function nodeClassSchema<Protocols extends z.ZodType>(protocols: Protocols) {
  return strictMap({
    ...nodeClassShape,
    protocols: protocols
      .optional()
      .describe("Protocols that differ from those of the scenario, slot by slot."),
  });
}

/** The schema of `nodes`, given the schema of a class. */
export function nodesSchema<NodeClass extends z.ZodType>(nodeClass: NodeClass) {
  return z.union([
    count.describe("This many nodes of one class called `node`."),
    z
      .record(word, z.union([count, nodeClass]))
      .refine((classes) => Object.keys(classes).length > 0, { error: "write at least one class" })
      .refine((classes) => Object.keys(classes).length <= CLASS_COUNT_MAX, {
        error: `write at most ${CLASS_COUNT_MAX} classes`,
      })
      .describe("Classes of nodes that are alike: nodes of class `home` are home-0, home-1, …"),
  ]);
}
