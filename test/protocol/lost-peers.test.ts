import { describe, expect, it } from "vitest";
import {
  LOST_KEPT_MICROS,
  LOST_VETERANS_MAX,
  addLost,
  ageLost,
  isLost,
  lostCount,
  noLostPeers,
  removeLost,
  takeLostInTurn,
} from "../../src/protocol/lost-peers.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { numberedPeers } from "./numbered-peers.js";

const random = () => new RandomStreams({ seed: 1, sha256: nodeSha256 }).stream("lost");

describe("lost peers", () => {
  it("are each tried within four turns when few are lost, at least one a turn", () => {
    for (const count of [1, 2, 3, 4, 5, 17, 32]) {
      const lost = noLostPeers();
      const peers = numberedPeers(count);
      for (const peer of peers) addLost(lost, peer, 0, 100);
      const turns = [1, 2, 3, 4].map(() => takeLostInTurn(lost));
      for (const turn of turns) expect(turn.length).toBeGreaterThan(0);
      expect(new Set(turns.flat())).toEqual(new Set(peers));
    }
  });

  it("are tried one after the other without end, at most eight at a time", () => {
    const lost = noLostPeers();
    const peers = numberedPeers(100);
    for (const peer of peers) addLost(lost, peer, 0, 100);
    const tried = Array.from({ length: 25 }, () => takeLostInTurn(lost));
    expect(Math.max(...tried.map((turn) => turn.length))).toBe(8);
    expect(tried.flat().slice(0, 100)).toEqual(peers);
    expect(tried.flat().slice(100)).toEqual(peers.slice(0, 100));
  });

  it("are no longer tried once they are back", () => {
    const lost = noLostPeers();
    const [a, b] = numberedPeers(2);
    addLost(lost, a!, 0, 100);
    addLost(lost, b!, 0, 100);
    removeLost(lost, a!);
    expect(takeLostInTurn(lost)).toEqual([b]);
  });

  it("are all kept for ten minutes", () => {
    const lost = noLostPeers();
    const peers = numberedPeers(500);
    for (const peer of peers) addLost(lost, peer, 0, 2_000);
    ageLost(lost, LOST_KEPT_MICROS, peers[0]!, random());
    expect(lostCount(lost)).toBe(500);
  });

  it("are kept in part for ever after ten minutes, genesis in any case", () => {
    const lost = noLostPeers();
    const peers = numberedPeers(500);
    for (const peer of peers) addLost(lost, peer, 0, 2_000);
    ageLost(lost, LOST_KEPT_MICROS + 1, peers[7]!, random());
    expect(lost.veterans.size).toBe(LOST_VETERANS_MAX);
    expect([...lost.recent.keys()]).toEqual([peers[7]]);
    ageLost(lost, 100 * LOST_KEPT_MICROS, peers[7]!, random());
    expect(lostCount(lost)).toBe(LOST_VETERANS_MAX + 1);
  });

  it("keep a fair share of an old loss through a long churn that follows it", () => {
    const lost = noLostPeers();
    const peers = numberedPeers(2_000);
    const chance = random();
    // One cut of 500, then 1,500 crashes, one a second: a quarter of all that were lost is behind the cut.
    peers.forEach((peer, i) => {
      const nowMicros = Math.max(0, i - 500) * 1_000_000;
      addLost(lost, peer, nowMicros, 4_000);
      ageLost(lost, nowMicros, peers[1_999]!, chance);
    });
    ageLost(lost, 10_000_000_000, peers[1_999]!, chance);
    const fromCut = peers.slice(0, 500).filter((peer) => isLost(lost, peer));
    // Eight of 32 expected; fewer than two or more than sixteen would be off by three deviations.
    expect(fromCut.length).toBeGreaterThanOrEqual(2);
    expect(fromCut.length).toBeLessThanOrEqual(16);
  });

  it("never number more than the limit and the veterans", () => {
    const lost = noLostPeers();
    const peers = numberedPeers(300);
    for (const peer of peers) addLost(lost, peer, 0, 20);
    expect(lostCount(lost)).toBe(20);
    expect(isLost(lost, peers[299]!)).toBe(true);
  });
});
