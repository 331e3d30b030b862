// The network model against theory: cards N1, N3 and N4. N2 is in test/sim (mix, distributions, rules), N5 in
// test/sim/streams.test.ts.

import { describe, expect, it } from "vitest";

import { PlainStateProtocol } from "../../src/protocol/plain-state-protocol.js";
import type { ProtocolContext } from "../../src/protocol/protocol.js";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import { defineProtocol } from "../../src/scenarios/protocol-definition.js";
import type { ProtocolDefinition } from "../../src/scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { datagramWireBytes } from "../../src/sim/access-links.js";
import { ExponentialDistribution } from "../../src/sim/distributions/exponential-distribution.js";
import { NetworkModel } from "../../src/sim/network-model.js";
import type { NodeHandler } from "../../src/sim/node-table.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { ConstantLatency } from "../../src/sim/rules/constant-latency.js";
import { Simulation } from "../../src/sim/simulation.js";
import { Names } from "../../src/trace/names.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { RecordKind } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";
import type { Peer } from "../../src/transport/peer.js";

const SECOND = 1_000_000;

/** Does nothing: a node that is only there. */
class Idle extends PlainStateProtocol {
  readonly messageTypes = [];
}

/** Keeps the links of the start overlay and no others, whichever end opens them. */
class FixedOverlay extends PlainStateProtocol {
  readonly messageTypes = [];
  readonly #startPeers: readonly Peer[];

  constructor(startPeers: readonly Peer[]) {
    super();
    this.#startPeers = startPeers;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    context.setStatus("active");
    for (const peer of this.#startPeers) context.transport.connect(peer);
  }

  override onConnected(peer: Peer): void {
    this.context.view("neighbours").add(peer);
  }
}

const PROTOCOLS: readonly ProtocolDefinition[] = [
  defineProtocol({
    slot: "discovery",
    name: "idle",
    description: "Does nothing.",
    usesDatagrams: true,
    shape: {},
    options: () => ({}),
    create: () => new Idle(),
  }),
  defineProtocol({
    slot: "discovery",
    name: "fixed",
    description: "Keeps the links of the start overlay.",
    usesDatagrams: false,
    shape: {},
    options: () => ({}),
    create: (_options, placement) => new FixedOverlay(placement.startPeers),
  }),
];

function runOf(
  text: string,
  watches: ConstructorParameters<typeof SimulatedRun>[1]["sinks"],
): SimulatedRun {
  const protocols = [...PROTOCOLS, ...SHIPPED_PROTOCOLS];
  const { scenario } = parseScenario({ file: "card.yaml", text, protocols });
  return new SimulatedRun(scenario, {
    platform: nodePlatform,
    protocols: PROTOCOLS,
    digests: false,
    watches: false,
    ...(watches === undefined ? {} : { sinks: watches }),
  });
}

describe("card N1: an uplink loaded by Poisson arrivals of equal datagrams", () => {
  const LATENCY_MICROS = 1000;
  const PAYLOAD_BYTES = 972;
  /** 1,000 bytes on the wire take a millisecond at 8 Mbit/s. */
  const SERVICE_MICROS = 1000;

  /** Mean wait of so many datagrams before their service begins, in service times. */
  function meanWait(load: number, datagrams: number): number {
    const names = new Names();
    const network = new NetworkModel({ seed: "n1", sha256: nodeSha256 });
    network.add(new ConstantLatency({ name: "latency", latencyMicros: LATENCY_MICROS }));
    const random = new RandomStreams({ seed: `n1/${load}`, sha256: nodeSha256 }).stream("arrivals");
    const gaps = new ExponentialDistribution(SERVICE_MICROS / load);
    const parcel = {
      ...{ bytes: PAYLOAD_BYTES, name: names.id("n1/datagram"), application: 0 },
      ...{ contentHigh: 0, contentLow: 0 },
    };
    let sent = 0;
    let waitMicros = 0;
    let arrived = 0;
    let exactMicros = 0;
    const sendNext = (): void => {
      exactMicros += gaps.quantile(random.unit());
      simulation.scheduleWorld(Math.round(exactMicros), null);
    };
    const simulation = new Simulation({
      names,
      recorder: new Recorder(null),
      network,
      onWorldEvent: () => {
        simulation.sendDatagram(0, 1, { ...parcel, payload: simulation.nowMicros });
        if (++sent < datagrams) sendNext();
      },
    });
    const ignore = (): undefined => undefined;
    const handler: NodeHandler = {
      onMessage: ignore,
      onDatagram: (_source, payload) => {
        arrived++;
        const onTheWay = SERVICE_MICROS + LATENCY_MICROS;
        waitMicros += simulation.nowMicros - (payload as number) - onTheWay;
      },
      onTimer: ignore,
      onConnected: ignore,
      onDisconnected: ignore,
      onDrain: ignore,
      onClosed: ignore,
    };
    for (const node of [0, 1]) simulation.declareNode(`node-${node}`);
    const unlimited = 3600 * SECOND;
    const link = {
      upBitsPerSecond: 8e6,
      downBitsPerSecond: Infinity,
      upQueueMicros: unlimited,
      downQueueMicros: unlimited,
    };
    simulation.setAccessLink(0, link);
    for (const node of [0, 1]) simulation.startNode(node, handler);
    sendNext();
    simulation.runUntil(() => arrived === datagrams);
    return waitMicros / datagrams / SERVICE_MICROS;
  }

  it.each([0.3, 0.5, 0.7])("waits as M/D/1 at load %f, within 3 %", (load) => {
    expect(datagramWireBytes(PAYLOAD_BYTES)).toBe(1000);
    const expected = load / (2 * (1 - load));
    // 300,000 datagrams: the mean's standard error is below 1 % at the heaviest load.
    expect(Math.abs(meanWait(load, 300_000) / expected - 1)).toBeLessThan(0.03);
  });
});

describe("card N3: the stationary availability under churn", () => {
  const NODES = 2000;
  const SAMPLES = 120;

  // Means in closed form: Weibull of shape 1/2 has 2·scale, Pareto of shape 5/2 has 5/3 of its minimum.
  it.each([
    ["exponential", "exponential: { mean: 90s }", 90, "exponential: { mean: 30s }", 30],
    ["Weibull", "weibull: { shape: 0.5, scale: 60s }", 120, "exponential: { mean: 60s }", 60],
    ["Pareto", "pareto: { shape: 2.5, minimum: 60s }", 100, "fixed: 50s", 50],
    ["fixed", "fixed: 80s", 80, "weibull: { shape: 0.5, scale: 10s }", 20],
  ])(
    "with %s sessions is the mean session's share of the mean cycle, from the first instant on",
    (_name, session, meanSession, downtime, meanDowntime) => {
      const run = runOf(
        `
        name: n3
        seed: 3
        nodes: ${NODES}
        phases: { run: 30min }
        protocols: { discovery: { use: idle }, shutdown: none }
        churn: { in: run, session: { ${session} }, downtime: { ${downtime} }, start: stationary }
        `,
        undefined,
      );
      const upSamples = new Float64Array(NODES);
      const upAt: number[] = [];
      for (let sample = 1; sample <= SAMPLES; sample++) {
        run.runUntil(sample * 15 * SECOND - 5 * SECOND);
        let up = 0;
        for (let node = 0; node < NODES; node++) {
          if (!run.network.isUp(node)) continue;
          upSamples[node]!++;
          up++;
        }
        upAt.push(up / NODES);
      }
      const expected = meanSession / (meanSession + meanDowntime);
      // Nodes are independent of each other, so the deviation between them gives the standard error.
      const shares = Array.from(upSamples, (up) => up / SAMPLES);
      const mean = shares.reduce((sum, share) => sum + share) / NODES;
      const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (NODES - 1);
      expect(Math.abs(mean - expected)).toBeLessThan(3 * Math.sqrt(variance / NODES));
      // Stationary means at every time: the first sample is no further off than chance allows.
      const deviation = Math.sqrt((expected * (1 - expected)) / NODES);
      expect(Math.abs(upAt[0]! - expected)).toBeLessThan(3 * deviation);
    },
  );
});

describe("card N4: a flood", () => {
  it("reaches each node at the time of its shortest path by latency, to the microsecond", () => {
    const NODES = 300;
    const links = new Map<number, Set<number>>();
    const publishedAt = new Map<number, { readonly node: number; readonly micros: number }>();
    const reachedAt = new Map<number, Map<number, number>>();
    const run = runOf(
      `
      name: n4
      seed: 4
      nodes: ${NODES}
      start: { overlay: random, k: 3 }
      phases: { run: 60s }
      protocols: { discovery: { use: fixed }, broadcast: { use: flood }, shutdown: none }
      network: { latency: { log-normal: { median: 40ms, sigma: 0.8 } } }
      events:
        - { at: 20s, do: broadcast, who: node-0 }
        - { at: 30s, do: broadcast, who: node-17 }
        - { at: 40s, do: broadcast, who: node-299 }
      `,
      () => [
        {
          kinds: [RecordKind.broadcast],
          accept: ({ node, application, timeMicros, peer }) => {
            if (peer < 0 || !publishedAt.has(application)) {
              publishedAt.set(application, { node, micros: timeMicros });
              reachedAt.set(application, new Map([[node, timeMicros]]));
            } else reachedAt.get(application)?.set(node, timeMicros);
          },
        },
        {
          kinds: [RecordKind.connection],
          accept: ({ node, peer }) => {
            links.set(node, (links.get(node) ?? new Set()).add(peer));
          },
        },
      ],
    );
    run.runUntil(60 * SECOND);
    expect(publishedAt.size).toBe(3);
    const { passage, network } = run.simulation.kernel;
    const latencyMicros = (source: number, target: number): number => {
      passage.begin("stream", source, target, 0, 0, 0);
      return network.propagationMicros(passage);
    };
    for (const [id, { node, micros }] of publishedAt) {
      const distances = shortestPaths(node, links, latencyMicros);
      expect(distances.size).toBe(NODES);
      const expected = [...distances].map(([target, distance]) => [target, micros + distance]);
      const reached = [...(reachedAt.get(id) ?? [])];
      const byNode = (a: readonly number[], b: readonly number[]): number => a[0]! - b[0]!;
      expect(reached.toSorted(byNode)).toEqual(expected.toSorted(byNode));
    }
  });
});

/** Dijkstra's algorithm, in its plain quadratic form. */
function shortestPaths(
  source: number,
  links: ReadonlyMap<number, ReadonlySet<number>>,
  latencyMicros: (source: number, target: number) => number,
): Map<number, number> {
  const settled = new Map<number, number>();
  const reached = new Map([[source, 0]]);
  while (reached.size > 0) {
    const [next, distance] = [...reached].reduce((a, b) => (b[1] < a[1] ? b : a));
    reached.delete(next);
    settled.set(next, distance);
    for (const neighbour of links.get(next) ?? []) {
      if (settled.has(neighbour)) continue;
      const through = distance + latencyMicros(next, neighbour);
      if (through < (reached.get(neighbour) ?? Infinity)) reached.set(neighbour, through);
    }
  }
  return settled;
}
