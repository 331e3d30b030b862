// Each condition that the protocols' tests rely on is shown to fail where a step is broken, and to hold where
// none is.

import { describe, expect, it } from "vitest";
import { FloodBroadcast } from "../../src/protocol/flood-broadcast.js";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import { HeartbeatStatus } from "../../src/protocol/heartbeat-status.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { range } from "../protocol/genesis-network.js";
import { OverlayNetwork, SECOND } from "../protocol/overlay-network.js";
import {
  HastyHeartbeat,
  KeepsNewsToItself,
  LostForGood,
  NeverForwards,
  NeverRefutes,
  NoDuplicateCheck,
  TombstoneForgotten,
  TrustingHeartbeat,
  ViewNeverPruned,
} from "./protocol-mutants.js";

interface Parts {
  readonly discovery?: typeof GenesisDiscovery;
  readonly status?: new () => HeartbeatStatus;
  readonly broadcast?: new () => FloodBroadcast;
}

const NODES = 20;
const ALL = range(0, NODES);

function started({ discovery, status, broadcast }: Parts): OverlayNetwork {
  const Discovery = discovery ?? GenesisDiscovery;
  const network = new OverlayNetwork({
    nodeCount: NODES,
    seed: "mutants",
    protocols: (_index, [genesis]) =>
      new Map<string, Protocol>([
        ["discovery", new Discovery({ genesis: genesis! })],
        ["status", new (status ?? HeartbeatStatus)()],
        ["broadcast", new (broadcast ?? FloodBroadcast)()],
      ]),
  });
  network.startAll(ALL, SECOND / 10);
  network.run(10 * SECOND);
  return network;
}

/** Everyone knows everyone, and goes on doing so for half a minute. */
function joins(parts: Parts): boolean {
  const network = started(parts);
  return range(0, 30).every(() => {
    network.run(SECOND);
    return network.knowEachOther(ALL);
  });
}

/** After departures of both kinds the others know exactly each other, and go on doing so. */
function forgetsTheGone(parts: Parts): boolean {
  const network = started(parts);
  const rest = range(3, NODES);
  network.leave(0);
  network.crash(1);
  network.crash(2, "host");
  network.run(20 * SECOND);
  return range(0, 240).every(() => {
    network.run(SECOND / 4);
    return network.knowEachOther(rest) && rest.every((index) => knowsOnly(network, index, rest));
  });
}

function knowsOnly(network: OverlayNetwork, index: number, peers: readonly number[]): boolean {
  return network.view(index, "neighbours").every((other) => peers.includes(other));
}

/** Who has left is not brought back by one that was down meanwhile and remembers it. */
function leavesNoGhost(parts: Parts): boolean {
  const network = started(parts);
  network.crash(5);
  network.run(SECOND);
  network.leave(6);
  network.run(20 * SECOND);
  network.restart(5, { keepsState: true });
  const witnesses = ALL.filter((index) => index !== 5 && index !== 6);
  return range(0, 60).every(() => {
    network.run(SECOND / 2);
    return witnesses.every((index) => !network.view(index, "members").includes(6));
  });
}

/** A cut of a minute is healed half a minute after its end. */
function heals(parts: Parts): boolean {
  const network = started(parts);
  network.cut(range(0, 10), range(10, NODES));
  network.run(60 * SECOND);
  network.heal();
  network.run(30 * SECOND);
  return network.knowEachOther(ALL);
}

/** Each node gets a broadcast exactly once. */
function delivers(parts: Parts): boolean {
  const network = started(parts);
  network.simulation.inject(() => {
    network.node(3).broadcast(Uint8Array.of(1));
  });
  network.run(5 * SECOND);
  const reached = new Set(network.receipts.map(({ node }) => node));
  return reached.size === NODES - 1 && network.receipts.length === NODES - 1;
}

/** Nobody who lives is held dead, and whose host is gone is, by all its neighbours. */
function judgesRightly(parts: Parts): boolean {
  const network = started(parts);
  const slandered = network.beliefs.some(({ belief }) => belief === "dead");
  const neighbours = network.view(4, "neighbours").length;
  network.crash(4, "host");
  network.run(10 * SECOND);
  const told = network.beliefs.filter(
    ({ peer, belief }) => peer === network.peers[4] && belief === "dead",
  );
  return !slandered && told.length === neighbours;
}

const CONDITIONS = [joins, forgetsTheGone, leavesNoGhost, heals, delivers, judgesRightly];

describe("the conditions of the protocols' tests", () => {
  it("hold for the protocols as they are", () => {
    for (const condition of CONDITIONS) {
      expect(condition({}), condition.name).toBe(true);
    }
  });

  it.each([
    { condition: joins, parts: { discovery: KeepsNewsToItself } },
    { condition: joins, parts: { status: HastyHeartbeat } },
    { condition: forgetsTheGone, parts: { discovery: ViewNeverPruned } },
    { condition: leavesNoGhost, parts: { discovery: TombstoneForgotten } },
    { condition: heals, parts: { discovery: LostForGood } },
    { condition: heals, parts: { discovery: NeverRefutes } },
    { condition: delivers, parts: { broadcast: NoDuplicateCheck } },
    { condition: delivers, parts: { broadcast: NeverForwards } },
    { condition: judgesRightly, parts: { status: TrustingHeartbeat } },
    { condition: judgesRightly, parts: { status: HastyHeartbeat } },
  ])("fail where a step is broken: $condition.name, $parts", ({ condition, parts }) => {
    expect(condition(parts)).toBe(false);
  });
});
