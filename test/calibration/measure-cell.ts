// What the kernel's TCP does in one cell: a pair of TcpTransports in two namespaces, dialled anew for each message.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { KernelNetwork } from "../../src/scenarios/node-kernel-network.js";
import type { ForwarderReport } from "../../src/scenarios/node-kernel-network.js";
import { CONTENT_BYTES } from "./grid.js";
import type { Cell, Measure, Samples } from "./grid.js";

const ENDPOINT = fileURLToPath(new URL("./endpoint.ts", import.meta.url));
/** Dials that do not count: the engine compiles what runs often. */
const WARM_UP = 3;

/** How often each size is sent. */
export type Repetitions = Readonly<Record<Exclude<Measure, "connect">, number>>;

/** A cell's samples and how well the network kept its times meanwhile. */
export interface Measurement {
  readonly cell: Cell;
  readonly samples: Samples;
  readonly forwarder: ForwarderReport;
}

/** One end, in its namespace. */
class Endpoint {
  readonly #child;
  readonly #lines: AsyncIterator<string>;

  constructor(network: KernelNetwork, place: number, role: "serve" | "dial") {
    const program = [process.execPath, "--import", "tsx", ENDPOINT, role, network.addressOf(place)];
    const [command, ...words] = network.command(place, program);
    this.#child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdin.on("error", () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  say(line: object): void {
    this.#child.stdin.write(`${JSON.stringify(line)}\n`);
  }

  async hear(): Promise<Readonly<Record<string, unknown>>> {
    const { done, value } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    if (done === true) {
      const { exitCode, signalCode } = this.#child;
      throw new Error(`An end of the measurement has ended: ${String(signalCode ?? exitCode)}`);
    }
    return JSON.parse(value) as Readonly<Record<string, unknown>>;
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once("close", () => {
        resolve();
      });
      this.#child.stdin.end();
    });
  }
}

/** Measures a cell. Takes as long as its transfers do. */
export async function measureCell(cell: Cell, repetitions: Repetitions): Promise<Measurement> {
  const bitsPerSecond = cell.megabitsPerSecond * 1e6;
  const network = await KernelNetwork.open({
    seed: JSON.stringify(cell),
    uplinks: [bitsPerSecond, bitsPerSecond],
    path: {
      delayMicros: (cell.roundTripMillis * 1000) / 2,
      jitterMicros: 0,
      lossProbability: cell.lossProbability,
    },
  });
  const ends: Endpoint[] = [];
  try {
    const dialler = new Endpoint(network, 0, "dial");
    const server = new Endpoint(network, 1, "serve");
    ends.push(dialler, server);
    dialler.say(await server.hear());
    const samples = await timeMessages(dialler, server, repetitions);
    return { cell, samples, forwarder: await network.report() };
  } finally {
    await Promise.all(ends.map((end) => end.end()));
    await network.close();
  }
}

async function timeMessages(
  dialler: Endpoint,
  server: Endpoint,
  repetitions: Repetitions,
): Promise<Samples> {
  const samples = { connect: [], "200 B": [], "20 kB": [], "1 MB": [] } as Record<
    Measure,
    number[]
  >;
  let n = 0;
  const once = async (bytes: number): Promise<[connect: number, transfer: number]> => {
    const number = n++;
    dialler.say({ n: number, bytes });
    let said = await dialler.hear();
    // What was destroyed may still say that it was.
    while (said["n"] !== number) said = await dialler.hear();
    if (said["failed"] !== undefined) {
      dialler.say({ n: number });
      return [Infinity, NaN];
    }
    const { connectMicros, sentMicros } = said as Readonly<Record<string, number>>;
    const { micros } = (await server.hear()) as Readonly<Record<string, number>>;
    dialler.say({ n: number });
    return [connectMicros!, micros! - sentMicros!];
  };
  for (let i = 0; i < WARM_UP; i++) await once(20_000);
  for (const [measure, count] of Object.entries(repetitions) as [keyof Repetitions, number][]) {
    for (let i = 0; i < count; i++) {
      const [connect, transfer] = await once(CONTENT_BYTES[measure]);
      samples.connect.push(connect);
      if (!Number.isNaN(transfer)) samples[measure].push(transfer);
    }
  }
  return samples;
}
