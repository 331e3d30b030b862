// What only the simulated transport can show: processes that are gone, strangers, and what a run records of them.

import { describe, expect, it } from "vitest";

import { NetworkModel } from "../../src/sim/network-model.js";
import { ConstantLatency } from "../../src/sim/rules/constant-latency.js";
import { Simulation } from "../../src/sim/simulation.js";
import { Names } from "../../src/trace/names.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { RECORD_KIND_NAMES, RecordKind } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";
import { Connections } from "../../src/protocol/connections.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import type { Peer } from "../../src/transport/peer.js";
import { SimPeers } from "../../src/transport/sim-peers.js";
import { SimTransport } from "../../src/transport/sim-transport.js";
import { SimWire } from "../../src/transport/sim-wire.js";
import type { TransportHandler } from "../../src/transport/transport.js";
import { CONTRACT_TYPES, Note } from "./contract-world.js";

const SECOND = 1_000_000;
const STRANGER: Peer = { id: "ff".repeat(32), address: "elsewhere:1" };

/** Two nodes, 10 ms apart; calls and records are noted as words. */
class Edges {
  readonly simulation: Simulation;
  readonly peers = new SimPeers();
  readonly codec = new MessagePackCodec(CONTRACT_TYPES);
  readonly calls: string[] = [];
  readonly records: string[] = [];
  readonly #wire: SimWire;

  constructor() {
    const names = new Names();
    const recorder = new Recorder(null);
    recorder.attach({
      kinds: [RecordKind.sent, RecordKind.delivered, RecordKind.dropped],
      accept: ({ kind, node, reason }) => {
        const words = [RECORD_KIND_NAMES[kind], node, reason === 0 ? "" : names.text(reason)];
        this.records.push(words.join(" ").trim());
      },
    });
    const network = new NetworkModel({ seed: "edges", sha256: nodeSha256 });
    network.add(new ConstantLatency({ name: "latency", latencyMicros: 10_000 }));
    this.simulation = new Simulation({ names, recorder, network, onWorldEvent: () => undefined });
    for (const id of ["00", "01"]) {
      this.simulation.declareNode(id);
      this.peers.declare(id.repeat(32));
    }
    this.#wire = new SimWire({ peers: this.peers, codec: this.codec, mode: "objects", names });
  }

  start(index: number): SimTransport {
    const { simulation, calls } = this;
    const self = this.peers.at(index);
    const transport = new SimTransport({ simulation, wire: this.#wire, self });
    const note = (what: string, peer: Peer, more = ""): void => {
      calls.push(`${index} ${what} ${peer.address} ${more}`.trim());
    };
    const handler: TransportHandler = {
      onMessage: (from) => {
        note("message", from);
      },
      onDatagram: (from) => {
        note("datagram", from);
      },
      onConnected: (peer) => {
        note("connected", peer);
      },
      onDisconnected: (peer, reason) => {
        note("disconnected", peer, reason);
      },
      onDrain: (peer) => {
        note("drain", peer);
      },
      onClosed: () => {
        calls.push(`${index} closed`);
      },
    };
    transport.listen(handler);
    simulation.startNode(index, transport);
    return transport;
  }

  run(micros = 60 * SECOND): void {
    this.simulation.runUntil(this.simulation.nowMicros + micros);
  }
}

describe("the transport of a process that has ended", () => {
  it.each(["before", "after"])("does nothing %s the next process of its node begins", (when) => {
    const world = new Edges();
    const old = world.start(0);
    world.start(1);
    world.simulation.crashProcess(0);
    if (when === "after") world.start(0);
    const other = world.peers.at(1);
    old.connect(other);
    expect(old.send(other, Note.create({ n: 1 }))).toBe(false);
    old.sendDatagram(other, Note.create({ n: 2 }));
    old.setTimer(0, "never");
    old.close();
    world.run();
    expect([world.calls, world.records]).toEqual([[], []]);
  });

  it("neither sees nor ends the connections of the next", () => {
    const world = new Edges();
    const old = world.start(0);
    world.start(1);
    world.simulation.crashProcess(0);
    const next = world.start(0);
    const other = world.peers.at(1);
    next.connect(other);
    world.run();
    old.disconnect(other);
    world.run();
    expect([old.isConnected(other), next.isConnected(other)]).toEqual([false, true]);
  });
});

describe("a peer that is no node of the simulation", () => {
  it("refuses dials, and what is sent to it is recorded as lost", () => {
    const world = new Edges();
    const transport = world.start(0);
    transport.connect(STRANGER);
    expect(world.calls).toEqual([]);
    world.run();
    expect(world.calls).toEqual(["0 disconnected elsewhere:1 refused"]);
    transport.send(STRANGER, Note.create({ n: 1 }));
    transport.sendDatagram(STRANGER, Note.create({ n: 2 }));
    world.run();
    expect(world.calls).toHaveLength(2);
    expect(world.records).toEqual(["sent 0 unknown-peer", "sent 0 unknown-peer"]);
    transport.disconnect(STRANGER);
    expect([transport.isConnected(STRANGER), transport.bufferedBytes(STRANGER)]).toEqual([
      false,
      0,
    ]);
  });

  it("is a node all the same when it has a node's id", () => {
    const world = new Edges();
    const transport = world.start(0);
    world.start(1);
    const { id, address } = world.peers.at(1);
    transport.send({ id, address }, Note.create({ n: 1 }));
    world.run();
    expect(world.calls.filter((call) => call.startsWith("1"))).toHaveLength(2);
  });
});

describe("a node that is closing", () => {
  it("is handed nothing any more, and the record says so", () => {
    const world = new Edges();
    const transport = world.start(0);
    const sender = world.start(1);
    sender.connect(transport.self);
    world.run();
    world.records.length = 0;
    // What waits for a dial keeps the transport open for a while.
    world.simulation.crashHost(1);
    const next = world.start(1);
    next.connect(transport.self);
    world.run(100_000);
    world.simulation.scheduleClose(0, SECOND);
    next.send(transport.self, Note.create({ n: 1 }));
    next.sendDatagram(transport.self, Note.create({ n: 2 }));
    world.run();
    expect(world.records.filter((record) => !record.startsWith("sent"))).toEqual([
      "dropped 0 closing",
      "dropped 0 closing",
    ]);
  });
});

describe("a timer", () => {
  it("cannot have a delay that is not a number", () => {
    const transport = new Edges().start(0);
    expect(() => transport.setTimer(NaN, "poll")).toThrow(/^Timer poll has a delay of NaN/);
    expect(() => transport.setTimer(NaN, "poll")).toThrow(RangeError);
  });
});

describe("a node's connections", () => {
  it("do not include one to itself", () => {
    const world = new Edges();
    const transport = world.start(0);
    const connections = new Connections(transport, world.codec);
    connections.connect(transport.self);
    expect(connections.send(transport.self, Note.create({ n: 1 }))).toBe(true);
    expect(connections.all()).toEqual([]);
    world.run();
    expect(world.calls).toEqual(["0 message sim-000000000:1"]);
  });
});
