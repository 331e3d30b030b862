// Nodes on machines of their own: three network namespaces with an address each, joined by a bridge. One is cut off;
// the others notice, go on, and have it back when the cable is in again.

import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { NodePrograms } from "../support/node-program.js";
import type { NodeProgram } from "../support/node-program.js";

/** Names and addresses that no other run of this test has at the same time. */
const TAG = `ps${process.pid.toString(36)}`;
const BRIDGE = `${TAG}br`;
/** Of the block for benchmarks of networks (RFC 2544), which no network of a machine uses. */
const SUBNET = `198.18.${process.pid % 250}`;
const MACHINES = [0, 1, 2];
const MILLIS_MAX = 180_000;

const namespaceOf = (machine: number): string => `${TAG}n${machine}`;
const portOf = (machine: number): string => `${TAG}p${machine}`;
const addressOf = (machine: number): string => `${SUBNET}.${machine + 1}:7001`;

function ip(...words: string[]): boolean {
  return spawnSync("ip", words, { stdio: "ignore" }).status === 0;
}

/** Builds the machines; answers whether it could. The bridge has a namespace of its own: nothing here forwards. */
function build(): boolean {
  if (!ip("netns", "add", BRIDGE)) return false;
  const inBridge = ["netns", "exec", BRIDGE, "ip"] as const;
  const isReady = ip(...inBridge, "link", "add", "br0", "type", "bridge");
  const joined = MACHINES.map((machine) => {
    const namespace = namespaceOf(machine);
    const inside = ["netns", "exec", namespace, "ip"] as const;
    return (
      ip("netns", "add", namespace) &&
      ip(
        "link",
        "add",
        portOf(machine),
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        namespace,
      ) &&
      ip("link", "set", portOf(machine), "netns", BRIDGE) &&
      ip(...inBridge, "link", "set", portOf(machine), "master", "br0", "up") &&
      ip(...inside, "addr", "add", `${SUBNET}.${machine + 1}/24`, "dev", "eth0") &&
      ip(...inside, "link", "set", "eth0", "up")
    );
  });
  return isReady && joined.every(Boolean) && ip(...inBridge, "link", "set", "br0", "up");
}

function takeDown(): void {
  for (const machine of MACHINES) ip("netns", "del", namespaceOf(machine));
  ip("netns", "del", BRIDGE);
}

/** Pulls a machine's cable out, or puts it in again. */
function plug(machine: number, state: "up" | "down"): void {
  ip("netns", "exec", BRIDGE, "ip", "link", "set", portOf(machine), state);
}

describe("three nodes in network namespaces with addresses of their own", () => {
  const programs = new NodePrograms();

  afterEach(async () => {
    await programs.end();
    takeDown();
  });

  it(
    "notice that one is cut off, go on, and have it back",
    { timeout: MILLIS_MAX },
    async (context) => {
      if (!build()) {
        context.skip("needs network namespaces: root, and ip(8) of iproute2");
        return;
      }
      const start = (machine: number, ...more: string[]): NodeProgram => {
        const where = ["--listen", "0.0.0.0:7001", "--announce", addressOf(machine)];
        return programs.start([...where, ...more], { namespace: namespaceOf(machine) });
      };
      const genesis = start(0);
      const [, genesisId = ""] = await genesis.says(/id {6}([0-9a-f]{8})/);
      const second = start(1, "--join", addressOf(0));
      const third = start(2, "--join", `${addressOf(0)},${addressOf(1)}`);
      const [, thirdId = ""] = await third.says(/id {6}([0-9a-f]{8})/);
      await genesis.says(/; 3 members\n/);
      third.type("wait members 3\nbroadcast before\n");
      await genesis.says(/: before\n/);
      await second.says(/: before\n/);

      plug(2, "down");
      for (const node of [genesis, second]) {
        await node.says(new RegExp(`- ${thirdId} is held dead; 2 members\n`));
      }
      await third.says(/is held dead; 1 member\n/);
      genesis.type("broadcast meanwhile\n");
      await second.says(new RegExp(`broadcast from ${genesisId}: meanwhile\n`));

      plug(2, "up");
      for (const node of [genesis, second]) {
        await node.says(new RegExp(`\\+ ${thirdId} joined from ${addressOf(2)}; 3 members\n`));
      }
      third.type("wait members 3\nbroadcast after\n");
      await genesis.says(/: after\n/);
      await second.says(/: after\n/);
      expect(third.said).not.toContain("meanwhile");

      third.type("leave\n");
      expect(await third.exit).toBe(0);
      await genesis.says(new RegExp(`- ${thirdId} left; 2 members\n`));
    },
  );
});
