// Two people at two terminals: one begins a network, the other joins, they talk, and leave.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assertBuilt } from "../support/built-program.js";
import { NodePrograms } from "../support/node-program.js";
import type { NodeProgram } from "../support/node-program.js";
import { missing } from "../support/system-package.js";
import { ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();
const programs = new NodePrograms();

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const UP = "\u001b[A";
const TAB = "\t";

interface Person {
  readonly program: NodeProgram;
  readonly shortId: string;
  readonly address: string;
}

/** Sits down at a terminal; answers once the prompt is there. */
async function sitDown(words: readonly string[], columns = 80, history = ""): Promise<Person> {
  const environment = { PEERSCAPE_HISTORY: history };
  const program = programs.start(words, { columns, environment, folder: folder.path });
  const [, id = ""] = await program.says(/id {6}([0-9a-f]{64})\n/);
  const [, address = ""] = await program.says(/address (127\.0\.0\.1:\d+)\n/);
  const shortId = id.slice(0, 8);
  await program.says(new RegExp(`${shortId}> `));
  return { program, shortId, address };
}

describe("a node at a terminal", () => {
  beforeAll(assertBuilt);

  beforeEach((context) => {
    const { status } = spawnSync("script", ["--version"]);
    if (status !== 0) missing(context, "needs script(1) of util-linux, which makes a terminal");
  });

  afterEach(() => programs.end());

  it("is joined by another, talks with it, and hears it leave", async () => {
    const one = await sitDown(["--listen", "127.0.0.1:0"]);
    const other = await sitDown(["--join", one.address]);
    await other.program.says(/joined: 2 members\n/);
    await one.program.says(
      new RegExp(`\\+ ${other.shortId} joined from ${other.address}; 2 members`),
    );

    other.program.type("broadcast hello everyone\r");
    await one.program.says(new RegExp(`broadcast from ${other.shortId}: hello everyone\n`));
    one.program.type(`send ${other.shortId.slice(0, 6)} hello you\r`);
    await other.program.says(new RegExp(`${one.shortId} says: hello you\n`));
    one.program.type("peers\r");
    await one.program.says(
      new RegExp(`${other.shortId} ${other.address} {2}member, (alive, )?connected, \\d+/\\d+`),
    );
    one.program.type("network\r");
    await one.program.says(/network peerscape: 2 members as this node believes, itself included\n/);

    other.program.type("leave\r");
    expect(await other.program.exit).toBe(0);
    await one.program.says(new RegExp(`- ${other.shortId} left; 1 member\n`));
    one.program.type(CTRL_C);
    await one.program.says(/leaving\n/);
    expect(await one.program.exit).toBe(0);
  });

  it("keeps the line whole that is being typed, also one that a narrow terminal wraps", async () => {
    const one = await sitDown(["--listen", "127.0.0.1:0"], 30);
    const other = await sitDown(["--join", one.address]);
    await one.program.says(/2 members/);
    const begun = "broadcast this takes more than one row of it";
    one.program.type(begun);
    await one.program.says(/of it/);
    other.program.type("broadcast in between\r");
    // The message stands above, then prompt and line are drawn again.
    await one.program.says(/in between\n/);
    await one.program.says(new RegExp(begun));
    one.program.type(" and on\r");
    await other.program.says(/: this takes more than one row of it and on\n/);
  });

  it("completes commands and peers, and has a history that outlives it", async () => {
    const history = path.join(folder.path, "history");
    const one = await sitDown(["--listen", "127.0.0.1:0"], 80, history);
    const other = await sitDown(["--join", one.address]);
    await one.program.says(/2 members/);
    one.program.type("se");
    await one.program.says(/se/);
    one.program.type(TAB);
    await one.program.says(/nd /);
    one.program.type(other.shortId.slice(0, 3));
    await one.program.says(new RegExp(other.shortId.slice(0, 3)));
    one.program.type(TAB);
    await one.program.says(new RegExp(other.shortId.slice(3)));
    one.program.type("completed\r");
    await other.program.says(/says: completed\n/);
    one.program.type(CTRL_D);
    expect(await one.program.exit).toBe(0);

    expect(fs.statSync(history).mode & 0o777).toBe(0o600);
    const again = await sitDown(["--listen", "127.0.0.1:0"], 80, history);
    again.program.type(UP);
    await again.program.says(new RegExp(`send ${other.shortId} completed`));
  });

  it("says what is wrong with a command, and what was probably meant", async () => {
    const { program, shortId } = await sitDown([]);
    program.type("statsu\r");
    await program.says(/There is no command statsu; did you mean status\?/);
    program.type("send\r");
    await program.says(/Use: send PEER TEXT: /);
    program.type(`send ${shortId} hi\r`);
    await program.says(/is this node itself: name another peer/);
    program.type("send 0000 hi\r");
    await program.says(/No peer 0000: this node knows nobody yet/);
    program.type("help\r");
    await program.says(/send PEER TEXT +Send a message to one peer/);
    program.type(".help\r");
    await program.says(/shutdown-network/);
  });

  it("gives up a line that was begun with Ctrl-C, and leaves with the next", async () => {
    const { program, shortId } = await sitDown([]);
    program.type("broadcast never mind");
    await program.says(/never mind/);
    program.type(CTRL_C);
    await program.says(new RegExp(`${shortId}> `));
    program.type("status\r");
    await program.says(/: active\n/);
    program.type(CTRL_C);
    expect(await program.exit).toBe(0);
    expect(program.said).not.toContain("There is no command");
  });
});
