// Mainline DHT nodes that others wrote judge ours, over real sockets on loopback.

import { afterEach, describe, expect, it } from "vitest";

import { peerAddresses } from "../../src/protocol/compact-address.js";
import type { MainlineNode } from "../../src/scenarios/node-mainline-node.js";
import { MixedNetwork, hexOf, idOf, idOfOurs, openOurs } from "./mainline-network.js";
import { TheirNode } from "./their-node.js";

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A node of theirs, and one of ours that joined through it. */
async function pair(): Promise<{ ours: MainlineNode; theirs: TheirNode }> {
  const theirs = await TheirNode.open(idOf("their node"));
  closers.push(() => theirs.close());
  const ours = await openOurs(idOf("our node"), [theirs.address]);
  closers.push(() => ours.leave());
  return { ours, theirs };
}

async function third(contact: string): Promise<TheirNode> {
  const theirs = await TheirNode.open(idOf("a third node"), [contact]);
  closers.push(() => theirs.close());
  return theirs;
}

const infoHash = idOf("what is shared");

describe("Ours asks bittorrent-dht", () => {
  it("ping and find_node: it joins, and knows the node by the id that it answered", async () => {
    const { ours, theirs } = await pair();
    expect(ours.node.discover().map(({ id }) => id.slice(0, 40))).toEqual([hexOf(theirs.id)]);
    const other = await third(theirs.address);
    const { closest } = await ours.lookup(other.id);
    expect(closest[0]?.id.slice(0, 40)).toBe(hexOf(other.id));
    expect(closest[0]?.address).toBe(other.address);
  });

  it("get_peers: it finds the peers that were announced there", async () => {
    const { ours, theirs } = await pair();
    const other = await third(theirs.address);
    await other.announce(infoHash, 5001);
    const { isSuccess, value } = await ours.getPeers(infoHash);
    expect(isSuccess).toBe(true);
    expect(peerAddresses(value ?? new Uint8Array())).toEqual(["127.0.0.1:5001"]);
  });

  it("get_peers: it finds none where nobody has announced any", async () => {
    const { ours } = await pair();
    const { isSuccess, value, closest } = await ours.getPeers(infoHash);
    expect({ isSuccess, value, count: closest.length }).toEqual({
      isSuccess: false,
      value: null,
      count: 1,
    });
  });

  it("announce_peer: it announces under the token that it was given", async () => {
    const { ours, theirs } = await pair();
    const { isSuccess, timeouts } = await ours.announce(infoHash, 5002);
    expect({ isSuccess, timeouts }).toEqual({ isSuccess: true, timeouts: 0 });
    expect(await theirs.getPeers(infoHash)).toEqual(["127.0.0.1:5002"]);
  });

  it("announce_peer: it announces where others did before", async () => {
    const { ours, theirs } = await pair();
    const other = await third(theirs.address);
    await other.announce(infoHash, 5003);
    await ours.announce(infoHash, 5004);
    const found = await theirs.getPeers(infoHash);
    expect(found.sort()).toEqual(["127.0.0.1:5003", "127.0.0.1:5004"]);
  });
});

describe("bittorrent-dht asks ours", () => {
  it("ping: it is answered with our id", async () => {
    const { ours, theirs } = await pair();
    expect(await theirs.ask(ours.address, "ping")).toMatchObject({ r: {} });
    const reply = await theirs.ask(ours.address, "ping");
    expect("r" in reply && hexOf(reply.r.id)).toBe(hexOf(idOfOurs(ours)));
  });

  it("find_node: it joins through ours and finds the others", async () => {
    const { ours, theirs } = await pair();
    const other = await third(ours.address);
    const ids = (await other.search(theirs.id)).map(hexOf);
    expect(ids.sort()).toEqual([hexOf(theirs.id), hexOf(idOfOurs(ours))].sort());
  });

  it("announce_peer and get_peers: what it announced is kept and found", async () => {
    const { ours } = await pair();
    const other = await third(ours.address);
    await other.announce(infoHash, 5005);
    const { value } = await ours.getPeers(infoHash);
    expect(peerAddresses(value ?? new Uint8Array())).toEqual(["127.0.0.1:5005"]);
    const token = Buffer.alloc(0);
    const reply = await other.ask(ours.address, "get_peers", {
      id: other.id,
      info_hash: infoHash,
      token,
    });
    expect("r" in reply && reply.r.values?.length).toBe(1);
    expect("r" in reply && reply.r.token?.length).toBe(8);
  });

  it("announce_peer with an implied port: the port is the one that the question came from", async () => {
    const { ours } = await pair();
    const other = await third(ours.address);
    await other.announce(infoHash, 0);
    const { value } = await ours.getPeers(infoHash);
    expect(peerAddresses(value ?? new Uint8Array())).toEqual([other.address]);
  });

  it("announce_peer with a token that it was not given: error 203", async () => {
    const { ours, theirs } = await pair();
    const a = { id: theirs.id, info_hash: infoHash, port: 5006, token: Buffer.from("invented") };
    expect(await theirs.ask(ours.address, "announce_peer", a)).toMatchObject({ code: 203 });
    expect((await ours.getPeers(infoHash)).value).toBeNull();
  });

  it("a method that there is none of: error 204; a question without a target: 203", async () => {
    const { ours, theirs } = await pair();
    expect(await theirs.ask(ours.address, "vote")).toMatchObject({ code: 204 });
    expect(await theirs.ask(ours.address, "find_node")).toMatchObject({ code: 203 });
  });
});

describe("A network of 20 of theirs and 20 of ours", () => {
  it("finds exactly the 8 nearest nodes, whoever looks, and the peers that either announced", async () => {
    const network = await MixedNetwork.open(20);
    closers.push(() => network.close());
    for (let i = 0; i < 5; i++) {
      const lookups = await network.lookups(idOf(`target/${i}`));
      expect(lookups).toHaveLength(40);
      for (const { found, nearest } of lookups) expect(found).toEqual(nearest);
    }
    await network.ours[3]!.announce(infoHash, 6001);
    await network.theirs[4]!.announce(infoHash, 6002);
    const both = ["127.0.0.1:6001", "127.0.0.1:6002"];
    for (const node of network.theirs) {
      const found = await node.getPeers(infoHash);
      expect(found.sort()).toEqual(both);
    }
    for (const node of network.ours) {
      const { value } = await node.getPeers(infoHash);
      expect(peerAddresses(value ?? new Uint8Array()).sort()).toEqual(both);
    }
  }, 120_000);
});
