import { describe, expect, it } from "vitest";

import { Partition } from "../../src/sim/rules/partition.js";
import { Undialable } from "../../src/sim/rules/undialable.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import type { Passage } from "../../src/sim/passage.js";
import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";

/** One way between nodes 0 and 1, different in each direction, so that a swapped one shows. */
const FORTH = 20 * MILLI;
const BACK = 30 * MILLI;
const RTT = FORTH + BACK;
const latencyMicros = (source: number, target: number): number => (source < target ? FORTH : BACK);

const JITTER_MILLIS = [0, 15, -5, 0, 9, -9];

/** Loses the passages of a kind that a test names by their order, in one direction. */
class LoseThese implements LinkRule {
  readonly stage = "loss";
  readonly name = "chosen losses";
  count = 0;

  constructor(
    readonly kind: "dial" | "stream",
    readonly losses: (index: number) => boolean,
  ) {}

  apply(passage: Passage): void {
    if (passage.kind !== this.kind || passage.source !== 0) return;
    if (this.losses(this.count++)) passage.lose("loss");
  }
}

function cut(groups: readonly number[], oneWay = false): Partition {
  return new Partition({ name: "cut", groupOf: Uint16Array.from(groups), oneWay });
}

describe("a connection opens (card N5)", () => {
  it("for its acceptor after two and a half round trips and for its dialler half a one later", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    world.connect(0, 1);
    world.run(SECOND);
    expect(world.toldTo(0)).toEqual([`connected 1 @${3 * RTT}`]);
    expect(world.toldTo(1)).toEqual([`connected 0 @${2 * RTT + FORTH}`]);
  });

  it("and carries what waited for it once the acceptor has greeted", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    world.send(0, 1, "first");
    world.run(SECOND);
    const readyMicros = 2 * RTT + FORTH;
    expect(world.toldTo(1)).toEqual([
      `connected 0 @${readyMicros}`,
      `message 0 first @${3 * RTT + FORTH}`,
    ]);
  });

  it("and carries the acceptor's first message right behind its greeting", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    world.reactions.set(1, ({ what }) => {
      if (what === "connected") world.send(1, 0, "welcome");
    });
    world.connect(0, 1);
    world.run(SECOND);
    expect(world.toldTo(0)).toEqual([
      `connected 1 @${3 * RTT}`,
      `message 1 welcome @${3 * RTT + 2}`,
    ]);
  });

  it.each([
    [1, 1 * SECOND],
    [2, 3 * SECOND],
    [3, 7 * SECOND],
  ])("after %i lost SYNs at %i µs plus the handshake", (losses, startMicros) => {
    const rules = [new LoseThese("dial", (index) => index < losses)];
    const world = new KernelWorld({ nodes: 2, latencyMicros, rules });
    world.connect(0, 1);
    world.run(20 * SECOND);
    expect(world.timesOf(0, "connected")).toEqual([startMicros + 3 * RTT]);
  });

  it("not at all when four SYNs are lost: the dial ends after ten seconds", () => {
    const world = new KernelWorld({
      nodes: 2,
      rules: [new LoseThese("dial", (index) => index < 4)],
    });
    world.connect(0, 1);
    world.run(60 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${10 * SECOND}`]);
    expect(world.toldTo(1)).toEqual([]);
  });

  it("not with a host that is down, whose silence takes the same ten seconds", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.simulation.crashHost(1);
    world.send(0, 1, "lost");
    world.run(60 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${10 * SECOND}`]);
    expect(world.recordsOf("dropped").map(({ node, reason }) => [node, reason])).toEqual([
      [0, "timeout"],
    ]);
  });

  it("not with a process that does not run, whose host refuses after a round trip", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    world.simulation.crashProcess(1);
    world.connect(0, 1);
    world.run(60 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 refused @${RTT}`]);
  });

  it("not with a peer that cannot be dialled, while that peer's own dial succeeds", () => {
    const undialable = new Undialable({ name: "nat", isUndialable: Uint8Array.from([0, 1]) });
    const world = new KernelWorld({ nodes: 2, latencyMicros, rules: [undialable] });
    world.connect(0, 1);
    world.run(60 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${10 * SECOND}`]);
    const from = world.nowMicros;
    world.connect(1, 0);
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual([`connected 0 @${from + 3 * RTT}`]);
  });

  it("by the dial of a peer that cannot be dialled although one's own, of the lower id, is under way", () => {
    const undialable = new Undialable({ name: "nat", isUndialable: Uint8Array.from([0, 1]) });
    const world = new KernelWorld({ nodes: 2, latencyMicros, rules: [undialable] });
    world.send(0, 1, "over the other's dial");
    world.at(SECOND / 2, () => {
      world.connect(1, 0);
    });
    world.run(60 * SECOND);
    expect(world.timesOf(1, "connected")).toEqual([SECOND / 2 + 3 * RTT]);
    expect(world.toldTo(1).filter((line) => line.startsWith("message"))).toHaveLength(1);
    expect(world.timesOf(0, "disconnected")).toEqual([]);
  });

  it("not across a cut, nor where only the way back is cut", () => {
    for (const rule of [cut([0, 1]), cut([1, 0], true)]) {
      const world = new KernelWorld({ nodes: 2, rules: [rule] });
      world.connect(0, 1);
      world.run(60 * SECOND);
      expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${10 * SECOND}`]);
      expect(world.toldTo(1)).toEqual([]);
    }
  });

  it("once for each pair that dials at the same time, by the dial of the lower id", () => {
    for (const lowest of [0, 1]) {
      const world = new KernelWorld({
        nodes: 2,
        latencyMicros: 10 * MILLI,
        idPrecedes: (a) => a === lowest,
      });
      const other = 1 - lowest;
      world.send(0, 1, "from 0");
      world.send(1, 0, "from 1");
      world.run(SECOND);
      expect(world.timesOf(lowest, "connected")).toEqual([60 * MILLI]);
      expect(world.timesOf(other, "connected")).toEqual([50 * MILLI]);
      expect(world.told.filter(({ what }) => what === "message").map(({ text }) => text)).toEqual(
        // The acceptor is ready first.
        lowest === 0 ? ["from 1", "from 0"] : ["from 0", "from 1"],
      );
      expect(world.told.filter(({ what }) => what === "disconnected")).toEqual([]);
      const states = world.recordsOf("connection").map(({ node, name }) => `${node} ${name}`);
      expect(states.filter((state) => state.endsWith("connected"))).toEqual([
        `${lowest} connected`,
      ]);
      expect(states.filter((state) => state.endsWith("accepted"))).toEqual([`${other} accepted`]);
    }
  });
});

describe("a stream", () => {
  it("delivers after the one-way latency, in order, whatever the jitter", () => {
    let step = 0;
    const jitter: LinkRule = {
      name: "jitter",
      stage: "jitter",
      apply: (passage) => {
        if (passage.kind === "stream") passage.delay(JITTER_MILLIS[step++ % 6]! * MILLI);
      },
    };
    const world = new KernelWorld({ nodes: 2, latencyMicros: 20 * MILLI, rules: [jitter] });
    const from = world.open(0, 1);
    const arrivals: number[] = [];
    for (let i = 0; i < 60; i++) {
      // Eight a round trip: the congestion window, ten segments at first, never counts.
      world.at(from + i * 5 * MILLI, () => {
        const own = world.nowMicros + 20 * MILLI + JITTER_MILLIS[i % 6]! * MILLI;
        arrivals.push(Math.max(own, arrivals.at(-1) ?? 0));
        world.send(0, 1, `${i}`);
      });
    }
    world.run(SECOND);
    expect(world.told.map(({ text }) => text)).toEqual(
      Array.from({ length: 60 }, (_, i) => `${i}`),
    );
    expect(world.timesOf(1, "message")).toEqual(arrivals);
  });

  it("repairs a lost last message a round trip and 200 ms later, then after as long again, doubling", () => {
    for (let losses = 0; losses <= 5; losses++) {
      const loss = new LoseThese("stream", (index) => index < losses);
      const world = new KernelWorld({ nodes: 2, latencyMicros });
      const from = world.open(0, 1);
      world.network.add(loss);
      world.send(0, 1, "late");
      world.run(20 * SECOND);
      // A tail probe when the time-out would be, and time-outs of 250, 500, 1,000, 2,000 ms.
      const waits = [0, 250, 250, 500, 1000, 2000].map((millis) => millis * MILLI);
      const sentMicros = waits.slice(0, losses + 1).reduce((sum, wait) => sum + wait, from);
      expect(world.timesOf(1, "message")).toEqual([sentMicros + FORTH]);
      expect(world.recordsOf("dropped")).toEqual([]);
    }
  });

  it("waits 200 ms and the round trip, on however short a path", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: 300 });
    const from = world.open(0, 1);
    world.network.add(new LoseThese("stream", (index) => index < 2));
    world.send(0, 1, "late");
    world.run(SECOND);
    expect(world.timesOf(1, "message")).toEqual([from + 2 * (200 * MILLI + 600) + 300]);
  });

  it("waits two round trips for a retransmission on paths longer than 200 ms", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: 150 * MILLI });
    world.connect(0, 1);
    world.run(5 * SECOND);
    world.told.length = 0;
    const from = world.nowMicros;
    world.network.add(new LoseThese("stream", (index) => index < 3));
    world.send(0, 1, "late");
    world.run(10 * SECOND);
    // Two round trips of 300 ms, as long again, then twice as long.
    expect(world.timesOf(1, "message")).toEqual([from + (600 + 600 + 1200 + 150) * MILLI]);
  });

  it("repairs a lost message one round trip after later data has left, and delivers that behind it", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    const from = world.open(0, 1);
    world.network.add(new LoseThese("stream", (index) => index === 0));
    world.send(0, 1, "lost once");
    world.at(from + 7 * MILLI, () => void world.send(0, 1, "reveals it"));
    world.run(SECOND);
    const repaired = from + 7 * MILLI + RTT + FORTH;
    expect(world.toldTo(1)).toEqual([
      `message 0 lost once @${repaired}`,
      `message 0 reveals it @${repaired}`,
    ]);
  });

  it("ends for its sender when data stays unacknowledged for twenty seconds", () => {
    const world = new KernelWorld({ nodes: 2 });
    const from = world.open(0, 1);
    world.network.add(cut([0, 1]));
    world.send(0, 1, "never");
    world.run(60 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${from + 20 * SECOND}`]);
    // The other end hears nothing: thirty seconds later it looks, and the way is cut.
    expect(world.toldTo(1)).toEqual([`disconnected 0 timeout @${from + 50 * SECOND}`]);
    expect(world.recordsOf("dropped").map(({ reason }) => reason)).toEqual(["timeout"]);
  });

  it("survives a cut that is shorter than its time-outs", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    const from = world.open(0, 1);
    world.network.add(cut([0, 1]));
    world.simulation.networkChanged();
    world.send(0, 1, "over the cut");
    world.at(from + 10 * SECOND, () => {
      world.network.remove("cut");
      world.simulation.networkChanged();
    });
    world.run(120 * SECOND);
    expect(world.told.map(({ what, text }) => `${what} ${text}`)).toEqual(["message over the cut"]);
    // The probe after 250 ms, then 250, 500, …, 8,000 ms: the first attempt after the cut is at 16 s.
    expect(world.timesOf(1, "message")).toEqual([from + 16_000 * MILLI + FORTH]);
  });

  it("that is silent notices a cut by its keep-alive after thirty seconds, at both ends", () => {
    const world = new KernelWorld({ nodes: 2 });
    const from = world.open(0, 1);
    world.network.add(cut([0, 1]));
    world.simulation.networkChanged();
    world.run(120 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${from + 30 * SECOND}`]);
    expect(world.toldTo(1)).toEqual([`disconnected 0 timeout @${from + 30 * SECOND}`]);
  });

  it("that is silent notices a host that went down by its keep-alive", () => {
    const world = new KernelWorld({ nodes: 2 });
    const from = world.open(0, 1);
    world.simulation.crashHost(1);
    world.run(120 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${from + 30 * SECOND}`]);
  });

  it("learns by a probe that the host is back and has forgotten it", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    const from = world.open(0, 1);
    world.simulation.crashHost(1);
    world.at(from + SECOND, () => {
      world.start(1);
    });
    world.run(120 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 reset @${from + 30 * SECOND + RTT}`]);
  });

  it("learns at its next message that the other end has forgotten it", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    const from = world.open(0, 1);
    world.simulation.crashHost(1);
    world.at(from + SECOND, () => {
      world.start(1);
      world.send(0, 1, "to nobody");
    });
    world.run(10 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 reset @${from + SECOND + RTT}`]);
    expect(world.recordsOf("dropped").map(({ node, reason }) => [node, reason])).toEqual([
      [1, "no-connection"],
    ]);
  });

  it("ends when the other process crashes, one way later, behind the bytes in flight", () => {
    const slowSecond: LinkRule = {
      name: "slow",
      stage: "jitter",
      apply: (passage) => {
        if (passage.kind === "stream" && passage.source === 0) passage.delay(70 * MILLI);
      },
    };
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    const from = world.open(0, 1);
    world.simulation.crashProcess(0);
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual([`disconnected 0 reset @${from + FORTH}`]);

    const other = new KernelWorld({ nodes: 2, latencyMicros, rules: [slowSecond] });
    const start = other.open(0, 1);
    other.send(0, 1, "in flight");
    other.simulation.crashProcess(0);
    other.run(SECOND);
    const arrival = start + FORTH + 70 * MILLI;
    expect(other.toldTo(1)).toEqual([
      `message 0 in flight @${arrival}`,
      `disconnected 0 reset @${arrival}`,
    ]);
  });

  it("gives a new process of the same node a new connection", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros });
    const from = world.open(0, 1);
    world.simulation.crashHost(0);
    world.at(from + SECOND, () => {
      world.start(0);
      world.send(0, 1, "anew");
    });
    world.run(10 * SECOND);
    expect(world.toldTo(1)).toEqual([
      `disconnected 0 replaced @${from + SECOND + FORTH}`,
      `connected 0 @${from + SECOND + 2 * RTT + FORTH}`,
      `message 0 anew @${from + SECOND + 3 * RTT + FORTH}`,
    ]);
  });

  it("does not hand a message of an old connection to a new one", () => {
    const slow: LinkRule = {
      name: "slow",
      stage: "jitter",
      apply: (passage) => {
        if (passage.kind === "stream" && passage.source === 0) passage.delay(400 * MILLI);
      },
    };
    const world = new KernelWorld({ nodes: 2, latencyMicros, rules: [slow] });
    world.open(0, 1);
    world.send(0, 1, "old");
    world.simulation.crashHost(0);
    world.start(0);
    world.send(0, 1, "new");
    world.run(10 * SECOND);
    expect(world.told.filter(({ what }) => what === "message").map(({ text }) => text)).toEqual([
      "new",
    ]);
    expect(world.recordsOf("dropped").map(({ reason }) => reason)).toEqual(["no-connection"]);
  });
});
