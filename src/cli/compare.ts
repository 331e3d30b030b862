// peerscape compare: several protocols over the same scenario and seeds, as tables, JSON, a picture or a page.

import { basename, dirname, join } from "node:path";
import type { CommandModule } from "yargs";
import type { ComparedVariant, Comparison } from "../scenarios/compare/comparison.js";
import { comparisonPage } from "../scenarios/compare/comparison-page.js";
import type { PageSection } from "../scenarios/compare/comparison-page.js";
import { comparisonPicture } from "../scenarios/compare/comparison-picture.js";
import type { ComparisonResult } from "../scenarios/compare/comparison-result.js";
import { markdownTables, terminalTables } from "../scenarios/compare/comparison-table.js";
import { parseComparison, RUNS_MAX } from "../scenarios/compare/parse-comparison.js";
import { parseScenarioBeside, readSourceText } from "../scenarios/node-scenario-file.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import { PROCESS_OUTPUT } from "./command-output.js";
import { ComparedRunError, runComparison } from "./compare-runs.js";
import { withComparingPool } from "./comparing-pool.js";
import { ExitCode } from "./exit-code.js";
import { checkOutputFile, writeOutputFile } from "./output-file.js";
import { readWholeNumber } from "./read-number.js";
import { quote } from "./repeat-command.js";
import { ONE } from "./sim-arguments.js";
import { threadCount } from "./thread-count.js";
import { UsageError } from "./usage-error.js";

/** What `compare` can be told. */
interface CompareArguments {
  readonly files: readonly string[];
  readonly seeds: string | undefined;
  readonly threads: string | undefined;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly picture: string | undefined;
  readonly page: string | undefined;
  readonly scenarios: string | undefined;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const COMPARE_OPTIONS = [
  ...(["seeds", "threads", "json", "markdown", "picture", "page", "scenarios"] as const),
];

/** A comparison with the file it was read from. */
interface ReadComparison {
  readonly file: string;
  readonly comparison: Comparison;
}

async function run(given: CompareArguments): Promise<number> {
  const { files, json, markdown, picture, page, scenarios } = given;
  if (json && markdown)
    throw new UsageError("--markdown", "--json", "one of them", "leave one out");
  if (files.length > 1 && picture !== undefined) {
    throw new UsageError("--picture", picture, "one comparison with it", "use --page for several");
  }
  const threads = threadCount(given.threads);
  const seedCount = given.seeds === undefined ? undefined : readSeedCount(given.seeds);
  const read = files.map((file): ReadComparison => ({
    file,
    comparison: readFile(file, seedCount),
  }));
  if (scenarios !== undefined) return writeScenarios(scenarios, read);
  for (const path of outputsOf(given, read)) checkOutputFile(path);
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const { signal } = interruption;
    const results = await withComparingPool({ threads, signal }, async (start) => {
      const all: ComparisonResult[] = [];
      for (const { file, comparison } of read) {
        all.push(await runComparison(comparison, { file, start, output: PROCESS_OUTPUT }));
      }
      return all;
    });
    print(results, given);
    if (picture !== undefined) writeOutputFile(picture, comparisonPicture(results[0]!));
    if (page !== undefined) writePage(page, read, { results, command: pageCommand(given) });
    return ExitCode.ok;
  } catch (error) {
    if (interruption.signal.aborted) {
      PROCESS_OUTPUT.error("interrupted: nothing was compared\n");
      return ExitCode.interrupted;
    }
    if (!(error instanceof ComparedRunError)) throw error;
    PROCESS_OUTPUT.error(error.message);
    return error.code;
  } finally {
    process.removeListener("SIGINT", interrupt);
    process.removeListener("SIGTERM", interrupt);
  }
}

function readSeedCount(text: string): number {
  const count = readWholeNumber("--seeds", text);
  if (count >= 2 && count <= RUNS_MAX) return count;
  throw new UsageError(
    "--seeds",
    text,
    `a whole number from 2 to ${RUNS_MAX}`,
    "an interval is of two runs at least",
  );
}

function readFile(file: string, seedCount: number | undefined): Comparison {
  return parseComparison({
    ...{ file, text: readSourceText(file), seedCount },
    check: (text, params) => {
      parseScenarioBeside({ file, text, protocols: SHIPPED_PROTOCOLS, overrides: { params } });
    },
  });
}

function print(results: readonly ComparisonResult[], { json, markdown }: CompareArguments): void {
  if (json) {
    PROCESS_OUTPUT.out(`${JSON.stringify(results.length === 1 ? results[0] : results, null, 2)}\n`);
    return;
  }
  const tables = markdown ? markdownTables : terminalTables;
  PROCESS_OUTPUT.out(results.map(tables).join("\n"));
}

/** The scenario of every variant as a file of its own, which `sim` runs. */
function writeScenarios(folder: string, read: readonly ReadComparison[]): number {
  for (const { comparison } of read) {
    for (const variant of comparison.variants) {
      const path = scenarioPath(folder, comparison, variant);
      writeOutputFile(path, variant.text);
      PROCESS_OUTPUT.out(`${path}\n`);
    }
  }
  return ExitCode.ok;
}

function scenarioPath(folder: string, comparison: Comparison, { name }: ComparedVariant): string {
  return join(folder, `${comparison.name}-${name}.yaml`);
}

function outputsOf({ picture, page }: CompareArguments, read: readonly ReadComparison[]): string[] {
  return [
    ...(picture === undefined ? [] : [picture]),
    ...(page === undefined
      ? []
      : [page, ...read.map(({ comparison }) => join(dirname(page), picturePath(comparison.name)))]),
  ];
}

/** The picture of a comparison, from the page's folder. */
function picturePath(name: string): string {
  return `pictures/compare-${name}.svg`;
}

function writePage(
  page: string,
  read: readonly ReadComparison[],
  { results, command }: { readonly results: readonly ComparisonResult[]; readonly command: string },
): void {
  const sections = results.map((result, i): PageSection => {
    const picture = picturePath(result.comparison);
    writeOutputFile(join(dirname(page), picture), comparisonPicture(result));
    return { result, file: basename(read[i]!.file), picture };
  });
  writeOutputFile(page, comparisonPage(sections, command));
}

function pageCommand({ files, seeds, page = "" }: CompareArguments): string {
  const changed = seeds === undefined ? [] : ["--seeds", seeds];
  return ["npm run compare --", ...[...files, ...changed, "--page", page].map(quote)].join(" ");
}

/** The verb `compare`. */
export const compareCommand: CommandModule<object, CompareArguments> = {
  command: "compare <files..>",
  describe: "Compare protocols over the same scenario and seeds",
  builder: (yargs) =>
    yargs
      .positional("files", {
        ...{ type: "string", array: true, demandOption: true },
        describe: "Comparisons: YAML files as in scenarios/compare",
      })
      .option("seeds", { ...ONE, describe: "How many seeds, from 1 on, in place of the file's" })
      .option("threads", {
        ...{ ...ONE, defaultDescription: "one a processor" },
        describe: "How many runs go on at once",
      })
      .option("json", {
        ...{ type: "boolean", default: false, defaultDescription: "off" },
        describe: "Print every run's values, means and intervals as JSON",
      })
      .option("markdown", {
        ...{ type: "boolean", default: false, defaultDescription: "off" },
        describe: "Print the tables as Markdown",
      })
      .option("picture", { ...ONE, describe: "Draw the comparison to this SVG file" })
      .option("page", { ...ONE, describe: "Write tables and pictures as this Markdown page" })
      .option("scenarios", {
        ...ONE,
        describe: "Run nothing: write each variant's scenario to this folder",
      })
      .example("$0 compare scenarios/compare/broadcast.yaml", "Which broadcast costs what?")
      .example(
        "$0 compare --seeds 20 --picture dht.svg scenarios/compare/dht.yaml",
        "More runs, drawn",
      ),
  handler: async (given) => {
    process.exitCode = await run(given);
  },
};
