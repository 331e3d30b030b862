// Hostile bytes for a decoder. Whatever they are, it answers with a message that keeps its declaration or throws
// `MessageError`, within a stack, memory and a time that the bytes are worth.

import { isDeepStrictEqual } from "node:util";
import { getHeapStatistics } from "node:v8";

import { MessageError } from "../../src/transport/codec.js";
import type { Codec } from "../../src/transport/codec.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import { POLLUTION } from "./hostile-bytes.js";
import type { HostileBytes, HostileInput } from "./hostile-bytes.js";

/** A list of one-byte records takes the most: an object of two fields, and its place in the list, for two bytes. */
const MEMORY_PER_BYTE_MAX = 64;
/** What the measuring itself, errors with their stacks, and the engine's own work take. */
const MEMORY_SLACK_BYTES = 4e6;
/** Half a megabyte is read in milliseconds. */
const MILLIS_MAX = 2000;

export interface DecoderFindings {
  inputs: number;
  bytes: number;
  /** Those that were messages all the same. */
  accepted: number;
  worstMillis: number;
  /** The most that one input took, and what share of its limit. */
  worstMemoryBytes: number;
  worstMemoryShare: number;
  failure: { readonly input: HostileInput; readonly problem: string } | null;
}

export interface DecoderCampaign {
  readonly hostile: HostileBytes;
  readonly codecs: readonly Codec[];
  /** Asked before each input. */
  readonly goesOn: (inputs: number) => boolean;
}

/** Feeds each input to all codecs until it is told to stop or one of them fails. */
export function fuzzDecoders({ hostile, codecs, goesOn }: DecoderCampaign): DecoderFindings {
  const findings: DecoderFindings = {
    ...{ inputs: 0, bytes: 0, accepted: 0, worstMillis: 0 },
    ...{ worstMemoryBytes: 0, worstMemoryShare: 0, failure: null },
  };
  while (findings.failure === null && goesOn(findings.inputs)) {
    const input = hostile.next();
    for (const codec of codecs) {
      const problem = tryOne(codec, input, findings);
      if (problem !== null) findings.failure ??= { input, problem };
    }
    findings.inputs++;
    findings.bytes += input.bytes.length;
  }
  return findings;
}

/** What is wrong with a decoder's answer to some bytes, or null. */
function tryOne(codec: Codec, { bytes }: HostileInput, findings: DecoderFindings): string | null {
  const peers = new NodePeers();
  const before = bytes.slice();
  const memoryBefore = memoryBytes();
  const startedMillis = performance.now();
  let problem: string | null = null;
  let isMessage = false;
  try {
    const message = codec.decode(bytes, peers);
    isMessage = true;
    noteCost(findings, bytes.length, memoryBefore, startedMillis);
    // A message in other bytes than `encode` would give is welcome; one that `encode` refuses is not.
    const again = codec.decode(codec.encode(message), peers);
    if (!isDeepStrictEqual(message, again)) problem = "encoding what was decoded changes it";
    if (Object.getPrototypeOf(message) !== Object.prototype) problem = "a message with a prototype";
  } catch (error) {
    if (!isMessage) noteCost(findings, bytes.length, memoryBefore, startedMillis);
    if (isMessage) problem = `decoded, and not encoded: ${String(error)}`;
    else if (!(error instanceof MessageError)) problem = `threw ${String(error)}`;
  }
  if (isMessage) findings.accepted++;
  if (POLLUTION in {}) problem = "a name has reached the prototype of all objects";
  if (!isDeepStrictEqual(before, bytes.slice())) problem = "the input was written to";
  if (findings.worstMemoryShare > 1) problem ??= `took ${findings.worstMemoryBytes} bytes`;
  if (findings.worstMillis > MILLIS_MAX) problem ??= `took ${findings.worstMillis} ms`;
  return problem;
}

function noteCost(
  findings: DecoderFindings,
  byteCount: number,
  memoryBefore: number,
  startedMillis: number,
): void {
  const millis = performance.now() - startedMillis;
  // Less than nothing where garbage was collected meanwhile: then this input says nothing.
  const taken = Math.max(0, memoryBytes() - memoryBefore);
  findings.worstMillis = Math.max(findings.worstMillis, millis);
  findings.worstMemoryBytes = Math.max(findings.worstMemoryBytes, taken);
  const share = taken / (MEMORY_SLACK_BYTES + MEMORY_PER_BYTE_MAX * byteCount);
  findings.worstMemoryShare = Math.max(findings.worstMemoryShare, share);
}

function memoryBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
