// What `peerscape sim` can be told, and how its help says it.

import type { Argv } from "yargs";
import { PICTURE_LAYOUTS } from "../analysis/picture.js";
import type { PictureLayout } from "../analysis/picture.js";
import type { Security } from "../transport/node-secure-socket.js";
import type { GivenScenario } from "./given-scenario.js";

/** The options of `sim` as they were typed: what stands for a number or a time is read, and refused, later. */
export interface SimArguments extends GivenScenario {
  readonly until: string | undefined;
  readonly protocols: readonly string[];
  readonly transport: "sim" | "tcp";
  readonly security: Security | undefined;
  readonly processes: string | undefined;
  readonly wire: "objects" | "bytes";
  readonly trace: string | undefined;
  readonly "trace-only": readonly string[];
  readonly "trace-contents": boolean;
  readonly watch: boolean;
  readonly "flight-recorder": string | undefined;
  readonly report: string | undefined;
  readonly picture: readonly string[];
  readonly graph: readonly string[];
  readonly layout: PictureLayout | undefined;
  readonly overlay: string | undefined;
  readonly log: string | undefined;
  readonly "check-determinism": boolean;
  readonly break: string | undefined;
  readonly "break-at": string | undefined;
  readonly "events-max": string | undefined;
  readonly "pending-max": string | undefined;
  readonly "heap-max": string | undefined;
  readonly quiet: boolean;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const SIM_OPTIONS: readonly Exclude<keyof SimArguments, "scenario">[] = [
  ...(["seed", "nodes", "until", "set", "protocols"] as const),
  ...([
    "trace",
    "trace-only",
    "trace-contents",
    "watch",
    "flight-recorder",
    "report",
    "picture",
    "graph",
    "layout",
    "overlay",
    "log",
  ] as const),
  ...([
    "check-determinism",
    "break",
    "break-at",
    "wire",
    "transport",
    "security",
    "processes",
  ] as const),
  "quiet",
  ...(["events-max", "pending-max", "heap-max"] as const),
];

/** Options that may be given more than once. */
export const REPEATABLE_OPTIONS: ReadonlySet<string> = new Set([
  "set",
  "protocols",
  "trace-only",
  "picture",
  "graph",
  "join",
  "protocol",
]);

/** An option with one value. */
export const ONE = { type: "string", requiresArg: true } as const;

/** An option that may be given again and again, with one value each time. */
export const MANY = {
  type: "string",
  array: true,
  nargs: 1,
  default: [] as string[],
  defaultDescription: "none",
} as const;

const CHANGING = "Options that change the run, and its digest:";
const LOOKING = "Options that only look: the digest stays the same:";
const LIVE = "Options of --transport tcp:";
const STOPPING = "Options that stop a run that gets out of hand:";

/** Declares everything that `sim` can be told. */
export function simOptions(yargs: Argv): Argv<SimArguments> {
  return stoppingOptions(runningOptions(lookingOptions(changingOptions(yargs))))
    .example("$0 sim scenarios/churn.yaml", "Run it")
    .example("$0 sim scenarios/churn.yaml --seed 7 --set n=200", "Another seed, fewer nodes")
    .example("$0 sim scenarios/churn.yaml --check-determinism", "Is it repeatable?")
    .example("$0 sim scenarios/two-nodes.yaml --transport tcp", "The same over real sockets")
    .example(
      "$0 sim scenarios/churn.yaml --trace run.mcap --picture end.svg",
      "Keep the records and a picture",
    ) as unknown as Argv<SimArguments>;
}

function changingOptions(yargs: Argv): Argv {
  return yargs
    .positional("scenario", {
      type: "string",
      demandOption: true,
      describe: "The scenario's YAML file",
    })
    .option("seed", { ...ONE, group: CHANGING, describe: "Another seed: a number or a word" })
    .option("nodes", { ...ONE, group: CHANGING, describe: "Another number of nodes in all" })
    .option("until", { ...ONE, group: CHANGING, describe: "End at this virtual time, as 30s" })
    .option("set", { ...MANY, group: CHANGING, describe: "Set a param, as n=200" })
    .option("protocols", {
      ...MANY,
      group: CHANGING,
      describe: "A JavaScript module with protocols of your own",
    });
}

function lookingOptions(yargs: Argv): Argv {
  return yargs
    .option("trace", {
      ...ONE,
      group: LOOKING,
      describe: "Write every record: FILE.mcap (small, seekable) or FILE.jsonl (text)",
    })
    .option("trace-only", {
      ...MANY,
      group: LOOKING,
      describe: "Trace some records: kinds:sent,dropped nodes:home-1 times:30s..40s",
    })
    .option("trace-contents", {
      type: "boolean",
      default: false,
      defaultDescription: "off",
      group: LOOKING,
      describe: "Trace what each message says, beside its sent record",
    })
    .option("flight-recorder", {
      ...ONE,
      group: LOOKING,
      describe: "Keep the last stretch, as 10s, and write --trace FILE.mcap on a failure",
    })
    .option("report", { ...ONE, group: LOOKING, describe: "Write the result as JSON" })
    .option("picture", { ...MANY, group: LOOKING, describe: "Draw an overlay: FILE.svg[@TIME]" })
    .option("graph", {
      ...MANY,
      group: LOOKING,
      describe: "Write an overlay: FILE.gexf[@TIME] or FILE.graphml[@TIME]",
    })
    .option("layout", {
      ...ONE,
      group: LOOKING,
      choices: PICTURE_LAYOUTS,
      describe: `How pictures place the nodes; ${PICTURE_LAYOUTS[0]} if not given`,
    })
    .option("overlay", {
      ...ONE,
      group: LOOKING,
      describe: "Which overlay to draw or write; the first if not given",
    })
    .option("log", { ...ONE, group: LOOKING, describe: "Print protocols' logs: LEVEL[:PROTOCOL]" })
    .option("check-determinism", {
      type: "boolean",
      default: false,
      defaultDescription: "off",
      group: LOOKING,
      describe: "Run twice before, with frozen objects and with bytes, and show where they part",
    })
    .option("quiet", {
      type: "boolean",
      default: false,
      defaultDescription: "off",
      group: LOOKING,
      describe: "Print nothing unless an expectation fails",
    });
}

/** Where and how the run runs, which changes nothing either. */
function runningOptions(yargs: Argv): Argv {
  return yargs
    .option("watch", {
      type: "boolean",
      default: false,
      defaultDescription: "off",
      group: LOOKING,
      describe: "Show the run in a browser while it goes on: prints the address",
    })
    .option("break", {
      ...ONE,
      group: LOOKING,
      describe: "Stop a debugger before such events: 'node:home-17 & kind:genesis/news'",
    })
    .option("break-at", {
      ...ONE,
      group: LOOKING,
      describe: "Stop a debugger before the event of this record: its number, or its key T:O:C",
    })
    .option("wire", {
      ...ONE,
      choices: ["objects", "bytes"] as const,
      default: "objects" as const,
      group: LOOKING,
      describe: "How messages travel",
    })
    .option("transport", {
      ...ONE,
      choices: ["sim", "tcp"] as const,
      default: "sim" as const,
      group: CHANGING,
      describe: "The world that the nodes run in: simulated, or real sockets and real time",
    })
    .option("security", {
      ...ONE,
      choices: ["tls", "plaintext"] as const,
      group: LIVE,
      describe: "How live nodes talk; plaintext if not given, as all of them are here",
    })
    .option("processes", {
      ...ONE,
      group: LIVE,
      describe: "Run the nodes in so many processes; in this one if not given",
    })
    .conflicts("break", "break-at");
}

function stoppingOptions(yargs: Argv): Argv {
  return yargs
    .option("events-max", { ...ONE, group: STOPPING, describe: "Stop after so many events" })
    .option("pending-max", {
      ...ONE,
      group: STOPPING,
      describe: "Stop when so many events are pending; looked at every 65,536 events",
    })
    .option("heap-max", {
      ...ONE,
      group: STOPPING,
      describe: "Stop when the heap has so many MiB; looked at every 65,536 events",
    });
}
