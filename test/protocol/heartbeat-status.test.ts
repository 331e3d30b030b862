import { describe, expect, it } from "vitest";
import { HeartbeatStatus } from "../../src/protocol/heartbeat-status.js";
import type { HeartbeatOptions } from "../../src/protocol/heartbeat-status.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

/** Nodes that only watch each other: all are neighbours of all. */
function watchers(nodeCount: number, options: Partial<HeartbeatOptions> = {}): OverlayNetwork {
  const network = new OverlayNetwork({
    nodeCount,
    seed: "watchers",
    protocols: () => new Map<string, Protocol>([["status", new HeartbeatStatus(options)]]),
  });
  for (const index of range(0, nodeCount)) {
    network.start(index);
    const view = network.node(index).view("neighbours");
    for (const peer of network.peers) if (peer !== network.peers[index]) view.add(peer);
  }
  return network;
}

function beliefs(network: OverlayNetwork, index: number): readonly string[] {
  const status = network.node(index).protocol("status") as HeartbeatStatus;
  return status.beliefs().map(({ belief }) => belief);
}

describe("heartbeat status", () => {
  it("holds neighbours that answer to be alive, and records nothing", () => {
    const network = watchers(4);
    network.run(60 * SECOND);
    expect(beliefs(network, 0)).toEqual(["alive", "alive", "alive"]);
    expect(network.beliefs).toEqual([]);
  });

  it("suspects a silent neighbour after three periods and holds it dead after six", () => {
    const network = watchers(2);
    network.run(10 * SECOND);
    network.crash(1, "host");
    const suspected = network.runUntil(() => beliefs(network, 0)[0] === "suspect", 20 * SECOND);
    expect(suspected).toBeGreaterThan(2 * SECOND);
    expect(suspected).toBeLessThanOrEqual(4.5 * SECOND);
    const dead = network.runUntil(() => beliefs(network, 0)[0] === "dead", 20 * SECOND);
    expect(suspected + dead).toBeGreaterThan(5 * SECOND);
    expect(suspected + dead).toBeLessThanOrEqual(7.5 * SECOND);
    const said = network.beliefs.map(({ belief }) => belief);
    expect(said).toEqual(["suspect", "dead"]);
  });

  it("believes a suspect that is heard again, which then has a higher incarnation", () => {
    const network = watchers(2, { deadAfterPeriods: 30 });
    network.run(10 * SECOND);
    const status = network.node(0).protocol("status") as HeartbeatStatus;
    const before = status.beliefAbout(network.peers[1]!)?.incarnation ?? 0;
    network.cut([0], [1]);
    network.run(8 * SECOND);
    expect(beliefs(network, 0)).toEqual(["suspect"]);
    network.heal();
    network.run(30 * SECOND);
    expect(beliefs(network, 0)).toEqual(["alive"]);
    const after = status.beliefAbout(network.peers[1]!)?.incarnation ?? 0;
    expect(after).toBeGreaterThan(before);
  });

  it("remembers the dead that are no longer neighbours, up to a limit", () => {
    const network = watchers(6, { goneMax: 2 });
    network.run(5 * SECOND);
    for (const index of range(1, 6)) network.crash(index, "host");
    network.run(10 * SECOND);
    for (const peer of network.peers.slice(1)) network.node(0).view("neighbours").remove(peer);
    network.run(5 * SECOND);
    expect(beliefs(network, 0)).toEqual(["dead", "dead"]);
    const status = network.node(0).protocol("status") as HeartbeatStatus;
    expect(status.beliefAbout(network.peers[1]!)).toBeUndefined();
    expect(status.beliefAbout(network.peers[5]!)?.belief).toBe("dead");
  });

  it("answers a link that only the other end has kept, once a beat and not for ever", () => {
    const network = watchers(2);
    network.run(5 * SECOND);
    network.node(1).view("neighbours").remove(network.peers[0]!);
    const before = network.simulation.eventCount;
    network.run(20 * SECOND);
    expect(beliefs(network, 0)).toEqual(["alive"]);
    // A beat, its answer and two timers a second; answers to answers would make thousands.
    expect(network.simulation.eventCount - before).toBeLessThan(150);
  });

  it("holds a pause of its own against nobody", () => {
    const network = watchers(3);
    network.run(5 * SECOND);
    network.simulation.inject(() => network.simulation.pause(0));
    network.run(30 * SECOND);
    network.simulation.inject(() => network.simulation.resume(0));
    network.run(10 * SECOND);
    const own = network.beliefs.filter(({ node }) => node === network.peers[0]);
    expect(own).toEqual([]);
    expect(beliefs(network, 0)).toEqual(["alive", "alive"]);
  });
});
