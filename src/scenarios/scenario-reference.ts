// The reference of the scenario language as Markdown, printed from the schema that validates: the two
// cannot come apart.

import type { JsonSchema } from "./json-schema.js";

const INTRODUCTION = `# Scenario reference

Printed from the schema by \`npm run schema\`; change the descriptions in \`src/scenarios/*-schema.ts\`.

A scenario is a YAML file. What is wrong with one is shown with file, line and column; \`peerscape validate\`
checks it without running it, and \`peerscape validate --expand\` prints it with every default and every
single event. \`\${name}\` stands for a param wherever a value is written. Keys are in camelCase; names that
Peerscape gives (tables, protocols, what is expected) have hyphens.

Nodes of class \`home\` are called \`home-0\`, \`home-1\`, …; with \`nodes: 20\` they are \`node-0\` to \`node-19\`.
Rules, events and processes without a name get one from their content, never from their place, so that
removing one line leaves the chance of all others as it was. Files that a scenario names lie in its folder
or below, and are named by their path from there.
`;

const ORDER_OF_KINDS = ["use", "do", "overlay"];

/** The reference of a scenario's JSON Schema. */
export function scenarioReference(schema: JsonSchema): string {
  const definitions = mapOf(schema["$defs"]);
  const lines = [INTRODUCTION, "## Values", ""];
  for (const [name, definition] of Object.entries(definitions)) {
    lines.push(`### ${name}`, "", ...describeValue(mapOf(definition)), "");
  }
  lines.push("## Keys", "", ...keyTable(schema, ""), "");
  for (const [key, value] of Object.entries(mapOf(schema["properties"]))) {
    const sections = describeKey(key, mapOf(value));
    if (sections.length > 0) lines.push(`## ${key}`, "", text(value), "", ...sections);
  }
  return `${lines
    .join("\n")
    .replace(/\n{3,}/gu, "\n\n")
    .trimEnd()}\n`;
}

/** A kind of value: what it is, examples, and its keys where it may be a map. */
function describeValue(definition: JsonSchema): string[] {
  const examples = listOf(definition["examples"]).map((example) => `\`${written(example)}\``);
  const lines = [text(definition)];
  if (examples.length > 0) lines.push("", `Examples: ${examples.join(", ")}.`);
  for (const form of formsOf(definition)) {
    if (form["properties"] !== undefined) lines.push("", ...keyTable(form, ""));
  }
  return lines;
}

/** What is below a key of the scenario: tables of keys, one for each form that its value may have. */
function describeKey(key: string, schema: JsonSchema): string[] {
  const inner = formsOf(schema).map((form) => mapOf(form["additionalProperties"]));
  const maps = [...mapsOf(schema), ...inner.flatMap(mapsOf)];
  // One of them and a list of them are two forms of the same map.
  const tables = new Set(maps.map((form) => describeMap(form, key).join("\n")));
  return key === "params" || key === "phases" ? [] : [...tables];
}

/** A map's heading, where one key tells it from others, its meaning and its keys. */
function describeMap(schema: JsonSchema, path: string): string[] {
  const lines: string[] = [];
  const heading = headingOf(schema);
  if (heading !== "") lines.push(`### ${heading}`, "");
  if (heading !== "" && text(schema) !== "") lines.push(text(schema), "");
  return [...lines, ...keyTable(schema, ""), "", ...describeForms(schema, path)];
}

/** Tables of what a row cannot show: maps that are one form of a key's value among others, or items of a list. */
function describeForms(schema: JsonSchema, path: string): string[] {
  const lines: string[] = [];
  for (const [key, raw] of Object.entries(mapOf(schema["properties"]))) {
    const value = mapOf(raw);
    const keyPath = `${path}.${key}`;
    if (value["properties"] !== undefined) lines.push(...describeForms(value, keyPath));
    else {
      for (const form of mapsOf(value)) lines.push(...describeForm(form, keyPath, text(value)));
    }
  }
  return lines;
}

function describeForm(form: JsonSchema, path: string, meaning: string): string[] {
  const heading = headingOf(form);
  const [parent, key] = path.split(".") as [string, string];
  if (heading.startsWith("use:")) {
    // Everywhere else a slot takes what it takes here.
    if (parent !== "protocols") return [];
    return [`### ${key}: { ${heading} }`, "", text(form), "", ...keyTable(form, ""), ""];
  }
  const lines = [`### ${path}`, "", text(form) === "" ? meaning : text(form), ""];
  return [...lines, ...keyTable(form, ""), "", ...describeForms(form, path)];
}

/** The maps with keys of their own among a value's forms and among the items of its lists. */
function mapsOf(schema: JsonSchema): JsonSchema[] {
  return formsOf(schema)
    .flatMap((form) => (form["items"] === undefined ? [form] : formsOf(mapOf(form["items"]))))
    .filter((form) => form["properties"] !== undefined);
}

/** `do: crash` for a map that a constant tells from others, `settled` for one that its first key does. */
function headingOf(schema: JsonSchema): string {
  const properties = mapOf(schema["properties"]);
  for (const key of ORDER_OF_KINDS) {
    const constant = mapOf(properties[key])["const"];
    if (constant !== undefined) return `${key}: ${written(constant)}`;
  }
  const [first] = Object.keys(properties);
  const isRequired = first !== undefined && listOf(schema["required"]).includes(first);
  return isRequired && text(schema) !== "" && !["in", "name", "count", "every"].includes(first)
    ? first
    : "";
}

/** One row a key; the keys of maps within follow with their path. */
function keyTable(schema: JsonSchema, prefix: string): string[] {
  const rows = keyRows(schema, prefix);
  if (rows.length === 0) return [];
  return ["| key | value | default | meaning |", "| --- | --- | --- | --- |", ...rows];
}

function keyRows(schema: JsonSchema, prefix: string): string[] {
  const required = listOf(schema["required"]);
  const rows: string[] = [];
  for (const [key, raw] of Object.entries(mapOf(schema["properties"]))) {
    const value = mapOf(raw);
    const initial = value["default"];
    const isMap = value["properties"] !== undefined;
    const fallback = required.includes(key)
      ? "required"
      : initial === undefined || isMap
        ? ""
        : `\`${written(initial)}\``;
    rows.push(`| \`${prefix}${key}\` | ${kindOf(value)} | ${fallback} | ${cell(text(value))} |`);
    if (isMap && prefix.split(".").length < 3) rows.push(...keyRows(value, `${prefix}${key}.`));
  }
  return rows;
}

/** What may be written for a value, in a few words. */
function kindOf(schema: JsonSchema): string {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.slice(reference.lastIndexOf("/") + 1);
    return `[${name}](#${name})`;
  }
  if (schema["const"] !== undefined) return `\`${written(schema["const"])}\``;
  const values = listOf(schema["enum"]);
  if (values.length > 0) return values.map((value) => `\`${written(value)}\``).join(", ");
  const choices = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])].map((choice) =>
    kindOf(mapOf(choice)),
  );
  if (choices.length > 0)
    return Array.from(new Set(choices))
      .filter((kind) => kind !== "")
      .join(" or ");
  switch (schema["type"]) {
    case "integer":
      return `whole number${bounds(schema)}`;
    case "number":
      return `number${bounds(schema)}`;
    case "boolean":
      return "true or false";
    case "array":
      return "list";
    case "object":
      return "map";
    case "string":
      // The text that stands for a param is explained once, in the introduction.
      return typeof schema["pattern"] === "string" && schema["pattern"].startsWith("^\\$")
        ? ""
        : "text";
    default:
      return "";
  }
}

function bounds({ minimum, maximum }: JsonSchema): string {
  return typeof minimum === "number" && typeof maximum === "number"
    ? `, ${minimum} to ${maximum}`
    : "";
}

/** A value's forms: the alternatives of a choice, however deep, or itself. */
function formsOf(schema: JsonSchema): JsonSchema[] {
  const choices = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  return choices.length === 0 ? [schema] : choices.flatMap((choice) => formsOf(mapOf(choice)));
}

function text(schema: unknown): string {
  const { description } = mapOf(schema);
  return typeof description === "string" ? description : "";
}

/** A bar would end the cell. */
function cell(content: string): string {
  return content.replaceAll("|", "\\|");
}

/** A value as one writes it in YAML on one line. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${written(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function mapOf(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonSchema)
    : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
