import { describe, expect, it } from "vitest";
import { noteFirstCopy, noteOtherCopy } from "../../src/protocol/gossipsub-deliveries.js";
import type { Deliveries } from "../../src/protocol/gossipsub-deliveries.js";
import { takeBroken, watchPromise } from "../../src/protocol/gossipsub-promises.js";
import type { Promises } from "../../src/protocol/gossipsub-promises.js";
import { range } from "./genesis-network.js";
import { numberedPeers } from "./numbered-peers.js";

const [A, B, C] = numberedPeers(3) as [never, never, never];

describe("promises of GossipSub", () => {
  it("are broken when their time is over and the message has not come from anybody", () => {
    const promises: Promises = new Map();
    watchPromise(promises, A, { id: 1, untilMicros: 10 });
    watchPromise(promises, A, { id: 2, untilMicros: 10 });
    watchPromise(promises, A, { id: 3, untilMicros: 20 });
    watchPromise(promises, B, { id: 2, untilMicros: 10 });
    const hasCome = (id: number): boolean => id === 2;
    expect(takeBroken(promises, 9, hasCome)).toEqual(new Map());
    expect(takeBroken(promises, 10, hasCome)).toEqual(new Map([[A, 1]]));
    expect(promises).toEqual(new Map([[A, [{ id: 3, untilMicros: 20 }]]]));
    expect(takeBroken(promises, 20, hasCome)).toEqual(new Map([[A, 1]]));
    expect(promises.size).toBe(0);
  });

  it("are watched once each, forty of a peer, and of a thousand peers", () => {
    const promises: Promises = new Map();
    for (let i = 0; i < 3; i++) watchPromise(promises, A, { id: 1, untilMicros: 10 + i });
    expect(takeBroken(promises, 100, () => false)).toEqual(new Map([[A, 1]]));
    for (const id of range(1, 100)) watchPromise(promises, A, { id, untilMicros: id });
    expect(promises.get(A)).toHaveLength(40);
    for (const peer of numberedPeers(1_100))
      watchPromise(promises, peer, { id: 1, untilMicros: 1 });
    expect(promises.size).toBe(1_000);
  });
});

describe("deliveries of GossipSub", () => {
  const at = (nowMicros: number): { nowMicros: number; windowMicros: number } => ({
    nowMicros,
    windowMicros: 10,
  });

  it("count another copy within the window, once a sender, and not the first sender's own", () => {
    const deliveries: Deliveries = new Map();
    noteFirstCopy(deliveries, 1, A, at(100));
    expect(noteOtherCopy(deliveries, 1, A, at(101))).toBe(false);
    expect(noteOtherCopy(deliveries, 1, B, at(110))).toBe(true);
    expect(noteOtherCopy(deliveries, 1, B, at(110))).toBe(false);
    expect(noteOtherCopy(deliveries, 1, C, at(111))).toBe(false);
    expect(noteOtherCopy(deliveries, 2, C, at(111))).toBe(false);
  });

  it("are forgotten after the window, and never more than ten thousand", () => {
    const deliveries: Deliveries = new Map();
    noteFirstCopy(deliveries, 1, A, at(100));
    noteFirstCopy(deliveries, 2, A, at(111));
    expect([...deliveries.keys()]).toEqual([2]);
    for (const id of range(10, 10_100)) noteFirstCopy(deliveries, id, A, at(112));
    expect(deliveries.size).toBe(10_000);
  });
});
