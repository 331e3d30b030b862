// Runs every shipped scenario live and says which expectations held: `npm run validate:live`, over as many processes as
// there are processors, since one does not suffice for a thousand nodes under churn. Takes as long as the scenarios are, one after the other, since two at once would disturb each other's times. Scenarios that cannot run
// live must be refused by name.
//
//   npm run validate:live -- [--report-folder FOLDER] [--only NAME] [-- OPTIONS OF sim]

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const SCENARIO_FOLDER = "scenarios";
const PROGRAM = path.join("dist", "cli", "main.js");
/** Scenarios that a live run refuses, and what it must name. */
const REFUSED: ReadonlyMap<string, string> = new Map([["large", "nodes: 10000"]]);

interface Outcome {
  readonly code: number;
  readonly text: string;
}

function runLive(file: string, options: readonly string[]): Promise<Outcome> {
  const words = [PROGRAM, "sim", file, "--transport", "tcp", ...options];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const note = (bytes: Buffer): void => {
    text += bytes.toString();
  };
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  return new Promise((resolve) => {
    child.once("close", (code) => {
      resolve({ code: code ?? -1, text });
    });
  });
}

/** The value of an option; undefined when it is not given. */
function optionOf(words: readonly string[], name: string): string | undefined {
  const place = words.indexOf(name);
  return place < 0 ? undefined : words[place + 1];
}

const words = process.argv.slice(2);
const end = words.indexOf("--");
const own = end < 0 ? words : words.slice(0, end);
const given = end < 0 ? [] : words.slice(end + 1);
const processes = ["--processes", String(os.availableParallelism())];
const passedOn = given.includes("--processes") ? given : [...given, ...processes];
const only = optionOf(own, "--only");
const reportFolder = optionOf(own, "--report-folder");

let failedCount = 0;
for (const file of fs.readdirSync(SCENARIO_FOLDER).sort()) {
  const name = path.basename(file, ".yaml");
  if (only !== undefined && only !== name) continue;
  const report =
    reportFolder === undefined ? [] : ["--report", path.join(reportFolder, `${name}.json`)];
  const { code, text } = await runLive(path.join(SCENARIO_FOLDER, file), [...report, ...passedOn]);
  const refusal = REFUSED.get(name);
  const isAsExpected = refusal === undefined ? code === 0 : code === 2 && text.includes(refusal);
  if (!isAsExpected) failedCount++;
  process.stdout.write(
    `${isAsExpected ? "ok    " : "FAILED"} ${name} (exit code ${code})\n${text}\n`,
  );
}
process.exitCode = failedCount === 0 ? 0 : 1;
