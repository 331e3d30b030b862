// Which nodes a selector comes to when its event fires. A pure function of what it is shown, so that a
// repeated run picks the same nodes.

import type { SelectableState, Selector, SelectorState } from "./selector.js";

/** What a selector may see of the nodes when it is resolved. */
export interface SelectableNodes {
  readonly nodeCount: number;
  nameOf(node: number): string;
  classOf(node: number): string;
  /** Its region, or the empty string. */
  regionOf(node: number): string;
  stateOf(node: number): SelectableState;
  /** Number of its links in the overlay of the scenario's first slot. */
  degreeOf(node: number): number;
  /** When it last joined; smaller is older. */
  joinedMicrosOf(node: number): number;
  /** The nodes that an event concerned when it happened; none when it has not happened yet. */
  concernedBy(event: string): readonly number[];
}

/** How a selector is resolved. */
export interface Resolution {
  readonly nodes: SelectableNodes;
  /** To whom the event can happen at all: a pick takes its share or number of these only. */
  readonly isEligible: (node: number) => boolean;
  /**
   * The rank of a node in random picks: a number that depends on the event's name and the node's name only
   * (`pickRank` in `pick-rank.ts`), so that removing an event or a node leaves all other picks as they were.
   */
  readonly rank: (nodeName: string) => number;
}

/** The eligible nodes that a selector means, as indexes in ascending order. Pure. */
export function resolveSelector(selector: Selector, resolution: Resolution): number[] {
  const chosen = mark(selector, resolution);
  const nodes: number[] = [];
  for (let node = 0; node < chosen.length; node++) {
    if (chosen[node] === 1 && resolution.isEligible(node)) nodes.push(node);
  }
  return nodes;
}

/**
 * The nodes of each group in ascending order; `rest` is every node that no other group holds. A node in two
 * groups counts to the first.
 */
export function resolveGroups(groups: readonly Selector[], resolution: Resolution): number[][] {
  const taken = new Uint8Array(resolution.nodes.nodeCount);
  const resolved = groups.map((group) => {
    if (group.kind === "rest") return null;
    const nodes = resolveSelector(group, resolution).filter((node) => taken[node] === 0);
    for (const node of nodes) taken[node] = 1;
    return nodes;
  });
  return resolved.map((nodes) => {
    if (nodes !== null) return nodes;
    const rest: number[] = [];
    for (let node = 0; node < taken.length; node++) {
      if (taken[node] === 0 && resolution.isEligible(node)) rest.push(node);
    }
    return rest;
  });
}

/** One byte a node: whether the selector means it. Eligibility counts within picks. */
function mark(selector: Selector, resolution: Resolution): Uint8Array {
  const { nodes } = resolution;
  const marks = new Uint8Array(nodes.nodeCount);
  switch (selector.kind) {
    case "union":
      for (const part of selector.of) {
        mark(part, resolution).forEach((value, node) => {
          if (value === 1) marks[node] = 1;
        });
      }
      return marks;
    case "intersection": {
      const parts = selector.of.map((part) => mark(part, resolution));
      return marks.map((_, node) => (parts.every((part) => part[node] === 1) ? 1 : 0));
    }
    case "pick":
      for (const node of pick(selector, resolution)) marks[node] = 1;
      return marks;
    case "event":
      for (const node of nodes.concernedBy(selector.event)) marks[node] = 1;
      return marks;
    default:
      return marks.map((_, node) => (matches(selector, node, nodes) ? 1 : 0));
  }
}

/** Whether a selector that looks at one node at a time means this one. */
function matches(
  selector: Exclude<Selector, { readonly kind: "union" | "intersection" | "pick" | "event" }>,
  node: number,
  nodes: SelectableNodes,
): boolean {
  switch (selector.kind) {
    case "all":
      return true;
    case "rest":
      return false;
    case "name":
      return nodes.nameOf(node) === selector.name;
    case "class":
      return nodes.classOf(node) === selector.class;
    case "region":
      return selector.regions.includes(nodes.regionOf(node));
    case "id":
      return node >= selector.first && node <= selector.last;
    case "state":
      return selector.states.some((state) => isInState(nodes.stateOf(node), state));
  }
}

function isInState(actual: SelectableState, wanted: SelectorState): boolean {
  if (wanted !== "live") return actual === wanted;
  return actual === "joining" || actual === "active" || actual === "leaving";
}

function pick(
  { amount, of, by }: Selector & { readonly kind: "pick" },
  resolution: Resolution,
): number[] {
  const { nodes, rank } = resolution;
  const candidates = resolveSelector(of, resolution).map((node) => ({
    node,
    first: by === "degree" ? -nodes.degreeOf(node) : by === "age" ? nodes.joinedMicrosOf(node) : 0,
    rank: rank(nodes.nameOf(node)),
  }));
  // Ties fall to the rank by chance, and equal ranks, which practically do not occur, to the index.
  candidates.sort((a, b) => a.first - b.first || a.rank - b.rank || a.node - b.node);
  const count = "count" in amount ? amount.count : Math.round(amount.share * candidates.length);
  return candidates.slice(0, count).map(({ node }) => node);
}
