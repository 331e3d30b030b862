// A network of the Mainline DHT on loopback, in part ours and in part npm's bittorrent-dht, and the truth about it.

import { createHash } from "node:crypto";

import { MainlineNode } from "../../src/scenarios/node-mainline-node.js";
import { mainlineIdOfKey } from "../../src/protocol/mainline-id.js";
import type { UdpObserver } from "../../src/transport/node-udp-transport.js";
import { MessageLog } from "./message-log.js";
import { TheirNode } from "./their-node.js";

/** Nodes that a lookup must find: k of BEP 5. */
const NEAREST_COUNT = 8;

/** What a lookup by one side found, beside the truth. */
export interface JudgedLookup {
  readonly by: "ours" | "theirs";
  readonly target: string;
  readonly found: readonly string[];
  readonly nearest: readonly string[];
}

/** An id that follows from a name, so that every run has the same network. */
export function idOf(name: string): Uint8Array {
  return Uint8Array.from(createHash("sha1").update(name).digest());
}

/** Hexadecimal digits, for comparing and for people. */
export function hexOf(id: Uint8Array): string {
  return Buffer.from(id).toString("hex");
}

/** The ids of all that are nearest to a target, by comparing all of them. */
export function nearestIds(target: Uint8Array, ids: readonly Uint8Array[]): string[] {
  const distance = (id: Uint8Array): bigint =>
    BigInt(`0x${hexOf(id)}`) ^ BigInt(`0x${hexOf(target)}`);
  const sorted = [...ids].sort((a, b) => (distance(a) < distance(b) ? -1 : 1));
  return sorted.slice(0, NEAREST_COUNT).map(hexOf);
}

/** Starts a node of ours and waits until it has found its place. */
export async function openOurs(
  id: Uint8Array,
  contacts: readonly string[] = [],
  observer?: UdpObserver,
): Promise<MainlineNode> {
  let joined = (): void => undefined;
  const hasJoined = new Promise<void>((resolve) => {
    joined = resolve;
  });
  const status = (_node: unknown, now: string): void => {
    if (now === "active") joined();
  };
  const node = await MainlineNode.open({ id, contacts, observer, watchers: [{ status }] });
  node.start();
  await hasJoined;
  return node;
}

export class MixedNetwork {
  readonly ours: MainlineNode[] = [];
  readonly theirs: TheirNode[] = [];
  /** Ids of the nodes that were asked to keep an announcement, in order. */
  readonly #announcedTo = new Set<string>();
  #waiting: (() => void)[] = [];

  /** So many of each kind join in turn, all through the first, which is ours; then each looks itself up again. */
  static async open(eachCount: number): Promise<MixedNetwork> {
    const network = new MixedNetwork();
    for (let i = 0; i < eachCount; i++) {
      const [first] = network.ours;
      const contacts = first === undefined ? [] : [first.address];
      const ours = await openOurs(idOf(`ours/${i}`), contacts, network.#observerOf(`ours/${i}`));
      network.ours.push(ours);
      const theirs = await TheirNode.open(idOf(`theirs/${i}`), [(first ?? ours).address]);
      theirs.client.on("announce_peer", () => {
        network.#announced(theirs.id);
      });
      network.theirs.push(theirs);
    }
    // The first to join knew few others; a search for oneself is what nodes do at each refresh.
    for (const node of network.ours) await node.lookup(idOfOurs(node));
    for (const node of network.theirs) await node.search(node.id);
    return network;
  }

  /** The ids of all nodes but one. */
  idsWithout(own: Uint8Array): Uint8Array[] {
    return this.ids().filter((id) => hexOf(id) !== hexOf(own));
  }

  ids(): Uint8Array[] {
    return [...this.ours.map(idOfOurs), ...this.theirs.map(({ id }) => id)];
  }

  /** A lookup of one target by every node of both kinds. */
  async lookups(target: Uint8Array): Promise<JudgedLookup[]> {
    const judged: JudgedLookup[] = [];
    const judge = (by: JudgedLookup["by"], own: Uint8Array, found: readonly Uint8Array[]): void => {
      const nearest = nearestIds(target, this.idsWithout(own));
      judged.push({ by, target: hexOf(target), found: nearestIds(target, found), nearest });
    };
    for (const node of this.ours) {
      const { closest } = await node.lookup(target);
      judge(
        "ours",
        idOfOurs(node),
        closest.map(({ id }) => mainlineIdOfKey(id)),
      );
    }
    for (const node of this.theirs) judge("theirs", node.id, await node.search(target));
    return judged;
  }

  /** The ids of the nodes that were asked to keep an announcement, as soon as there are so many. */
  async announcedTo(count: number): Promise<string[]> {
    while (this.#announcedTo.size < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return [...this.#announcedTo];
  }

  #observerOf(name: string): UdpObserver {
    return new MessageLog((message) => {
      if (message.kind === "query" && message.method === "announce_peer")
        this.#announced(idOf(name));
    });
  }

  #announced(id: Uint8Array): void {
    this.#announcedTo.add(hexOf(id));
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async close(): Promise<void> {
    await Promise.all([
      ...this.ours.map((node) => node.leave()),
      ...this.theirs.map((node) => node.close()),
    ]);
  }
}

/** The 20 bytes of a node's id. */
export function idOfOurs(node: MainlineNode): Uint8Array {
  return Uint8Array.from(mainlineIdOfKey(node.node.self.id));
}
