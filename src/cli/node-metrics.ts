// Prometheus metrics of a live node: counters that grow with what the node is told, and gauges that ask it when they
// are read.

import { createServer } from "node:http";
import type { Server } from "node:http";
import { Counter, Gauge, Registry, collectDefaultMetrics } from "prom-client";
import type { Node } from "../protocol/node.js";
import type { NodeStatus, PeerBelief } from "../protocol/protocol.js";
import type { NodeWatcher } from "../scenarios/node-watchers.js";
import { Channel } from "../trace/record.js";
import type { HostPort } from "../transport/node-address.js";
import type { Peer } from "../transport/peer.js";
import type { MessageFact, Refusal } from "../transport/transport-observer.js";

const STATUSES: readonly NodeStatus[] = ["joining", "active", "leaving", "left"];
const BELIEFS: readonly PeerBelief[] = ["alive", "suspect", "dead"];

/** Readers at one moment. A few scrapers are usual; more are a mistake, or worse. */
const READERS_MAX = 32;
/** A request takes no time; who sends one slowly holds a place. */
const REQUEST_MILLIS = 5000;

/** The metrics of one node, and who serves them. */
export class NodeMetrics implements NodeWatcher {
  readonly #registry = new Registry();
  readonly #sent = this.#counter("messages_sent", "Messages handed over", ["channel"]);
  readonly #sentBytes = this.#counter("message_bytes_sent", "Their bytes, encoded", ["channel"]);
  readonly #received = this.#counter("messages_received", "Messages that arrived", ["channel"]);
  readonly #receivedBytes = this.#counter("message_bytes_received", "Their bytes", ["channel"]);
  readonly #dropped = this.#counter("messages_dropped", "Messages given up", ["reason"]);
  readonly #refused = this.#counter("refused", "Who was turned away, by reason", ["reason"]);
  readonly #published = this.#counter("application_messages_sent", "Of the user's own");
  readonly #arrived = this.#counter("application_messages_received", "For the user");
  readonly #retries = this.#counter("join_retries", "Attempts to join that failed");
  #server: Server | null = null;

  /** Metrics of a node, the usual ones of its process among them. */
  constructor(node: Node) {
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, read: (gauge: Gauge) => void): void => {
      new Gauge({
        name: `peerscape_${name}`,
        help,
        labelNames: name === "status" ? ["status"] : name === "peers" ? ["belief"] : [],
        registers: [this.#registry],
        collect() {
          read(this);
        },
      });
    };
    gauge("status", "1 for the status that the node has", (metric) => {
      for (const status of STATUSES) metric.set({ status }, Number(status === node.ownStatus));
    });
    gauge("members", "Members that the node knows, itself included", (metric) => {
      metric.set(node.status().network.membersKnown);
    });
    gauge("peers", "Watched peers by what the node holds them to be", (metric) => {
      const { peers } = node.status();
      for (const belief of BELIEFS) {
        metric.set({ belief }, peers.filter((held) => held.belief === belief).length);
      }
    });
    gauge("connections", "Connections that are ready", (metric) => {
      metric.set(node.connections().filter(({ state }) => state === "connected").length);
    });
  }

  /** Serves them; answers the port. Rejects with the error of a socket. */
  serve({ host, port }: HostPort): Promise<number> {
    const server = createServer({ requestTimeout: REQUEST_MILLIS }, (request, response) => {
      if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
        response.writeHead(404, { "content-type": "text/plain" }).end("see /metrics\n");
        return;
      }
      void this.text().then((text) => {
        response.writeHead(200, { "content-type": this.#registry.contentType }).end(text);
      });
    });
    server.maxConnections = READERS_MAX;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** The metrics as Prometheus reads them. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
  }

  sent(_to: Peer, channel: Channel, { bytes }: MessageFact): void {
    this.#sent.inc({ channel: channelName(channel) });
    this.#sentBytes.inc({ channel: channelName(channel) }, bytes);
  }

  delivered(_from: Peer, channel: Channel, { bytes }: MessageFact): void {
    this.#received.inc({ channel: channelName(channel) });
    this.#receivedBytes.inc({ channel: channelName(channel) }, bytes);
  }

  dropped(_peer: Peer, _channel: Channel, _fact: MessageFact, reason: string): void {
    this.#dropped.inc({ reason });
  }

  refused(_address: string, reason: Refusal): void {
    this.#refused.inc({ reason });
  }

  published(): void {
    this.#published.inc();
  }

  received(): void {
    this.#arrived.inc();
  }

  observed(_node: Peer, name: string): void {
    if (name === "join-retries") this.#retries.inc();
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({
      name: `peerscape_${name}_total`,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    });
  }
}

function channelName(channel: Channel): string {
  return channel === Channel.datagram ? "datagram" : "stream";
}
