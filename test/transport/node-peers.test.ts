// The peers of a live process: one object each, and whose word about an address counts.

import { describe, expect, it } from "vitest";

import { NodePeers } from "../../src/transport/node-peers.js";

const ID = "ab".repeat(32);

describe("the peers of a process", () => {
  it("are one object for each id, whatever address it comes with", () => {
    const peers = new NodePeers();
    const peer = peers.intern(ID, "one:1");
    expect(peers.intern(ID, "two:2")).toBe(peer);
    expect(peers.located(ID, "three:3")).toBe(peer);
    expect(peers.intern("cd".repeat(32), "one:1")).not.toBe(peer);
  });

  it("are one object for each address where there is no id", () => {
    const peers = new NodePeers();
    expect(peers.intern("", "one:1")).toBe(peers.intern("", "one:1"));
    expect(peers.intern("", "one:1")).not.toBe(peers.intern("", "two:2"));
  });

  it("have the address last heard of, until they said theirs themselves", () => {
    const peers = new NodePeers();
    const peer = peers.intern(ID, "");
    expect(peers.intern(ID, "one:1").address).toBe("one:1");
    expect(peers.intern(ID, "two:2").address).toBe("two:2");
    peers.located(ID, "own:3");
    peers.intern(ID, "four:4");
    expect(peer.address).toBe("own:3");
    peers.located(ID, "moved:5");
    expect(peer.address).toBe("moved:5");
  });

  it("show id and address alone to whoever compares or walks them", () => {
    expect(new NodePeers().intern(ID, "one:1")).toEqual({ id: ID, address: "one:1" });
  });
});
