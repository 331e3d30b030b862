// How a choice of nodes is written. One grammar for every place of a scenario that names nodes.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { PICK_ORDERS, SELECTOR_STATES } from "./selector.js";
import { refuse, share, wholeNumber } from "./written-values.js";
import { NODE_COUNT_MAX } from "./node-schema.js";

/** A choice of nodes as written, with shares in 0–1. */
export type WrittenSelector = string | readonly WrittenSelector[] | WrittenSelectorMap;

/** Keys narrow each other down; `share` or `count` then takes some of what is left. */
export interface WrittenSelectorMap {
  readonly of?: WrittenSelector | undefined;
  readonly region?: string | readonly string[] | undefined;
  readonly id?: readonly [number, number] | undefined;
  readonly state?: WrittenState | readonly WrittenState[] | undefined;
  readonly event?: string | undefined;
  readonly share?: number | undefined;
  readonly count?: number | undefined;
  readonly by?: (typeof PICK_ORDERS)[number] | undefined;
}

type WrittenState = (typeof SELECTOR_STATES)[number];

const state = z.enum(SELECTOR_STATES);
const nodeIndex = wholeNumber({ min: 0, max: NODE_COUNT_MAX - 1 });

const selectorMap = strictMap({
  of: z
    .lazy(() => selector)
    .optional()
    .describe("Among these nodes; `all` when left out."),
  region: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe("Nodes in this region, or in one of these."),
  id: z
    .tuple([nodeIndex, nodeIndex])
    .optional()
    .describe(
      "Nodes from the first to the last of these indexes, counted over all classes from 0.",
    ),
  state: z
    .union([state, z.array(state).min(1)])
    .optional()
    .describe(
      "Nodes in this state, or in one of these, at the time; `live`: joining, active or leaving.",
    ),
  event: z.string().optional().describe("The nodes that the event of this name concerned."),
  share: share.optional().describe("Take this share of them, rounded to the nearest node."),
  count: wholeNumber({ min: 1, max: NODE_COUNT_MAX })
    .optional()
    .describe("Take this many of them, or all when there are fewer."),
  by: z
    .enum(PICK_ORDERS)
    .optional()
    .describe(
      "Which to take first: at random (the default), with the most links, or longest in the network.",
    ),
}).superRefine((value, context) => {
  if (Object.keys(value).length === 0) {
    refuse(context, "an empty choice of nodes", {
      expected: "at least one key",
      remedy: "write all for every node",
    });
  }
  if (value.share !== undefined && value.count !== undefined) {
    refuse(context, "both share and count", {
      expected: "one of the two",
      remedy: "keep one of them",
    });
  }
  if (value.by !== undefined && value.share === undefined && value.count === undefined) {
    refuse(context, "by without share or count", {
      expected: "how many to take",
      remedy: "add share or count",
    });
  }
});

/** A choice of nodes. */
export const selector: z.ZodType<WrittenSelector> = z
  .union([z.string().min(1), z.array(z.lazy(() => selector)).min(1), selectorMap])
  .meta({
    id: "selector",
    description:
      "A choice of nodes: `all`, a class (`home`), a node (`home-17`), a list of choices (nodes of any " +
      "of them), or a map whose keys narrow each other down. In groups, `rest` is every other node.",
    examples: ["home", "home-17", { count: 5, of: "home" }, { region: "Sydney", state: "live" }],
  });
