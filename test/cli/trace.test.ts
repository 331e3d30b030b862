import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readTraceFile } from "../../src/trace/node-trace-file.js";
import { ProgramFolder, digestIn } from "./program-folder.js";

/** node-4 is cut off while the only broadcast is sent. */
const SCENARIO = `name: cut
seed: 3
nodes: 6
start: { overlay: join, rate: 10/s }
phases: { build: 10s, run: 20s }
protocols:
  discovery: { use: genesis }
  status: { use: heartbeat }
  broadcast: { use: flood }
events:
  - { at: run+1s, do: partition, groups: [[node-4], rest], for: 4s }
  - { at: run+2s, do: broadcast, who: node-1, bytes: 64 }
`;

interface Line {
  readonly kind: string;
  readonly node?: string;
  readonly peer?: string;
  readonly name?: string;
  readonly number?: number;
  readonly text?: string;
}

describe("the commands for traces", () => {
  const folder = new ProgramFolder();
  const file = (name: string): string => path.join(folder.path, name);
  const linesOf = (name: string): string[] =>
    folder
      .run(["trace", "export", name, "--format", "jsonl"])
      .standardOutput.split("\n")
      .slice(1, -1);

  beforeAll(() => {
    folder.write("cut.yaml", SCENARIO);
    for (const name of ["run.mcap", "run.jsonl"]) {
      expect(folder.run(["sim", "cut.yaml", "--quiet", "--trace", name]).exit).toBe(0);
    }
  });

  it("give the same JSON Lines as the run would have written", () => {
    expect(folder.run(["trace", "export", "run.mcap", "--out", "out.jsonl"]).exit).toBe(0);
    expect([...readTraceFile(file("out.jsonl"))]).toEqual([...readTraceFile(file("run.jsonl"))]);
  });

  it("trace nothing away from the digest", () => {
    const plain = digestIn(folder.run(["sim", "cut.yaml"]));
    expect(digestIn(folder.run(["sim", "cut.yaml", "--trace", "same.mcap"]))).toBe(plain);
    const few = ["--trace", "few.mcap", "--trace-only", "kinds:fault"];
    expect(digestIn(folder.run(["sim", "cut.yaml", ...few]))).toBe(plain);
    // The partition and its heal.
    expect(folder.run(["trace", "stats", "few.mcap"]).standardOutput).toContain("2 records in 1 ");
    expect(digestIn(folder.run(["trace", "stats", "run.mcap"]))).toBe(plain);
  });

  it("have what each message says beside its sent record, on request, and the same digest", () => {
    const plain = digestIn(folder.run(["sim", "cut.yaml", "--trace", "without.mcap"]));
    for (const wire of ["objects", "bytes"]) {
      const words = ["sim", "cut.yaml", "--wire", wire, "--trace", "with.mcap", "--trace-contents"];
      expect(digestIn(folder.run(words))).toBe(plain);
    }
    const withContents = linesOf("with.mcap").map((line) => JSON.parse(line) as Line);
    const kinds = (lines: readonly Line[], kind: string): Line[] =>
      lines.filter((line) => line.kind === kind);
    expect(kinds(withContents, "content")).toHaveLength(kinds(withContents, "sent").length);
    expect(kinds(withContents, "log").length).toBeGreaterThan(0);
    withContents.forEach(({ kind, node, peer, name, number, text = "" }, i) => {
      if (kind !== "content") return;
      const sent = { kind: "sent", node, peer, name, number };
      expect(withContents[i - 1]).toMatchObject(sent);
      expect(JSON.parse(text)).toMatchObject({ type: name });
    });
    const rumour = withContents.find(
      ({ kind, name }) => kind === "content" && name?.startsWith("flood/"),
    );
    // A peer is its node's name.
    expect(rumour?.text).toMatch(/"node-\d"/u);
    const others = withContents.filter(({ kind }) => kind !== "content" && kind !== "footer");
    const before = linesOf("without.mcap").map((line) => JSON.parse(line) as Line);
    expect(others).toEqual(before.filter(({ kind }) => kind !== "footer"));
    expect(folder.run(["sim", "cut.yaml", "--trace-contents"]).exit).toBe(2);
  });

  it("say whether a trace is whole, cut off or damaged", () => {
    const bytes = fs.readFileSync(file("run.mcap"));
    folder.write("cut.mcap", bytes.subarray(0, bytes.length - 50));
    const damaged = Uint8Array.from(bytes);
    damaged[Math.floor(bytes.length / 2)]! ^= 1;
    folder.write("bad.mcap", damaged);
    expect(folder.run(["trace", "verify", "run.mcap"])).toMatchObject({ exit: 0 });
    expect(folder.run(["trace", "verify", "cut.mcap"])).toMatchObject({ exit: 1 });
    expect(folder.run(["trace", "verify", "bad.mcap"])).toMatchObject({ exit: 2 });
    expect(folder.run(["trace", "verify", "run.jsonl"])).toMatchObject({ exit: 2 });
  });

  it("cut a slice of the same records", () => {
    const span = ["--from", "11s", "--to", "13s"];
    expect(folder.run(["trace", "slice", "run.mcap", ...span, "--out", "s.mcap"]).exit).toBe(0);
    const slice = folder.run(["trace", "cat", "s.mcap"]).standardOutput;
    expect(slice).not.toBe("");
    expect(slice).toBe(folder.run(["trace", "cat", "run.mcap", ...span]).standardOutput);
  });

  it("find the partition that made a message late, and its line", () => {
    const words = ["why", "run.mcap", "--node", "node-4", "--message", "1"];
    const { exit, standardOutput } = folder.run(words);
    // A stream loses nothing: it sends again until the partition is over.
    expect(standardOutput).toMatch(
      /^verdict node-4 got it .*slowest hop was .* to node-4, 3\.\d+ s/mu,
    );
    expect(standardOutput).toContain("line 11 of the scenario: - { at: run+1s, do: partition");
    expect(exit).toBe(0);
  });

  it("say that a node did not get a message, and who could have sent it", () => {
    const longer = SCENARIO.replace("for: 4s", "for: 18s");
    expect(longer).not.toBe(SCENARIO);
    folder.write("longer.yaml", longer);
    const run = ["sim", "longer.yaml", "--quiet", "--until", "28s", "--trace", "longer.mcap"];
    expect(folder.run(run).exit).toBe(0);
    const words = ["why", "longer.mcap", "--node", "node-4", "--message", "1"];
    const { exit, standardOutput } = folder.run(words);
    expect(exit).toBe(1);
    expect(standardOutput).toContain("node-4 did not get it");
    expect(standardOutput).toMatch(/^frontier: [1-5] holders? with a link to node-4$/mu);
    expect(standardOutput).toMatch(/^verdict what node-\d sent to node-4 /mu);
  });

  it("find where two runs part", () => {
    const other = ["sim", "cut.yaml", "--quiet", "--seed", "4", "--trace", "other.mcap"];
    expect(folder.run(other).exit).toBe(0);
    expect(folder.run(["diff", "run.mcap", "run.mcap"])).toMatchObject({ exit: 0 });
    const { exit, standardOutput } = folder.run(["diff", "run.mcap", "other.mcap"]);
    expect(exit).toBe(1);
    const [, at] = /the traces part at record (\d+)/u.exec(standardOutput) ?? [];
    const [first, second] = [linesOf("run.mcap"), linesOf("other.mcap")];
    expect(first.findIndex((line, i) => line !== second[i])).toBe(Number(at));
  });

  it("keep the last stretch of a run that failed, and nothing of one that went well", () => {
    const impossible = "expect:\n  - { metric: messages.sent, atMost: 1 }\n";
    folder.write("fails.yaml", `${SCENARIO}${impossible}`);
    const flight = (scenario: string, trace: string): unknown =>
      folder.run(["sim", scenario, "--quiet", "--flight-recorder", "5s", "--trace", trace]).exit;
    expect(flight("cut.yaml", "none.mcap")).toBe(0);
    expect(fs.existsSync(file("none.mcap"))).toBe(false);
    expect(flight("fails.yaml", "last.mcap")).toBe(1);
    expect(folder.run(["trace", "verify", "last.mcap"])).toMatchObject({ exit: 0 });
    const stats = folder.run(["trace", "stats", "last.mcap"]).standardOutput;
    expect(stats).toContain("failed expectations");
    const [line = ""] = folder.run(["trace", "head", "last.mcap"]).standardOutput.split("\n");
    const startSeconds = Number.parseFloat(line);
    expect(startSeconds).toBeGreaterThan(23);
    expect(startSeconds).toBeLessThanOrEqual(25.1);
    expect(folder.run(["sim", "cut.yaml", "--flight-recorder", "5s"]).exit).toBe(2);
  });
});
