// Which protocols nodes speak, slot by slot: a class's own before the scenario's, the scenario's before the
// defaults.

import type { ProblemLog } from "./problem-log.js";
import type { OverlayTraits, ProtocolDefinition } from "./protocol-definition.js";
import type { ProtocolUse } from "./scenario.js";
import type { WrittenProtocol, WrittenProtocols } from "./scenario-schema.js";
import type { SourcePath } from "./scenario-source.js";
import { didYouMean } from "./suggestion.js";

/** Resolves protocols of one scenario. */
export class ProtocolResolver {
  readonly #definitions: readonly ProtocolDefinition[];
  readonly #base: WrittenProtocols;
  readonly #nodeCount: number;
  readonly #log: ProblemLog;

  constructor(
    definitions: readonly ProtocolDefinition[],
    {
      base,
      nodeCount,
      log,
    }: {
      readonly base: WrittenProtocols;
      readonly nodeCount: number;
      readonly log: ProblemLog;
    },
  ) {
    this.#definitions = definitions;
    this.#base = base;
    this.#nodeCount = nodeCount;
    this.#log = log;
  }

  /** The protocols of a class, in the order in which slots are declared. */
  ofClass(own: WrittenProtocols, className: string): ProtocolUse[] {
    const uses = this.#resolve({ ...this.#base, ...definedOf(own) });
    for (const { slot, use, options } of uses) {
      const problem = this.#definition(slot, use)?.check(options, this.#nodeCount) ?? null;
      if (problem === null) continue;
      const path = own[slot] === undefined ? [] : ["nodes", className];
      const place = [...path, "protocols", slot, ...problem.option.split(".")];
      this.#log.report(place, problem.message, problem);
    }
    return uses;
  }

  /** Whether nodes have a protocol in this slot unless their class says otherwise. */
  hasSlot(slot: string): boolean {
    const written = this.#base[slot];
    return written !== undefined && written !== "none";
  }

  /** Whether nodes can look for keys unless their class says otherwise. */
  findsKeys(): boolean {
    return this.#resolve(this.#base).some(
      ({ slot, use }) => (this.#definition(slot, use)?.keyDistance ?? null) !== null,
    );
  }

  /** What the overlay promises that is called by its name or by a slot; null, with a problem, for none. */
  overlay(name: string, path: SourcePath): OverlayTraits | null {
    const known: string[] = [];
    for (const { slot, use, options } of this.#resolve(this.#base)) {
      const overlays = this.#definition(slot, use)?.overlays(options) ?? [];
      const meant = overlays.find(({ overlay }) => overlay === name);
      const [first] = overlays;
      if (meant !== undefined) return meant;
      if (slot === name && first !== undefined) return first;
      if (first !== undefined) known.push(slot, ...overlays.map(({ overlay }) => overlay));
    }
    this.#log.report(path, `${name} is not an overlay`, {
      expected:
        known.length === 0 ? "a protocol that keeps an overlay" : `one of ${known.join(", ")}`,
      remedy: didYouMean(name, known) || "add the protocol to protocols, or name another overlay",
    });
    return null;
  }

  #resolve(written: WrittenProtocols): ProtocolUse[] {
    const slots = new Set(this.#definitions.map(({ slot }) => slot));
    const uses: ProtocolUse[] = [];
    for (const slot of slots) {
      const choice = written[slot];
      if (choice === undefined || choice === "none") continue;
      const definition = this.#definition(slot, choice.use);
      if (definition === undefined) continue;
      uses.push({ slot, use: definition.name, options: definition.options(optionsOf(choice)) });
    }
    return uses;
  }

  #definition(slot: string, name: string): ProtocolDefinition | undefined {
    return this.#definitions.find(
      (definition) =>
        definition.slot === slot && [definition.name, ...definition.aliases].includes(name),
    );
  }
}

function optionsOf({ use: _use, ...options }: WrittenProtocol): Readonly<Record<string, unknown>> {
  return options;
}

function definedOf(protocols: WrittenProtocols): WrittenProtocols {
  return Object.fromEntries(Object.entries(protocols).filter(([, choice]) => choice !== undefined));
}
