// The contract of transport.ts and clock.ts, a test for each of its sentences. Every transport passes this suite
// as it is: it knows nothing of how messages travel, and waits for what must happen instead of counting time.

import { describe } from "vitest";

import { describeClock } from "./clock-contract.js";
import { describeClosing } from "./closing-contract.js";
import { describeConnections } from "./connection-contract.js";
import { describeSending } from "./sending-contract.js";
import { TestNode } from "./contract-world.js";
import type { ContractWorld, Pair } from "./contract-world.js";

/** Makes the world of one test. */
export type MakeWorld = () => Promise<ContractWorld>;

/** What a contract's tests are written with. */
export interface Stage {
  /** Runs a test in a world of its own, and checks afterwards what holds for every node in every test. */
  readonly inWorld: (test: WorldTest) => Promise<void>;
  /** The same with two nodes that are connected. */
  readonly withPair: (test: (pair: Pair) => Promise<void>) => Promise<void>;
}

/** A test, given its world and what starts a node in it. */
export type WorldTest = (world: ContractWorld, start: () => Promise<TestNode>) => Promise<void>;

/** Declares the tests of the transport contract for the worlds that `makeWorld` makes. */
export function describeTransportContract(name: string, makeWorld: MakeWorld): void {
  const stage = makeStage(makeWorld);
  describe(`${name} keeps the transport contract`, () => {
    describeConnections(stage);
    describeSending(stage);
    describeClosing(stage);
    describeClock(stage);
  });
}

function makeStage(makeWorld: MakeWorld): Stage {
  const inWorld: Stage["inWorld"] = async (test) => {
    const world = await makeWorld();
    const nodes: TestNode[] = [];
    const start = async (): Promise<TestNode> => {
      const node = new TestNode(world, await world.start());
      nodes.push(node);
      return node;
    };
    try {
      await test(world, start);
      for (const node of nodes) checkCalls(node);
    } finally {
      await world.close();
    }
  };
  const withPair: Stage["withPair"] = (test) =>
    inWorld(async (world, start) => {
      const one = await start();
      const other = await start();
      one.do((transport) => {
        transport.connect(other.peer);
      });
      await world.until(() => one.count("connected") === 1 && other.count("connected") === 1);
      await test({ world, one, other });
    });
  return { inWorld, withPair };
}

/** What every node's calls keep to, whatever a test is about. */
function checkCalls(node: TestNode): void {
  if (node.nestedCalls > 0) throw new Error("A call came from inside another call of the node's");
  const closedAt = node.heard.findIndex(({ what }) => what === "closed");
  if (closedAt >= 0 && closedAt < node.heard.length - 1) {
    throw new Error("A call came after onClosed");
  }
  const connected = new Set<string>();
  for (const heard of node.heard) {
    if (heard.what === "connected") connected.add(heard.from.id);
    if (
      heard.what === "message" &&
      heard.from.id !== node.peer.id &&
      !connected.has(heard.from.id)
    ) {
      throw new Error("A message came over a connection before onConnected");
    }
  }
}
