import { describe, expect, it } from "vitest";
import { OverlayTracker } from "../../src/analysis/overlay-tracker.js";
import { LogPrinter, parseLogOption } from "../../src/cli/log-printer.js";
import { OutputFileError, writeOutputFile } from "../../src/cli/output-file.js";
import {
  OverlayFileWriter,
  parseGraphOption,
  parsePictureOption,
} from "../../src/cli/overlay-files.js";
import { Progress } from "../../src/cli/progress.js";
import { UsageError } from "../../src/cli/usage-error.js";
import { RecordKind, RunRecord } from "../../src/trace/record.js";
import { ScriptedRun, SECOND } from "../scenarios/checkers/scripted-run.js";

/** The end of the run of which pictures are asked for. */
const END = 120 * SECOND;

describe("--picture and --graph", () => {
  it("read a file and a time", () => {
    expect(parsePictureOption("out/ring.svg", END)).toEqual({
      path: "out/ring.svg",
      atMicros: null,
      overlay: null,
    });
    expect(parsePictureOption("a@b.svg@1.5s", END)).toMatchObject({
      path: "a@b.svg",
      atMicros: 1.5 * SECOND,
    });
    expect(parseGraphOption("me@home.gexf", END)).toMatchObject({
      path: "me@home.gexf",
      atMicros: null,
    });
    expect(parseGraphOption("x.graphml@2m", END)).toMatchObject({ atMicros: 120 * SECOND });
  });

  it("take the end of the run for the latest time", () => {
    expect(parsePictureOption("x.svg@120s", END)).toMatchObject({ atMicros: END });
    for (const parse of [
      () => parsePictureOption("x.svg@120.000001s", END),
      () => parseGraphOption("x.gexf@3m", END),
    ]) {
      expect(parse).toThrow(UsageError);
    }
  });

  it.each(["ring.png", "ring.svg@", "ring.svg@soon", "ring.svg@1,5s", ".", ""])(
    "refuse %j with the value",
    (text) => {
      expect(() => parsePictureOption(text, END)).toThrow(
        expect.objectContaining({ name: "UsageError", option: "--picture", value: text }),
      );
    },
  );

  /** A run of three nodes with one link, and a writer that looks at it. */
  function written(path: string, atMicros: number | null, overlay: string | null = null): string[] {
    const script = new ScriptedRun({ nodeCount: 3, expect: [] });
    const tracker = new OverlayTracker(script.names);
    script.recorder.attach(tracker);
    script.at(0).statusOfAll("active").adds(0, 1);
    const files: string[] = [];
    const writer = new OverlayFileWriter({
      file: { path, atMicros, overlay },
      layout: "ring",
      scenarioName: "scripted",
      view: script.view,
      tracker,
      lastMicros: 9 * SECOND,
      write: (file, text) => files.push(file, text),
    });
    expect(writer.nextSampleMicros).toBe(atMicros ?? 9 * SECOND);
    writer.finish(5 * SECOND);
    writer.finish(6 * SECOND);
    return files;
  }

  it("write one file in the format of its name", () => {
    expect(written("x.svg", null)[1]).toContain("<svg");
    expect(written("x.gexf", 3)[1]).toContain("<gexf");
    const [path, text, ...rest] = written("x.graphml", 3);
    expect(path).toBe("x.graphml");
    expect(text).toContain('<edge source="n0" target="n1"/>');
    expect(rest).toEqual([]);
  });

  it("refuse an overlay that the run does not have", () => {
    expect(() => written("x.svg", null, "membres")).toThrow(UsageError);
  });

  it("say why a file could not be written", () => {
    expect(() => writeOutputFile("/nowhere/at/all.svg", "x")).toThrow(OutputFileError);
    expect(() => writeOutputFile("/", "x")).toThrow(expect.objectContaining({ code: "EISDIR" }));
  });
});

/** The slots of the scenario whose logs are asked for. */
const SLOTS = ["discovery", "status"];

describe("--log", () => {
  it("reads a level and a protocol", () => {
    expect(parseLogOption("warn", SLOTS)).toEqual({ level: "warn", protocol: null });
    expect(parseLogOption("debug:discovery", SLOTS)).toEqual({
      level: "debug",
      protocol: "discovery",
    });
  });

  it.each(["", "loud", "info:", "Info", "info:broadcast", "info:genesis"])("refuses %j", (text) => {
    expect(() => parseLogOption(text, SLOTS)).toThrow(UsageError);
  });

  it("prints lines of its level and above, at virtual times", () => {
    const script = new ScriptedRun({ nodeCount: 3, expect: [] });
    let text = "";
    const printer = new LogPrinter(
      { level: "warn", protocol: "discovery" },
      script.view,
      (line) => {
        text += line;
      },
    );
    const log = (level: string, slot: string, node: number): void => {
      const record = Object.assign(new RunRecord(), {
        kind: RecordKind.log,
        node,
        timeMicros: 1_500_000,
        name: script.names.id(level),
        reason: script.names.id(slot),
        text: "lost the genesis node",
      });
      printer.accept(record);
    };
    log("info", "discovery", 0);
    log("warn", "discovery", 1);
    log("error", "status", 2);
    log("error", "discovery", 2);
    expect(text).toBe(
      "1.500000 s n1 discovery warn: lost the genesis node\n" +
        "1.500000 s n2 discovery error: lost the genesis node\n",
    );
  });
});

describe("progress", () => {
  /** What is drawn at some real times in milliseconds on a stream that is a terminal or not. */
  function draw(isTTY: boolean, times: readonly number[]): string[] {
    const drawn: string[] = [];
    let now = 0;
    const stream = { isTTY, write: (text: string) => drawn.push(text) };
    const progress = new Progress({ stream, endMicros: 100 * SECOND, nowMillis: () => now });
    expect(progress.isShown).toBe(isTTY);
    for (const time of times) {
      now = time;
      progress.update({ virtualMicros: 50 * SECOND, events: time * 100, liveNodes: 998 });
    }
    progress.stop();
    progress.stop();
    return drawn;
  }

  it("shows virtual time, events a second and live nodes in sixty columns, and goes away", () => {
    const [line, cleared, ...rest] = draw(true, [500]);
    expect(line).toBe("\r\u001b[K[======      ] 50.0/100 s  100.0k events/s  998 live");
    expect(line?.length).toBeLessThanOrEqual(60);
    expect(cleared).toBe("\r\u001b[K");
    expect(rest).toEqual([]);
  });

  it("is drawn at most ten times a second", () => {
    expect(draw(true, [500, 510, 599])).toHaveLength(2);
    expect(draw(true, [500, 600])).toHaveLength(3);
  });

  it("writes nothing where there is no terminal", () => {
    expect(draw(false, [500, 1000])).toEqual([]);
  });
});
