// From the start overlay as written to links and contacts.

import type { Imports } from "./imports.js";
import type { NodeDirectory } from "./node-directory.js";
import type { WrittenClasses } from "./node-resolution.js";
import type { ProblemLog } from "./problem-log.js";
import type { StartOverlay } from "./scenario.js";
import type { WrittenScenario } from "./scenario-schema.js";
import type { SelectorReader } from "./selector-reading.js";
import type { Selector } from "./selector.js";
import { parseStartGraph } from "./start-graph.js";

/** What the start is read against. */
export interface StartSurroundings {
  readonly classes: WrittenClasses;
  readonly directory: NodeDirectory;
  readonly selectors: SelectorReader;
  readonly imports: Imports;
  readonly log: ProblemLog;
}

/** The start overlay in base units. */
export function resolveStart(
  written: WrittenScenario["start"],
  surroundings: StartSurroundings,
): StartOverlay {
  switch (written.overlay) {
    case "join": {
      const contact = readContact(written.contact, surroundings);
      return { kind: "join", contact, joinsPerSecond: written.rate ?? null };
    }
    case "star":
      return { kind: "star", hub: readContact(written.contact, surroundings) };
    case "chain":
      return { kind: "chain" };
    case "random": {
      const othersCount = surroundings.directory.nodeCount - 1;
      if (written.k > othersCount) {
        surroundings.log.report(["start", "k"], `${written.k} is more than there are other nodes`, {
          expected: `at most ${othersCount}`,
          remedy: "lower k, or add nodes",
        });
      }
      return { kind: "random", outDegree: written.k };
    }
    case "file": {
      const { imports, directory } = surroundings;
      const path = written.file;
      const edges = imports.read(path, ["start", "file"], (text) =>
        parseStartGraph(text, directory),
      );
      return { kind: "file", path, edges: edges ?? [] };
    }
  }
}

/** Whom to join through; it must be there from the beginning. */
function readContact(
  written: Parameters<SelectorReader["read"]>[0],
  { classes, directory, selectors, log }: StartSurroundings,
): Selector {
  const path = ["start", "contact"];
  const contact = selectors.read(written, path);
  const className =
    contact.kind === "class"
      ? contact.class
      : contact.kind === "name"
        ? contact.name.replace(/-\d+$/u, "")
        : (directory.classes.find(({ firstNode }) => firstNode === 0)?.name ?? "");
  if (classes[className]?.joins === "event") {
    log.report(path, `nodes of class ${className} are not there at the start`, {
      expected: "a node that is there from the beginning",
      remedy: `remove joins: event from ${className}, or name another contact`,
    });
  }
  return contact;
}
