import { describe, expect, it } from "vitest";

import { HandlerError } from "../../src/protocol/handler-error.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { Routing } from "../../src/protocol/routing.js";
import { NodeWorld, SECOND } from "./node-world.js";
import { Ping, Pong, Probe, probe, probeWorld } from "./probe.js";

describe("a node's protocols", () => {
  it("start in the order of their slots, and the node is active where nobody has to discover", () => {
    const order: string[] = [];
    const world = new NodeWorld(
      1,
      () =>
        new Map<string, Protocol>([
          ["zeta", new Probe(Pong, { start: () => void order.push("zeta") })],
          ["alpha", new Probe(Ping, { start: () => void order.push("alpha") })],
        ]),
    );
    const node = world.start(0);
    expect(order).toEqual(["zeta", "alpha"]);
    expect(world.takeTold()).toEqual(["node-0 status joining 0", "node-0 status active 0"]);
    expect(node.ownStatus).toBe("active");
  });

  it("get the messages and datagrams of their own types alone", () => {
    const world = probeWorld(2);
    world.startAll();
    const { transport } = probe(world.nodes[0], "pong").own;
    world.do(() => {
      transport.send(world.peers[1]!, Ping.create({ n: 7 }));
      transport.sendDatagram(world.peers[1]!, Pong.create({ n: 8 }));
    });
    world.run(SECOND);
    expect(probe(world.nodes[1], "ping").heard).toContain("onMessage ping/ping 7");
    expect(probe(world.nodes[1], "pong").heard).toContain("onDatagram pong/pong");
    expect(probe(world.nodes[1], "pong").heard.join()).not.toContain("ping/ping");
  });

  it("get their own timers, also when two protocols use one kind", () => {
    const world = probeWorld(1);
    world.startAll();
    world.do(() => {
      probe(world.nodes[0], "ping").own.clock.setTimer(SECOND, "tick", "of ping");
      probe(world.nodes[0], "pong").own.clock.setTimer(SECOND, "tick", [1, 2]);
      const { clock } = probe(world.nodes[0], "pong").own;
      clock.clearTimer(clock.setTimer(SECOND, "never"));
    });
    world.run(2 * SECOND);
    expect(probe(world.nodes[0], "ping").heard).toEqual(["start", 'onTimer tick "of ping"']);
    expect(probe(world.nodes[0], "pong").heard).toEqual(["start", "onTimer tick [1,2]"]);
  });

  it("all hear of connections, and of their end with its reason", () => {
    const world = probeWorld(2);
    world.startAll();
    world.link([0, 1]);
    world.do(() => world.nodes[0]!.disconnect(world.peers[1]!));
    world.run(SECOND);
    for (const node of world.nodes) {
      for (const slot of ["ping", "pong"]) {
        expect(probe(node, slot).heard.slice(1)).toEqual([
          "onConnected",
          "onDisconnected disconnected",
        ]);
      }
    }
  });

  it("share views by name, and every change of one is told once", () => {
    const world = probeWorld(3);
    world.startAll();
    world.takeTold();
    const [, one, two] = world.peers;
    const ping = probe(world.nodes[0], "ping").own.view("ring");
    const pong = probe(world.nodes[0], "pong").own.view("ring");
    ping.add(two!);
    pong.add(two!);
    pong.add(one!);
    expect(ping.peers()).toEqual([two, one]);
    expect(ping.has(one!)).toBe(true);
    ping.remove(two!);
    ping.remove(two!);
    expect(pong.size).toBe(1);
    expect(world.takeTold()).toEqual([
      "node-0 view ring add node-2",
      "node-0 view ring add node-1",
      "node-0 view ring remove node-2",
    ]);
  });

  it("draw from streams of their own", () => {
    const world = probeWorld(2);
    world.startAll();
    const draws = world.nodes.flatMap((node) =>
      ["ping", "pong"].map((slot) => probe(node, slot).own.random.unit()),
    );
    expect(new Set(draws).size).toBe(4);
  });

  it("log only what somebody reads", () => {
    const world = probeWorld(1);
    world.startAll();
    world.takeTold();
    probe(world.nodes[0], "ping").own.log("info", "unread");
    probe(world.nodes[0], "ping").own.log("warn", "read");
    expect(world.takeTold()).toEqual(["node-0 log ping warn read"]);
  });

  it("make ids of application messages that nobody else makes, also not after a restart", () => {
    const world = probeWorld(50);
    world.startAll();
    const ids: number[] = [];
    const take = (): void => {
      for (const node of world.nodes)
        for (let i = 0; i < 20; i++) ids.push(node.newApplicationId());
    };
    take();
    world.run(SECOND);
    for (const { index } of world.peers) {
      world.do(() => {
        world.simulation.crashProcess(index);
      });
      world.start(index);
    }
    take();
    expect(new Set(ids).size).toBe(2 * 50 * 20);
    expect(ids.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true);
  });

  it("may call the node joining or active, and never take an incarnation back", () => {
    const world = probeWorld(1);
    world.startAll();
    world.takeTold();
    const context = probe(world.nodes[0], "ping").own;
    context.setStatus("joining", 5);
    context.setStatus("joining", 5);
    context.setStatus("active");
    expect(world.takeTold()).toEqual(["node-0 status joining 5", "node-0 status active 5"]);
    expect(() => {
      context.setStatus("active", 4);
    }).toThrow(RangeError);
    expect(() => {
      context.setStatus("left");
    }).toThrow(RangeError);
  });

  it("are refused when two receive one type, or a slot has an impossible name", () => {
    const same = new Map<string, Protocol>([
      ["one", new Probe(Ping)],
      ["two", new Probe(Ping)],
    ]);
    expect(() => new Routing(same)).toThrow(RangeError);
    expect(() => new Routing(new Map([["node", new Probe(Ping)]]))).toThrow(RangeError);
    expect(() => new Routing(new Map([["A/b", new Probe(Ping)]]))).toThrow(RangeError);
  });
});

describe("a handler that fails", () => {
  const handlers: readonly [handler: string, provoke: (world: NodeWorld) => void][] = [
    ["start", (world) => world.start(0)],
    [
      "onMessage",
      (world) =>
        probe(world.nodes[1], "ping").own.transport.send(world.peers[0]!, Ping.create({ n: 1 })),
    ],
    [
      "onDatagram",
      (world) => {
        probe(world.nodes[1], "ping").own.transport.sendDatagram(
          world.peers[0]!,
          Ping.create({ n: 1 }),
        );
      },
    ],
    ["onTimer", (world) => probe(world.nodes[0], "ping").own.clock.setTimer(5, "tick")],
    ["onConnected", (world) => world.nodes[1]!.connect(world.peers[0]!)],
  ];

  for (const [handler, provoke] of handlers) {
    for (const [fault, act] of [
      [
        "throws",
        (): never => {
          throw new TypeError("broken");
        },
      ],
      ["returns a promise", (): unknown => Promise.resolve()],
      ["returns something", (): unknown => 5],
    ] as const) {
      it(`is reported with node, protocol and handler when ${handler} ${fault}`, () => {
        const world = probeWorld(2, { [handler]: act });
        const run = (): void => {
          if (handler !== "start") world.start(0);
          world.start(1);
          provoke(world);
          world.run(SECOND);
        };
        let thrown: unknown;
        try {
          run();
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(HandlerError);
        expect(thrown).toMatchObject({ node: "node-0", slot: "ping", handler });
        if (fault === "throws") expect((thrown as HandlerError).cause).toBeInstanceOf(TypeError);
      });
    }
  }
});
