// Which nodes a scenario's start overlay makes contact or hub. Resolved before there are nodes, from names,
// classes and regions alone. Every network has a well-known node: those who come late ask it.

import type { Sha256 } from "../trace/hashing.js";
import { NodeDirectory } from "./node-directory.js";
import { pickRank } from "./pick-rank.js";
import type { ProblemLog } from "./problem-log.js";
import type { Scenario } from "./scenario.js";
import { resolveSelector } from "./selector-resolution.js";

/** Indexes of the contacts in ascending order; the first node of a drawn overlay that names none. */
export function startContacts(scenario: Scenario, sha256: Sha256): number[] {
  return rankedContacts(scenario, pickRank(sha256, scenario.seed, "start"));
}

/** Notes a contact or hub that comes to no node: nobody could join through it. */
export function checkStartContacts(scenario: Scenario, log: ProblemLog): void {
  // How many nodes a pick takes does not depend on their ranks.
  if (rankedContacts(scenario, () => 0).length > 0) return;
  log.report(["start", "contact"], "comes to no node", {
    expected:
      "at least one node; before the start every node is waiting, and no event has happened",
    remedy: "name a class, a node or a region with nodes",
  });
}

function rankedContacts(scenario: Scenario, rank: (nodeName: string) => number): number[] {
  const { start } = scenario;
  const selector = start.kind === "join" ? start.contact : start.kind === "star" ? start.hub : null;
  if (selector === null) return [firstAtStart(scenario)];
  const directory = new NodeDirectory(scenario.classes);
  const { latency } = scenario.network;
  return resolveSelector(selector, {
    isEligible: () => true,
    rank,
    nodes: {
      nodeCount: scenario.nodeCount,
      nameOf: (node) => directory.nameOf(node),
      classOf: (node) =>
        scenario.classes.findLast(({ firstNode }) => firstNode <= node)?.name ?? "",
      regionOf: (node) =>
        latency.kind === "regions"
          ? (latency.matrix.names[scenario.regionOf[node] ?? 0] ?? "")
          : "",
      stateOf: () => "waiting",
      degreeOf: () => 0,
      joinedMicrosOf: () => 0,
      concernedBy: () => [],
    },
  });
}

/** The first node that is there from the beginning; node 0 where none is. */
function firstAtStart({ classes }: Scenario): number {
  return classes.find(({ startsAtBeginning }) => startsAtBeginning)?.firstNode ?? 0;
}
