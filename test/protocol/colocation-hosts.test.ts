import { describe, expect, it } from "vitest";
import { colocationHosts } from "../../src/protocol/colocation-hosts.js";

describe("the hosts that a peer counts for", () => {
  it.each([
    ["203.0.113.9:4001", ["203.0.113.9"]],
    ["node.example:4001", ["node.example"]],
    ["sim-000000017:1", ["sim-000000017"]],
    ["[2001:db8:1:2:3:4:5:6]:4001", ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"]],
    ["[2001:db8::6]:4001", ["2001:db8:0:0:0:0:0:6", "2001:db8:0:0::/64"]],
  ])("are its own, and its subnet in IPv6: %s", (address, hosts) => {
    expect(colocationHosts(address)).toEqual(hosts);
  });

  it("are the same however an IPv6 address is shortened", () => {
    expect(colocationHosts("[2001:DB8:0::1]:1")).toEqual(colocationHosts("[2001:db8::0:1]:9"));
  });

  it.each(["127.0.0.1:4001", "localhost:4001", "[::1]:4001", "", ":4001"])(
    "are none on the loopback, nor without a host: %s",
    (address) => {
      expect(colocationHosts(address)).toEqual([]);
    },
  );
});
