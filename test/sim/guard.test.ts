// The guard replaces globals of its process for good: files run in processes of their own, and this one alone.

import { describe, expect, it } from "vitest";

import { DeterminismError, installGuard } from "../../src/sim/guard.js";
import { KernelWorld } from "./kernel-world.js";
import type { Told } from "./kernel-world.js";

const dateBefore = new Date(0);
installGuard();
installGuard();

// What a user's module keeps when it is loaded, which is after the guard.
const capturedNow = Date.now;
const capturedRandom = Math.random;
const { setTimeout: capturedTimeout } = globalThis;
// The test runner puts the original back on `process` before each test.
const capturedTick = process.nextTick.bind(process);

/** Every call that a handler must not make, as its error names it. */
const AMBIENT: readonly (readonly [string, () => unknown])[] = [
  ["Math.random()", () => Math.random()],
  ["Math.random()", () => capturedRandom()],
  ["Math.log()", () => Math.log(2)],
  ["Math.log2()", () => Math.log2(3)],
  ["Math.log10()", () => Math.log10(3)],
  ["Math.log1p()", () => Math.log1p(0.5)],
  ["Math.exp()", () => Math.exp(1)],
  ["Math.expm1()", () => Math.expm1(0.5)],
  ["Math.pow()", () => Math.pow(2, 0.5)],
  ["Math.sin()", () => Math.sin(1)],
  ["Math.cos()", () => Math.cos(1)],
  ["Math.tan()", () => Math.tan(1)],
  ["Math.atan2()", () => Math.atan2(1, 2)],
  ["Math.hypot()", () => Math.hypot(1, 2)],
  ["Math.cbrt()", () => Math.cbrt(2)],
  ["Date.now()", () => Date.now()],
  ["Date.now()", () => capturedNow()],
  ["new Date()", () => new Date()],
  ["new Date()", () => Reflect.construct(dateBefore.constructor, []) as Date],
  ["Date()", () => Date()],
  ["performance.now()", () => performance.now()],
  ["setTimeout()", () => setTimeout(() => undefined, 1)],
  ["setTimeout()", () => capturedTimeout(() => undefined, 1)],
  ["setInterval()", () => setInterval(() => undefined, 1)],
  ["setImmediate()", () => setImmediate(() => undefined)],
  [
    "queueMicrotask()",
    () => {
      queueMicrotask(() => undefined);
    },
  ],
  ["fetch()", () => fetch("http://localhost/")],
  ["crypto.getRandomValues()", () => crypto.getRandomValues(new Uint8Array(1))],
  ["crypto.randomUUID()", () => crypto.randomUUID()],
  [
    "process.nextTick()",
    () => {
      capturedTick(() => undefined);
    },
  ],
  ["process.hrtime()", () => process.hrtime()],
  ["process.hrtime.bigint()", () => process.hrtime.bigint()],
];

/** What a handler may use at will: it gives the same everywhere. */
const PURE: readonly (readonly [string, () => unknown])[] = [
  ["a date of a given instant", () => new Date(86_400_000).toISOString()],
  ["the date's calendar functions", () => Date.UTC(2026, 0, 1)],
  ["exact mathematics", () => Math.sqrt(2) + Math.floor(1.5) + Math.max(1, 2) + Math.imul(3, 4)],
];

/** A world in which node 1 does this in the handler that a message of node 0 calls. */
function worldThatDoes(action: (told: Told) => unknown): KernelWorld {
  const world = new KernelWorld({ nodes: 2 });
  world.reactions.set(1, action);
  world.sendDatagram(0, 1, "go");
  return world;
}

function errorOf(run: () => void): DeterminismError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DeterminismError);
    return error as DeterminismError;
  }
  throw new Error("nothing stopped the run");
}

describe("inside a handler the guard", () => {
  it.each(AMBIENT)("stops the run at %s and names node, handler and call", (call, use) => {
    const world = worldThatDoes(use);
    const error = errorOf(() => {
      world.runOut();
    });
    expect([error.node, error.handler, error.what]).toEqual(["node-1", "onDatagram", call]);
    for (const word of ["node-1", "onDatagram", call]) expect(error.message).toContain(word);
  });

  it.each(PURE)("lets %s be used", (_name, use) => {
    let result: unknown;
    worldThatDoes(() => void (result = use())).runOut();
    expect(result).toBeDefined();
  });

  it("stops a handler that returns a promise", () => {
    const world = worldThatDoes(() => Promise.resolve());
    const error = errorOf(() => {
      world.runOut();
    });
    expect([error.node, error.handler, error.what]).toEqual([
      "node-1",
      "onDatagram",
      "a returned promise",
    ]);
  });

  it("names whichever handler it is", () => {
    const handlerOf = (begin: (world: KernelWorld) => void): string => {
      const world = new KernelWorld({ nodes: 2 });
      world.reactions.set(0, () => Math.random());
      begin(world);
      return errorOf(() => {
        world.runOut();
      }).handler;
    };
    expect(handlerOf((world) => world.setTimer(0, 1, "t"))).toBe("onTimer");
    expect(
      handlerOf((world) => {
        world.connect(1, 0);
      }),
    ).toBe("onConnected");
    expect(
      handlerOf((world) => {
        world.simulation.crashProcess(1);
        world.connect(0, 1);
      }),
    ).toBe("onDisconnected");
    expect(
      handlerOf((world) => {
        world.simulation.sendToSelf(0, world.parcel("x"));
      }),
    ).toBe("onMessage");
    expect(
      handlerOf((world) => {
        world.simulation.scheduleClose(0, 0);
      }),
    ).toBe("onClosed");
  });

  it("names what the world makes a node do", () => {
    const world = new KernelWorld({ nodes: 2 });
    const error = errorOf(() => {
      world.simulation.guarded(1, "start", () => Date.now());
    });
    expect([error.node, error.handler]).toEqual(["node-1", "start"]);
    expect(typeof Date.now()).toBe("number");
  });
});

describe("outside handlers the guard", () => {
  it.each(AMBIENT.filter(([call]) => !/^(fetch|set|queue|process.next)/.test(call)))(
    "lets %s work",
    (_call, use) => {
      expect(use()).toBeDefined();
    },
  );

  it("lets timers and microtasks work", async () => {
    const done: string[] = [];
    await new Promise<void>((resolve) => {
      queueMicrotask(() => done.push("microtask"));
      capturedTick(() => done.push("tick"));
      setImmediate(() => {
        clearTimeout(setTimeout(() => done.push("cleared"), 0));
        setTimeout(resolve, 1);
      });
    });
    expect(done.toSorted()).toEqual(["microtask", "tick"]);
  });

  it("leaves dates what they are", () => {
    expect(new Date()).toBeInstanceOf(Date);
    expect(dateBefore).toBeInstanceOf(Date);
    expect(new Date(5).getTime()).toBe(5);
    class Stamp extends Date {}
    expect(new Stamp(7)).toBeInstanceOf(Stamp);
    expect(new Stamp(7).getTime()).toBe(7);
    expect(Date.parse("1970-01-01T00:00:00Z")).toBe(0);
  });

  it("lets the world read the clock between and during its events", () => {
    const world = worldThatDoes(() => undefined);
    let read = 0;
    world.at(5, () => (read += Date.now() > 0 ? 1 : 0));
    world.simulation.runUntil(() => Date.now() > 0 && world.told.length === 1);
    expect(read).toBe(1);
  });

  it("is out of force again after a handler has thrown", () => {
    const world = worldThatDoes(() => {
      throw new Error("a bug of the protocol");
    });
    expect(() => {
      world.runOut();
    }).toThrow("a bug of the protocol");
    expect(typeof Date.now()).toBe("number");
    const second = worldThatDoes(() => Math.random());
    expect(() => {
      second.runOut();
    }).toThrow(DeterminismError);
    expect(typeof Math.random()).toBe("number");
  });
});
