// Aliases of a text that stand for no value before them.

import { isAlias, visit } from "yaml";
import type { Document } from "yaml";
import { didYouMean } from "./suggestion.js";
import type { Advice } from "./written-values.js";

/** Every such alias, with where it is in the text. */
export function unknownAliases(
  document: Document,
): { readonly message: string; readonly offset: number; readonly advice: Advice }[] {
  const anchors = new Set<string>();
  const faults: ReturnType<typeof unknownAliases> = [];
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return;
      }
      const { source, range } = node;
      if (anchors.has(source)) return;
      const known = Array.from(anchors);
      faults.push({
        message: `no value above is called &${source}`,
        offset: range?.[0] ?? 0,
        advice: {
          expected: known.length === 0 ? "an alias of a value above" : `one of ${known.join(", ")}`,
          remedy: didYouMean(source, known) || `write &${source} before the value that is meant`,
        },
      });
    },
  });
  return faults;
}
