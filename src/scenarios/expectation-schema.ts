// How expectations are written: one key names the kind, and its value is what is judged, or the bound.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { timeWindow } from "./process-schema.js";
import { duration, positiveDuration, share, size, thingName, time } from "./written-values.js";

const name = thingName
  .optional()
  .describe("A name for the report; made from the content when left out.");
const overlay = z.string().min(1);
const count = z.number().int().min(0).max(1e9);

const settling = {
  after: time
    .optional()
    .describe("From this time on; when left out, after every episode of disturbances."),
  hold: positiveDuration
    .optional()
    .describe("How long it must last to count; five periods of the protocol when left out."),
  merge: duration.prefault("1s").describe("Disturbances closer than this count as one episode."),
};

const throughout = timeWindow.optional().describe("At every instant of this stretch.");

const tolerances = strictMap({
  strong: share.prefault("99.9%").describe("Nodes in the largest strong component, at least."),
  dead: share.prefault("1%").describe("Links to nodes that are gone, at most."),
  filled: share.prefault("99.5%").describe("Nodes whose view is filled, at least …"),
  fill: share.prefault("95%").describe("… to this share of min(view size, nodes - 1)."),
  reciprocal: share
    .prefault("99.5%")
    .describe("Links that go both ways, at least, where the protocol is symmetric."),
}).describe("What `valid` still tolerates.");

const bounds = <Value extends z.ZodType>(value: Value) =>
  strictMap({ atLeast: value.optional(), atMost: value.optional() }).refine(
    (written) => Object.keys(written).length > 0,
    { error: "write atLeast, atMost or both" },
  );

/** The schema of each kind of expectation, by the key that names it. */
const EXPECTATIONS = {
  settled: strictMap({
    settled: overlay.describe("The overlay, by its name or by the slot of its protocol."),
    name,
    as: z
      .enum(["full", "valid", "mixed"])
      .optional()
      .describe(
        "`full`: everyone knows everyone; `valid`: a sound partial view; `mixed`: as random as the " +
          "protocol makes it. What the protocol promises when left out.",
      ),
    within: duration.describe("How long it may take."),
    ...settling,
    tolerances: tolerances.prefault({}),
  }).describe("An overlay reaches the state that its protocol promises, and keeps it."),
  connected: strictMap({
    connected: overlay.describe("The overlay, by its name or by the slot of its protocol."),
    name,
    within: duration.optional().describe("How long it may take; or write `throughout`."),
    ...settling,
    throughout,
  })
    .refine((written) => (written.within === undefined) !== (written.throughout === undefined), {
      error: "write either within or throughout",
    })
    .describe("There is a way from every live node to every other, links taken both ways."),
  "stale-links": strictMap({
    "stale-links": overlay.describe("The overlay, by its name or by the slot of its protocol."),
    name,
    atMost: share.describe("Share of links that lead to nodes that are gone."),
    throughout,
    onAverage: timeWindow.optional().describe("On average over this stretch."),
  })
    .refine((written) => written.throughout === undefined || written.onAverage === undefined, {
      error: "write throughout or onAverage, not both",
    })
    .describe("Few links lead to nodes that are gone: at the end, unless said otherwise."),
  delivered: strictMap({
    delivered: share.describe("At least this share of pairs of a broadcast and a node."),
    name,
    within: duration.describe("How long a broadcast may take."),
  }).describe("Broadcasts reach the nodes that are active and can be reached all the while."),
  answered: strictMap({
    answered: share.describe("At least this share of operations on keys."),
    name,
    of: z
      .enum(["lookup", "put", "get"])
      .optional()
      .describe("Which operations; all when left out."),
    within: duration.optional().describe("How long one may take; any time when left out."),
    in: timeWindow.optional().describe("Those that begin in it; in the whole run when left out."),
  }).describe(
    "Lookups end at the node that is responsible, puts are kept, gets find a value that was put.",
  ),
  "no-message-after-shutdown": strictMap({
    "no-message-after-shutdown": z.literal(true),
    name,
  }).describe("A node that was told to stop, and has stopped, sends nothing more."),
  "all-stopped": strictMap({
    "all-stopped": z.literal(true),
    name,
    within: duration.describe("How long stopping may take."),
  }).describe("Every node that a shutdown meant has stopped."),
  "messages-per-node-second": strictMap({
    "messages-per-node-second": bounds(z.number().min(0).max(1e9)),
    name,
    in: timeWindow.optional().describe("While; the whole run when left out."),
  }).describe("Messages that a live node sends in a second, on average."),
  "bytes-per-node-second": strictMap({
    "bytes-per-node-second": bounds(size),
    name,
    in: timeWindow.optional().describe("While; the whole run when left out."),
  }).describe("Bytes that a live node sends in a second, on average, without headers."),
  "view-size": strictMap({
    "view-size": overlay.describe("The overlay, by its name or by the slot of its protocol."),
    name,
    atLeast: count.prefault(0),
    atMost: count.optional(),
    throughout,
  }).describe("Every live node's view has so many peers: at the end, unless said otherwise."),
  metric: strictMap({
    metric: z
      .string()
      .min(1)
      .describe("Where the number is in the report: `messages.dropped.loss`."),
    name,
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    equals: z.union([z.number(), z.string(), z.boolean()]).optional(),
  })
    .refine(
      ({ atLeast, atMost, equals }) =>
        equals === undefined ? atLeast !== undefined || atMost !== undefined : true,
      { error: "write atLeast, atMost or equals" },
    )
    .describe("A number of the report."),
} as const;

/** The keys of which one names the kind of an expectation. */
export const EXPECTATION_KINDS: readonly string[] = Object.keys(EXPECTATIONS);

/** The schema of one expectation. */
export const expectationSchema = z.union([
  EXPECTATIONS.settled,
  EXPECTATIONS.connected,
  EXPECTATIONS["stale-links"],
  EXPECTATIONS.delivered,
  EXPECTATIONS.answered,
  EXPECTATIONS["no-message-after-shutdown"],
  EXPECTATIONS["all-stopped"],
  EXPECTATIONS["messages-per-node-second"],
  EXPECTATIONS["bytes-per-node-second"],
  EXPECTATIONS["view-size"],
  EXPECTATIONS.metric,
]);

/** An expectation as written, in base units. */
export type WrittenExpectation = z.output<typeof expectationSchema>;
