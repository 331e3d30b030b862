// What a live run cannot apply, found before it starts: a scenario whose faults silently did nothing would prove nothing.

import type { Scenario } from "./scenario.js";

/**
 * Nodes of one live run on one machine. Each has two sockets of its own and two for every link: two thousand come to some
 * fifty thousand descriptors and to more handshakes than two cores make in the time that scenarios give them.
 */
export const LIVE_NODES_MAX = 2000;

/** One thing that stands against a live run. */
export interface LiveObstacle {
  /** What it is, by the name it has in the scenario. */
  readonly what: string;
  readonly remedy: string;
}

/** A scenario cannot run live. */
export class LiveScenarioError extends Error {
  override readonly name = "LiveScenarioError";

  constructor(
    readonly scenario: string,
    readonly obstacles: readonly LiveObstacle[],
  ) {
    const lines = obstacles.map(({ what, remedy }) => `  ${what}; ${remedy}`);
    super([`${scenario} cannot run live:`, ...lines].join("\n"));
  }
}

/** Throws `LiveScenarioError` for a scenario with something that a live run cannot apply. */
export function refuseUnlessLive(scenario: Scenario): void {
  const obstacles = liveObstacles(scenario);
  if (obstacles.length > 0) throw new LiveScenarioError(scenario.name, obstacles);
}

/** Everything in a scenario that a live run cannot apply. */
export function liveObstacles({ nodeCount, events }: Scenario): readonly LiveObstacle[] {
  const obstacles: LiveObstacle[] = [];
  if (nodeCount > LIVE_NODES_MAX) {
    obstacles.push({
      what: `nodes: ${nodeCount}, and at most ${LIVE_NODES_MAX} run live on one machine`,
      remedy: "run it with --transport sim, or with fewer --nodes",
    });
  }
  for (const { name, action } of events) {
    if (action.do !== "hold" && action.do !== "release") continue;
    obstacles.push({
      what: `event ${name} (do: ${action.do}): a real connection cannot be kept waiting without end`,
      remedy: "use partition and heal, or degrade with a delay",
    });
  }
  return obstacles;
}
