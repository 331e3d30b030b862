// Live nodes in one process: they join by addresses alone, find a contact that came back as somebody else, keep their
// network's shutdown, and tell watchers what records would say.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { LiveNode } from "../../src/scenarios/node-live-node.js";
import type { LiveNodeOptions } from "../../src/scenarios/node-live-node.js";
import { LiveTrace } from "../../src/scenarios/node-live-trace.js";
import { networkKeyIn, publicKeyFile } from "../../src/scenarios/node-network-key.js";
import type { NodeWatcher } from "../../src/scenarios/node-watchers.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import type { ProtocolUse } from "../../src/scenarios/scenario.js";
import { isRecordLine } from "../../src/trace/json-lines.js";
import { readTraceFile } from "../../src/trace/node-trace-file.js";
import { IdentityFileError, NodeIdentity } from "../../src/transport/node-identity.js";
import { SystemClock } from "../../src/transport/node-system-clock.js";
import { freePort } from "../support/free-port.js";
import { until } from "../transport/tcp-kit.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-live-"));
const started: LiveNode[] = [];
const EPOCH_MICROS = SystemClock.machineMicros();
const NO_KEY = { publicKey: null, signer: null };

function protocols(discovery = "{ use: genesis }"): readonly ProtocolUse[] {
  const text = `name: x\nseed: 0\nnodes: 1\nprotocols: { discovery: ${discovery}, status: { use: heartbeat }, broadcast: { use: flood } }\n`;
  const { scenario } = parseScenario({ file: "x", text, protocols: SHIPPED_PROTOCOLS });
  return scenario.classes[0]!.protocols;
}

async function open(options: Partial<LiveNodeOptions> = {}): Promise<LiveNode> {
  const live = await LiveNode.open({
    ...{ name: "test", identity: NodeIdentity.generate(), security: "tls", join: [] },
    ...{ listen: { host: "127.0.0.1", port: 0 }, network: { id: "test", ...NO_KEY } },
    ...{ protocols: protocols(), definitions: SHIPPED_PROTOCOLS, epochMicros: EPOCH_MICROS },
    ...options,
  });
  started.push(live);
  live.start();
  return live;
}

function portOf({ node }: LiveNode): number {
  return Number(node.self.address.split(":").at(-1));
}

const isActive =
  ({ node }: LiveNode) =>
  (): boolean =>
    node.ownStatus === "active";

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  for (const live of started.splice(0)) live.destroy();
});

describe("a live node", () => {
  it("without contacts begins a network, which others join by its address alone", async () => {
    const genesis = await open();
    expect(genesis.node.ownStatus).toBe("active");
    const others = [await open({ join: [genesis.node.self.address] })];
    others.push(await open({ join: [genesis.node.self.address] }));
    const all = [genesis, ...others];
    await until(() => all.every(({ network }) => network.size === 3), "full membership");
    const ids = all.map(({ node }) => node.id).sort();
    for (const { network } of all) expect(network.discover().map(({ id }) => id)).toEqual(ids);
    // No dial by address is left over among the connections.
    for (const { node } of all) {
      expect(node.connections().filter(({ peer }) => peer.id === "")).toEqual([]);
    }
  });

  it("joins when its contact comes, and through whoever listens there by then", async () => {
    const port = await freePort();
    const retries: number[] = [];
    const watcher: NodeWatcher = {
      observed: (_node, name, value) => {
        if (name === "join-retries") retries.push(value);
      },
    };
    const late = await open({ join: [`127.0.0.1:${port}`], watchers: [watcher] });
    await until(() => retries.length === 1, "a failed attempt");
    expect(late.node.status().progress).toBe("joining, waiting, attempt 2");
    expect(late.node.ownStatus).toBe("joining");
    // One that is there and gone before the next attempt, and one under another id.
    const listen = { host: "127.0.0.1", port };
    const first = await open({ listen });
    const firstId = first.node.id;
    first.destroy();
    const second = await open({ listen });
    await until(isActive(late), "the join");
    expect(late.node.discover().map(({ id }) => id)).toEqual([second.node.id]);
    expect(second.node.id).not.toBe(firstId);
  });

  it("tries the other contacts where the first is not there", async () => {
    const genesis = await open();
    const absent = `127.0.0.1:${await freePort()}`;
    const other = await open({ join: [absent, genesis.node.self.address] });
    await until(isActive(other), "the join");
    expect(other.network.size).toBe(2);
  });

  it(
    "takes genesis in again that came back under its key and knows nobody",
    { timeout: 90_000 },
    async () => {
      const identity = NodeIdentity.generate();
      const before = await open({ identity });
      const listen = { host: "127.0.0.1", port: portOf(before) };
      const join = [before.node.self.address];
      const others = [await open({ join }), await open({ join })];
      await until(() => others.every(({ network }) => network.size === 3), "full membership");
      before.destroy();
      await until(() => others.every(({ network }) => network.size === 2), "its death is noticed");
      const after = await open({ identity, listen });
      await until(
        () => [after, ...others].every(({ network }) => network.size === 3),
        "one network again",
      );
    },
  );

  it("joins by address as well where members are a sample", async () => {
    const genesis = await open({ protocols: protocols("{ use: genesis, members: sample(8) }") });
    const other = await open({
      join: [genesis.node.self.address],
      protocols: protocols("{ use: genesis, members: sample(8) }"),
    });
    await until(isActive(other), "the join");
    expect(other.node.discover()).toHaveLength(1);
  });

  it("leaves politely, and its port is free then", async () => {
    const genesis = await open();
    const other = await open({ join: [genesis.node.self.address] });
    await until(() => genesis.network.size === 2, "the join");
    other.node.leave();
    await other.left;
    await until(() => genesis.network.size === 1, "its goodbye");
    const again = await open({ listen: { host: "127.0.0.1", port: portOf(other) } });
    expect(again.node.ownStatus).toBe("active");
  });

  it("tells watchers why members are none any more", async () => {
    const ends: unknown[] = [];
    const genesis = await open();
    genesis.watchers.add({
      viewRemoved: (_node, overlay, peer) => {
        const discovery = genesis.node.protocol("discovery") as never as {
          endOf(peer: object): unknown;
        };
        if (overlay === "members") ends.push(discovery.endOf(peer));
      },
    });
    const join = [genesis.node.self.address];
    const polite = await open({ join });
    const rude = await open({ join });
    await until(() => genesis.network.size === 3, "both");
    polite.node.leave();
    await until(() => ends.length === 1, "a goodbye");
    rude.destroy();
    await until(() => ends.length === 2, "a death");
    expect(ends).toEqual(["left", "dead"]);
  });
});

describe("a trace of a live node", () => {
  it("holds its records with times that never go back, and calls nodes by id", async () => {
    const file = path.join(folder, "trace.jsonl");
    const genesis = await open();
    const { self } = genesis.node;
    const trace = new LiveTrace({
      ...{ path: file, self, network: "test", version: "0", nowMicros: () => genesis.nowMicros() },
      onFailure: (error) => {
        throw error;
      },
    });
    genesis.watchers.add(trace);
    const other = await open({ join: [self.address] });
    await until(() => genesis.network.size === 2, "the join");
    genesis.watchers.remove(trace);
    trace.close();
    trace.close();
    const lines = [...readTraceFile(file)].filter(isRecordLine);
    expect(new Set(lines.map(({ node }) => node))).toEqual(new Set([self.id]));
    const times = lines.map(({ timeMicros }) => timeMicros);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const delivered = lines.filter(({ kind }) => kind === "delivered");
    expect(
      delivered.some(({ name, peer }) => name === "genesis/link" && peer === other.node.id),
    ).toBe(true);
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: "connection", name: "accepted", peer: other.node.id }),
    );
  });
});

describe("the key of a network in a file", () => {
  it("is made when missing, for its owner alone, with the public half beside it", () => {
    const file = path.join(folder, "network.pem");
    const made = networkKeyIn(file);
    expect(made.isNew).toBe(true);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const kept = networkKeyIn(file);
    expect(kept).toMatchObject({ isNew: false, publicKey: made.publicKey });
    expect(kept.signer?.publicKey).toEqual(made.publicKey);
    const handedOut = networkKeyIn(publicKeyFile(file));
    expect(handedOut).toEqual({ isNew: false, publicKey: made.publicKey, signer: null });
  });

  it("that is none is refused", () => {
    const file = path.join(folder, "broken.pem");
    fs.writeFileSync(file, "-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----\n");
    expect(() => networkKeyIn(file)).toThrow(IdentityFileError);
  });

  it("orders a shutdown that those obey who know the public half, and no others", async () => {
    const { publicKey, signer } = networkKeyIn(path.join(folder, "lab.pem"));
    const genesis = await open({ network: { id: "test", publicKey, signer } });
    const join = [genesis.node.self.address];
    const obeying = await open({ join, network: { id: "test", publicKey, signer: null } });
    const other = await open({ join });
    await until(() => genesis.network.size === 3, "all");
    await until(() => other.network.size === 3, "all");
    genesis.network.shutdown();
    await Promise.all([genesis.left, obeying.left]);
    expect(other.node.ownStatus).toBe("active");
    expect(() => other.network.shutdown()).toThrow(/no key/);
  });
});
