// What the simulator's model of streams does in one cell: the same dials and messages as `measure-cell.ts`, over
// SimTransport. And three models that are wrong on purpose: a comparison that passes them would pass anything.

import { NetworkModel } from "../../src/sim/network-model.js";
import { ConstantLatency } from "../../src/sim/rules/constant-latency.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { Simulation } from "../../src/sim/simulation.js";
import { streamSegments } from "../../src/sim/access-links.js";
import { toHex } from "../../src/trace/hashing.js";
import { Names } from "../../src/trace/names.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { Recorder } from "../../src/trace/recorder.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { SimPeers } from "../../src/transport/sim-peers.js";
import { SimTransport } from "../../src/transport/sim-transport.js";
import { SimWire } from "../../src/transport/sim-wire.js";
import { CONTENT_BYTES } from "./grid.js";
import type { Cell, Measure, Samples } from "./grid.js";
import { Load } from "./load.js";

/** The model, and three that are wrong. */
export const MODELS = [
  "the model",
  "connects without round trips",
  "has no retransmission time-out",
  "loses what is lost",
] as const;
export type Model = (typeof MODELS)[number];

/** Enough that the model's own quantiles are known better than those that were measured. */
const RUNS = 500;
const PATIENCE_MICROS = 600_000_000;

interface Times {
  readonly connectMicros: number;
  readonly transferMicros: number;
}

/** Runs a model in a cell. */
export function modelCell(cell: Cell, model: Model = "the model", runs = RUNS): Samples {
  const samples: Record<Measure, number[]> = { connect: [], "200 B": [], "20 kB": [], "1 MB": [] };
  for (const [measure, bytes] of Object.entries(CONTENT_BYTES) as ["200 B", number][]) {
    for (let run = 0; run < runs; run++) {
      const { connectMicros, transferMicros } = runOnce(cell, bytes, `${measure}/${run}`, model);
      samples.connect.push(connectMicros);
      if (connectMicros !== Infinity) samples[measure].push(transferMicros);
    }
  }
  return samples;
}

function runOnce(cell: Cell, contentBytes: number, seed: string, model: Model): Times {
  const { simulation, transports } = makeWorld(cell, seed, model);
  const message = Load.create({ n: 0, content: new Uint8Array(contentBytes) });
  const [dialler, acceptor] = transports;
  let connectMicros = Infinity;
  let arrivedMicros = Infinity;
  const nothing = (): void => undefined;
  const silent = {
    onDatagram: nothing,
    onDisconnected: nothing,
    onDrain: nothing,
    onClosed: nothing,
  };
  acceptor.listen({
    ...silent,
    onConnected: nothing,
    onMessage: () => {
      arrivedMicros = simulation.nowMicros;
    },
  });
  dialler.listen({
    ...silent,
    onMessage: nothing,
    onConnected: () => {
      connectMicros = simulation.nowMicros;
      dialler.send(acceptor.self, message);
    },
  });
  simulation.inject(() => {
    simulation.guarded(0, "act", () => {
      dialler.connect(acceptor.self);
    });
  });
  simulation.runUntil(() => arrivedMicros !== Infinity || simulation.nextMicros > PATIENCE_MICROS);
  const transferMicros = arrivedMicros - connectMicros;
  if (model === "connects without round trips") {
    return { connectMicros: (cell.roundTripMillis * 1000) / 2, transferMicros };
  }
  if (
    model === "loses what is lost" &&
    isLostWhole(cell, contentBytes, Number(seed.split("/")[1]))
  ) {
    return { connectMicros, transferMicros: Infinity };
  }
  return { connectMicros, transferMicros };
}

/** Whether any segment of a message is lost, in runs spread evenly over the probability. */
function isLostWhole({ lossProbability }: Cell, bytes: number, run: number): boolean {
  const arrives = (1 - lossProbability) ** streamSegments(bytes);
  // The golden ratio's multiples are spread evenly over [0, 1).
  return (run * 0.6180339887) % 1 >= arrives;
}

function makeWorld(
  { roundTripMillis, lossProbability, megabitsPerSecond }: Cell,
  seed: string,
  model: Model,
): { simulation: Simulation; transports: [SimTransport, SimTransport] } {
  const names = new Names();
  const network = new NetworkModel({ seed: `calibration/${seed}`, sha256: nodeSha256 });
  network.add(
    new ConstantLatency({ name: "latency", latencyMicros: (roundTripMillis * 1000) / 2 }),
  );
  // Without time-outs a loss costs nothing that is worth the name.
  const isLossy = model === "the model" || model === "connects without round trips";
  if (isLossy) network.add(new Loss({ name: "loss", probability: lossProbability }));
  const simulation = new Simulation({
    ...{ names, network, recorder: new Recorder(null), onWorldEvent: () => undefined },
  });
  const peers = new SimPeers();
  for (const index of [0, 1]) {
    simulation.declareNode(`node-${index}`);
    peers.declare(toHex(nodeSha256(Uint8Array.of(index))));
  }
  for (const index of [0, 1]) {
    simulation.setAccessLink(index, {
      ...{ upBitsPerSecond: megabitsPerSecond * 1e6, downBitsPerSecond: Infinity },
      ...{ upQueueMicros: Infinity, downQueueMicros: Infinity },
    });
  }
  const wire = new SimWire({
    ...{ peers, names, mode: "objects" },
    codec: new MessagePackCodec([Load]),
  });
  const start = (index: number): SimTransport => {
    const transport = new SimTransport({ simulation, wire, self: peers.at(index) });
    simulation.startNode(index, transport);
    return transport;
  };
  return { simulation, transports: [start(0), start(1)] };
}
