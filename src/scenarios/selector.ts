// Which nodes a scenario means: one grammar wherever nodes are named. How it is written is in
// `selector-schema.ts`, which nodes it comes to in `selector-resolution.ts`.

/** What a node is to a selector: its own status, or `waiting` before it joins, `paused` while held still. */
const SELECTABLE_STATES = [
  "waiting",
  "joining",
  "active",
  "leaving",
  "left",
  "crashed",
  "paused",
] as const;

export type SelectableState = (typeof SELECTABLE_STATES)[number];

/** What one may ask for: a state, or `live`, which is any of `joining`, `active` and `leaving`. */
export const SELECTOR_STATES = [...SELECTABLE_STATES, "live"] as const;

export type SelectorState = (typeof SELECTOR_STATES)[number];

/** In which order a pick takes candidates: by chance, most links first, or longest in the network first. */
export const PICK_ORDERS = ["random", "degree", "age"] as const;

export type PickOrder = (typeof PICK_ORDERS)[number];

/** How many of its candidates a pick takes: a share of 0–1, rounded to the nearest node, or a number. */
export type PickAmount = { readonly share: number } | { readonly count: number };

/** A choice of nodes. */
export type Selector =
  | { readonly kind: "all" }
  /** In a list of groups: every node that no other group holds. Elsewhere refused by the parser. */
  | { readonly kind: "rest" }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "class"; readonly class: string }
  | { readonly kind: "region"; readonly regions: readonly string[] }
  /** Node indexes from `first` to `last`, both included. */
  | { readonly kind: "id"; readonly first: number; readonly last: number }
  | { readonly kind: "state"; readonly states: readonly SelectorState[] }
  /** The nodes that an earlier event concerned, as it resolved them. */
  | { readonly kind: "event"; readonly event: string }
  /** Nodes of any of these. */
  | { readonly kind: "union"; readonly of: readonly Selector[] }
  /** Nodes of all of these. */
  | { readonly kind: "intersection"; readonly of: readonly Selector[] }
  | {
      readonly kind: "pick";
      readonly amount: PickAmount;
      readonly of: Selector;
      readonly by: PickOrder;
    };
