// Keys at the prompt: what one node puts, another one gets.

import { afterEach, describe, expect, it } from "vitest";
import { NodePrograms } from "../support/node-program.js";
import type { NodeProgram } from "../support/node-program.js";
import { ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();
const programs = new NodePrograms();

afterEach(() => programs.end());

/** Starts nodes that all join through the first; answers them when they take part. */
async function beginAll(overlay: string, count: number): Promise<readonly NodeProgram[]> {
  const words = ["--protocol", `discovery=${overlay}`];
  const first = programs.start(words, { folder: folder.path });
  const [, address = ""] = await first.says(/address (\S+)\n/);
  const others = Array.from({ length: count - 1 }, () =>
    programs.start([...words, "--join", address], { folder: folder.path }),
  );
  for (const node of [first, ...others]) {
    node.type("wait active\nstatus\n");
    await node.says(/: active\n/);
  }
  return [first, ...others];
}

describe.each(["kademlia", "chord"])("keys in a network of %s", (overlay) => {
  it("are kept by other nodes, and found by all", async () => {
    const [first, second, third] = await beginAll(overlay, 3);
    second!.type("put song la \u001b[2Jla\n");
    await second!.says(/kept under [0-9a-f]{8}…, \d+ requests?, \d+ hops?\n/);
    for (const node of [first!, third!]) {
      node.type("get song\n");
      await node.says(/la \ufffd\[2Jla\n\(9 bytes, /);
      node.type("lookup song\n");
      await node.says(/nearest to [0-9a-f]{8}…, .*\n[0-9a-f]{8} 127\.0\.0\.1:\d+\n/);
    }
    first!.type("get nothing\n");
    await first!.says(/nothing under [0-9a-f]{8}…: /);
  });
});

describe("keys", () => {
  it("are refused by a node whose protocol keeps none, and when they are wrongly asked for", () => {
    const { exit, standardError } = folder.run(["node"], {
      input: `get song\nput song\nput song ${"la".repeat(501)}\nlookup one two\n`,
    });
    expect(exit).toBe(2);
    expect(standardError.split("\n")).toEqual([
      "This node keeps no keys: start it with --protocol discovery=kademlia or discovery=chord",
      "Use: put KEY TEXT: Have a text kept under a key or name",
      "The text has 1002 bytes; expected at most 1000",
      "Use: lookup KEY: The nodes nearest to a key or name, in a structured overlay",
      "",
    ]);
  });
});
