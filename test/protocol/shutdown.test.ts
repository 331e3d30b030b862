import { describe, expect, it } from "vitest";

import { Network, NetworkShutdownError } from "../../src/protocol/network.js";
import type { NetworkHost } from "../../src/protocol/network-host.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { SHUTDOWN_LIFETIME_MICROS_MAX, Shutdown } from "../../src/protocol/shutdown.js";
import type { ShutdownRefusal } from "../../src/protocol/shutdown.js";
import { signShutdown } from "../../src/protocol/shutdown-instruction.js";
import type { ShutdownInstruction } from "../../src/protocol/shutdown-instruction.js";
import { NodeSignatures, ed25519Signer } from "../../src/transport/node-signatures.js";
import { NodeWorld, SECOND } from "./node-world.js";

const SIGNER = ed25519Signer(new Uint8Array(32).fill(7));
const STRANGER = ed25519Signer(new Uint8Array(32).fill(8));
const SIGNATURES = new NodeSignatures();
const OPTIONS = { networkId: "test-net", networkKey: SIGNER.publicKey, signatures: SIGNATURES };

/** A mutant that believes everything: what the tests of refusals must be able to notice. */
class Gullible extends Shutdown {
  protected override isSigned(): boolean {
    return true;
  }
}

function shutdownWorld(nodeCount: number, make = () => new Shutdown(OPTIONS)): NodeWorld {
  return new NodeWorld(nodeCount, () => new Map<string, Protocol>([["shutdown", make()]]));
}

function shutdownOf(world: NodeWorld, index: number): Shutdown {
  return world.nodes[index]!.protocol("shutdown") as Shutdown;
}

function hostOf(world: NodeWorld, changes: Partial<NetworkHost> = {}): NetworkHost {
  return {
    networkId: "test-net",
    nodes: () => world.nodes,
    nowMicros: () => world.simulation.nowMicros,
    truth: null,
    networkKey: SIGNER,
    ...changes,
  };
}

/** A good instruction for everyone, or for one node. */
function instruction(
  world: NodeWorld,
  changes: Partial<Omit<ShutdownInstruction, "type" | "signature">> = {},
  signer = SIGNER,
): ShutdownInstruction {
  const expiresAtMicros = world.simulation.nowMicros + 60 * SECOND;
  const order = { instructionId: 77, networkId: "test-net", target: null, expiresAtMicros };
  return signShutdown({ ...order, ...changes }, signer);
}

function hand(world: NodeWorld, index: number, given: ShutdownInstruction): ShutdownRefusal | null {
  let answer: ShutdownRefusal | null = null;
  world.do(() => {
    answer = shutdownOf(world, index).instruct(given);
  });
  return answer;
}

/** A ring with a chord, so that the instruction comes to most nodes twice. */
const RING = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 0],
  [0, 2],
] as const;

describe("the shutdown of a network", () => {
  it("reaches every connected node, each of which leaves and is silent from then on", () => {
    const world = shutdownWorld(5);
    world.startAll();
    world.link(...RING);
    const network = new Network(hostOf(world));
    world.do(() => network.shutdown());
    world.run(3 * SECOND);
    expect(network.notStopped()).toEqual([]);
    const leftAtMicros = world.simulation.nowMicros;
    const sentBefore = world.sent.length;
    world.run(100 * SECOND);
    expect(world.sent.length).toBe(sentBefore);
    expect(world.sent.every(({ atMicros }) => atMicros < leftAtMicros)).toBe(true);
  });

  it("crosses each connection once in each direction at most", () => {
    const world = shutdownWorld(5);
    world.startAll();
    world.link(...RING);
    hand(world, 0, instruction(world));
    world.run(3 * SECOND);
    const copies = world.sent.filter(({ type }) => type === "shutdown/instruction").length;
    // A flood sends to every neighbour but the one it came from: 2 · links − (nodes − 1), less what crossed on the way.
    expect(copies).toBeGreaterThanOrEqual(4);
    expect(copies).toBeLessThanOrEqual(2 * RING.length);
    expect(world.takeTold("node-2 decided")).toContain(
      "node-2 decided shutdown instruction duplicate",
    );
    expect(world.told.join()).not.toContain("shutdown-refused/duplicate");
  });

  it("names those who did not stop", () => {
    const world = shutdownWorld(4);
    world.startAll();
    world.link([0, 1], [2, 3]);
    const network = new Network(hostOf(world));
    world.do(() => network.shutdown());
    world.run(3 * SECOND);
    expect(network.notStopped()).toEqual(["node-2", "node-3"]);
  });

  it("reaches who connects while the others are about to leave", () => {
    const world = shutdownWorld(3);
    world.start(0);
    world.start(1);
    world.link([0, 1]);
    hand(world, 0, instruction(world));
    world.start(2);
    world.do(() => world.nodes[2]!.connect(world.peers[1]!));
    world.run(3 * SECOND);
    expect(world.nodes.map((node) => node.ownStatus)).toEqual(["left", "left", "left"]);
  });

  it("spares all but the node that an instruction names", () => {
    const world = shutdownWorld(3);
    world.startAll();
    world.link([0, 1], [1, 2]);
    hand(world, 0, instruction(world, { target: world.peers[2]! }));
    world.run(3 * SECOND);
    expect(world.nodes.map((node) => node.ownStatus)).toEqual(["active", "active", "left"]);
  });

  it("needs the key and an active node", () => {
    const world = shutdownWorld(1);
    expect(() => new Network(hostOf(world)).shutdown()).toThrow(NetworkShutdownError);
    world.startAll();
    expect(() => new Network(hostOf(world, { networkKey: null })).shutdown()).toThrow(
      NetworkShutdownError,
    );
    expect(() => new Network(hostOf(world, { networkId: "other-net" })).shutdown()).toThrow(
      NetworkShutdownError,
    );
  });
});

describe("an instruction to shut down", () => {
  const wrong: readonly [ShutdownRefusal, (world: NodeWorld) => ShutdownInstruction][] = [
    ["wrong-network", (world) => instruction(world, { networkId: "other-net" })],
    ["expired", (world) => instruction(world, { expiresAtMicros: world.simulation.nowMicros })],
    [
      "too-far-ahead",
      (world) =>
        instruction(world, {
          // It is handed over a microsecond later.
          expiresAtMicros: world.simulation.nowMicros + 1 + SHUTDOWN_LIFETIME_MICROS_MAX + 1,
        }),
    ],
    ["unsigned", (world) => ({ ...instruction(world), signature: new Uint8Array(0) })],
    ["forged", (world) => instruction(world, {}, STRANGER)],
    ["forged", (world) => ({ ...instruction(world), instructionId: 78 })],
    ["forged", (world) => ({ ...instruction(world), target: world.peers[0]! })],
    [
      "forged",
      (world) => ({
        ...instruction(world),
        expiresAtMicros: world.simulation.nowMicros + 61 * SECOND,
      }),
    ],
  ];

  for (const [refusal, make] of wrong) {
    it(`is refused, counted and not passed on when it is ${refusal}`, () => {
      const world = shutdownWorld(2);
      world.startAll();
      world.link([0, 1]);
      world.takeTold();
      const sentBefore = world.sent.length;
      expect(hand(world, 0, make(world))).toBe(refusal);
      expect(hand(world, 0, make(world))).toBe(refusal);
      world.run(3 * SECOND);
      expect(world.nodes.map((node) => node.ownStatus)).toEqual(["active", "active"]);
      expect(world.sent.length).toBe(sentBefore);
      expect(shutdownOf(world, 0).refusals()).toEqual(new Map([[refusal, 2]]));
      expect(world.takeTold("node-0")).toEqual([
        `node-0 decided shutdown instruction ${refusal}`,
        `node-0 observed shutdown-refused/${refusal} 1`,
        `node-0 log shutdown warn refused a shutdown: ${refusal}`,
        `node-0 decided shutdown instruction ${refusal}`,
        `node-0 observed shutdown-refused/${refusal} 2`,
        `node-0 log shutdown warn refused a shutdown: ${refusal}`,
      ]);
    });
  }

  it("stops a node that does not check signatures: the refusals above can fail", () => {
    const world = shutdownWorld(2, () => new Gullible(OPTIONS));
    world.startAll();
    world.link([0, 1]);
    expect(hand(world, 0, instruction(world, {}, STRANGER))).toBeNull();
    world.run(3 * SECOND);
    expect(world.nodes.map((node) => node.ownStatus)).toEqual(["left", "left"]);
  });

  it("is refused as replayed by a node that it stopped before and that remembers", () => {
    const world = shutdownWorld(1);
    world.startAll();
    const overheard = instruction(world);
    expect(hand(world, 0, overheard)).toBeNull();
    expect(hand(world, 0, overheard)).toBe("duplicate");
    world.run(3 * SECOND);
    expect(world.nodes[0]!.ownStatus).toBe("left");
    world.start(0, { state: world.nodes[0]!.snapshot() });
    expect(hand(world, 0, overheard)).toBe("replayed");
    world.run(3 * SECOND);
    expect(world.nodes[0]!.ownStatus).toBe("active");
    expect(hand(world, 0, instruction(world, { instructionId: 79 }))).toBeNull();
  });

  it("is refused as expired when it is replayed later, even by a node that forgot", () => {
    const world = shutdownWorld(1);
    world.startAll();
    const overheard = instruction(world);
    hand(world, 0, overheard);
    world.run(61 * SECOND);
    world.start(0);
    expect(hand(world, 0, overheard)).toBe("expired");
  });

  it("is obeyed within its last microsecond and remembered by a bounded memory", () => {
    const world = shutdownWorld(1);
    world.startAll();
    const [, other] = [
      world.peers[0]!,
      world.environment.peers.intern("cd".repeat(32), "elsewhere:1"),
    ];
    for (let instructionId = 1; instructionId <= 1000; instructionId++) {
      expect(hand(world, 0, instruction(world, { instructionId, target: other }))).toBeNull();
    }
    const state = JSON.stringify(world.nodes[0]!.snapshot());
    expect(state.length).toBeLessThan(20_000);
    const last = instruction(world, { expiresAtMicros: world.simulation.nowMicros + 1 + 1 });
    expect(hand(world, 0, last)).toBeNull();
  });
});
