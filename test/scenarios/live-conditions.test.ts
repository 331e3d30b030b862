import { describe, expect, it } from "vitest";
import { LiveConditions } from "../../src/scenarios/live-conditions.js";
import { LivePeers } from "../../src/scenarios/live-peers.js";
import { AccessLinks } from "../../src/sim/access-links.js";
import { NetworkModel } from "../../src/sim/network-model.js";
import { ConstantLatency } from "../../src/sim/rules/constant-latency.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { Partition } from "../../src/sim/rules/partition.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { NodePeers } from "../../src/transport/node-peers.js";

const LATENCY_MICROS = 40_000;
const ROUND_TRIP_MICROS = 2 * LATENCY_MICROS;
const FRAME_BYTES = 104;

function makeStage(): {
  readonly network: NetworkModel;
  readonly links: AccessLinks;
  readonly peers: LivePeers;
  readonly conditions: LiveConditions;
  readonly down: Set<number>;
  readonly stage: { nowMicros: number };
} {
  const network = new NetworkModel({ seed: "1", sha256: nodeSha256 });
  network.add(new ConstantLatency({ name: "latency", latencyMicros: LATENCY_MICROS }));
  const links = new AccessLinks();
  const peers = new LivePeers(new NodePeers());
  for (const digit of ["a", "b", "c"]) peers.declare(digit.repeat(64));
  const down = new Set<number>();
  const stage = { nowMicros: 1_000_000 };
  const conditions = new LiveConditions({
    ...{ network, links, peers, appliesNetwork: true },
    nowMicros: () => stage.nowMicros,
    isHostDown: (node) => down.has(node),
  });
  return { network, links, peers, conditions, down, stage };
}

describe("the conditions of a live network", () => {
  it("delay a frame by the one-way latency and a dial by three round trips", () => {
    const { peers, conditions } = makeStage();
    const verdict = conditions.of(0).judge("stream", peers.at(1), FRAME_BYTES, 0);
    expect(verdict).toMatchObject({ delayMicros: LATENCY_MICROS, lostReason: "" });
    // TCP's, TLS' and that of the greetings; the handshake itself takes no time on loopback.
    const dial = conditions.of(0).judge("dial", peers.at(1), 60, 0);
    expect(dial).toMatchObject({ delayMicros: 3 * ROUND_TRIP_MICROS, lostReason: "" });
  });

  it("make loss on a stream a delay, and on datagrams a loss", () => {
    const { network, peers, conditions, stage } = makeStage();
    network.add(new Loss({ name: "loss", probability: 0.3 }));
    const judge = conditions.of(0);
    let late = 0;
    let lost = 0;
    for (let i = 0; i < 1000; i++) {
      // Far enough apart that no congestion window holds one up.
      stage.nowMicros += 1_000_000;
      const frame = judge.judge("stream", peers.at(1), FRAME_BYTES, i);
      expect(frame.lostReason).toBe("");
      if (frame.delayMicros > LATENCY_MICROS) {
        // Nothing behind it reveals the loss: the time-out is a round trip and 200 ms.
        expect(frame.delayMicros).toBeGreaterThanOrEqual(
          LATENCY_MICROS + ROUND_TRIP_MICROS + 200_000,
        );
        late++;
      }
      if (judge.judge("datagram", peers.at(1), FRAME_BYTES, i).lostReason === "loss") lost++;
    }
    // 300 of 1000 within five standard deviations of 14.5.
    expect(Math.abs(late - 300)).toBeLessThan(75);
    expect(Math.abs(lost - 300)).toBeLessThan(75);
  });

  it("make a dial wait for flights of its handshake that are lost", () => {
    const { network, peers, conditions } = makeStage();
    network.add(new Loss({ name: "loss", probability: 0.1 }));
    let late = 0;
    let through = 0;
    for (let i = 0; i < 1000; i++) {
      const dial = conditions.of(0).judge("dial", peers.at(1), 60, i);
      if (dial.lostReason !== "") continue;
      through++;
      expect(dial.delayMicros).toBeGreaterThanOrEqual(3 * ROUND_TRIP_MICROS);
      if (dial.delayMicros > 3 * ROUND_TRIP_MICROS) late++;
    }
    // Of the five flights behind the SYN one or more are lost in 1 - 0.9^5 of all dials: 369 of 900, deviation 15.
    expect(Math.abs(late / through - 0.41)).toBeLessThan(0.08);
  });

  it("let nothing through a partition: frames and dials are tried again, both ways", () => {
    const { network, peers, conditions } = makeStage();
    const groupOf = Uint16Array.of(0, 1, 0);
    network.add(new Partition({ name: "cut", groupOf, oneWay: false }));
    for (const kind of ["stream", "dial", "datagram"] as const) {
      expect(conditions.of(0).judge(kind, peers.at(1), FRAME_BYTES, 0).lostReason).toBe(
        "partition",
      );
      expect(conditions.of(0).judge(kind, peers.at(2), FRAME_BYTES, 0).lostReason).toBe("");
    }
    network.remove("cut");
    expect(conditions.of(0).judge("stream", peers.at(1), FRAME_BYTES, 1).lostReason).toBe("");
  });

  it("do not let a dial through whose answer has no way back", () => {
    const { network, peers, conditions } = makeStage();
    const groupOf = Uint16Array.of(0, 1, 0);
    network.add(new Partition({ name: "cut", groupOf, oneWay: true }));
    const judged = [conditions.of(0), conditions.of(1)].map(
      (judge, i) => judge.judge("dial", peers.at(1 - i), 60, 0).lostReason,
    );
    expect(judged).toEqual(["partition", "partition"]);
  });

  it("make a vanished host silent in both directions", () => {
    const { peers, conditions, down } = makeStage();
    down.add(1);
    expect(conditions.of(0).judge("stream", peers.at(1), FRAME_BYTES, 0).lostReason).toBe(
      "host-down",
    );
    expect(conditions.of(1).judge("stream", peers.at(0), FRAME_BYTES, 0).lostReason).toBe(
      "host-down",
    );
    expect(conditions.of(0).judge("dial", peers.at(1), 60, 0).lostReason).toBe("host-down");
  });

  it("serve a node's frames through its uplink, one after the other", () => {
    const { links, peers, conditions } = makeStage();
    const link = { downBitsPerSecond: Infinity, upQueueMicros: 1e6, downQueueMicros: 1e6 };
    // 1 Mbit/s: 8 µs a byte.
    links.configure(0, { ...link, upBitsPerSecond: 1_000_000 }, 3);
    const judge = conditions.of(0);
    const first = judge.judge("stream", peers.at(1), FRAME_BYTES, 0).delayMicros - LATENCY_MICROS;
    const second = judge.judge("stream", peers.at(2), FRAME_BYTES, 0).delayMicros - LATENCY_MICROS;
    expect(first).toBeGreaterThan(FRAME_BYTES * 8);
    expect(second).toBe(2 * first);
  });
});
