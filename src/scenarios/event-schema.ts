// How events are written: one thing at one time, perhaps repeated, perhaps undone after a while.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { ruleShape } from "./network-schema.js";
import { selector } from "./selector-schema.js";
import {
  payloadSize,
  positiveDuration,
  rate,
  thingName,
  time,
  wholeNumber,
} from "./written-values.js";

/** More repetitions than this are a workload, or churn. */
export const REPETITIONS_MAX = 100_000;

const when = {
  name: thingName.optional().describe("A name; made from the event's content when left out."),
  at: time.describe("When; the first time, where it is repeated."),
  every: positiveDuration.optional().describe("Repeat at this distance, `times` times or `until`."),
  times: wholeNumber({ min: 1, max: REPETITIONS_MAX })
    .optional()
    .describe("How often in all, with `every`."),
  until: time.optional().describe("No repetition at or after this time, with `every`."),
};

const undone = {
  ...when,
  for: positiveDuration.optional().describe("Undo it after this long."),
};

const who = selector.describe("Which nodes, of those it can happen to at the time.");
const key = z
  .string()
  .min(1)
  .max(1_000)
  .describe("A name: the key is its SHA-256. Those of a workload are called `key-0` and on.");
const undoes = z
  .string()
  .optional()
  .describe("Name of the event to undo; all of the kind when left out.");

/** The schema of one event. */
export const eventSchema = z
  .discriminatedUnion("do", [
    strictMap({
      do: z.literal("join"),
      ...undone,
      who,
      rate: rate.optional().describe("One after the other; all at once when left out."),
    }).describe("Nodes that wait or have left come in. Undone by leave."),
    strictMap({ do: z.literal("leave"), ...undone, who }).describe(
      "Nodes say goodbye and go. Undone by join.",
    ),
    strictMap({
      do: z.literal("crash"),
      ...undone,
      who,
      kind: z
        .enum(["process", "host"])
        .prefault("process")
        .describe("`process`: peers see their connections break; `host`: they see silence."),
      state: z
        .enum(["keep", "lose"])
        .optional()
        .describe("With `for`: what nodes remember when they restart; lose when left out."),
    }).describe("Nodes stop without a word. Undone by restart."),
    strictMap({
      do: z.literal("restart"),
      ...when,
      who,
      state: z.enum(["keep", "lose"]).prefault("lose").describe("What nodes remember."),
    }).describe("Crashed nodes come back."),
    strictMap({ do: z.literal("pause"), ...undone, who }).describe(
      "Nodes stand still: they neither receive nor act. Undone by resume.",
    ),
    strictMap({ do: z.literal("resume"), ...when, who }).describe("Paused nodes go on."),
    strictMap({
      do: z.literal("partition"),
      ...undone,
      groups: z
        .array(selector)
        .min(2)
        .max(100)
        .describe(
          "Who can still talk to each other; a node of two groups counts to the first, and nodes in no group talk to everyone.",
        ),
      oneWay: z
        .boolean()
        .prefault(false)
        .describe("Only later groups are cut off from reaching earlier ones."),
    }).describe("Cuts the links between groups. Undone by heal."),
    strictMap({ do: z.literal("heal"), ...when, event: undoes }).describe("Ends a partition."),
    strictMap({
      do: z.literal("hold"),
      ...undone,
      from: selector.prefault("all").describe("Messages from these nodes …"),
      to: selector.prefault("all").describe("… to these wait."),
    }).describe("Keeps messages back. Undone by release."),
    strictMap({ do: z.literal("release"), ...when, event: undoes }).describe(
      "Lets held messages go.",
    ),
    strictMap({ do: z.literal("degrade"), ...undone, ...ruleShape }).describe(
      "Makes links worse, as a network rule does. Undone by restore.",
    ),
    strictMap({ do: z.literal("restore"), ...when, event: undoes }).describe("Ends a degradation."),
    strictMap({
      do: z.literal("broadcast"),
      ...when,
      who,
      bytes: payloadSize.prefault(256).describe("Size of the payload."),
    }).describe("Each of the nodes sends one message to everyone."),
    strictMap({
      do: z.literal("send"),
      ...when,
      who,
      to: selector.describe("To each of these but itself."),
      bytes: payloadSize.prefault(256).describe("Size of the payload."),
    }).describe("Each of the nodes sends one message to each target."),
    strictMap({ do: z.literal("lookup"), ...when, who, key }).describe(
      "Each of the nodes looks for the nodes responsible for a key.",
    ),
    strictMap({
      do: z.literal("put"),
      ...when,
      who,
      key,
      bytes: payloadSize.prefault(256).describe("Size of the value."),
    }).describe("Each of the nodes has a value kept under a key."),
    strictMap({ do: z.literal("get"), ...when, who, key }).describe(
      "Each of the nodes asks for the value under a key.",
    ),
    strictMap({
      do: z.literal("shutdown"),
      ...when,
      who: selector.describe("Which nodes stop; `network`: the signed instruction to all."),
    }).describe("Stops nodes, or the whole network."),
  ])
  .describe("Something that happens at a time.");

/** An event as written, in base units. */
export type WrittenEvent = z.output<typeof eventSchema>;

/** What undoes each action that can be undone after a while. */
export const OPPOSITES = {
  join: "leave",
  leave: "join",
  crash: "restart",
  pause: "resume",
  partition: "heal",
  hold: "release",
  degrade: "restore",
} as const;
