import { describe, expect, it } from "vitest";
import {
  cacheMessage,
  idsToGossip,
  noCachedMessages,
  shiftCache,
} from "../../src/protocol/gossipsub-message-cache.js";
import { Have, IDS_MAX, Published, Want } from "../../src/protocol/gossipsub-messages.js";
import { range } from "./genesis-network.js";
import {
  gossipsubNetwork,
  gossipsubOf,
  publish,
  reachedBy,
  sendBetween,
} from "./gossipsub-network.js";
import { numberedPeers } from "./numbered-peers.js";
import { SECOND } from "./overlay-network.js";

const [ORIGIN] = numberedPeers(1);

function message(id: number, byteCount = 10): Published {
  return Published.create({ id, origin: ORIGIN!, hops: 1, payload: new Uint8Array(byteCount) });
}

describe("the message cache of GossipSub", () => {
  it("gossips about the youngest windows, and forgets a message after the last", () => {
    const cache = noCachedMessages();
    for (const id of range(1, 7)) {
      cacheMessage(cache, message(id), 1_000_000);
      if (id < 6) shiftCache(cache, 5);
    }
    expect(idsToGossip(cache, 3)).toEqual([6, 5, 4]);
    expect([...cache.byId.keys()]).toEqual([2, 3, 4, 5, 6]);
    for (let i = 0; i < 5; i++) shiftCache(cache, 5);
    expect(cache).toEqual({ byId: new Map(), windows: [[], [], [], [], []], byteCount: 0 });
  });

  it("forgets the oldest above its bytes, empty messages too, and does not gossip about them", () => {
    const cache = noCachedMessages();
    for (const id of range(1, 101)) cacheMessage(cache, message(id, 0), 2_000);
    expect(cache.byId.size).toBe(10);
    expect(idsToGossip(cache, 3)).toEqual(range(91, 101));
    cacheMessage(cache, message(200, 5_000), 2_000);
    expect([...cache.byId.keys()]).toEqual([200]);
  });
});

describe("the gossip of GossipSub", () => {
  it("brings a message to nodes that no mesh link and no publication reaches", () => {
    // Nobody may have more than one link: the mesh is in pairs, and what connects them is gossip.
    const options = { degree: 1, degreeLow: 1, degreeHigh: 1, degreeOut: 0, floodsOwn: false };
    const network = gossipsubNetwork({ nodeCount: 30, options });
    network.run(5 * SECOND);
    const id = publish(network, 0);
    network.run(SECOND / 2);
    expect(reachedBy(network, id).length).toBeLessThan(15);
    network.run(10 * SECOND);
    expect(reachedBy(network, id)).toHaveLength(29);
  });

  it("asks for what it lacks alone, each once", () => {
    const network = gossipsubNetwork({ nodeCount: 2 });
    network.run(3 * SECOND);
    const known = publish(network, 1);
    network.run(SECOND / 2);
    const asked: number[][] = [];
    gossipsubOf(network, 1)["onWant"] = (_from, ids) => asked.push([...ids]);
    sendBetween(network, [1, 0], Have.create({ ids: [known, 5, 7, 5] }));
    network.run(SECOND / 2);
    expect(asked.map((ids) => ids.toSorted((a, b) => a - b))).toEqual([[5, 7]]);
  });

  it("heeds ten announcements of a peer between two heartbeats, and 5,000 messages", () => {
    const network = gossipsubNetwork({ nodeCount: 2 });
    network.run(3 * SECOND);
    let asked = 0;
    gossipsubOf(network, 1)["onWant"] = (_from, ids) => void (asked += ids.length);
    const peer = network.peers[1]!;
    const hear = (ids: readonly number[]): void => {
      network.simulation.inject(() => gossipsubOf(network, 0)["onHave"](peer, ids));
    };
    for (const n of range(0, 12)) hear([1_000 + n]);
    network.run(SECOND / 5);
    expect(asked).toBe(10);
    network.run(2 * SECOND);
    hear(range(10_000, 10_000 + IDS_MAX - 1));
    hear([1, 2, 3]);
    hear([4]);
    network.run(SECOND / 5);
    expect(asked).toBe(10 + IDS_MAX);
    const ignored = network.decisions.filter(({ why }) => why === "too many announcements");
    expect(ignored).toHaveLength(3);
  });

  it("gives a message to one peer three times, and no stranger at all", () => {
    const network = gossipsubNetwork({ nodeCount: 3, known: (index) => (index < 2 ? [0, 1] : []) });
    network.run(3 * SECOND);
    const id = publish(network, 0);
    network.run(SECOND / 2);
    const duplicates = (): number =>
      network.decisions.filter(({ why }) => why === "duplicate").length;
    for (let i = 0; i < 5; i++) sendBetween(network, [1, 0], Want.create({ ids: [id] }));
    sendBetween(network, [2, 0], Want.create({ ids: [id] }));
    network.run(SECOND);
    expect(duplicates()).toBe(3);
    expect(reachedBy(network, id)).toEqual([1]);
    expect(network.decisions.filter(({ why }) => why === "given too often")).toHaveLength(2);
    network.run(10 * SECOND);
    sendBetween(network, [1, 0], Want.create({ ids: [id] }));
    network.run(SECOND);
    expect(network.decisions.at(-1)).toMatchObject({ what: "give", why: "no longer kept" });
  });

  it("refuses a list of ids that is longer than a peer may ask for", () => {
    const ids = range(1, IDS_MAX + 2);
    expect(() => Have.validate(Have.create({ ids }))).toThrow(/at most 5000/u);
    expect(() => Want.validate(Want.create({ ids: [0] }))).toThrow(/ids\[0\]/u);
  });
});

describe("a message that a node has more of than it can remember", () => {
  it("is not taken, rather than that an older one goes round again", () => {
    // Half of the nodes keep payloads for longer than the others know their ids.
    const network = gossipsubNetwork({
      nodeCount: 12,
      options: { seenMax: 40, peersMin: 6, degree: 2, degreeLow: 2, degreeHigh: 3, degreeOut: 0 },
      optionsOf: (index) => ({ cacheBytesMax: index % 2 === 0 ? 3_000 : 1_000_000 }),
    });
    network.run(5 * SECOND);
    for (let i = 0; i < 200; i++) {
      publish(network, i % 12);
      network.run(SECOND / 20);
    }
    network.run(20 * SECOND);
    const receipts = network.receipts.map(
      ({ node, applicationId }) => `${applicationId} at ${node.id}`,
    );
    expect(new Set(receipts).size).toBe(receipts.length);
    // Nothing goes round any more, and what comes later is taken again.
    const settled = network.receipts.length;
    network.run(20 * SECOND);
    expect(network.receipts).toHaveLength(settled);
    const id = publish(network, 3);
    network.run(3 * SECOND);
    expect(reachedBy(network, id)).toHaveLength(11);
    const refused = network.decisions.filter(({ why }) => why === "no memory for more messages");
    expect(refused.length).toBeGreaterThan(0);
  });
});
