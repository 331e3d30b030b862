import { describe, expect, it } from "vitest";
import { SWIM_MESSAGES } from "../../src/protocol/swim-messages.js";
import {
  addNews,
  newsCount,
  noNews,
  takeNews,
  WAITING_NEWS_MAX,
} from "../../src/protocol/swim-news.js";
import type { SwimStatus } from "../../src/protocol/swim-status.js";
import { memberStamp, MemberStatus } from "../../src/protocol/member-stamp.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { DATAGRAM_BYTES_MAX } from "../../src/transport/transport.js";
import { range } from "./genesis-network.js";
import { numberedPeers } from "./numbered-peers.js";
import { SECOND } from "./overlay-network.js";
import { heldBy, holdEachOtherAlive, swimNetwork } from "./swim-network.js";

describe("SWIM", () => {
  it("holds members that answer to be alive, and records nothing", () => {
    const network = swimNetwork({ nodeCount: 20 });
    network.run(120 * SECOND);
    expect(holdEachOtherAlive(network, range(0, 20))).toBe(true);
    expect(network.beliefs).toEqual([]);
  });

  it("lets everyone know everyone who joined through one contact", () => {
    const network = swimNetwork({ nodeCount: 30, areAcquainted: false });
    const all = range(0, 30);
    const limitMicros = 20 * SECOND;
    expect(network.runUntil(() => holdEachOtherAlive(network, all), limitMicros)).toBeLessThan(
      limitMicros,
    );
  });

  it("suspects who has crashed, then holds it dead everywhere within the longest suspicion", () => {
    const network = swimNetwork({ nodeCount: 20 });
    network.run(5 * SECOND);
    network.crash(7, "host");
    const others = range(0, 20).filter((index) => index !== 7);
    const isDead = (): boolean => others.every((index) => heldBy(network, index).get(7) === "dead");
    // Found within a round of 38 periods at worst; 6 · 4 · log10 20 seconds of suspicion.
    const tookMicros = network.runUntil(isDead, 60 * SECOND);
    expect(tookMicros).toBeGreaterThan(4 * SECOND);
    expect(tookMicros).toBeLessThan(38 * SECOND);
    const [first] = network.beliefs;
    expect(first).toMatchObject({ peer: network.peers[7], belief: "suspect" });
    expect(network.beliefs.every(({ peer }) => peer === network.peers[7])).toBe(true);
  });

  it("holds nobody dead who says goodbye", () => {
    const network = swimNetwork({ nodeCount: 20 });
    network.run(5 * SECOND);
    network.leave(3);
    network.run(20 * SECOND);
    expect(network.beliefs).toEqual([]);
    const rest = range(0, 20).filter((index) => index !== 3);
    expect(holdEachOtherAlive(network, rest)).toBe(true);
  });

  it("takes back a suspicion that is refuted, with a higher incarnation", () => {
    const network = swimNetwork({ nodeCount: 20, options: { suspicionFactor: 60 } });
    network.run(5 * SECOND);
    const status = network.node(0).protocol("status") as SwimStatus;
    const before = status.beliefAbout(network.peers[4]!)?.incarnation ?? 0;
    network.cut(
      [4],
      range(0, 20).filter((index) => index !== 4),
    );
    network.run(12 * SECOND);
    expect(heldBy(network, 0).get(4)).toBe("suspect");
    network.heal();
    const limitMicros = 30 * SECOND;
    const all = range(0, 20);
    expect(network.runUntil(() => holdEachOtherAlive(network, all), limitMicros)).toBeLessThan(
      limitMicros,
    );
    expect(status.beliefAbout(network.peers[4]!)?.incarnation).toBeGreaterThan(before);
  });

  it("brings both sides together after a cut in which each held the other dead", () => {
    const network = swimNetwork({ nodeCount: 12, options: { syncMicros: 5 * SECOND } });
    network.run(5 * SECOND);
    network.cut(range(0, 6), range(6, 12));
    network.run(120 * SECOND);
    expect(heldBy(network, 0).get(9)).toBe("dead");
    const beliefCount = network.beliefs.length;
    network.heal();
    const limitMicros = 60 * SECOND;
    const all = range(0, 12);
    expect(network.runUntil(() => holdEachOtherAlive(network, all), limitMicros)).toBeLessThan(
      limitMicros,
    );
    // Lists from the far side hold everyone here dead: their word is doubted.
    const buried = network.beliefs.slice(beliefCount).filter(({ belief }) => belief === "dead");
    expect(buried).toEqual([]);
  });

  it("buries nobody on suspicions from a cut that the suspects never heard of, if it tells them", () => {
    // One node is cut off for ten seconds, suspects some of the others meanwhile, and has told it to nobody. Its round
    // takes longer than a suspicion that nobody shares: 80 against 6 · 6 · log10 80 seconds.
    const [untold, told] = [false, true].map((tellsSuspects) => {
      const options = { tellsSuspects, suspicionFactor: 6, adaptsProbe: false, syncMicros: 0 };
      const network = swimNetwork({ nodeCount: 80, options });
      network.run(5 * SECOND);
      network.cut([0], range(1, 80));
      network.run(10 * SECOND);
      network.heal();
      network.run(120 * SECOND);
      return network.beliefs.filter(({ belief }) => belief === "dead").length;
    });
    expect(untold).toBeGreaterThan(0);
    expect(told).toBe(0);
  });

  it.each([true, false])(
    "knows a member that comes back, with its state kept: %s",
    (keepsState) => {
      const network = swimNetwork({ nodeCount: 10 });
      network.run(5 * SECOND);
      network.crash(2);
      network.run(60 * SECOND);
      expect(heldBy(network, 0).get(2)).toBe("dead");
      network.restart(2, { keepsState });
      network.run(40 * SECOND);
      expect(holdEachOtherAlive(network, range(0, 10))).toBe(true);
    },
  );

  it("holds a probe that began before a member came back against nobody", () => {
    const options = { periodMicros: 10 * SECOND, ackMicros: 2 * SECOND };
    // At some of these times the other has probed in vain, is told that the member is back, and only then judges.
    for (const downSeconds of range(1, 10)) {
      const network = swimNetwork({ nodeCount: 2, options });
      network.run(30 * SECOND);
      network.crash(1);
      network.run(downSeconds * SECOND);
      network.restart(1, { keepsState: true });
      const restarted = network.node(1).protocol("status") as SwimStatus;
      const { incarnation } = restarted.snapshot() as { readonly incarnation: number };
      network.run(60 * SECOND);
      const status = network.node(0).protocol("status") as SwimStatus;
      const held = { belief: "alive", incarnation };
      expect(status.beliefAbout(network.peers[1]!), `${downSeconds} s`).toMatchObject(held);
    }
  });

  it("asks helpers, so that losses alone make few suspects and no dead", () => {
    const loss = (): Loss => new Loss({ name: "loss", probability: 0.05 });
    const failed = [0, 3].map((helpers) => {
      const network = swimNetwork({ nodeCount: 20, options: { helpers }, rules: [loss()] });
      network.run(100 * SECOND);
      return network.observations.filter(({ name }) => name === "swim-failed-probe").length;
    });
    // 2,000 probes: 195 fail without helpers, one or two with three of them.
    expect(failed[0]).toBeGreaterThan(100);
    expect(failed[1]).toBeLessThan(12);
  });

  it("watches no more members than it may", () => {
    const network = swimNetwork({
      nodeCount: 20,
      options: { membersMax: 8 },
      areAcquainted: false,
    });
    network.run(60 * SECOND);
    for (const index of range(0, 20)) {
      expect(heldBy(network, index).size).toBeLessThanOrEqual(8);
    }
  });
});

describe("news of SWIM", () => {
  const peers = numberedPeers(WAITING_NEWS_MAX + 5);
  const stamp = memberStamp(1, MemberStatus.alive);

  it("go out those sent least first, the youngest of equals, each as often as it may", () => {
    const queue = noNews();
    for (const peer of peers.slice(0, 3)) addNews(queue, peer, stamp, 0);
    const taken = (): number[] => takeNews(queue, 2, 2).map(({ peer }) => peers.indexOf(peer));
    expect([taken(), taken(), taken(), taken()]).toEqual([[2, 1], [0, 2], [1, 0], []]);
  });

  it("are replaced by later ones about the same member", () => {
    const queue = noNews();
    addNews(queue, peers[0]!, stamp, 0);
    addNews(queue, peers[0]!, memberStamp(2, MemberStatus.suspect), 9);
    expect(takeNews(queue, 10, 5)).toEqual([
      { peer: peers[0], incarnation: 2, status: MemberStatus.suspect, accuser: 9 },
    ]);
  });

  it("are bounded, the oldest making room", () => {
    const queue = noNews();
    for (const peer of peers) addNews(queue, peer, stamp, 0);
    expect(newsCount(queue)).toBe(WAITING_NEWS_MAX);
    expect(queue.byPeer.has(peers[4]!)).toBe(false);
    expect(queue.byPeer.has(peers[5]!)).toBe(true);
  });

  it("fit into a datagram with any message", () => {
    for (const { type, bytesMax } of SWIM_MESSAGES) {
      if (type !== "swim/sync") expect(bytesMax, type).toBeLessThanOrEqual(DATAGRAM_BYTES_MAX);
    }
  });
});
