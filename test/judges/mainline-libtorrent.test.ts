// libtorrent, which most of the Mainline DHT runs, judges ours over real sockets on loopback.

import { afterEach, describe, expect, it } from "vitest";

import { peerAddresses } from "../../src/protocol/compact-address.js";
import type { KrpcMessage } from "../../src/protocol/krpc-codec.js";
import type { MainlineNode } from "../../src/scenarios/node-mainline-node.js";
import { INSTALLATION_MILLIS, requireSystemPackage } from "../support/system-package.js";
import { LIBTORRENT, LibtorrentNode } from "./libtorrent-node.js";
import { MixedNetwork, hexOf, idOf, nearestIds, openOurs } from "./mainline-network.js";
import { MessageLog } from "./message-log.js";

const closers: (() => Promise<void>)[] = [];
const infoHash = idOf("what is shared");
const hash = hexOf(infoHash);

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function pair(): Promise<{ ours: MainlineNode; theirs: LibtorrentNode; log: MessageLog }> {
  const theirs = await LibtorrentNode.open();
  closers.push(() => theirs.close());
  const log = new MessageLog();
  const ours = await openOurs(idOf("our node"), [theirs.address], log);
  closers.push(() => ours.leave());
  return { ours, theirs, log };
}

const isQuery =
  (method: string) =>
  (message: KrpcMessage): boolean =>
    message.kind === "query" && message.method === method;

describe("libtorrent", () => {
  it(
    "answers ours: ping, find_node, get_peers, announce_peer",
    async (context) => {
      requireSystemPackage(context, LIBTORRENT);
      const { ours, theirs, log } = await pair();
      expect(ours.node.discover().map(({ id }) => id.slice(0, 40))).toEqual([theirs.id]);
      const { closest } = await ours.lookup(infoHash);
      expect(closest.map(({ address }) => address)).toEqual([theirs.address]);
      expect((await ours.getPeers(infoHash)).value).toBeNull();
      const { isSuccess, timeouts } = await ours.announce(infoHash, 5001);
      expect({ isSuccess, timeouts }).toEqual({ isSuccess: true, timeouts: 0 });
      await theirs.event(
        "announced",
        (event) => event.hash === hash && event.peer === "127.0.0.1:5001",
      );
      expect(log.messages.filter(({ kind }) => kind === "error")).toEqual([]);
      const asker = await openOurs(idOf("another of ours"), [theirs.address]);
      closers.push(() => asker.leave());
      const { value } = await asker.getPeers(infoHash);
      expect(peerAddresses(value ?? new Uint8Array())).toEqual(["127.0.0.1:5001"]);
    },
    INSTALLATION_MILLIS,
  );

  it("asks ours: ping or find_node, get_peers, announce_peer", async (context) => {
    requireSystemPackage(context, LIBTORRENT);
    const { ours, theirs, log } = await pair();
    await ours.announce(infoHash, 5002);
    theirs.tell({ do: "get-peers", hash });
    await theirs.event(
      "peers",
      (event) => event.hash === hash && event.peers.includes("127.0.0.1:5002"),
    );
    expect(await log.until(isQuery("get_peers"))).toBeTruthy();
    theirs.tell({ do: "announce", hash });
    await log.until(isQuery("announce_peer"));
    const { value } = await ours.getPeers(infoHash);
    expect(peerAddresses(value ?? new Uint8Array()).sort()).toContain(theirs.address);
  }, 60_000);

  it("joins 20 of ours and 20 of bittorrent-dht, and announces itself to exactly those of them among the 8 nearest", async (context) => {
    requireSystemPackage(context, LIBTORRENT);
    const network = await MixedNetwork.open(20);
    closers.push(() => network.close());
    const theirs = await LibtorrentNode.open(network.ours[0]!.address);
    closers.push(() => theirs.close());
    theirs.tell({ do: "announce", hash });
    // Its id is drawn anew in each run: among the nearest it needs no announcement itself.
    const nearest = nearestIds(infoHash, [...network.ids(), Buffer.from(theirs.id, "hex")]);
    const others = nearest.filter((id) => id !== theirs.id);
    const asked = await network.announcedTo(others.length);
    expect(asked.sort()).toEqual(others.sort());
    const { closest } = await network.ours[7]!.lookup(Buffer.from(theirs.id, "hex"));
    expect(closest[0]?.id.slice(0, 40)).toBe(theirs.id);
  }, 60_000);
});
