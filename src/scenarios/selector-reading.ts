// From a choice of nodes as written to one that can be resolved, checked against what the scenario has.

import type { WrittenEvent } from "./event-schema.js";
import type { NodeDirectory } from "./node-directory.js";
import { overlappingGroups } from "./overlapping-groups.js";
import type { ProblemLog } from "./problem-log.js";
import type { SourcePath } from "./scenario-source.js";
import type { WrittenSelector, WrittenSelectorMap } from "./selector-schema.js";
import type { Selector } from "./selector.js";
import { didYouMean } from "./suggestion.js";

const ALL: Selector = { kind: "all" };

/** What selectors may name. */
export interface SelectorScope {
  readonly nodes: NodeDirectory;
  /** Regions of the latency table; empty when latency knows none. */
  readonly regions: readonly string[];
  /** What each event does, by its name, repetitions and opposites included. */
  readonly events: ReadonlyMap<string, WrittenEvent["do"]>;
  readonly log: ProblemLog;
}

/** Reads selectors within one scenario. What cannot be is noted in the log and read as `all`. */
export class SelectorReader {
  readonly #scope: SelectorScope;

  constructor(scope: SelectorScope) {
    this.#scope = scope;
  }

  /** A choice of nodes; `all` for undefined. */
  read(written: WrittenSelector | undefined, path: SourcePath): Selector {
    if (written === undefined) return ALL;
    if (typeof written === "string") return this.#word(written, path);
    if (isList(written)) {
      return { kind: "union", of: written.map((part, i) => this.read(part, [...path, i])) };
    }
    return this.#map(written, path);
  }

  /** Groups of nodes, of which one may be `rest`. */
  readGroups(written: readonly WrittenSelector[], path: SourcePath): Selector[] {
    const restCount = written.filter((group) => group === "rest").length;
    if (restCount > 1) {
      this.#scope.log.report(path, "rest is written twice", {
        expected: "one group of all other nodes",
        remedy: "remove one of them",
      });
    }
    const groups = written.map((group, i): Selector =>
      group === "rest" ? { kind: "rest" } : this.read(group, [...path, i]),
    );
    const overlap = overlappingGroups(groups, this.#scope.nodes);
    if (overlap !== null) {
      const [earlier, later] = overlap;
      this.#scope.log.report([...path, later], `has nodes in common with group ${earlier + 1}`, {
        expected: "groups without nodes in common",
        remedy: "write each node into one group; rest is every other node",
      });
    }
    return groups;
  }

  /** Checks that an event of this name exists, and that it does what is to be undone. */
  checkEvent(name: string, path: SourcePath, undoes?: WrittenEvent["do"]): void {
    const { log, events } = this.#scope;
    const known = events.get(name);
    if (known !== undefined) {
      if (undoes === undefined || known === undoes) return;
      log.report(path, `${name} is a ${known}`, {
        expected: `the name of a ${undoes}`,
        remedy: "name another event, or leave event out to undo all",
      });
      return;
    }
    const names = Array.from(events.keys());
    const repetition = names.find((event) => event.startsWith(`${name}#`));
    log.report(path, `${name} is not the name of an event`, {
      expected: names.length === 0 ? "a scenario with events" : "the name of an event",
      remedy:
        repetition === undefined
          ? didYouMean(name, names) || "give the event that you mean a name"
          : `it is repeated: write ${repetition}, or another repetition`,
    });
  }

  #word(written: string, path: SourcePath): Selector {
    const { nodes, log } = this.#scope;
    if (written === "all" || written === "random") return ALL;
    if (nodes.hasClass(written)) return { kind: "class", class: written };
    if (nodes.indexOf(written) !== undefined) return { kind: "name", name: written };
    if (written === "rest") {
      log.report(path, "rest means something among groups only", {
        expected: "a choice of nodes",
        remedy: "write all, a class or a node",
      });
    } else {
      log.report(path, `${written} is neither a class nor a node`, {
        expected: "all, a class, a node, a list or a map",
        remedy: nodes.suggest(written),
      });
    }
    return ALL;
  }

  #map(written: WrittenSelectorMap, path: SourcePath): Selector {
    const parts: Selector[] = [];
    if (written.of !== undefined) parts.push(this.read(written.of, [...path, "of"]));
    if (written.region !== undefined) parts.push(this.#region(written.region, [...path, "region"]));
    if (written.id !== undefined) parts.push(this.#id(written.id, [...path, "id"]));
    if (written.state !== undefined) {
      const states = typeof written.state === "string" ? [written.state] : written.state;
      parts.push({ kind: "state", states });
    }
    if (written.event !== undefined) {
      this.checkEvent(written.event, [...path, "event"]);
      parts.push({ kind: "event", event: written.event });
    }
    const [first = ALL] = parts;
    const of: Selector = parts.length < 2 ? first : { kind: "intersection", of: parts };
    const by = written.by ?? "random";
    if (written.share !== undefined)
      return { kind: "pick", amount: { share: written.share }, of, by };
    if (written.count !== undefined)
      return { kind: "pick", amount: { count: written.count }, of, by };
    return of;
  }

  #region(written: string | readonly string[], path: SourcePath): Selector {
    const regions = typeof written === "string" ? [written] : written;
    const known = this.#scope.regions;
    for (const region of regions) {
      if (known.includes(region)) continue;
      this.#scope.log.report(path, `${region} is not a region`, {
        expected: known.length === 0 ? "a latency with regions" : `one of ${known.join(", ")}`,
        remedy:
          known.length === 0
            ? "write latency: { use: aws-11 }, or choose nodes otherwise"
            : didYouMean(region, known),
      });
    }
    return { kind: "region", regions };
  }

  #id([first, last]: readonly [number, number], path: SourcePath): Selector {
    const lastNode = this.#scope.nodes.nodeCount - 1;
    if (first > last || last > lastNode) {
      this.#scope.log.report(path, `${first} to ${last} is not a range of nodes`, {
        expected: `two indexes from 0 to ${lastNode}, the first not above the second`,
        remedy: first > last ? "swap the two" : `write at most ${lastNode}`,
      });
    }
    return { kind: "id", first, last };
  }
}

function isList(written: WrittenSelector): written is readonly WrittenSelector[] {
  return Array.isArray(written);
}
