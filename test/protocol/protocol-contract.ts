// What every protocol promises, whatever it is for. A protocol's contract test names a stack of protocols, strange
// messages of every type, and when the network has converged; the suite does the rest.

import fc from "fast-check";
import { stringify } from "yaml";
import { describe, expect, it } from "vitest";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import { Duplication } from "../../src/sim/rules/duplication.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { Reordering } from "../../src/sim/rules/reordering.js";
import type { Message } from "../../src/transport/codec.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import type { Peer } from "../../src/transport/peer.js";
import { runText } from "../convergence/trial.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

/** Enough for every role, few enough for a second a test. */
const NODES = 12;

/** Peers that are only spoken of: none of them ever runs. */
const STRANGERS = 300;

/** What the suite must know of a protocol. */
export interface ContractSubject {
  /** The slot of the protocol under test. */
  readonly slot: string;
  /** All protocols of a node, that under test among them; node 0 is the contact. */
  readonly protocols: (peers: readonly Peer[]) => ReadonlyMap<string, Protocol>;
  /** The same stack as a scenario writes it. */
  readonly written: Readonly<Record<string, unknown>>;
  /** Valid messages that nobody asked for, of every type: about these peers, of whom the node may know none. */
  readonly strange: (about: Peer, number: number) => readonly Message[];
  /** The overlay that must connect the nodes that run. */
  readonly overlay: string;
  /** Within this time a network that was disturbed has converged. */
  readonly settleSeconds: number;
  /** The most a node's protocol may remember after strangers have talked to it, as JSON. */
  readonly stateBytesMax: number;
}

function networkOf(subject: ContractSubject, rules: readonly LinkRule[] = []): OverlayNetwork {
  return new OverlayNetwork({
    nodeCount: NODES + STRANGERS,
    seed: "contract",
    rules,
    protocols: (_index, peers) => subject.protocols(peers),
  });
}

/** Whether the nodes that run are active and connected, and no view holds one that does not run. */
function hasConverged(network: OverlayNetwork, overlay: string): boolean {
  const live = network.live();
  return (
    live.every((index) => network.node(index).ownStatus === "active") &&
    network.areConnected(live, overlay)
  );
}

function expectConverged(network: OverlayNetwork, subject: ContractSubject): void {
  const limitMicros = subject.settleSeconds * SECOND;
  const tookMicros = network.runUntil(() => hasConverged(network, subject.overlay), limitMicros);
  expect(tookMicros).toBeLessThan(limitMicros);
}

function started(subject: ContractSubject, rules: readonly LinkRule[] = []): OverlayNetwork {
  const network = networkOf(subject, rules);
  network.startAll(range(0, NODES), SECOND / 10);
  expectConverged(network, subject);
  return network;
}

function protocolOf(network: OverlayNetwork, index: number, { slot }: ContractSubject): Protocol {
  const protocol = network.node(index).protocol(slot);
  if (protocol === undefined) throw new Error(`Node ${index} has no ${slot}`);
  return protocol;
}

/** Hands a message to a node's protocol as its transport would, over a connection and as a datagram. */
function say(
  network: OverlayNetwork,
  index: number,
  subject: ContractSubject,
  [from, message]: readonly [Peer, Message],
): void {
  if (!network.isUp(index)) return;
  network.simulation.inject(() => {
    protocolOf(network, index, subject).onMessage?.(from, message);
    protocolOf(network, index, subject).onDatagram?.(from, message);
  });
}

/** The suite. */
export function protocolContract(name: string, subject: ContractSubject): void {
  describe(`the contract of protocols, kept by ${name}`, () => {
    describeLife(subject);
    describeFaults(subject);
    describeStrangers(subject);
    describeScenarios(subject);
  });
}

function describeLife(subject: ContractSubject): void {
  it("starts, and the nodes find each other", () => {
    started(subject);
  });

  it("stops when its node leaves, and the others go on", () => {
    const network = started(subject);
    network.leave(NODES - 1);
    network.run(5 * SECOND);
    expect(network.isUp(NODES - 1)).toBe(false);
    expectConverged(network, subject);
  });

  it("leaves no timer: when all have left, nothing is left to happen", () => {
    const network = started(subject);
    for (const index of range(0, NODES)) network.leave(index);
    network.run(300 * SECOND);
    expect(network.live()).toEqual([]);
    expect(network.simulation.nextMicros).toBe(Infinity);
  });

  it.each([true, false])("starts again after a crash, with state kept: %s", (keepsState) => {
    const network = started(subject);
    for (const index of [3, 4, 5]) network.crash(index);
    network.run(2 * SECOND);
    for (const index of [3, 4, 5]) network.restart(index, { keepsState });
    expectConverged(network, subject);
  });
}

function describeFaults(subject: ContractSubject): void {
  it("survives lost, duplicated and reordered messages", () => {
    const network = started(subject, [
      new Loss({ name: "loss", probability: 0.1 }),
      new Duplication({ name: "duplication", probability: 0.2 }),
      new Reordering({ name: "reordering", probability: 0.3, byMicros: SECOND }),
    ]);
    network.run(60 * SECOND);
    expectConverged(network, subject);
  });

  it("survives bytes that were changed on the way", () => {
    const network = started(subject);
    const { messageTypes } = protocolOf(network, 0, subject);
    const codec = new MessagePackCodec(messageTypes);
    const encoded = subject.strange(network.peers[1]!, 1).map((message) => codec.encode(message));
    const changed = fc.tuple(
      fc.constantFrom(...encoded),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
    );
    fc.assert(
      fc.property(changed, ([bytes, at, by]) => {
        const spoilt = bytes.slice();
        spoilt[at % spoilt.length]! ^= by;
        let message: Message;
        try {
          message = codec.decode(spoilt, network.peerTable);
        } catch (error) {
          // Refused before any protocol sees it: the other way to survive.
          expect((error as Error).name).toBe("MessageError");
          return;
        }
        say(network, 2, subject, [network.peers[1]!, message]);
      }),
      { numRuns: 300, seed: 1 },
    );
    expectConverged(network, subject);
  });
}

function describeStrangers(subject: ContractSubject): void {
  it("has a strange message of every type", () => {
    const network = networkOf(subject);
    network.start(0);
    const types = protocolOf(network, 0, subject).messageTypes.map(({ type }) => type);
    const said = subject.strange(network.peers[1]!, 1).map(({ type }) => type);
    expect(new Set(said)).toEqual(new Set(types));
  });

  it("survives messages that nobody asked for, from strangers, members and itself", () => {
    const network = started(subject);
    const speakers = [network.peers[NODES]!, network.peers[1]!, network.peers[2]!];
    for (const from of speakers) {
      for (const about of speakers) {
        const messages = subject.strange(about, 3);
        for (const message of [...messages, ...messages.toReversed()]) {
          say(network, 2, subject, [from, message]);
          network.run(SECOND / 100);
        }
      }
    }
    expectConverged(network, subject);
  });

  it("remembers no more than its limits, whoever talks to it", () => {
    const network = started(subject);
    for (const round of range(0, 3)) {
      for (const stranger of range(NODES, NODES + STRANGERS)) {
        const about = network.peers[NODES + ((stranger * 7) % STRANGERS)]!;
        const messages = subject.strange(about, round * STRANGERS + stranger);
        for (const message of messages)
          say(network, 2, subject, [network.peers[stranger]!, message]);
        network.run(SECOND / 100);
      }
    }
    const state = JSON.stringify(protocolOf(network, 2, subject).snapshot());
    expect(state.length).toBeLessThan(subject.stateBytesMax);
    network.run(30 * SECOND);
    expectConverged(network, subject);
  });
}

/** A network with disturbances that end, and a quiet phase in which the overlay must connect everyone. */
function disturbed(subject: ContractSubject): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return fc
    .record({
      seed: fc.nat({ max: 1_000_000 }),
      peers: fc.integer({ min: 3, max: 20 }),
      latencyMillis: fc.integer({ min: 1, max: 150 }),
      lossPercent: fc.constantFrom(0, 0, 5),
      faults: fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 20 }),
          lasts: fc.integer({ min: 1, max: 10 }),
          count: fc.integer({ min: 1, max: 8 }),
          kind: fc.constantFrom("process", "host", "leave"),
          keeps: fc.boolean(),
          returns: fc.boolean(),
        }),
        { maxLength: 4 },
      ),
    })
    .map(({ seed, peers, latencyMillis, lossPercent, faults }) => ({
      name: "contract",
      seed,
      nodes: { contact: 1, peer: peers },
      start: { overlay: "join", contact: "contact", rate: "5/s" },
      phases: { build: "20s", fault: "40s", settle: `${subject.settleSeconds + 30}s` },
      protocols: subject.written,
      network: { latency: `${latencyMillis}ms`, loss: `${lossPercent}%` },
      events: faults.map(({ at, lasts, count, kind, keeps, returns }, i) => ({
        name: `fault-${i}`,
        at: `fault+${at}s`,
        who: { count, of: "peer" },
        ...(kind === "leave" ? { do: "leave" } : { do: "crash", kind }),
        ...(returns ? { for: `${lasts}s` } : {}),
        ...(returns && kind !== "leave" ? { state: keeps ? "keep" : "lose" } : {}),
      })),
      expect: [
        {
          connected: subject.overlay,
          within: `${subject.settleSeconds}s`,
          after: "settle",
          hold: "10s",
        },
      ],
    }));
}

function describeScenarios(subject: ContractSubject): void {
  it("gives the same digest twice", () => {
    const [scenario] = fc.sample(disturbed(subject), { numRuns: 1, seed: 7 });
    const text = stringify(scenario);
    const { digest } = runText(text);
    expect(digest).not.toBeNull();
    expect(runText(text).digest).toBe(digest);
  });

  it("converges after generated churn", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(disturbed(subject), (scenario) => {
        expect(runText(stringify(scenario)).failures, stringify(scenario)).toEqual([]);
      }),
      { numRuns: 12, seed: 20_261_125 },
    );
  });
}
