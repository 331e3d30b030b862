import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { DirectedGraph } from "graphology";
import { parse } from "graphology-gexf";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { EXPORT_FORMATS } from "../../src/cli/trace-arguments.js";
import { readTraceFile } from "../../src/trace/node-trace-file.js";
import { PROJECT_FOLDER } from "../support/built-program.js";
import { INSTALLATION_MILLIS, TSHARK, requireSystemPackage } from "../support/system-package.js";
import { ProgramFolder } from "./program-folder.js";

const SCENARIO = `name: exports
seed: 5
nodes: 8
start: { overlay: join, rate: 10/s }
phases: { build: 5s, run: 15s }
network: { loss: 5% }
protocols:
  discovery: { use: genesis }
  status: { use: heartbeat }
  broadcast: { use: flood }
events:
  - { at: run+1s, do: partition, groups: [[node-4], rest], for: 4s }
  - { at: run+2s, do: broadcast, who: node-1, bytes: 64 }
  - { at: run+8s, do: crash, who: node-6 }
`;

const NEIGHBOURS = ["--overlay", "neighbours"];

/** An event of Chrome's format, of any phase. */
interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly cat?: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly id?: number;
  readonly args?: { readonly name?: string; readonly value?: number };
}

/** A line of the trace, as far as tests look at it. */
interface Line {
  readonly kind: string;
  readonly timeMicros: number;
  readonly node?: string;
  readonly peer?: string;
  readonly name?: string;
  readonly channel?: string;
  readonly number?: number;
  readonly bytes?: number;
  readonly reason?: string;
}

/** The dissector that is shipped. */
const DISSECTOR = path.join(PROJECT_FOLDER, "tooling/peerscape.lua");

/** Microseconds as tshark prints times: seconds with nine decimals. */
function nanos(micros: number): string {
  return (micros / 1_000_000).toFixed(6).concat("000");
}

describe("trace export", () => {
  const folder = new ProgramFolder();
  const file = (name: string): string => path.join(folder.path, name);
  const exportTo = (out: string, ...words: string[]): string => {
    const command = ["trace", "export", "run.mcap", ...words, "--out", out];
    const { exit, standardError } = folder.run(command);
    expect(standardError).toBe("");
    expect(exit).toBe(0);
    return folder.read(out);
  };
  let lines: readonly Line[] = [];
  const inside = (from: number, to: number): readonly Line[] =>
    lines.filter(({ timeMicros }) => timeMicros >= from && timeMicros <= to);
  /** The links of the overlay "neighbours" after all records up to a time, from the lines alone; views die with their nodes. */
  const linksAt = (timeMicros: number): string[] => {
    const links = new Set<string>();
    for (const { kind, name, node = "", peer = "", number } of inside(0, timeMicros)) {
      const isLink = kind === "view" && name === "neighbours";
      if (isLink && number === 1) links.add(`${node}>${peer}`);
      if (isLink && number === 0) links.delete(`${node}>${peer}`);
      const isEnd = (kind === "fault" && name?.startsWith("crash")) || name === "left";
      if (!isEnd) continue;
      for (const one of links) if (one.startsWith(`${node}>`)) links.delete(one);
    }
    return [...links].sort();
  };

  beforeAll(() => {
    folder.write("exports.yaml", SCENARIO);
    const run = ["sim", "exports.yaml", "--quiet", "--trace", "run.mcap"];
    expect(folder.run(run).exit).toBe(0);
    exportTo("all.jsonl");
    lines = ([...readTraceFile(file("all.jsonl"))] as unknown as Line[]).filter(
      (line) => "timeMicros" in line,
    );
  });

  it("draws each event of a window as a slice, and each message that arrived in it as an arrow", () => {
    const text = exportTo("run.json", "--from", "6s", "--to", "9s");
    const { traceEvents } = JSON.parse(text) as { traceEvents: readonly TraceEvent[] };
    const of = (ph: string): readonly TraceEvent[] =>
      traceEvents.filter((event) => event.ph === ph);
    const within = inside(6_000_000, 9_000_000);
    const keyOf = ({ node, peer, number }: Line, isArrival: boolean): string =>
      isArrival ? `${peer}>${node} ${number}` : `${node}>${peer} ${number}`;
    const sent = within.filter(({ kind, reason }) => kind === "sent" && reason === undefined);
    const keys = new Set(sent.map((line) => keyOf(line, false)));
    const arrived = within.filter(
      (line) => ["delivered", "dropped"].includes(line.kind) && keys.has(keyOf(line, true)),
    );
    expect(of("s")).toHaveLength(sent.length);
    expect(of("f")).toHaveLength(arrived.length);
    expect(arrived.length).toBeGreaterThan(20);
    // Each end of an arrow lies in a slice of its process, or the viewer draws none.
    const slices = new Set(of("X").map(({ pid, ts }) => `${pid} ${ts}`));
    for (const { pid, ts } of [...of("s"), ...of("f")]) expect(slices).toContain(`${pid} ${ts}`);
    const starts = new Map(of("s").map((event) => [event.id, event]));
    for (const end of of("f")) expect(starts.get(end.id)?.ts).toBeLessThan(end.ts);
    const names = of("M").flatMap(({ args }) => args?.name ?? []);
    expect(new Set(names)).toEqual(new Set(within.map(({ node }) => node ?? "world")));
    expect(of("i").map(({ name }) => name)).toContain("fault partition");
    expect(of("C").some(({ name, args }) => name === "sent" && (args?.value ?? 0) > 0)).toBe(true);
  });

  it("writes a Parquet table with a row for each record", async () => {
    exportTo("run.parquet");
    const bytes = fs.readFileSync(file("run.parquet"));
    const table = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const rows = await parquetReadObjects({ file: table });
    expect(rows).toHaveLength(lines.length);
    rows.forEach((row, i) => {
      const line = lines[i]!;
      for (const field of ["kind", "node", "peer", "name", "reason"] as const) {
        expect(row[field] ?? undefined).toBe(line[field]);
      }
      expect(Number(row["timeMicros"])).toBe(line.timeMicros);
      for (const field of ["bytes", "number"] as const) {
        const value: unknown = row[field];
        expect(typeof value === "bigint" ? Number(value) : undefined).toBe(line[field]);
      }
    });
  });

  const mayInstall = { timeout: INSTALLATION_MILLIS };
  it(
    "writes packets that tshark dissects into the messages of the trace",
    mayInstall,
    (context) => {
      requireSystemPackage(context, TSHARK);
      exportTo("run.pcapng");
      const fields = ["kind", "channel", "source", "target", "type", "number", "bytes", "reason"];
      const asked = ["frame.time_epoch", ...fields.map((field) => `peerscape.${field}`)];
      const { stdout, stderr } = spawnSync(
        "tshark",
        [
          ...["-X", `lua_script:${DISSECTOR}`, "-r", file("run.pcapng"), "-T", "fields"],
          ...[...asked, "peerscape.latency"].flatMap((field) => ["-e", field]),
        ],
        { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
      );
      expect(stderr).not.toMatch(/Lua|cut short|isn't a capture/u);
      const packets = stdout.split("\n").slice(0, -1);
      const messages = lines.filter(({ kind }) => ["sent", "delivered", "dropped"].includes(kind));
      const sentMicros = new Map<string, number>();
      const expected = messages.map((line) => {
        const { kind, node = "", peer = "", channel = "", name = "", timeMicros, reason } = line;
        const fact = [channel, line.number, name, line.bytes];
        const isFlying = (from: string, to: string): boolean =>
          sentMicros.has([from, to, ...fact].join(" "));
        // A closing stream gives up at its source what the partition held back; all else ends at its target, also
        // what comes over a connection that is no longer known there.
        const isHeldBack = kind === "dropped" && !isFlying(peer, node) && isFlying(node, peer);
        const ends = kind === "sent" || isHeldBack ? [node, peer] : [peer, node];
        const key = [...ends, ...fact].join(" ");
        const before = sentMicros.get(key);
        if (kind !== "sent") sentMicros.delete(key);
        else if (reason === undefined) sentMicros.set(key, timeMicros);
        const latency = kind === "sent" || before === undefined ? "" : nanos(timeMicros - before);
        const values = [kind, channel, ...ends, name, line.number, line.bytes, reason ?? ""];
        return [nanos(timeMicros), ...values, latency].join("\t");
      });
      expect(packets).toEqual(expected);
      expect(expected.filter((line) => !line.endsWith("\t")).length).toBeGreaterThan(1000);
    },
  );

  it.each([4, 7, 12, 19])("writes the overlay as it was at %d s as GEXF and GraphML", (second) => {
    const gexf = exportTo("then.gexf", ...NEIGHBOURS, "--at", `${second}s`);
    const graph = parse(DirectedGraph, gexf);
    const links = graph.mapDirectedEdges((_edge, _of, source, target) => `${source}>${target}`);
    expect(links.sort()).toEqual(linksAt(second * 1_000_000));
    const text = exportTo("then.graphml", ...NEIGHBOURS, "--at", `${second}s`);
    const edges = [...text.matchAll(/<edge source="(.*?)" target="(.*?)"/gu)];
    expect(edges.map(([, source, target]) => `${source}>${target}`).sort()).toEqual(links);
  });

  it("writes a span as dynamic GEXF whose spells are the links at every instant", () => {
    const text = exportTo("play.gexf", ...NEIGHBOURS, "--from", "6s", "--to", "16s");
    expect(text).toContain('mode="dynamic"');
    const label = new Map(
      [...text.matchAll(/<node id="(n\d+)" label="(.*?)"/gu)].map(([, id, name]) => [id, name]),
    );
    const edges = [...text.matchAll(/<edge .*?source="(n\d+)" target="(n\d+)">(.*?)<\/edge>/gu)];
    const spells = edges.flatMap(([, source, target, inner = ""]) =>
      [...inner.matchAll(/<spell start="(.*?)" end="(.*?)"/gu)].map(([, start, end]) => ({
        link: `${label.get(source)}>${label.get(target)}`,
        startSeconds: Number(start),
        endSeconds: Number(end),
      })),
    );
    expect(spells.some(({ startSeconds }) => startSeconds > 6)).toBe(true);
    expect(spells.some(({ endSeconds }) => endSeconds < 16)).toBe(true);
    for (const second of [6, 7.5, 9, 12.5, 13.5, 15.9]) {
      const links = spells
        .filter((spell) => spell.startSeconds <= second && second < spell.endSeconds)
        .map(({ link }) => link);
      expect(links.sort()).toEqual(linksAt(second * 1_000_000));
    }
    expect(text).toMatch(/for="status" value="crashed" start="13\.0000\d\d" end="16\.000000"/u);
  });

  it("refuses what it cannot do, and touches no file for it", () => {
    folder.write("kept.csv", "mine");
    fs.symlinkSync(file("run.mcap"), file("link.csv"));
    const before = fs.readFileSync(file("run.mcap"));
    for (const words of [
      ["run.mcap", "--out", "new.what"],
      ["run.mcap", "--out", "link.csv"],
      ["run.mcap", "--format", "csv", "--out", "./run.mcap"],
      ["run.mcap", "--out", "kept.csv", "--at", "5s"],
      ["run.mcap", "--out", "kept.csv", "--overlay", "discovery"],
      ["run.mcap", "--out", "kept.csv", "--from", "3000s"],
      ["run.mcap", "--out", "kept.csv", "--from", "5s", "--to", "4s"],
      ["run.mcap", "--out", "new.gexf", "--at", "5s", "--from", "4s"],
      ["run.mcap", "--out", "new.gexf", "--at", "3000s"],
      ["run.mcap", "--out", "new.graphml", "--kinds", "sent"],
      ["run.mcap", "--out", "new.graphml", "--from", "4s"],
      ["run.mcap", "--out", "new.graphml", "--overlay", "discovry"],
      ["run.mcap", "--out", "nowhere/run.csv"],
      ["missing.mcap", "--out", "kept.csv"],
    ]) {
      const { exit, standardError } = folder.run(["trace", "export", ...words]);
      expect({ words, exit }).toEqual({ words, exit: 2 });
      expect(standardError).not.toContain("Peerscape is at fault");
    }
    expect(folder.run(["trace", "stats", "run.mcap", "--from", "5s"]).exit).toBe(2);
    expect(folder.read("kept.csv")).toBe("mine");
    expect(fs.readFileSync(file("run.mcap")).equals(before)).toBe(true);
    expect(fs.readdirSync(folder.path).filter((name) => /new|unfinished/u.test(name))).toEqual([]);
  });

  it("says that a disk is full, in any format", () => {
    for (const format of EXPORT_FORMATS) {
      const words = ["trace", "export", "run.mcap", "--format", format, "--out", "/dev/full"];
      const { exit, standardError } = folder.run(words);
      expect({ format, exit }).toEqual({ format, exit: 2 });
      expect(standardError).toContain("the disk is full");
    }
  });
});
