// A node that a script has: commands from a pipe, exit codes, files of keys, metrics, logs, signals, and what is said
// where something is wrong.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readTraceFile, readTraceFooter } from "../../src/trace/node-trace-file.js";
import { runProgram } from "../support/built-program.js";
import { freePort } from "../support/free-port.js";
import { NodePrograms } from "../support/node-program.js";
import type { NodeProgram } from "../support/node-program.js";
import { OWN_STACK_LINE, ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();
const programs = new NodePrograms();

afterEach(() => programs.end());

/** Starts a node at pipes; answers it with its id and address. */
async function begin(
  ...words: string[]
): Promise<{ program: NodeProgram; id: string; address: string }> {
  const program = programs.start(words, { folder: folder.path });
  const [, id = ""] = await program.says(/id {6}([0-9a-f]{64})\n/);
  const [, address = ""] = await program.says(/address (\S+?),?( in plain text)?\n/);
  await program.says(/network .*\n/);
  return { program, id, address };
}

/** A file of the tests' folder. */
function file(name: string): string {
  return path.join(folder.path, name);
}

describe("commands from a pipe", () => {
  it("are done in order, and the end of the pipe is the end of the node", () => {
    const { exit, standardOutput, standardError } = folder.run(["node"], {
      input: "# what a script may say\nwait active\nid\nwait members 1\nnetwork\n",
    });
    expect(exit).toBe(0);
    expect(standardError).toBe("");
    expect(standardOutput).toMatch(
      /id {6}([0-9a-f]{64})\n[^]*\n\1\n[^]*\nnetwork peerscape: 1 member as this node[^]*\nleft\n$/,
    );
    expect(standardOutput).not.toContain("> ");
  });

  it("end with 2 when one of them was wrong, and the others are done", () => {
    const { exit, standardOutput, standardError } = folder.run(["node"], {
      input: "discovr\nsend 12 hi\nstatus\nleave\nid\n",
    });
    expect(exit).toBe(2);
    expect(standardError).toBe(
      "There is no command discovr; did you mean discover?\n" +
        "No peer 12: this node knows nobody yet\n",
    );
    expect(standardOutput).toContain(": active\n");
  });

  it("make two nodes talk", async () => {
    const one = await begin();
    const other = await begin("--join", one.address);
    await one.program.says(/\+ [0-9a-f]{8} joined from \S+; 2 members\n/);
    other.program.type("wait members 2\nbroadcast to all\n");
    await one.program.says(/broadcast from [0-9a-f]{8}: to all\n/);
    one.program.type(`send ${other.id.slice(0, 4)} to you\n`);
    await other.program.says(/says: to you\n/);
    other.program.endInput();
    expect(await other.program.exit).toBe(0);
    await one.program.says(/left; 1 member\n/);
    one.program.type("shutdown\n");
    expect(await one.program.exit).toBe(0);
  });

  it("show what others sent without what would steer a terminal", async () => {
    const one = await begin();
    const other = await begin("--join", one.address);
    other.program.type("wait members 2\nbroadcast a\u001b[2Jb\u0007c\u202ed\n");
    await one.program.says(/: a\ufffd\[2Jb\ufffdc\ufffdd\n/);
  });
});

describe("a node that cannot join yet", () => {
  it("says why, keeps trying, and joins when somebody is there", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const late = await begin("--join", address);
    await late.program.says(
      new RegExp(
        `cannot join yet: ${address} cannot be reached: nobody listens there \\(1 attempt`,
      ),
    );
    late.program.type("status\n");
    await late.program.says(/: joining \(joining, waiting, attempt \d+\)\n/);
    await late.program.says(/\(2 attempts\); trying on\n/);
    const genesis = await begin("--listen", address);
    await late.program.says(/joined: 2 members\n/);
    await genesis.program.says(/2 members\n/);
    late.program.type("leave\n");
    expect(await late.program.exit).toBe(0);
  });

  it("leaves at once when told to", async () => {
    const late = await begin("--join", `127.0.0.1:${await freePort()}`);
    await late.program.says(/cannot join yet/);
    late.program.endInput();
    expect(await late.program.exit).toBe(0);
  });

  it("is told that one side speaks in plain text and the other does not", async () => {
    const plain = await begin("--insecure-plaintext");
    const secure = await begin("--join", plain.address);
    await secure.program.says(/cannot join yet: .* --insecure-plaintext/);
    const other = await begin("--insecure-plaintext", "--join", secure.address);
    await other.program.says(/cannot join yet: .* --insecure-plaintext/);
  });

  it("goes on to the other contacts of a list, where some are not there", async () => {
    const genesis = await begin();
    const absent = `127.0.0.1:${await freePort()}`;
    const list = folder.write(
      "bootstrap.txt",
      `# genesis first\n${absent}\n\n${genesis.address} # b\n`,
    );
    const other = await begin("--bootstrap", list);
    await other.program.says(/joined: 2 members\n/);
  });
});

describe("keys in files", () => {
  it("are made when missing, for their owner alone, and are the node's from then on", () => {
    const first = folder.run(["node", "--key", "node.pem"], { input: "" });
    const second = folder.run(["node", "--key", "node.pem"], { input: "" });
    const [, id] = /id {6}(.*)\n/.exec(first.standardOutput) ?? [];
    expect(second.standardOutput).toContain(`id      ${String(id)}\n`);
    expect(fs.statSync(file("node.pem")).mode & 0o777).toBe(0o600);
  });

  it("that others may read, or that are none, are refused with the remedy", () => {
    fs.writeFileSync(file("open.pem"), "", { mode: 0o644 });
    fs.writeFileSync(file("none.pem"), "x", { mode: 0o600 });
    const open = folder.run(["node", "--key", "open.pem"]);
    expect([open.exit, open.standardError]).toEqual([
      2,
      expect.stringContaining("chmod 600 open.pem"),
    ]);
    const none = folder.run(["node", "--key", "none.pem"]);
    expect([none.exit, none.standardError]).toEqual([2, expect.stringContaining("no private key")]);
  });

  it("of a network shut it down: whoever has the private half orders it, the others obey", async () => {
    const genesis = await begin("--network", "lab", "--network-key", "lab.pem");
    expect(genesis.program.said).toContain("keep lab.pem, give lab.pem.pub to others");
    expect(fs.statSync(file("lab.pem")).mode & 0o777).toBe(0o600);
    const obeying = ["--join", genesis.address, "--network", "lab", "--network-key", "lab.pem.pub"];
    const other = await begin(...obeying);
    other.program.type("wait members 2\nshutdown-network\n");
    await other.program.says(/does not hold the network's key/);
    genesis.program.type("wait members 2\nshutdown-network\n");
    await genesis.program.says(/told the network to stop\n/);
    await other.program.says(/the network is being shut down: leaving\nleft\n/);
    expect(await genesis.program.exit).toBe(0);
    // It was given one command that it could not do.
    expect(await other.program.exit).toBe(2);
  });

  it("of another network are not obeyed", async () => {
    const genesis = await begin("--network-key", "one.pem");
    const other = await begin(
      "--join",
      genesis.address,
      "--network-key",
      "two.pem",
      "--log",
      "warn",
    );
    genesis.program.type("wait members 2\nshutdown-network\n");
    await other.program.says(/refused a shutdown: forged/);
    await other.program.says(/is held dead; 1 member\n/);
  });
});

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s leaves politely, with 130",
    async (signal) => {
      const one = await begin();
      const other = await begin("--no-prompt", "--join", one.address);
      await one.program.says(/2 members\n/);
      other.program.signal(signal);
      expect(await other.program.exit).toBe(130);
      await one.program.says(/ left; 1 member\n/);
      expect(other.program.said).toMatch(/leaving\nleft\n$/);
    },
  );

  it("the second one ends at once", async () => {
    const { program } = await begin("--no-prompt");
    // Held still while both come, so that it has not left before it sees the second one.
    for (const name of ["SIGSTOP", "SIGINT", "SIGTERM", "SIGCONT"] as const) program.signal(name);
    expect(await program.exit).toBe(130);
    expect(program.said).not.toMatch(/left\n$/);
  });

  it("a reader that goes away ends it like one", async () => {
    const one = await begin("--no-prompt");
    one.program.stopReading();
    // It notices with the next line that it has to say.
    await begin("--join", one.address);
    expect(await one.program.exit).toBe(130);
  });

  it("SIGKILL says nothing, the others find out in time, and its trace is readable", async () => {
    const one = await begin();
    const other = await begin("--join", one.address, "--trace", "killed.jsonl");
    await one.program.says(/2 members\n/);
    while (!fs.readFileSync(file("killed.jsonl"), "utf8").includes('"kind":"delivered"')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const killedMillis = performance.now();
    await other.program.end();
    await one.program.says(/is held dead; 1 member\n/);
    // Docs say eight seconds; the rest is for a machine that has other work.
    expect(performance.now() - killedMillis).toBeLessThan(12_000);
    const kinds = new Set([...readTraceFile(file("killed.jsonl"))].map(({ kind }) => kind));
    expect(kinds).toContain("delivered");
    expect(kinds).not.toContain("footer");
  });
});

describe("metrics and logs", () => {
  it("metrics are served for Prometheus, and nothing else is", async () => {
    const one = await begin("--metrics", "127.0.0.1:0");
    const [, url = ""] = /metrics at (http:\S+)\n/.exec(one.program.said) ?? [];
    const other = await begin("--join", one.address);
    await one.program.says(/2 members\n/);
    other.program.type("wait members 2\nbroadcast x\n");
    await one.program.says(/: x\n/);
    const response = await fetch(url);
    expect(response.headers.get("content-type")).toContain("text/plain");
    const text = await response.text();
    expect(text).toContain('\npeerscape_status{status="active"} 1\n');
    expect(text).toContain("\npeerscape_members 2\n");
    expect(text).toContain("\npeerscape_connections 1\n");
    expect(text).toContain("\npeerscape_application_messages_received_total 1\n");
    expect(text).toMatch(/\npeerscape_messages_sent_total\{channel="stream"\} [1-9]/);
    expect(text).toMatch(/\nprocess_resident_memory_bytes \d/);
    expect((await fetch(url.replace("metrics", ""))).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(404);
    one.program.type("leave\n");
    expect(await one.program.exit).toBe(0);
  });

  it("--log json writes one object a line to standard error", () => {
    const { exit, standardError } = folder.run(["node", "--log", "json"], {
      input: "wait active\n",
    });
    expect(exit).toBe(0);
    const lines = standardError
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    const statuses = lines
      .filter((line) => "status" in line)
      .map((line) => Reflect.get(line, "status") as string);
    expect(statuses).toEqual(["joining", "joining", "active", "leaving", "left"]);
    expect(lines[0]).toMatchObject({ level: 30, program: "peerscape" });
  });

  it("a trace has the records of simulated runs, and is whole in the end", async () => {
    const one = await begin("--trace", "one.jsonl");
    const other = await begin("--join", one.address);
    await one.program.says(/2 members\n/);
    other.program.type("wait members 2\nbroadcast x\nleave\n");
    await one.program.says(/left; 1 member\n/);
    one.program.type(`trace off\ntrace on ${file("late.jsonl")}\nstatus\n`);
    await one.program.says(/: active\n/);
    one.program.endInput();
    expect(await one.program.exit).toBe(0);
    const entries = [...readTraceFile(file("one.jsonl"))];
    const kinds = new Set(entries.map(({ kind }) => kind));
    for (const kind of ["status", "view", "connection", "sent", "delivered", "broadcast"]) {
      expect(kinds).toContain(kind);
    }
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: "view", node: one.id, name: "members", peer: other.id }),
    );
    for (const name of ["one.jsonl", "late.jsonl"]) {
      expect(readTraceFooter(file(name))).toMatchObject({ ending: "ended" });
    }
  });
});

describe("what cannot be", () => {
  const cases: [string, string[], RegExp][] = [
    ["an address", ["--listen", "nowhere"], /--listen 'nowhere': expected HOST:PORT/],
    ["a wildcard without announce", ["--listen", "0.0.0.0:7001"], /--listen .* add --announce /],
    ["an address of others", ["--listen", "192.0.2.1:7001"], /an address of this machine/],
    [
      "plain text beyond loopback",
      ["--insecure-plaintext", "--listen", "0.0.0.0:1", "--announce", "a:1"],
      /--insecure-plaintext .*127\.0\.0\.0\/8/,
    ],
    [
      "joining from where nobody answers to",
      ["--join", "192.0.2.1:7001"],
      /add --listen 0\.0\.0\.0:7001 --announce/,
    ],
    [
      "joining oneself",
      ["--listen", "127.0.0.1:7999", "--join", "127.0.0.1:7999"],
      /another node than itself/,
    ],
    ["a protocol", ["--protocol", "discovery=genesi"], /genesi .*did you mean genesis\?/],
    ["a slot", ["--protocol", "disc=genesis"], /disc.*expected one of discovery/],
    [
      "an option of a protocol",
      ["--protocol", "discovery={ use: genesis, periode: 2s }"],
      /did you mean period\?/,
    ],
    ["a name of a network", ["--network", "a b"], /without spaces/],
    ["a log", ["--log", "jsn"], /json, or LEVEL/],
    ["an option", ["--jion", "127.0.0.1:1"], /did you mean --join\?/],
    ["a list that is not there", ["--bootstrap", "none.txt"], /none\.txt.*cannot be read/],
  ];

  it.each(cases)("%s is refused with 2 and a remedy", (_what, words, problem) => {
    const { exit, standardError, standardOutput } = folder.run(["node", ...words]);
    expect(standardError).toMatch(problem);
    expect({ exit, standardOutput }).toEqual({ exit: 2, standardOutput: "" });
    expect(standardError).not.toMatch(OWN_STACK_LINE);
  });

  it("a busy port is named", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    // Another process: this one could not answer meanwhile, but need not either.
    const { exit, standardError } = runProgram(["node", "--listen", `127.0.0.1:${port}`]);
    server.close();
    expect(exit).toBe(2);
    expect(standardError).toMatch(
      new RegExp(`--listen 127\\.0\\.0\\.1:${port}: .*another program`),
    );
  });

  it("a protocol that throws ends the node with 1, and says where", () => {
    folder.write(
      "failing.mjs",
      [
        `import * as peerscape from ${JSON.stringify(path.resolve("dist/index.js"))};`,
        "class Failing extends peerscape.Broadcast {",
        "  messageTypes = [];",
        '  start(context) { super.start(context); context.clock.setTimer(1000, "fail"); }',
        '  onTimer() { throw new Error("on purpose"); }',
        "}",
        "export const protocols = [peerscape.defineProtocol({",
        '  slot: "broadcast", name: "failing", description: "Fails.", usesDatagrams: false, shape: {},',
        "  options: () => ({}), create: () => new Failing(),",
        "})];",
      ].join("\n"),
    );
    const words = [
      "node",
      "--protocols",
      "failing.mjs",
      "--protocol",
      "broadcast=failing",
      "--no-prompt",
    ];
    const { exit, standardError } = folder.run(words);
    expect(standardError).toMatch(/on purpose/);
    expect(exit).toBe(1);
  });
});

describe("npm run node", () => {
  it("takes paths from where it was typed, as the other scripts do", () => {
    const { status, stdout } = spawnSync(
      "npm",
      ["--prefix", path.resolve("."), "run", "node", "--", "--key", "here.pem"],
      { cwd: folder.path, encoding: "utf8", input: "id\n" },
    );
    expect(status).toBe(0);
    expect(stdout).toContain("begun here");
    expect(fs.existsSync(file("here.pem"))).toBe(true);
  });
});
