// peerscape node: one live node for a person, or for a script, until it leaves.

import type { CommandModule } from "yargs";
import { LiveNode } from "../scenarios/node-live-node.js";
import type { LiveNetworkIdentity, LiveNodeOptions } from "../scenarios/node-live-node.js";
import { networkKeyIn, publicKeyFile } from "../scenarios/node-network-key.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import { isNetworkId } from "../protocol/shutdown-instruction.js";
import { formatAddress } from "../transport/node-address.js";
import type { HostPort } from "../transport/node-address.js";
import { IdentityFileError, NodeIdentity } from "../transport/node-identity.js";
import { SystemClock } from "../transport/node-system-clock.js";
import { TransportSetupError } from "../transport/node-tcp-transport.js";
import { ExitCode, explainError } from "./exit-code.js";
import {
  announced,
  chosenProtocols,
  joinAddresses,
  listenPlace,
  nodeOptions,
  readPlace,
} from "./node-arguments.js";
import type { NodeArguments } from "./node-arguments.js";
import { logWatcher } from "./node-logs.js";
import { NodeMetrics } from "./node-metrics.js";
import { Presence } from "./node-presence.js";
import { NodePrompt } from "./node-prompt.js";
import { PlainScreen, PromptScreen } from "./node-screen.js";
import type { Screen } from "./node-screen.js";
import { runScript } from "./node-script.js";
import { NodeSession } from "./node-session.js";
import { outputFileError } from "./output-file.js";
import { loadProtocols } from "./protocol-files.js";
import { UsageError } from "./usage-error.js";

/** Runs a node until it has left; answers the exit code. */
export async function runNode(given: NodeArguments): Promise<number> {
  const isPrompted = given.prompt && process.stdin.isTTY && process.stdout.isTTY;
  const promptScreen = isPrompted ? new PromptScreen() : null;
  const screen = promptScreen ?? new PlainScreen();
  const live = await openNode(given, screen);
  const session = new NodeSession(live, screen);
  const metrics = new NodeMetrics(live.node);
  const signals = new Signals(session);
  let prompt: NodePrompt | null = null;
  try {
    if (given.metrics !== undefined) await serveMetrics(metrics, given.metrics, session);
    if (given.trace !== undefined) session.startTrace(given.trace);
    live.watchers.add(new Presence(session));
    introduce(live, given, screen);
    live.start();
    if (promptScreen !== null) {
      prompt = new NodePrompt(session, promptScreen, endAtOnce);
    } else if (given.prompt) await runScript(session);
    await live.left;
    session.stopTrace();
    return session.exitCode;
  } finally {
    signals.stopListening();
    prompt?.close();
    metrics.close();
    live.destroy();
  }
}

/** Opens the node that the options describe. Throws `UsageError` for what cannot be. */
async function openNode(given: NodeArguments, screen: Screen): Promise<LiveNode> {
  const own = await loadProtocols(given.protocols);
  const definitions = [...SHIPPED_PROTOCOLS, ...own];
  const protocols = chosenProtocols(given.protocol, definitions);
  const listen = await listenPlace(given);
  const identity = identityOf(given.key);
  const network = networkOf(given, screen);
  const log = given.log;
  const slots = protocols.map(({ slot }) => slot);
  const watchers = log === undefined ? [] : [logWatcher(log, slots, logWriters(screen))];
  const options: LiveNodeOptions = {
    ...{ identity, listen, network, protocols, definitions, watchers },
    name: "node",
    announce: announced(given),
    security: given["insecure-plaintext"] ? "plaintext" : "tls",
    join: joinAddresses(given, listen),
    epochMicros: unixEpochMicros(),
  };
  try {
    return await LiveNode.open(options);
  } catch (error) {
    throw explainOpening(error, given);
  }
}

/** Live networks have machines in common with nothing but the calendar. */
function unixEpochMicros(): number {
  return SystemClock.machineMicros() - Date.now() * 1000;
}

function identityOf(file: string | undefined): NodeIdentity {
  if (file === undefined) return NodeIdentity.generate();
  try {
    return NodeIdentity.load(file);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw explainKeyFile("--key", file, error);
  }
  const identity = NodeIdentity.generate();
  try {
    identity.save(file);
  } catch (error) {
    throw outputFileError(file, error);
  }
  return identity;
}

function networkOf(given: NodeArguments, screen: Screen): LiveNetworkIdentity {
  const { network: id, "network-key": file } = given;
  if (!isNetworkId(id)) {
    const expected = "1 to 64 printable characters without spaces";
    throw new UsageError("--network", `'${id}'`, expected, "write for instance --network lab");
  }
  if (file === undefined) return { id, publicKey: null, signer: null };
  try {
    const { publicKey, signer, isNew } = networkKeyIn(file);
    if (isNew) {
      screen.print(`made the network's key: keep ${file}, give ${publicKeyFile(file)} to others`);
    }
    return { id, publicKey, signer };
  } catch (error) {
    throw explainKeyFile("--network-key", file, error);
  }
}

function explainKeyFile(option: string, file: string, error: unknown): Error {
  if (error instanceof IdentityFileError) {
    return new UsageError(option, file, "a key", error.message.slice(file.length + 2));
  }
  return outputFileError(file, error);
}

function explainOpening(error: unknown, { listen, ...given }: NodeArguments): unknown {
  if (error instanceof TransportSetupError) {
    if (error.problem === "plaintext-beyond-loopback") {
      const remedy = "leave it out, and nodes speak TLS";
      const expected = "an address in 127.0.0.0/8 or ::1 to listen at";
      return new UsageError("--insecure-plaintext", `with --listen ${listen}`, expected, remedy);
    }
    const expected = "an address that others can dial";
    return new UsageError("--announce", given.announce ?? listen, expected, "write HOST:PORT");
  }
  return explainSocket("--listen", listen, error);
}

function explainSocket(option: string, place: string, error: unknown): unknown {
  const problems: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [
      "a port that is free",
      "another program listens there: choose another port, or 0 for any that is free",
    ],
    EADDRNOTAVAIL: ["an address of this machine", "write 127.0.0.1, 0.0.0.0, or one of its own"],
    EACCES: ["a port that you may use", "ports below 1024 need privileges: choose a higher one"],
  };
  const problem = problems[codeOf(error)];
  return problem === undefined ? error : new UsageError(option, place, ...problem);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

function logWriters(screen: Screen): Parameters<typeof logWatcher>[2] {
  // Where standard error is the terminal of the prompt, it must not break the line being typed.
  const isShared = screen instanceof PromptScreen && process.stderr.isTTY;
  return {
    json: (line) => {
      if (isShared) screen.print(line.trimEnd());
      else process.stderr.write(line);
    },
    text: (line) => {
      screen.print(line);
    },
  };
}

async function serveMetrics(
  metrics: NodeMetrics,
  option: string,
  { live, screen }: NodeSession,
): Promise<void> {
  const place: HostPort = readPlace("--metrics", option);
  live.watchers.add(metrics);
  try {
    const port = await metrics.serve(place);
    screen.print(`metrics at http://${formatAddress(place.host, port)}/metrics`);
  } catch (error) {
    throw explainSocket("--metrics", option, error);
  }
}

/** What a person needs to know of the node that was just opened. */
function introduce({ node, networkId }: LiveNode, given: NodeArguments, screen: Screen): void {
  const { id, address } = node.self;
  const security = given["insecure-plaintext"] ? ", in plain text" : "";
  screen.print(`id      ${id}`);
  screen.print(`address ${address}${security}`);
  const join = [...given.join, ...(given.bootstrap === undefined ? [] : [given.bootstrap])];
  screen.print(
    join.length === 0
      ? `network ${networkId}, begun here; others join with --join ${address}`
      : `network ${networkId}, joining through ${join.join(", ")}`,
  );
  if (screen instanceof PromptScreen) screen.print("Type help for the commands.");
}

/** A signal that comes while the node leaves. */
function endAtOnce(): never {
  process.exit(ExitCode.interrupted);
}

/** What asks a process to end; SIGHUP says that its terminal is gone. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first signal leaves politely, the second one ends the process at once. */
class Signals {
  readonly #session: NodeSession;
  readonly #note = (): void => {
    if (this.#session.isEnding) endAtOnce();
    this.#leave();
  };

  /** Nobody reads what it says any more (`| head`): each line that it tries to say tells so again. */
  readonly #leave = (): void => {
    if (this.#session.isEnding) return;
    this.#session.exitCode = ExitCode.interrupted;
    this.#session.end("leave");
  };

  /** What a protocol throws in the middle of an event ends the node: it can no longer be relied on. */
  readonly #fail = (error: unknown): void => {
    const { code, text } = explainError(error);
    process.stderr.write(`\n${text}`);
    process.exit(code);
  };

  constructor(session: NodeSession) {
    this.#session = session;
    for (const name of ENDING_SIGNALS) process.on(name, this.#note);
    process.stdout.on("error", this.#leave);
    process.on("uncaughtException", this.#fail).on("unhandledRejection", this.#fail);
  }

  stopListening(): void {
    for (const name of ENDING_SIGNALS) process.removeListener(name, this.#note);
    process.stdout.removeListener("error", this.#leave);
    process.removeListener("uncaughtException", this.#fail);
    process.removeListener("unhandledRejection", this.#fail);
  }
}

/** The verb `node`. */
export const nodeCommand: CommandModule<object, NodeArguments> = {
  command: "node",
  describe: "Run one live node, with a prompt",
  builder: nodeOptions,
  handler: async (given) => {
    process.exitCode = await runNode(given);
  },
};
