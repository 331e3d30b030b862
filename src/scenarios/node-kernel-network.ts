// A network whose packets the kernel's own TCP sends and loses: a namespace a node, joined by tooling/tun-forwarder.py.
// Programs started with `command` in a node's namespace reach the others at `addressOf`. Linux and root only:
// `kernelNetworkObstacle` says in advance what is in the way.

import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** Conditions of one way between two nodes. */
export interface PathConditions {
  readonly delayMicros: number;
  /** Delay is drawn evenly from so much less to so much more. Packets keep their order. */
  readonly jitterMicros: number;
  /** Probability that an IP packet is dropped. */
  readonly lossProbability: number;
}

/** Conditions that differ from the others', of the way between two nodes by their places. */
export interface OwnPath extends Partial<PathConditions> {
  readonly from: number;
  readonly to: number;
}

/** What a network of namespaces is made of. */
export interface KernelNetworkOptions {
  readonly seed: string;
  /** Bits a second of each node's uplink; Infinity for none. One namespace each. */
  readonly uplinks: readonly number[];
  readonly path: PathConditions;
  readonly paths?: readonly OwnPath[];
}

/** How late packets were handed over, and what became of them, since the last report. */
export interface ForwarderReport {
  readonly lateP50Micros: number;
  readonly lateP99Micros: number;
  readonly forwarded: number;
  readonly lost: number;
}

/** The network could not be made; says why and what would help. */
export class KernelNetworkError extends Error {
  override readonly name = "KernelNetworkError";
}

const SCRIPT = fileURLToPath(new URL("../../tooling/tun-forwarder.py", import.meta.url));
const NAMESPACES_FOLDER = "/var/run/netns";
/** Begins the names of all namespaces made here; the maker's process id and a count follow. */
const PREFIX = "peerscape";
/** Addresses are 10.77.0.0/16, in namespaces that nothing else can reach. */
const NODES_MAX = 1000;

type Script = ChildProcessByStdio<Writable, Readable, Readable>;

let networkCount = 0;

/** What keeps this machine from having such networks, in words, or null. */
export function kernelNetworkObstacle(): string | null {
  if (process.platform !== "linux") return "needs Linux: network namespaces";
  if (process.getuid?.() !== 0) return "needs root: network namespaces";
  for (const command of ["python3", "ip", "tc"]) {
    if (spawnSync(command, ["-V"], { stdio: "ignore" }).error !== undefined)
      return `needs ${command}: apt-get install --no-install-recommends python3 iproute2`;
  }
  if (!existsSync("/dev/net/tun")) return "needs /dev/net/tun: modprobe tun";
  const name = `${PREFIX}-${process.pid}-probe`;
  const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (made.status !== 0) return `needs network namespaces: ${made.stderr.trim()}`;
  const tun = spawnSync("ip", ["-n", name, "tuntap", "add", "dev", "tun0", "mode", "tun"], {
    encoding: "utf8",
  });
  spawnSync("ip", ["netns", "del", name]);
  return tun.status === 0 ? null : `needs TUN devices: ${tun.stderr.trim()}`;
}

/** Removes namespaces of makers that are no more; answers their names. */
export function sweepKernelNetworks(): string[] {
  if (!existsSync(NAMESPACES_FOLDER)) return [];
  const left = readdirSync(NAMESPACES_FOLDER).filter((name) => {
    const maker = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    return maker !== undefined && !existsSync(`/proc/${maker}`);
  });
  for (const name of left) spawnSync("ip", ["netns", "del", name]);
  return left;
}

/** Namespaces with a network between them, until it is closed. */
export class KernelNetwork {
  readonly #script: Script;
  readonly #prefix: string;
  readonly #answers: AsyncIterator<string>;
  readonly #ended: Promise<void>;

  private constructor(script: Script, prefix: string) {
    this.#script = script;
    this.#prefix = prefix;
    this.#answers = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) =>
      script.once("close", () => {
        resolve();
      }),
    );
    // A script that has ended cannot be told anything; `report` and `close` say so.
    script.stdin.on("error", () => undefined);
  }

  /** Makes the network. Rejects with `KernelNetworkError` where it cannot be made. */
  static async open(options: KernelNetworkOptions): Promise<KernelNetwork> {
    const { seed, uplinks } = options;
    if (uplinks.length > NODES_MAX) {
      throw new KernelNetworkError(
        `${uplinks.length} nodes in namespaces; at most ${NODES_MAX} fit: use fewer, or another grade`,
      );
    }
    sweepKernelNetworks();
    const prefix = `${PREFIX}-${process.pid}-${networkCount++}-`;
    // In a session of its own: Ctrl-C in a terminal reaches the caller, who closes it in order.
    const script = spawn("python3", [SCRIPT], { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const network = new KernelNetwork(script, prefix);
    const nodes = uplinks.map((bitsPerSecond, place) => ({
      address: network.addressOf(place),
      bitsPerSecond: Number.isFinite(bitsPerSecond) ? bitsPerSecond : 0,
    }));
    network.#say({ seed, prefix, nodes, ...conditionsOf(options) });
    const answer = await network.#answer();
    if (answer["ready"] === true) return network;
    await network.close();
    throw new KernelNetworkError(`No network of namespaces: ${String(answer["problem"])}`);
  }

  /** The IP address of a node. */
  addressOf(place: number): string {
    return `10.77.${(place + 1) >> 8}.${(place + 1) & 255}`;
  }

  /** The command that runs a program in a node's namespace. */
  command(place: number, program: readonly string[]): [command: string, ...words: string[]] {
    return ["ip", "netns", "exec", `${this.#prefix}${place}`, ...program];
  }

  /** Other conditions from now on; packets under way keep theirs. */
  setPaths(conditions: Pick<KernelNetworkOptions, "path" | "paths">): void {
    this.#say(conditionsOf(conditions));
  }

  /** Drops packets between nodes of different groups; nodes of no group form one. No groups: heals. */
  cut(groups: readonly (readonly number[])[]): void {
    this.#say({ cut: groups });
  }

  /** Asks how the forwarder has kept its times since it was asked last. */
  async report(): Promise<ForwarderReport> {
    this.#say({ report: true });
    return (await this.#answer()) as unknown as ForwarderReport;
  }

  /** Ends the network and removes its namespaces; programs in them lose it. */
  async close(): Promise<void> {
    this.#script.stdin.end();
    this.#script.kill("SIGTERM");
    await this.#ended;
  }

  #say(line: object): void {
    this.#script.stdin.write(`${JSON.stringify(line)}\n`);
  }

  async #answer(): Promise<Readonly<Record<string, unknown>>> {
    const { done, value } = (await this.#answers.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new KernelNetworkError("The forwarder of the network has ended");
    return JSON.parse(value) as Readonly<Record<string, unknown>>;
  }
}

function conditionsOf({ path, paths = [] }: Pick<KernelNetworkOptions, "path" | "paths">): object {
  const written = ({ lossProbability, ...times }: Partial<PathConditions>): object =>
    lossProbability === undefined ? times : { ...times, loss: lossProbability };
  return { path: written(path), paths: paths.map(written) };
}
