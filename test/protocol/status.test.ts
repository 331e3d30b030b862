import { describe, expect, it } from "vitest";

import { Discovery } from "../../src/protocol/discovery.js";
import { Network } from "../../src/protocol/network.js";
import type { NetworkTruth } from "../../src/protocol/network-truth.js";
import type { Protocol, NodeStatus } from "../../src/protocol/protocol.js";
import { Status } from "../../src/protocol/status.js";
import { StatusProtocol } from "../../src/protocol/status-protocol.js";
import type { Belief } from "../../src/protocol/status-protocol.js";
import type { MessageType } from "../../src/transport/message-type.js";
import type { Peer } from "../../src/transport/peer.js";
import { NodeWorld } from "./node-world.js";

const NO_MESSAGES: readonly MessageType[] = [];

/** Knows the members it was told of. */
class ToldDiscovery extends Discovery {
  readonly messageTypes = NO_MESSAGES;
  readonly isFullMembership = true;
  told: readonly Peer[] = [];

  override get progress(): string {
    return this.told.length === 0 ? "waiting for genesis, attempt 3" : "";
  }

  members(): readonly Peer[] {
    return this.told;
  }

  isMember(peer: Peer): boolean {
    return this.told.includes(peer);
  }
}

/** Holds the beliefs it was told of. */
class ToldStatus extends StatusProtocol {
  readonly messageTypes = NO_MESSAGES;
  told: readonly Belief[] = [];

  beliefs(): readonly Belief[] {
    return this.told;
  }

  beliefAbout(peer: Peer): Belief | undefined {
    return this.told.find((belief) => belief.peer === peer);
  }
}

function toldWorld(): { world: NodeWorld; discovery: ToldDiscovery; watcher: ToldStatus } {
  const world = new NodeWorld(
    5,
    () =>
      new Map<string, Protocol>([
        ["discovery", new ToldDiscovery()],
        ["status", new ToldStatus()],
      ]),
  );
  const node = world.start(0);
  const discovery = node.protocol("discovery") as ToldDiscovery;
  return { world, discovery, watcher: node.protocol("status") as ToldStatus };
}

/** Beliefs about nodes 1 to 4 of a world, of which these are the true statuses. */
function judged(
  beliefs: readonly Belief["belief"][],
  truths: readonly NodeStatus[] | null,
): Status {
  const { world, discovery, watcher } = toldWorld();
  watcher.told = beliefs.map((belief, i) => ({
    peer: world.peers[i + 1]!,
    belief,
    incarnation: 1,
  }));
  discovery.told = world.peers.slice(1);
  const truth: NetworkTruth | null = truths && {
    statusOf: (peer) => truths[world.peers.findIndex((p) => p === peer) - 1],
    liveCount: () => 4,
  };
  const node = world.nodes[0]!;
  const { self, name } = node;
  const estimator = undefined;
  const own = "active";
  return new Status({ name, self, own, incarnation: 2, discovery, watcher, estimator, truth });
}

describe("the status of a node", () => {
  it("says why a node is still joining", () => {
    const { world, discovery } = toldWorld();
    const node = world.nodes[0]!;
    expect(node.ownStatus).toBe("joining");
    expect(node.status().toString()).toContain(
      "joining, incarnation 0, waiting for genesis, attempt 3",
    );
    discovery.told = [world.peers[1]!];
    expect(node.status().progress).toBe("");
  });

  it("shows the truth beside each belief and names those that are wrong", () => {
    const status = judged(
      ["alive", "alive", "dead", "dead"],
      ["active", "crashed", "left", "active"],
    );
    expect(status.peers.map(({ truth }) => truth)).toEqual(["active", "crashed", "left", "active"]);
    expect(status.mistakes().map(({ belief, truth }) => [belief, truth])).toEqual([
      ["alive", "crashed"],
      ["dead", "active"],
    ]);
    expect(status.network.membersKnown).toBe(5);
    expect(status.network.trueSize).toBe(4);
  });

  it("holds no suspicion for a mistake, and knows of none where nobody knows the truth", () => {
    expect(judged(["suspect", "suspect"], ["active", "crashed"]).mistakes()).toEqual([]);
    const live = judged(["alive", "dead"], null);
    expect(live.mistakes()).toEqual([]);
    expect(live.network.trueSize).toBeNull();
    expect(live.peers.map(({ truth }) => truth)).toEqual([null, null]);
  });
});

describe("a network", () => {
  it("counts its nodes by status and lists the members that its first active node knows", () => {
    const { world, discovery } = toldWorld();
    const second = world.start(1);
    const network = new Network({
      networkId: "told",
      nodes: () => world.nodes,
      nowMicros: () => 0,
      truth: null,
      networkKey: null,
    });
    expect(network.size).toBe(0);
    discovery.told = [world.peers[4]!, world.peers[1]!];
    world.do(() => {
      (second.protocol("discovery") as ToldDiscovery).told = [world.peers[0]!];
      second.leave();
    });
    world.run(2_000_000);
    expect(network.status().nodesByStatus).toEqual(
      new Map([
        ["joining", 1],
        ["left", 1],
      ]),
    );
    world.nodes[0]!.restore({ ...(world.nodes[0]!.snapshot() as object), status: "active" });
    expect(network.discover().map(({ id }) => id)).toEqual(
      [0, 1, 4].map((i) => world.peers[i]!.id).sort(),
    );
    expect(network.size).toBe(3);
    expect(network.notStopped()).toEqual(["node-0"]);
  });
});
