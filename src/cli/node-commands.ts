// What can be typed at a node's prompt: one table, from which help, completion and the commands themselves come.

import { NetworkShutdownError } from "../protocol/network.js";
import { PAYLOAD_BYTES_MAX } from "../protocol/node-message.js";
import { MissingProtocolError } from "../protocol/node.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { TraceFileError } from "../trace/trace-file-error.js";
import { parseAddress } from "../transport/node-address.js";
import { shortId } from "../transport/peer.js";
import type { Peer } from "../transport/peer.js";
import { CommandError } from "./node-command-error.js";
import { getText, lookUp, putText } from "./node-keys.js";
import { knownPeers, meantPeer } from "./node-peer-name.js";
import { describeNetwork, describePeers, describeStatus } from "./node-descriptions.js";
import type { NodeSession } from "./node-session.js";
import { waitFor } from "./node-waiting.js";

/** A command. */
interface NodeCommand {
  readonly name: string;
  /** What is written after the name, in capitals what the user fills in. */
  readonly parameters: string;
  readonly description: string;
  /** What the first parameter may be; nothing where only the user knows. */
  readonly completions?: (session: NodeSession) => readonly string[];
  /** Does it. What it answers is printed. Throws `CommandError`. */
  readonly run: (session: NodeSession, rest: string) => string | Promise<string>;
}

/** A word, and what follows it. */
const TWO_PARTS = /^(\S+)\s+(.+)$/su;

/** Other words that people try for a command. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["exit", "leave"],
  ["quit", "leave"],
  ["?", "help"],
]);

const peerNames = ({ live }: NodeSession): readonly string[] => knownPeers(live.node).map(shortId);

/** Every command, in the order in which help lists them. */
const NODE_COMMANDS: readonly NodeCommand[] = [
  {
    name: "help",
    parameters: "[COMMAND]",
    description: "What there is, or how one command is used",
    completions: () => NODE_COMMANDS.map(({ name }) => name),
    run: (_session, rest) => (rest === "" ? helpText() : usageOf(commandNamed(rest))),
  },
  {
    name: "id",
    parameters: "",
    description: "This node's id and address",
    run: ({ live }) => `${live.node.id}\n${live.node.self.address}`,
  },
  {
    name: "status",
    parameters: "",
    description: "What this node says of itself",
    run: (session) => describeStatus(session.live.node),
  },
  {
    name: "peers",
    parameters: "",
    description: "Who this node knows, with its belief and connection",
    run: (session) => describePeers(session.live.node),
  },
  {
    name: "network",
    parameters: "",
    description: "The network as this node believes it to be",
    run: (session) => describeNetwork(session.live),
  },
  {
    name: "discover",
    parameters: "",
    description: "The members it knows, with whole ids",
    run: ({ live }) =>
      live.network.discover().map(describeMember(live.node.self)).join("\n") || "nobody",
  },
  {
    name: "connect",
    parameters: "PEER",
    description: "Open a connection to a peer or HOST:PORT",
    completions: peerNames,
    run: (session, rest) => {
      const peer = peerOrPlace(session, oneWord("connect", rest));
      if (session.live.node.connection(peer)?.state === "connected") {
        return `already connected to ${shortId(peer)}`;
      }
      session.live.node.connect(peer);
      return `dialling ${shortId(peer)}`;
    },
  },
  {
    name: "disconnect",
    parameters: "PEER",
    description: "End the connection to a peer; the protocols may dial again",
    completions: peerNames,
    run: ({ live }, rest) => {
      const peer = meantPeer(live.node, oneWord("disconnect", rest));
      if (live.node.connection(peer) === undefined) {
        throw new CommandError(`There is no connection to ${shortId(peer)}: see peers`);
      }
      live.node.disconnect(peer);
      return "";
    },
  },
  {
    name: "send",
    parameters: "PEER TEXT",
    description: "Send a message to one peer, by the first digits of its id",
    completions: peerNames,
    run: ({ live }, rest) => {
      const [, word, text] = TWO_PARTS.exec(rest) ?? [];
      if (word === undefined || text === undefined) throw wrongUse("send");
      live.node.send(meantPeer(live.node, word), payloadOf(text));
      return "";
    },
  },
  {
    name: "broadcast",
    parameters: "TEXT",
    description: "Send a message to everyone",
    run: ({ live }, rest) => {
      if (rest === "") throw wrongUse("broadcast");
      live.node.broadcast(payloadOf(rest));
      return live.network.size > 1 ? "" : "nobody else is here yet: this node knows no member";
    },
  },
  {
    name: "lookup",
    parameters: "KEY",
    description: "The nodes nearest to a key or name, in a structured overlay",
    run: (session, rest) => lookUp(session, oneWord("lookup", rest)),
  },
  {
    name: "put",
    parameters: "KEY TEXT",
    description: "Have a text kept under a key or name",
    run: (session, rest) => {
      const [, key, text] = TWO_PARTS.exec(rest) ?? [];
      if (key === undefined || text === undefined) throw wrongUse("put");
      return putText(session, key, text);
    },
  },
  {
    name: "get",
    parameters: "KEY",
    description: "What is kept under a key or name",
    run: (session, rest) => getText(session, oneWord("get", rest)),
  },
  {
    name: "wait",
    parameters: "active | members N | 2s",
    description: "Wait until it takes part, knows N members with itself, or for a time",
    completions: () => ["active", "members"],
    run: (session, rest) => {
      if (rest === "") throw wrongUse("wait");
      return waitFor(session, rest);
    },
  },
  {
    name: "trace",
    parameters: "on FILE | off",
    description: "Write what happens to a file as JSON Lines",
    completions: () => ["on", "off"],
    run: trace,
  },
  {
    name: "leave",
    parameters: "",
    description: "Say goodbye and end (also Ctrl-C or Ctrl-D)",
    run: (session) => {
      session.end("leave");
      return "";
    },
  },
  {
    name: "shutdown",
    parameters: "",
    description: "End at once, without goodbyes",
    run: (session) => {
      session.end("shutdown");
      return "";
    },
  },
  {
    name: "shutdown-network",
    parameters: "",
    description: "Tell every node to stop; needs --network-key",
    run: ({ live }) => {
      if (live.networkKey === null) {
        throw new CommandError(
          "This node does not hold the network's key: start it with --network-key FILE, the private half",
        );
      }
      live.network.shutdown();
      return "told the network to stop";
    },
  },
];

/** The command that a word stands for. Throws `CommandError`. */
function commandNamed(word: string): NodeCommand {
  const name = ALIASES.get(word) ?? word;
  const found = NODE_COMMANDS.find((command) => command.name === name);
  if (found !== undefined) return found;
  const names = NODE_COMMANDS.map((command) => command.name);
  throw new CommandError(`There is no command ${word}; ${didYouMean(word, names) || "try help"}`);
}

/** Does what a line says; answers what to print, which may be nothing. Throws `CommandError`. */
export async function runLine(session: NodeSession, line: string): Promise<string> {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/su.exec(line) ?? [];
  if (word === "" || word.startsWith("#")) return "";
  const command = commandNamed(word);
  if (command.parameters === "" && rest !== "") throw wrongUse(command.name);
  if (session.isEnding) throw new CommandError("This node is leaving already");
  try {
    return await command.run(session, rest);
  } catch (error) {
    if (error instanceof NetworkShutdownError || error instanceof MissingProtocolError) {
      throw new CommandError(error.message);
    }
    throw error;
  }
}

/** Completions of a line and the part of it that they replace, as readline takes them. */
export function completeLine(session: NodeSession, line: string): [string[], string] {
  const start = line.trimStart();
  const [, word = "", begun] = /^(\S+)\s+(\S*)$/u.exec(start) ?? [];
  if (begun === undefined) {
    const names = NODE_COMMANDS.map(({ name }) => `${name} `);
    return [names.filter((name) => name.startsWith(start)), start];
  }
  const command = NODE_COMMANDS.find(({ name }) => name === word);
  const words = (command?.completions?.(session) ?? []).map((one) => `${one} `);
  return [words.filter((one) => one.startsWith(begun)), begun];
}

function helpText(): string {
  const heads = NODE_COMMANDS.map(({ name, parameters }) => `${name} ${parameters}`.trimEnd());
  const width = Math.max(...heads.map(({ length }) => length));
  const isNarrow = process.stdout.isTTY && process.stdout.columns < width + 40;
  return NODE_COMMANDS.map(({ description }, i) => {
    const head = heads[i] ?? "";
    return isNarrow ? `${head}\n    ${description}` : `${head.padEnd(width)}  ${description}`;
  }).join("\n");
}

function usageOf({ name, parameters, description }: NodeCommand): string {
  return `${`${name} ${parameters}`.trimEnd()}: ${description}`;
}

function wrongUse(name: string): CommandError {
  return new CommandError(`Use: ${usageOf(commandNamed(name))}`);
}

function oneWord(name: string, rest: string): string {
  if (rest === "" || /\s/u.test(rest)) throw wrongUse(name);
  return rest;
}

function peerOrPlace(session: NodeSession, word: string): Peer {
  const { node } = session.live;
  const isKnown = knownPeers(node).some(({ address }) => address === word);
  if (isKnown || word === node.self.address || parseAddress(word) === null) {
    return meantPeer(node, word);
  }
  return session.live.place(word);
}

function payloadOf(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  if (payload.length <= PAYLOAD_BYTES_MAX) return payload;
  throw new CommandError(
    `The text has ${payload.length} bytes; expected at most ${PAYLOAD_BYTES_MAX}`,
  );
}

function describeMember(self: Peer): (peer: Peer) => string {
  return (peer) => `${peer.id} ${peer.address}${peer === self ? " (this node)" : ""}`;
}

function trace(session: NodeSession, rest: string): string {
  const { traceFile } = session;
  if (rest === "") return traceFile === null ? "no trace is written" : `writing ${traceFile}`;
  const [, file] = /^on\s+(\S.*)$/su.exec(rest) ?? [];
  if (file === undefined && rest !== "off") throw wrongUse("trace");
  try {
    if (file !== undefined) session.startTrace(file);
    else session.stopTrace();
  } catch (error) {
    if (error instanceof TraceFileError) throw new CommandError(error.message);
    throw error;
  }
  if (file !== undefined) return `writing ${file}`;
  return traceFile === null ? "no trace was written" : `wrote ${traceFile}`;
}
