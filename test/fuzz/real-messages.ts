// Messages as the shipped protocols send them, with the codecs that read them: what hostile bytes are made from. They come
// from short simulations whose messages travel as bytes.

import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { readScenario } from "../scenarios/read-text.js";

/** A message of a protocol, and the codec of the node that it was for. */
export interface RealMessage {
  readonly bytes: Uint8Array;
  readonly codec: MessagePackCodec;
}

/** Of each type and length one: more of the same teaches nothing. */
const MESSAGES_MAX = 2000;

const NETWORKS = [
  "{ discovery: { use: genesis }, status: { use: swim }, broadcast: { use: plumtree } }",
  "{ discovery: { use: hyparview }, status: { use: heartbeat }, broadcast: { use: flood } }",
  "{ discovery: { use: cyclon } }",
  "{ discovery: { use: peer-sampling } }",
];

function scenarioOf(protocols: string): string {
  return `
name: talk
seed: 4
nodes: 8
start: { overlay: join, rate: 4/s }
phases: { run: 25s }
protocols: ${protocols}
network: { latency: 20ms, loss: 5% }
events:
  - { at: run+5s, do: crash, who: { count: 2, by: random } }
  - { at: run+20s, do: shutdown, who: network }
${protocols.includes("broadcast") ? "workload: [{ do: broadcast, in: [run+2s, end-3s], arrivals: { every: 1s } }]" : ""}
`;
}

/** Messages of every shipped protocol, in the order in which they were sent. */
export function realMessages(): RealMessage[] {
  const seen = new Map<string, RealMessage>();
  const prototype = MessagePackCodec.prototype as { decode: MessagePackCodec["decode"] };
  const { decode } = prototype;
  prototype.decode = function (this: MessagePackCodec, bytes, peers) {
    // A type and a length: the text of a type begins behind the header of the list and its own.
    const key = `${bytes.length}/${Buffer.from(bytes.subarray(2, 24)).toString("latin1")}`;
    if (seen.size < MESSAGES_MAX && !seen.has(key))
      seen.set(key, { bytes: Uint8Array.from(bytes), codec: this });
    return decode.call(this, bytes, peers);
  };
  try {
    for (const protocols of NETWORKS) {
      const { scenario } = readScenario(scenarioOf(protocols));
      const run = new SimulatedRun(scenario, {
        ...{ platform: nodePlatform, watches: false, digests: false, wireMode: "bytes" },
      });
      while (run.step());
    }
  } finally {
    prototype.decode = decode;
  }
  return [...seen.values()];
}
