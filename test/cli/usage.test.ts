// What a person can type wrongly, and what the program says to it: the value, what was expected, what to do.

import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { sim } from "../../src/cli/sim.js";
import { SIM_OPTIONS } from "../../src/cli/sim-arguments.js";
import type { SimArguments } from "../../src/cli/sim-arguments.js";
import { VALIDATE_OPTIONS } from "../../src/cli/validate.js";
import { CARELESS_FILE, OWN_STACK_LINE, ProgramFolder, digestIn } from "./program-folder.js";

const folder = new ProgramFolder();
folder.writeTwoNodes("ok.yaml");
folder.write("no-protocols.js", "export const nothing = 1;\n");
folder.write("broken.js", "export const protocols = nothing.at.all;\n");
folder.write("half.js", "export const protocols = [{ slot: 'a', name: 'b' }];\n");

/** Command lines that cannot be read, and a part of what is said to each. */
const UNREADABLE: readonly (readonly [words: string, says: string | RegExp])[] = [
  ["", "Say what to do: peerscape sim SCENARIO"],
  ["simm ok.yaml", "Did you mean sim?"],
  ["view", "view needs a trace: peerscape view run.mcap"],
  ["compare", "compare needs a comparison: peerscape compare scenarios/compare/broadcast.yaml"],
  ["diff one.mcap", "diff needs two traces: peerscape diff one.mcap other.mcap"],
  ["trace stats", "trace needs what to do and a trace: peerscape trace stats run.mcap"],
  ["sim ok.yaml extra", "extra is one word too many"],
  [
    "sim ok.yaml --sed 3",
    "There is no option --sed; did you mean --seed?\nSee peerscape sim --help.",
  ],
  ["validate ok.yaml --trace x", "There is no option --trace.\nSee peerscape validate --help."],
  ["sim ok.yaml --seed", "--seed needs a value after it."],
  ["sim ok.yaml --seed=", "--seed '': expected a value"],
  ["sim ok.yaml --seed 1 --seed 2", "--seed 1, 2: expected one value; give it once"],
  ["sim ok.yaml --wire foo", "--wire foo: expected one of objects, bytes."],
  ["sim ok.yaml --transport udp", "--transport udp: expected one of sim, tcp."],
  ["sim ok.yaml --layout cube --picture x.svg", "--layout cube: expected one of ring, force."],
  ["sim ok.yaml --break kind:timer --break-at 3", "--break and --break-at exclude each other"],
  ["sim ok.yaml --log debug:discvery", "--log debug:discvery: expected the name of a protocol's"],
  ["sim ok.yaml --log debug:discvery", "after the colon; did you mean discovery?"],
  ["sim ok.yaml --log debug:nosuch", "there are discovery, "],
  [
    "sim ok.yaml --break kind:flod/rumour",
    "a kind of event or a timer; did you mean flood/rumour?",
  ],
  ["sim ok.yaml --break kind:nosuch/kind", "there are timer, world, datagram, message, node/"],
  ["sim ok.yaml --break kind:timer:discovery/perod", "did you mean timer:discovery/period?"],
  [
    "sim ok.yaml --break kind:timer:nosuch",
    "expected kind: with a timer that goes off in the run; there are timer:",
  ],
  ["sim ok.yaml --break node:nod-1", "the name or index of a node; did you mean node-1?"],
  ["sim ok.yaml --break node:2", "there are node-0 to node-1"],
  ["sim ok.yaml --picture x.svg@10000s", "expected a time up to 60s after @, the end of the run"],
  ["sim ok.yaml --until 5s --graph x.gexf@6s", "expected a time up to 5s after @"],
  ["sim ok.yaml --nodes two", "--nodes two: expected a whole number from 1 on"],
  ["sim ok.yaml --protocols broken.js", /nothing is not defined\n {4}at .*broken\.js:1:/],
];

/** Options that can be read and not be used: the option and its value. */
const UNUSABLE: readonly (readonly [keyof SimArguments, string])[] = [
  ["nodes", "-3"],
  ["nodes", "0"],
  ["nodes", "1e3"],
  ["until", "5"],
  ["until", "0s"],
  ["until", "61s"],
  ["picture", "x.png"],
  ["picture", "x.svg@soon"],
  ["graph", "x.dot"],
  ["picture", "x.svg@61s"],
  ["graph", "x.graphml@10000s"],
  ["layout", "ring"],
  ["overlay", "members"],
  ["log", "loud"],
  ["log", "debug:nosuch"],
  ["break", "everywhere"],
  ["break", "node:nosuch"],
  ["break", "kind:flood/rumor & node:nosuch"],
  ["break", "kind:nosuch/kind"],
  ["break", "kind:timer:nosuch/period"],
  ["break-at", "x"],
  ["flight-recorder", "soon"],
  ["trace-only", "kinds:nonsense"],
  ["break-at", "100000000"],
  ["events-max", "many"],
  ["pending-max", "0"],
  ["heap-max", "1.5"],
  ["protocols", "nowhere.js"],
  ["protocols", path.join(folder.path, "no-protocols.js")],
  ["protocols", path.join(folder.path, "half.js")],
];

const NO_OPTIONS: SimArguments = {
  ...{
    scenario: path.join(folder.path, "ok.yaml"),
    set: [],
    protocols: [],
    picture: [],
    graph: [],
  },
  ...{ seed: undefined, nodes: undefined, until: undefined, trace: undefined, report: undefined },
  ...{ security: undefined, processes: undefined, layout: undefined, overlay: undefined },
  ...{ log: undefined, break: undefined, "trace-only": [], "flight-recorder": undefined },
  ...{ "break-at": undefined, "events-max": undefined, "pending-max": undefined },
  ...{
    "heap-max": undefined,
    "check-determinism": false,
    "trace-contents": false,
    watch: false,
    quiet: true,
  },
  ...{ transport: "sim", wire: "objects" },
};

describe("the command line", () => {
  it.each(UNREADABLE)("%s is refused in words", (words, says) => {
    const { exit, standardOutput, standardError } = folder.run(
      words.split(" ").filter((word) => word !== ""),
    );
    expect({ exit, standardOutput }).toEqual({ exit: 2, standardOutput: "" });
    expect(standardError).toMatch(typeof says === "string" ? literally(says) : says);
    expect(standardError).not.toMatch(OWN_STACK_LINE);
  });

  it.each(UNUSABLE)("--%s %s is refused by option and value", async (option, value) => {
    const isList = Array.isArray(NO_OPTIONS[option]);
    const given = { ...NO_OPTIONS, [option]: isList ? [value] : value };
    await expect(sim(given)).rejects.toMatchObject({
      name: "UsageError",
      option: `--${option}`,
      value,
    });
  });

  it.each([
    ["n", "--set"],
    ["m=3", "ok.yaml"],
  ])("--set %s is refused as a scenario is", async (setting, file) => {
    const refused = sim({ ...NO_OPTIONS, set: [setting] });
    await expect(refused).rejects.toMatchObject({ name: "ScenarioError" });
    await expect(refused).rejects.toThrow(file);
  });

  it("suggests the overlay that was probably meant", () => {
    const words = ["sim", "ok.yaml", "--overlay", "membres", "--picture", "x.svg"];
    expect(folder.run(words)).toMatchObject({
      exit: 2,
      standardError: "--overlay membres: expected the name of an overlay; did you mean members?\n",
    });
  });

  it("answers --help with every option and examples, in no more columns than a terminal has", () => {
    const { exit, standardOutput } = folder.run(["sim", "--help"]);
    expect(exit).toBe(0);
    for (const option of SIM_OPTIONS) expect(standardOutput).toContain(`--${option} `);
    expect(standardOutput).toContain("Examples:");
    expect(standardOutput).toContain("peerscape sim scenarios/churn.yaml");
    expect(Math.max(...standardOutput.split("\n").map(({ length }) => length))).toBeLessThan(101);
    const ofValidate = folder.run(["validate", "--help"]).standardOutput;
    for (const option of VALIDATE_OPTIONS) expect(ofValidate).toContain(`--${option} `);
  });

  it("names both verbs and the exit codes in its help, whatever the machine's language", () => {
    const { exit, standardOutput } = folder.run(["--help"], {
      environment: { LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8", LANGUAGE: "de" },
    });
    expect(exit).toBe(0);
    expect(standardOutput).toContain("peerscape sim <scenario>");
    expect(standardOutput).toContain("peerscape validate [scenario]");
    expect(standardOutput).toContain("Show help");
    expect(standardOutput).toContain("130 interrupted");
  });

  it("says its version", () => {
    expect(folder.run(["--version"]).standardOutput).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("options that change the run", () => {
  const plain = folder.run(["sim", "ok.yaml"]);

  it.each([
    ["--seed", "2", "seed 2,"],
    ["--seed", "a word", "seed a word,"],
    ["--nodes", "5", "5 nodes: 5 live"],
    ["--until", "30s", "ran 30 s of virtual time"],
  ])(
    "%s %s changes the digest and is part of the command that repeats it",
    (option, value, says) => {
      const result = folder.run(["sim", "ok.yaml", option, value]);
      expect(result.standardOutput).toContain(says);
      expect(digestIn(result)).not.toBe(digestIn(plain));
      const written = value.includes(" ") ? `'${value}'` : value;
      expect(result.standardOutput).toContain(
        `repeat npm run sim -- ok.yaml ${option} ${written}\n`,
      );
    },
  );

  it("--set sets a param", () => {
    folder.writeTwoNodes("params.yaml", "nodes: 2", 'params: { n: 2 }\nnodes: "${n}"');
    const { standardOutput } = folder.run(["sim", "params.yaml", "--set", "n=4"]);
    expect(standardOutput).toContain("4 nodes: 4 live");
    expect(standardOutput).toContain("repeat npm run sim -- params.yaml --set n=4\n");
  });

  it("--protocols brings protocols, to validate as well", () => {
    folder.writeTwoNodes("own.yaml", "protocols:", "protocols:\n  careless: { use: careful }");
    const words = ["own.yaml", "--protocols", CARELESS_FILE];
    const { exit, standardOutput } = folder.run(["sim", ...words]);
    expect(exit).toBe(0);
    expect(standardOutput).toContain(`--protocols ${CARELESS_FILE}\n`);
    expect(folder.run(["validate", ...words]).standardOutput).toContain("two-nodes is valid");
    expect(folder.run(["validate", "own.yaml"]).exit).toBe(2);
  });
});

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "u");
}
