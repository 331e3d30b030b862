// How what goes on over a stretch of the run is written: churn, work, measurements.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { distribution } from "./distribution-schema.js";
import { selector } from "./selector-schema.js";
import {
  oneKeyOf,
  payloadSize,
  positiveDuration,
  rate,
  share,
  thingName,
  time,
  wholeNumber,
} from "./written-values.js";

/** A phase, or two times. */
export const timeWindow = z.union([z.string().min(1), z.tuple([time, time])]).meta({
  id: "window",
  description: "A stretch of the run: a phase, or the two times between which it lies.",
  examples: ["run", ["run+10s", "end"]],
});

/** A stretch of the run as written. */
export type WrittenWindow = z.output<typeof timeWindow>;

const name = thingName.optional().describe("A name; made from the content when left out.");

/** The schema of one process of nodes that come and go. */
export const churnSchema = strictMap({
  name,
  in: timeWindow.describe("While it goes on; afterwards nobody departs."),
  nodes: selector.prefault("all").describe("Who comes and goes."),
  session: distribution.describe("How long a node stays."),
  downtime: distribution.describe("How long it is away."),
  start: z
    .enum(["stationary", "fresh"])
    .prefault("stationary")
    .describe("`stationary`: nodes are in the middle of sessions; `fresh`: all begin one."),
  graceful: share.prefault("0%").describe("Share of departures that say goodbye; others crash."),
  settleBy: time
    .optional()
    .describe(
      "Nodes still down when it ends return evenly until this time; when left out they stay away.",
    ),
  restart: z
    .enum(["with-state", "without-state"])
    .prefault("without-state")
    .describe("What a node that crashed remembers when it returns."),
}).describe("Nodes that come and go.");

/** Churn as written, in base units. */
export type WrittenChurn = z.output<typeof churnSchema>;

/** More keys would fill the memory of those who judge what is under them. */
const keyCount = wholeNumber({ min: 1, max: 1_000_000 }).describe("Number of keys.");

/** The schema of one line of work. */
export const workloadSchema = strictMap({
  name,
  do: z
    .enum(["broadcast", "send", "lookup", "put", "get"])
    .describe(
      "A message to everyone or to one other node; or, in a structured overlay, look up a key, put a value, get it.",
    ),
  in: timeWindow.describe("While it goes on."),
  by: selector
    .prefault("random")
    .describe("Who sends: each time one live node of these, at random."),
  to: selector
    .optional()
    .describe("For `send`: to one live node of these, at random; default: any."),
  arrivals: oneKeyOf({
    every: positiveDuration.describe("At fixed distances."),
    poisson: rate.describe("At random, so often on average."),
  }).describe("When."),
  bytes: payloadSize.prefault(256).describe("Size of the payload, or of the value that is put."),
  keys: z
    .union([
      keyCount,
      strictMap({
        count: keyCount,
        zipf: z
          .number()
          .min(0)
          .max(10)
          .prefault(1)
          .describe(
            "The i-th key is asked for in proportion to i to the minus this; 0: all alike.",
          ),
      }),
    ])
    .optional()
    .describe(
      "For lookup, put and get: how many keys there are, `key-0` and on; 1000, all alike, when left out.",
    ),
}).describe("Messages that applications send, and operations on keys.");

/** Work as written, in base units. */
export type WrittenWorkload = z.output<typeof workloadSchema>;

/** The schema of `measure`. */
export const measureSchema = strictMap({
  in: timeWindow.optional().describe("While; the whole run when left out."),
  every: positiveDuration.describe("How often. Often costs time, and nothing else."),
  overlays: z
    .array(z.string().min(1))
    .max(100)
    .prefault([])
    .describe("Which overlays, by slot or name; all when left out."),
  paths: z
    .boolean()
    .prefault(false)
    .describe("Measure shortest paths too, which costs most of the time."),
}).describe("What is measured of the overlays during the run.");

/** Measurement as written, in base units. */
export type WrittenMeasure = z.output<typeof measureSchema>;
