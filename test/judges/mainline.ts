// The Mainline DHT's judges: npm's bittorrent-dht, and libtorrent where Debian's python3-libtorrent is installed. Each is asked
// the four questions of BEP 5 and asks them; then 20 of the first and 20 of ours make one network.

import * as fs from "node:fs";
import * as path from "node:path";

import { peerAddresses } from "../../src/protocol/compact-address.js";
import type { MainlineNode } from "../../src/scenarios/node-mainline-node.js";
import { installLine, isInstalled } from "../support/system-package.js";
import { LIBTORRENT, LibtorrentNode } from "./libtorrent-node.js";
import { MixedNetwork, hexOf, idOf, nearestIds, openOurs } from "./mainline-network.js";
import type { JudgedLookup } from "./mainline-network.js";
import { describePacket } from "./message-log.js";
import { TheirNode } from "./their-node.js";

const EACH_COUNT = 20;
const TARGET_COUNT = 25;
const infoHash = idOf("what is shared");

/** Prints and keeps what holds. */
class Verdicts {
  #failed = 0;

  get isGood(): boolean {
    return this.#failed === 0;
  }

  say(holds: boolean, text: string): void {
    if (!holds) this.#failed++;
    console.log(`${holds ? "holds " : "FAILS "} ${text}`);
  }
}

/** Prints every datagram of a node of ours. */
const printer = {
  sent: (_address: string, bytes: Uint8Array): void => {
    console.log(`  ours →   ${describePacket(bytes)}`);
  },
  received: (_address: string, bytes: Uint8Array): void => {
    console.log(`  theirs → ${describePacket(bytes)}`);
  },
};

/** Runs all; answers whether everything held. */
export async function judgeMainline(): Promise<boolean> {
  const verdicts = new Verdicts();
  await judgeQuestions(verdicts);
  await judgeLibtorrent(verdicts);
  await judgeNetwork(verdicts);
  await judgeAnnouncement(verdicts);
  return verdicts.isGood;
}

async function judgeQuestions(verdicts: Verdicts): Promise<void> {
  const file = path.join("node_modules", "bittorrent-dht", "package.json");
  const { version } = JSON.parse(fs.readFileSync(file, "utf8")) as { version: string };
  console.log(`bittorrent-dht ${version}, one node of theirs and one of ours`);
  const theirs = await TheirNode.open(idOf("their node"));
  const ours = await openOurs(idOf("our node"), [theirs.address], printer);
  verdicts.say(ours.node.discover().length === 1, "ours asks ping: it has joined through theirs");
  const { closest } = await ours.lookup(infoHash);
  verdicts.say(closest[0]?.id.startsWith(hexOf(theirs.id)) === true, "ours asks find_node");
  verdicts.say((await ours.announce(infoHash, 5001)).isSuccess, "ours asks announce_peer");
  const found = await peersOf(ours);
  verdicts.say(found.join() === "127.0.0.1:5001", `ours asks get_peers: ${found.join(", ")}`);
  const pong = await theirs.ask(ours.address, "ping");
  verdicts.say("r" in pong, "theirs asks ping");
  const nodes = await theirs.ask(ours.address, "find_node", { id: theirs.id, target: infoHash });
  verdicts.say("r" in nodes && nodes.r.nodes !== undefined, "theirs asks find_node");
  await theirs.announce(infoHash, 5002);
  const both = (await peersOf(ours)).sort();
  verdicts.say(both.includes("127.0.0.1:5002"), `theirs asks announce_peer: ${both.join(", ")}`);
  const peers = await theirs.ask(ours.address, "get_peers", { id: theirs.id, info_hash: infoHash });
  verdicts.say("r" in peers && peers.r.values?.length === 2, "theirs asks get_peers: both");
  const forged = { id: theirs.id, info_hash: infoHash, port: 1, token: Buffer.from("invented") };
  const refused = await theirs.ask(ours.address, "announce_peer", forged);
  verdicts.say("code" in refused && refused.code === 203, "theirs asks with a forged token: 203");
  const unknown = await theirs.ask(ours.address, "vote");
  verdicts.say("code" in unknown && unknown.code === 204, "theirs asks for an unknown method: 204");
  await Promise.all([ours.leave(), theirs.close()]);
}

async function judgeLibtorrent(verdicts: Verdicts): Promise<void> {
  if (!isInstalled(LIBTORRENT)) {
    console.log(`\nlibtorrent: skipped, needs ${LIBTORRENT.name}: ${installLine(LIBTORRENT)}`);
    return;
  }
  console.log("\nlibtorrent, one node of theirs and one of ours");
  const theirs = await LibtorrentNode.open();
  const ours = await openOurs(idOf("our node"), [theirs.address], printer);
  const hash = hexOf(infoHash);
  verdicts.say(ours.node.discover()[0]?.id.startsWith(theirs.id) === true, "ours asks ping");
  const { closest } = await ours.lookup(infoHash);
  verdicts.say(closest[0]?.address === theirs.address, "ours asks find_node");
  verdicts.say((await ours.announce(infoHash, 5001)).isSuccess, "ours asks announce_peer");
  const { peer } = await theirs.event("announced", (event) => event.hash === hash);
  verdicts.say(peer === "127.0.0.1:5001", `libtorrent tells that ${peer} was announced`);
  const found = await peersOf(ours);
  verdicts.say(found.includes("127.0.0.1:5001"), `ours asks get_peers: ${found.join(", ")}`);
  theirs.tell({ do: "get-peers", hash });
  const { peers } = await theirs.event("peers", (event) => event.hash === hash);
  verdicts.say(peers.includes("127.0.0.1:5001"), `theirs asks get_peers: ${peers.join(", ")}`);
  await Promise.all([ours.leave(), theirs.close()]);
}

async function judgeNetwork(verdicts: Verdicts): Promise<void> {
  console.log(`\nA network of ${EACH_COUNT} of bittorrent-dht and ${EACH_COUNT} of ours`);
  const network = await MixedNetwork.open(EACH_COUNT);
  const lookups: JudgedLookup[] = [];
  for (let i = 0; i < TARGET_COUNT; i++)
    lookups.push(...(await network.lookups(idOf(`target/${i}`))));
  for (const side of ["ours", "theirs"] as const) {
    const ofSide = lookups.filter(({ by }) => by === side);
    const right = ofSide.filter(({ found, nearest }) => found.join() === nearest.join());
    verdicts.say(
      right.length === ofSide.length,
      `lookups by ${side} that find exactly the 8 nearest: ${right.length} of ${ofSide.length}`,
    );
  }
  await network.ours[3]!.announce(infoHash, 6001);
  await network.theirs[4]!.announce(infoHash, 6002);
  const both = "127.0.0.1:6001, 127.0.0.1:6002";
  let [byOurs, byTheirs] = [0, 0];
  for (const node of network.ours) if ((await peersOf(node)).sort().join(", ") === both) byOurs++;
  for (const node of network.theirs) {
    if ((await node.getPeers(infoHash)).sort().join(", ") === both) byTheirs++;
  }
  verdicts.say(byOurs === EACH_COUNT, `nodes of ours that find both peers announced: ${byOurs}`);
  verdicts.say(byTheirs === EACH_COUNT, `nodes of theirs that find both: ${byTheirs}`);
  await network.close();
}

async function judgeAnnouncement(verdicts: Verdicts): Promise<void> {
  if (!isInstalled(LIBTORRENT)) return;
  console.log("\nlibtorrent joins such a network");
  const network = await MixedNetwork.open(EACH_COUNT);
  const theirs = await LibtorrentNode.open(network.ours[0]!.address);
  theirs.tell({ do: "announce", hash: hexOf(infoHash) });
  // Its id is drawn anew in each run: among the nearest it needs no announcement itself.
  const nearest = nearestIds(infoHash, [...network.ids(), Buffer.from(theirs.id, "hex")]);
  const others = nearest.filter((id) => id !== theirs.id);
  const asked = await network.announcedTo(others.length);
  verdicts.say(
    asked.sort().join() === others.sort().join(),
    `libtorrent announces itself to exactly the ${others.length} others of the 8 nearest`,
  );
  const { closest } = await network.ours[7]!.lookup(Buffer.from(theirs.id, "hex"));
  verdicts.say(closest[0]?.id.startsWith(theirs.id) === true, "a lookup by ours finds libtorrent");
  await theirs.close();
  await network.close();
}

async function peersOf(node: MainlineNode): Promise<string[]> {
  const { value } = await node.getPeers(infoHash);
  return peerAddresses(value ?? new Uint8Array());
}
