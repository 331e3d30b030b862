// What the scenario language must know of a protocol to let people choose it: the slot it fits, how its
// options are written, and what its overlay promises. Library users add their own protocols this way.

import type * as z from "zod";
import type { Protocol } from "../protocol/protocol.js";
import type { Peer } from "../transport/peer.js";
import type { Signatures } from "../transport/signatures.js";
import type { ProtocolOptions } from "./protocol-options.js";
import type { Advice } from "./written-values.js";

/** How far an id is from a key: by the bits that differ, or along the ring of ids from the key on. */
export type KeyDistance = "xor" | "clockwise";

/** What an overlay of a protocol promises: the defaults of what scenarios expect of it. */
export interface OverlayTraits {
  /** Name of the view that the protocol keeps. */
  readonly overlay: string;
  /** Whether every node shall know every other, or some of them. */
  readonly membership: "full" | "partial";
  /** How many peers a view should hold, or null where no number is aimed at. */
  readonly viewSize: number | null;
  /** Whether links go both ways. */
  readonly isSymmetric: boolean;
  /** Time between two rounds of the protocol. */
  readonly periodMicros: number;
}

/** Something about a protocol's options that does not fit the scenario. */
export interface OptionProblem extends Advice {
  /** The option as written; `map.key` for one within another. */
  readonly option: string;
  readonly message: string;
}

/** The network that a node is part of, and whose instructions it obeys. */
export interface NetworkIdentity {
  /** The network's name, which instructions carry. */
  readonly id: string;
  /** The raw Ed25519 public key of whoever may shut it down. */
  readonly publicKey: Uint8Array;
  readonly signatures: Signatures;
}

/** What a protocol is told of its node's place besides its options. */
export interface ProtocolPlacement {
  /** Whom to join through: what `start.contact` chose, in order of index. The first is the genesis node. */
  readonly contacts: readonly Peer[];
  /** Whom the node knows from the start, where the start overlay is drawn and not joined. */
  readonly startPeers: readonly Peer[];
  /** Nodes of the whole scenario. */
  readonly nodeCount: number;
  readonly network: NetworkIdentity;
}

/** A protocol that scenarios can name. */
export interface ProtocolDefinition {
  readonly slot: string;
  readonly name: string;
  /** What scenarios may write in place of its name: the paths by which they name its module. */
  readonly aliases: readonly string[];
  /** One sentence for the reference. */
  readonly description: string;
  /** Whether its slot is filled with it where a scenario says nothing. */
  readonly isDefault: boolean;
  /** Whether it sends datagrams: on streams, duplication, corruption and reordering have no effect. */
  readonly usesDatagrams: boolean;
  /** For a structured overlay, the measure by which nodes are responsible for keys; null for any other protocol. */
  readonly keyDistance: KeyDistance | null;
  /** How its options are written. */
  readonly shape: z.ZodRawShape;
  /** The options in the protocol's own terms, from what `shape` read. */
  options(written: Readonly<Record<string, unknown>>): ProtocolOptions;
  /** A new instance for one node; `options` come from `options` above. */
  create(options: ProtocolOptions, placement: ProtocolPlacement): Protocol;
  /** Its overlays and what they promise under these options; the first is meant by the slot's name. */
  overlays(options: ProtocolOptions): readonly OverlayTraits[];
  /** What is wrong with these options in a network of so many nodes; null when nothing is. */
  check(options: ProtocolOptions, nodeCount: number): OptionProblem | null;
}

/** A protocol with the types of its options, as `defineProtocol` takes it. */
export interface ProtocolDescription<Shape extends z.ZodRawShape, Options extends object> {
  readonly slot: string;
  readonly name: string;
  readonly description: string;
  readonly isDefault?: boolean;
  readonly usesDatagrams: boolean;
  readonly keyDistance?: KeyDistance;
  readonly shape: Shape;
  readonly options: (written: z.output<z.ZodObject<Shape>>) => Options;
  readonly create: (options: Options, placement: ProtocolPlacement) => Protocol;
  readonly overlays?: (options: Options) => readonly OverlayTraits[];
  readonly check?: (options: Options, nodeCount: number) => OptionProblem | null;
}

/**
 * Makes a protocol known to scenarios. The types of its options are checked here and forgotten, since a
 * registry holds protocols of every kind: what `options` made is the only thing that `create` is given.
 */
export function defineProtocol<Shape extends z.ZodRawShape, Options extends object>(
  description: ProtocolDescription<Shape, Options>,
): ProtocolDefinition {
  const { slot, name, shape, options, create, overlays, check } = description;
  return {
    slot,
    name,
    aliases: [],
    description: description.description,
    isDefault: description.isDefault ?? false,
    usesDatagrams: description.usesDatagrams,
    keyDistance: description.keyDistance ?? null,
    shape,
    options: (written) =>
      ({ ...options(written as z.output<z.ZodObject<Shape>>) }) as ProtocolOptions,
    create: (resolved, placement) => create(resolved as Options, placement),
    overlays: (resolved) => overlays?.(resolved as Options) ?? [],
    check: (resolved, nodeCount) => check?.(resolved as Options, nodeCount) ?? null,
  };
}
