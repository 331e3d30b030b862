import { describe, expect, it } from "vitest";

import type { Message } from "../../src/protocol/message.js";
import { MissingProtocolError } from "../../src/protocol/node.js";
import type { Node } from "../../src/protocol/node.js";
import { LATENCY_MICROS, SECOND } from "./node-world.js";
import type { NodeWorld } from "./node-world.js";
import { Ping, probe, probeWorld } from "./probe.js";

describe("a node in the hands of its user", () => {
  it("sends a payload to a peer, which its listeners receive", () => {
    const world = probeWorld(2);
    world.startAll();
    const received: Message[] = [];
    const stop = world.nodes[1]!.receive((message) => received.push(message));
    world.takeTold();
    let id = 0;
    world.do(() => {
      id = world.nodes[0]!.send(world.peers[1]!, new Uint8Array([1, 2, 3]));
    });
    world.run(SECOND);
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      from: world.peers[0],
      type: "node/message",
      payload: new Uint8Array([1, 2, 3]),
      applicationId: id,
      hops: 1,
    });
    expect(received[0]!.receivedAtMicros).toBeGreaterThanOrEqual(LATENCY_MICROS);
    expect(world.takeTold("node")).toEqual([
      "node-0 published 3",
      "node-1 received 3 from node-0 hops 1",
    ]);
    stop();
    world.do(() => world.nodes[0]!.send(world.peers[1]!, new Uint8Array(1)));
    world.run(SECOND);
    expect(received).toHaveLength(1);
    expect(() => world.nodes[0]!.send(world.peers[1]!, new Uint8Array(1024 * 1024 + 1))).toThrow(
      RangeError,
    );
  });

  it("shows each connection with its state, its counts and why it closed", () => {
    const world = probeWorld(3);
    world.startAll();
    const [node] = world.nodes as [Node];
    const connection = node.connect(world.peers[1]!)!;
    expect(connection.state).toBe("dialing");
    world.run(SECOND);
    expect(connection.state).toBe("connected");
    expect(connection.openedAtMicros).toBeGreaterThan(0);
    world.do(() => {
      node.send(world.peers[1]!, new Uint8Array(100));
      world.nodes[1]!.send(world.peers[0]!, new Uint8Array(10));
      world.nodes[1]!.send(world.peers[0]!, new Uint8Array(10));
    });
    world.run(SECOND);
    const other = world.nodes[1]!.connection(world.peers[0]!)!;
    expect([connection.messagesSent, connection.messagesReceived]).toEqual([1, 2]);
    expect([other.messagesSent, other.messagesReceived]).toEqual([2, 1]);
    expect(other.bytesReceived).toBe(connection.bytesSent);
    expect(connection.bytesReceived).toBe(other.bytesSent);
    expect(connection.bytesSent).toBeGreaterThan(100);
    expect(connection.closeReason).toBeNull();
    world.do(() => {
      world.simulation.crashProcess(1);
    });
    world.run(SECOND);
    expect([connection.state, connection.closeReason]).toEqual(["closed", "reset"]);
    expect(node.connections()).toEqual([]);
    expect(node.connection(world.peers[1]!)).toBeUndefined();
  });

  it("names its connected peers in the order in which they became ready", () => {
    const world = probeWorld(4);
    world.startAll();
    world.link([0, 3]);
    world.link([1, 0]);
    const { transport } = probe(world.nodes[0], "ping").own;
    transport.connect(world.peers[2]!);
    expect(transport.connectedPeers()).toEqual([world.peers[3], world.peers[1]]);
    world.run(SECOND);
    expect(transport.connectedPeers()).toEqual([3, 1, 2].map((i) => world.peers[i]));
  });

  it("says which protocol is missing for what it is asked", () => {
    const world = probeWorld(1);
    world.startAll();
    const [node] = world.nodes as [Node];
    expect(() => node.discover()).toThrow(MissingProtocolError);
    expect(() => node.broadcast(new Uint8Array(1))).toThrow(MissingProtocolError);
    expect(node.status().network).toEqual({
      membersKnown: 1,
      sizeEstimate: null,
      cannotKnow: "who else takes part: it has no discovery",
      trueSize: null,
    });
    expect(node.status().toString()).toContain("node-0");
  });

  it("leaves politely: protocols say goodbye, then it is silent for good", () => {
    const world = probeWorld(2);
    world.startAll();
    world.link([0, 1]);
    world.takeTold();
    world.do(() => {
      world.nodes[0]!.leave();
      world.nodes[0]!.leave();
    });
    expect(world.nodes[0]!.ownStatus).toBe("leaving");
    world.run(3 * SECOND);
    expect(world.takeTold("node-0 status")).toEqual([
      "node-0 status leaving 0",
      "node-0 status left 0",
    ]);
    expect(probe(world.nodes[0], "ping").heard).toContain("stop");
    expect(probe(world.nodes[1], "ping").heard.slice(-2)).toEqual([
      "onMessage ping/ping 99",
      "onDisconnected closed",
    ]);
    const sentBefore = world.sent.length;
    probe(world.nodes[0], "ping").own.transport.send(world.peers[1]!, Ping.create({ n: 1 }));
    probe(world.nodes[0], "ping").own.transport.sendDatagram(
      world.peers[1]!,
      Ping.create({ n: 1 }),
    );
    world.run(SECOND);
    expect(world.sent.length).toBe(sentBefore);
  });

  it("stops without goodbyes when it is shut down, yet what was sent goes out", () => {
    const world = probeWorld(2);
    world.startAll();
    world.link([0, 1]);
    world.do(() => {
      world.nodes[0]!.send(world.peers[1]!, new Uint8Array(500));
      world.nodes[0]!.shutdown();
    });
    world.run(3 * SECOND);
    expect(world.nodes[0]!.ownStatus).toBe("left");
    expect(probe(world.nodes[0], "ping").heard).not.toContain("stop");
    expect(world.takeTold("node-1 received")).toHaveLength(1);
    expect(probe(world.nodes[1], "ping").heard.at(-1)).toBe("onDisconnected closed");
  });

  it("stops its protocols only after the handler that asked to leave has returned", () => {
    const world = probeWorld(1, {
      onTimer: (context) => {
        context.leave();
        context.view("still").add(context.self);
      },
    });
    const node = world.start(0);
    probe(node, "ping").own.clock.setTimer(5, "leave");
    world.run(SECOND);
    expect(probe(node, "ping").heard).toEqual(["start", "onTimer leave null", "stop"]);
    expect(world.told).toContain("node-0 view still add node-0");
  });
});

describe("a node that was saved", () => {
  function busyWorld(): NodeWorld {
    const world = probeWorld(3);
    world.startAll();
    world.link([0, 1], [0, 2]);
    world.do(() => {
      const context = probe(world.nodes[0], "ping").own;
      context.view("ring").add(world.peers[2]!);
      context.view("ring").add(world.peers[1]!);
      context.setStatus("active", 3);
      world.nodes[0]!.send(world.peers[1]!, new Uint8Array(9));
      world.nodes[0]!.newApplicationId();
    });
    world.run(SECOND);
    return world;
  }

  it("goes on as the same node: state, views, connections and counts", () => {
    const world = busyWorld();
    const before = world.nodes[0]!.snapshot();
    const copy = structuredClone(before);
    const other = busyWorld();
    other.takeTold();
    const sentBefore = other.sent.length;
    other.do(() => {
      other.simulation.crashProcess(0);
    });
    const restored = other.make(0);
    restored.restore(copy);
    expect(other.takeTold("node-0")).toEqual([]);
    expect(other.sent.length).toBe(sentBefore);
    expect(restored.snapshot()).toEqual(before);
    expect(restored.view("ring").peers()).toEqual([other.peers[2], other.peers[1]]);
    expect(restored.connection(other.peers[1]!)?.messagesSent).toBe(1);
    expect(restored.newApplicationId()).toBe(world.nodes[0]!.newApplicationId());
  });

  it("starts again with what it knew and without its connections", () => {
    const world = busyWorld();
    const state = world.nodes[0]!.snapshot();
    world.do(() => {
      world.simulation.crashProcess(0);
    });
    world.run(SECOND);
    world.takeTold();
    const node = world.start(0, { state });
    expect(world.takeTold("node-0")).toEqual([
      "node-0 view ring add node-2",
      "node-0 view ring add node-1",
      "node-0 status joining 3",
      "node-0 status active 3",
    ]);
    expect(node.connections()).toEqual([]);
    expect(probe(node, "ping").heard.filter((line) => line === "start")).toHaveLength(2);
  });
});
