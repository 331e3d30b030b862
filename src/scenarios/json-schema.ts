// The JSON Schema of scenarios, for editors: made from the schema that validates them, so that both say the
// same. `schema/scenario.schema.json` is its output.

import * as z from "zod";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { scenarioSchema } from "./scenario-schema.js";

/** A JSON Schema, as far as it is looked into here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of a scenario as written, with these protocols. */
export function scenarioJsonSchema(protocols: readonly ProtocolDefinition[]): JsonSchema {
  const schema = z.toJSONSchema(scenarioSchema(protocols).scenario, {
    io: "input",
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      writeAsText(jsonSchema);
      allowParams(jsonSchema);
    },
  });
  return { ...schema, title: "Peerscape scenario" };
}

/** Quantities are texts of a form; numbers are read for their unit's sake, and only sizes need none. */
function writeAsText(schema: z.core.JSONSchema.BaseSchema): void {
  const { writtenAs } = schema;
  if (typeof writtenAs !== "string") return;
  Reflect.deleteProperty(schema, "writtenAs");
  const text = { type: "string" as const, pattern: `${writtenAs}|\\$\\{` };
  if (new RegExp(writtenAs, "u").test("256")) {
    schema.anyOf = [text, { type: "integer", minimum: 0 }];
  } else {
    Reflect.deleteProperty(schema, "anyOf");
    Object.assign(schema, text);
  }
}

/** `${name}` may stand where a number or a truth value is expected. */
function allowParams(schema: z.core.JSONSchema.BaseSchema): void {
  const { type } = schema;
  if (type !== "number" && type !== "integer" && type !== "boolean") return;
  const { description, examples, default: initial, ...plain } = schema;
  for (const keyword of Object.keys(plain)) Reflect.deleteProperty(schema, keyword);
  schema.anyOf = [plain, { type: "string", pattern: "^\\$\\{[^}]*\\}$" }];
}
