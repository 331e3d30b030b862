// Prints a scenario in long form: every default, every single event, every name. What machines generate
// and shrinking edits; parsing it again gives the same run and the same text.

import * as z from "zod";
import { Document, isCollection, isMap, isPair, visit } from "yaml";
import type { ParsedScenario } from "./parse-scenario.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { scenarioSchema } from "./scenario-schema.js";

/** The long form as plain data, in the order of the schema's keys. */
export function expandedData(
  parsed: ParsedScenario,
  protocols: readonly ProtocolDefinition[],
): unknown {
  return z.encode(scenarioSchema(protocols).scenario, parsed.expanded);
}

/** The long form as YAML. */
export function expandScenario(
  parsed: ParsedScenario,
  protocols: readonly ProtocolDefinition[],
): string {
  const document = new Document(expandedData(parsed, protocols), { aliasDuplicateObjects: false });
  // One line for each event, rule and other item of a list: a list is read and edited by lines.
  visit(document, {
    Collection: (_key, node, ancestors) => {
      const parent = ancestors.at(-1);
      const isEmpty = node.items.length === 0;
      const isTop = ancestors.filter((ancestor) => isCollection(ancestor)).length < 2;
      if (isEmpty || (isMap(node) && !isPair(parent) && !isTop) || ancestors.length > 5) {
        node.flow = true;
      }
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
