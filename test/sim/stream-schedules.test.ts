// Connections under random schedules: whatever happens to two or three nodes, what they are told and what is
// recorded must fit together.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Hold } from "../../src/sim/rules/hold.js";
import { Partition } from "../../src/sim/rules/partition.js";
import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";
import type { Told } from "./kernel-world.js";

const NODES = 3;
const ACTIONS = [
  "connect",
  "send",
  "send",
  "send",
  "disconnect",
  "crash",
  "crashHost",
  "start",
  "stop",
  "pause",
  "resume",
  "cut",
  "heal",
  "hold",
  "release",
  "slower",
] as const;

interface Step {
  readonly action: (typeof ACTIONS)[number];
  readonly node: number;
  readonly offset: number;
  readonly waitMicros: number;
}

const step = fc.record<Step>({
  action: fc.constantFrom(...ACTIONS),
  node: fc.nat(NODES - 1),
  offset: fc.integer({ min: 1, max: NODES - 1 }),
  // Often within a handshake of 50 ms, sometimes as long as a time-out.
  waitMicros: fc.oneof(
    { weight: 6, arbitrary: fc.nat(40 * MILLI) },
    { weight: 2, arbitrary: fc.nat(2 * SECOND) },
    { weight: 1, arbitrary: fc.nat(40 * SECOND) },
  ),
});

const surroundings = fc.record({
  processingMicros: fc.constantFrom(0, 0, 30 * MILLI),
  upBitsPerSecond: fc.constantFrom(Infinity, Infinity, 100_000),
  downBitsPerSecond: fc.constantFrom(Infinity, Infinity, 100_000),
});

/** Plays a schedule, and then lets everything come to rest: no cut, no hold, no pause. */
class Play {
  readonly world: KernelWorld;
  /** For each node and peer: whether its present process asked for a connection since it was last told of an end. */
  readonly #asked = new Set<string>();
  readonly #connected = new Set<string>();
  readonly problems: string[] = [];
  #latencyMicros = 10 * MILLI;
  #sent = 0;
  #isCut = false;
  #isHeld = false;

  constructor(around: {
    readonly processingMicros: number;
    readonly upBitsPerSecond: number;
    readonly downBitsPerSecond: number;
  }) {
    this.world = new KernelWorld({ nodes: NODES, latencyMicros: () => this.#latencyMicros });
    const { simulation } = this.world;
    const { processingMicros, upBitsPerSecond, downBitsPerSecond } = around;
    for (let node = 0; node < NODES; node++) {
      simulation.setProcessingMicros(node, processingMicros);
      simulation.setAccessLink(node, {
        upBitsPerSecond,
        downBitsPerSecond,
        upQueueMicros: SECOND,
        downQueueMicros: SECOND,
      });
      this.world.reactions.set(node, (told) => {
        this.#judge(told);
      });
    }
  }

  run(steps: readonly Step[]): void {
    const { world } = this;
    for (const one of steps) {
      world.simulation.inject(() => {
        this.#act(one);
      });
      world.run(one.waitMicros);
    }
    world.simulation.inject(() => {
      for (let node = 0; node < NODES; node++) world.simulation.resume(node);
      this.#heal();
      this.#release();
    });
    world.run(200 * SECOND);
  }

  #act({ action, node, offset }: Step): void {
    const { simulation } = this.world;
    const peer = (node + offset) % NODES;
    const isUp = simulation.kernel.nodes.isUp(node);
    if (action === "connect" && isUp) {
      this.#asked.add(`${node} ${peer}`);
      this.world.connect(node, peer);
    } else if (action === "send" && isUp) {
      this.#asked.add(`${node} ${peer}`);
      this.world.send(node, peer, `${this.#sent++}`, 1000);
    } else if (action === "disconnect" && isUp) this.world.disconnect(node, peer);
    else if (action === "crash") this.#end(node, () => simulation.crashProcess(node));
    else if (action === "stop") this.#end(node, () => simulation.stopNode(node));
    else if (action === "crashHost") this.#end(node, () => simulation.crashHost(node));
    else if (action === "start" && !isUp) this.world.start(node);
    else if (action === "pause") simulation.pause(node);
    else if (action === "resume") simulation.resume(node);
    else if (action === "slower")
      this.#latencyMicros = this.#latencyMicros === 10_000 ? 90_000 : 10_000;
    else if (action === "cut") this.#cut();
    else if (action === "heal") this.#heal();
    else if (action === "hold") this.#hold();
    else if (action === "release") this.#release();
  }

  #end(node: number, end: () => void): void {
    end();
    for (let peer = 0; peer < NODES; peer++) {
      this.#asked.delete(`${node} ${peer}`);
      this.#connected.delete(`${node} ${peer}`);
    }
  }

  #cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const groupOf = Uint16Array.from([0, 1, 1]);
    this.world.network.add(new Partition({ name: "cut", groupOf, oneWay: false }));
    this.world.simulation.networkChanged();
  }

  #heal(): void {
    if (this.#isCut) this.world.network.remove("cut");
    this.#isCut = false;
  }

  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.world.network.add(new Hold({ name: "hold" }));
  }

  #release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.world.network.remove("hold");
    this.world.simulation.release("hold");
  }

  #judge({ node, peer, what }: Told): void {
    const pair = `${node} ${peer}`;
    const isOpen = this.world.simulation.streams.isOpen(node, peer);
    if (what === "connected") {
      if (!isOpen) this.problems.push(`${pair}: connected without an end`);
      if (this.#connected.has(pair)) this.problems.push(`${pair}: connected twice`);
      this.#connected.add(pair);
    } else if (what === "message" && !this.#connected.has(pair)) {
      this.problems.push(`${pair}: a message before its connection`);
    } else if (what === "disconnected") {
      if (!this.#connected.has(pair) && !this.#asked.has(pair))
        this.problems.push(`${pair}: disconnected from nothing`);
      this.#connected.delete(pair);
    }
  }

  /** What does not fit together at the end. */
  found(): string[] {
    const { world, problems } = this;
    const { streams, kernel } = world.simulation;
    for (let node = 0; node < NODES; node++) {
      const ends = streams.endsOf(node);
      if (!kernel.nodes.isUp(node) && ends.size > 0) problems.push(`${node}: ends of the dead`);
      for (const [peer, end] of ends) {
        const other = streams.endsOf(peer).get(node);
        if (other?.epoch !== end.epoch) problems.push(`${node} ${peer}: half open`);
        if (!this.#connected.has(`${node} ${peer}`)) problems.push(`${node} ${peer}: not told`);
      }
      for (let peer = 0; peer < NODES; peer++) {
        if (this.#connected.has(`${node} ${peer}`) && !ends.has(peer))
          problems.push(`${node} ${peer}: told of an end that is gone`);
      }
    }
    const fates = world.recordsOf("delivered").length + world.recordsOf("dropped").length;
    if (fates !== this.#sent) problems.push(`${this.#sent} sent, ${fates} delivered or dropped`);
    const arrived = new Map<string, number>();
    for (const { node, peer, text, what } of world.told) {
      if (what !== "message") continue;
      const last = arrived.get(`${node} ${peer}`) ?? -1;
      if (Number(text) <= last) problems.push(`${node} ${peer}: ${text} behind ${last}`);
      arrived.set(`${node} ${peer}`, Number(text));
    }
    return problems;
  }
}

describe("connections under any schedule", () => {
  it("tell and record what fits together", () => {
    fc.assert(
      fc.property(
        surroundings,
        fc.array(step, { minLength: 2, maxLength: 24, size: "max" }),
        (around, steps) => {
          const play = new Play(around);
          play.run(steps);
          expect(play.found()).toEqual([]);
        },
      ),
      { numRuns: 5000, seed: 99 },
    );
  });
});
