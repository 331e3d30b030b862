// What `peerscape node` can be told, how its help says it, and what it comes to.

import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { Argv } from "yargs";
import { parseScenario } from "../scenarios/parse-scenario.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { ScenarioError } from "../scenarios/scenario-error.js";
import type { ProtocolUse } from "../scenarios/scenario.js";
import { formatAddress, isLoopback, parseAddress } from "../transport/node-address.js";
import type { HostPort } from "../transport/node-address.js";
import { PEER_ADDRESS_BYTES } from "../transport/peer.js";
import { MANY, ONE } from "./sim-arguments.js";
import { UsageError } from "./usage-error.js";

/** The options of `node` as they were typed. */
export interface NodeArguments {
  readonly listen: string;
  readonly announce: string | undefined;
  readonly join: readonly string[];
  readonly bootstrap: string | undefined;
  readonly key: string | undefined;
  readonly network: string;
  readonly "network-key": string | undefined;
  readonly protocol: readonly string[];
  readonly protocols: readonly string[];
  readonly metrics: string | undefined;
  readonly log: string | undefined;
  readonly trace: string | undefined;
  readonly prompt: boolean;
  readonly "insecure-plaintext": boolean;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const NODE_OPTIONS: readonly (keyof NodeArguments)[] = [
  ...(["listen", "announce", "join", "bootstrap", "key", "network", "network-key"] as const),
  ...(["protocol", "protocols", "metrics", "log", "trace", "prompt"] as const),
  "insecure-plaintext",
];

/** Any free port of this machine, for its own programs only. */
const LISTEN_DEFAULT = "127.0.0.1:0";

/** What nodes speak unless told otherwise; the default of every slot is added. */
const PROTOCOLS_DEFAULT = ["discovery=genesis", "status=heartbeat", "broadcast=flood"];

/** Addresses to join through; more would only be tried in vain. */
const JOIN_MAX = 64;

/** Declares everything that `node` can be told. */
export function nodeOptions(yargs: Argv): Argv<NodeArguments> {
  return moreOptions(
    yargs
      .option("listen", {
        ...ONE,
        default: LISTEN_DEFAULT,
        describe: "Where to listen, HOST:PORT; port 0 takes a free one",
      })
      .option("announce", { ...ONE, describe: "Where others reach it, when not where it listens" })
      .option("join", { ...MANY, describe: "HOST:PORT of a node to join through, genesis first" })
      .option("bootstrap", { ...ONE, describe: "A file of such addresses, one a line" })
      .option("key", { ...ONE, describe: "Keep the node's key in this file, made when missing" })
      .option("network", { ...ONE, default: "peerscape", describe: "Name of the network" })
      .option("network-key", {
        ...ONE,
        describe: "The network's key: obey its shutdown; the private half may order it",
      }),
  )
    .example("$0 node --listen 127.0.0.1:7001", "Begin a network")
    .example("$0 node --join 127.0.0.1:7001", "Join it, in another terminal")
    .example(
      "$0 node --listen 0.0.0.0:7001 --announce node.example.org:7001",
      "Be reached from other machines",
    )
    .epilogue(
      "A node without --join or --bootstrap is the genesis node of a network.\n" +
        "Commands are typed at the prompt, or come from a pipe one a line: try help.\n" +
        "Exit codes: 0 it left when told to; 1 a command or protocol failed; 2 wrong usage, or a wrong\n" +
        "command from a pipe; 3 a bug of ours; 130 it left on a signal",
    ) as unknown as Argv<NodeArguments>;
}

function moreOptions(yargs: Argv): Argv {
  return yargs
    .option("protocol", {
      ...MANY,
      describe: "What it speaks, as discovery=genesis or status=none",
    })
    .option("protocols", { ...MANY, describe: "A JavaScript module with protocols of your own" })
    .option("metrics", { ...ONE, describe: "Serve Prometheus metrics at HOST:PORT" })
    .option("log", {
      ...ONE,
      describe: "json[:LEVEL] writes JSON to standard error, LEVEL[:SLOT] shows plain lines",
    })
    .option("trace", { ...ONE, describe: "Write its records as JSON Lines" })
    .option("prompt", {
      type: "boolean",
      default: true,
      defaultDescription: "on",
      describe: "Read commands; --no-prompt runs until a signal",
    })
    .option("insecure-plaintext", {
      type: "boolean",
      default: false,
      defaultDescription: "off",
      describe: "No TLS; for this machine's own addresses only",
    });
}

/** Where to listen, a name already looked up. Throws `UsageError`. */
export async function listenPlace({ listen, announce }: NodeArguments): Promise<HostPort> {
  const place = readPlace("--listen", listen);
  const isWildcard = place.host === "::" || /^[0.]+$/u.test(place.host);
  if (isWildcard && announce === undefined) {
    const example = `--announce ${formatAddress("node.example.org", place.port || 7001)}`;
    throw new UsageError("--listen", listen, "an address others can dial", `add ${example}`);
  }
  if (isIP(place.host) !== 0) return place;
  try {
    return { ...place, host: (await lookup(place.host)).address };
  } catch {
    const remedy = "check the name, or write an address of this machine";
    throw new UsageError("--listen", listen, "a name that is known here", remedy);
  }
}

/** The address to announce; undefined where it is the one that it listens at. Throws `UsageError`. */
export function announced({ announce }: NodeArguments): string | undefined {
  if (announce === undefined) return undefined;
  checkAddress("--announce", announce);
  if (announce.length <= PEER_ADDRESS_BYTES) return announce;
  const expected = `at most ${PEER_ADDRESS_BYTES} characters`;
  throw new UsageError("--announce", announce, expected, "write a shorter name, or the number");
}

/** The addresses to join through, one's own left out. Throws `UsageError`. */
export function joinAddresses(given: NodeArguments, listen: HostPort): string[] {
  const { bootstrap } = given;
  const typed = given.join.flatMap((word) => word.split(","));
  for (const address of typed) checkAddress("--join", address);
  const listed = bootstrap === undefined ? [] : readBootstrap(bootstrap);
  const own = [given.announce, given.listen, formatAddress(listen.host, listen.port)];
  const addresses = [...new Set([...typed, ...listed])];
  const others = addresses.filter((address) => !own.includes(address));
  if (addresses.length > 0 && others.length === 0) {
    const remedy = "leave it out to begin a network, or name another node";
    throw new UsageError("--join", addresses.join(","), "another node than itself", remedy);
  }
  const far = others.find((address) => !isOnThisMachine(parseAddress(address)?.host ?? ""));
  if (far !== undefined && isLoopback(listen.host) && given.announce === undefined) {
    throw new UsageError(
      "--join",
      far,
      `a node on this machine, since others cannot reach ${listen.host}`,
      "add --listen 0.0.0.0:7001 --announce HOST:7001, where HOST is this machine to the others",
    );
  }
  return others.slice(0, JOIN_MAX);
}

function isOnThisMachine(host: string): boolean {
  return host === "localhost" || isLoopback(host);
}

function readBootstrap(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    const expected = "a file with one HOST:PORT a line";
    throw new UsageError("--bootstrap", file, expected, "check the path: it cannot be read");
  }
  const addresses = text
    .split("\n")
    .map((line) => line.replace(/#.*/u, "").trim())
    .filter((line) => line !== "");
  for (const address of addresses) checkAddress(`--bootstrap ${file}:`, address);
  if (addresses.length > 0) return addresses;
  const remedy = "write the genesis node first";
  throw new UsageError("--bootstrap", file, "at least one HOST:PORT in it", remedy);
}

/** Reads `HOST:PORT`, where port 0 takes a free one. Throws `UsageError`. */
export function readPlace(option: string, text: string): HostPort {
  const free = /^(.+):0$/u.exec(text)?.[1];
  const place = parseAddress(free === undefined ? text : `${free}:1`);
  if (place === null) throw badAddress(option, text);
  return free === undefined ? place : { ...place, port: 0 };
}

function checkAddress(option: string, text: string): void {
  if (parseAddress(text) === null) throw badAddress(option, text);
}

function badAddress(option: string, text: string): UsageError {
  return new UsageError(option, `'${text}'`, "HOST:PORT", "write for instance 127.0.0.1:7001");
}

/** The protocols of `--protocol SLOT=NAME`, read as those of a scenario are. Throws `UsageError`. */
export function chosenProtocols(
  words: readonly string[],
  definitions: readonly ProtocolDefinition[],
): readonly ProtocolUse[] {
  const chosen = new Map<string, string>();
  for (const word of [...PROTOCOLS_DEFAULT, ...words]) {
    const [, slot, value] = /^([a-z][a-z0-9-]*)=(.+)$/u.exec(word) ?? [];
    if (slot === undefined || value === undefined) {
      const remedy = "write for instance discovery=genesis, or status=none";
      throw new UsageError("--protocol", word, "SLOT=NAME", remedy);
    }
    const isName = /^[a-z][a-z0-9-]*$/u.test(value) && value !== "none";
    chosen.set(slot, isName ? `{ use: ${value} }` : value);
  }
  const lines = Array.from(chosen, ([slot, value]) => `  ${slot}: ${value}`);
  // The scenario language is the one place that knows how protocols and their options are written.
  const text = ["name: node", "seed: 0", "nodes: 1", "protocols:", ...lines, ""].join("\n");
  try {
    const { scenario } = parseScenario({ file: "--protocol", text, protocols: definitions });
    return scenario.classes[0]?.protocols ?? [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw explainProtocols(error, words);
  }
}

function explainProtocols({ problems: [problem] }: ScenarioError, words: readonly string[]): Error {
  if (problem === undefined) return new UsageError("--protocol", words.join(" "), "protocols", "");
  const { path, message, expected, remedy } = problem;
  return new UsageError(
    "--protocol",
    `${path.replace(/^protocols\.?/u, "")}: ${message}`,
    expected || "a protocol for a slot",
    remedy || "write for instance discovery=genesis",
  );
}
