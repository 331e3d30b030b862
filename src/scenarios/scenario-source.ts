// The text of a scenario as a tree that remembers where everything was written. Hostile text is refused
// here: too long, too deep, aliases that multiply, bytes that are no text.

import { isAlias, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import { substituteParams } from "./param-substitution.js";
import type { ParamOverrides } from "./param-substitution.js";
import { ScenarioError } from "./scenario-error.js";
import type { ScenarioProblem } from "./scenario-error.js";
import { unknownAliases } from "./unknown-aliases.js";
import type { ParamValue, SourcePosition } from "./scenario.js";

/** A mebibyte: 10,000 inline events are 0.7 MB, and more of it is made by machines that can use params. */
export const SOURCE_BYTES_MAX = 1024 * 1024;
/** The deepest shipped scenario has 7 levels. */
const DEPTH_MAX = 40;
/** Events as written; `every` multiplies them. Enough for machine-made scenarios of the largest size. */
export const EVENTS_WRITTEN_MAX = 100_000;
/** Entries of any other list: more than anyone can read a report of. */
export const ITEMS_WRITTEN_MAX = 1_000;
/** How often aliases may repeat nodes in all; a billion laughs passes it at once. */
const ALIAS_COUNT_MAX = 100;

/** Where in a scenario: `["events", 2, "at"]`. */
export type SourcePath = readonly (string | number)[];

/** A parsed text. */
export class ScenarioSource {
  readonly #document: Document;
  readonly #lineStarts: readonly number[];
  readonly #text: string;
  /** Name of the file, for messages. */
  readonly file: string;

  /** Parses YAML. Throws `ScenarioError` when the text is not a YAML map within the limits. */
  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#refuseUnlessText();
    const counter = new LineCounter();
    this.#document = this.#parse(counter);
    this.#lineStarts = counter.lineStarts;
    const faults = [...this.#document.errors, ...this.#document.warnings];
    if (faults.some(({ message }) => message.includes("call stack"))) this.#failDepth();
    if (faults.length > 0) {
      throw new ScenarioError(
        file,
        firstOfEachLine(
          faults.map(({ message, code, pos: [offset] }) =>
            this.#problem(message.split("\n")[0] ?? "", offset, {
              expected: "YAML",
              remedy: text.charAt(offset - 1) === "$" ? "put ${…} into quotes" : yamlRemedy(code),
            }),
          ),
        ),
      );
    }
    if (!isMap(this.#document.contents)) {
      this.#fail("the file is not a map of keys", {
        expected: "keys such as name, seed and nodes",
        remedy: "begin with a line such as name: my-scenario",
      });
    }
  }

  /** Whether anything is written under a key of the outermost map. */
  has(key: string): boolean {
    return isMap(this.#document.contents) && this.#document.contents.has(key);
  }

  /**
   * Replaces `${name}` in every value by the params, which `overrides` change. Throws `ScenarioError` for names
   * that no param has.
   */
  substitute(overrides: ParamOverrides): Readonly<Record<string, ParamValue>> {
    const { params, faults } = substituteParams(this.#document, overrides);
    if (faults.length > 0) {
      throw new ScenarioError(
        this.file,
        faults.map(({ message, offset, advice }) => this.#problem(message, offset, advice)),
      );
    }
    return params;
  }

  /** The text as plain maps, lists and scalars. Throws `ScenarioError` when aliases multiply. */
  data(): unknown {
    try {
      const data: unknown = this.#document.toJS({ maxAliasCount: ALIAS_COUNT_MAX });
      this.#limitDepth(data);
      this.#limitLists(data);
      return data;
    } catch (error) {
      if (!(error instanceof ReferenceError) && !(error instanceof RangeError)) throw error;
      this.#refuseUnknownAliases();
      return this.#fail("aliases multiply the file", {
        expected: `at most ${ALIAS_COUNT_MAX} repetitions by aliases`,
        remedy: "write the values out, or use params",
      });
    }
  }

  /** A problem at a path, or at the nearest place above it that was written. */
  problemAt(
    path: SourcePath,
    message: string,
    { expected, remedy, atKey = false }: { expected: string; remedy: string; atKey?: boolean },
  ): ScenarioProblem {
    const offset = this.#offsetOf(path, atKey);
    return { ...this.#problem(message, offset, { expected, remedy }), path: formatPath(path) };
  }

  #refuseUnlessText(): void {
    const text = this.#text;
    if (text.length > SOURCE_BYTES_MAX) {
      this.#failUnread(`the file has more than ${SOURCE_BYTES_MAX} bytes`, {
        expected: "a scenario of at most 1 MiB",
        remedy: "use params, classes and repeated events instead of lists",
      });
    }
    if (text.includes("\0") || text.includes("\u{FFFD}")) {
      this.#failUnread("the file is binary, not text", {
        expected: "a YAML file in UTF-8",
        remedy: "check the file's name",
      });
    }
    if (text.trim() === "") {
      this.#failUnread("the file is empty", {
        expected: "at least name, seed and nodes",
        remedy: "start from scenarios/two-nodes.yaml",
      });
    }
  }

  #parse(counter: LineCounter): Document {
    try {
      return parseDocument(this.#text, {
        lineCounter: counter,
        prettyErrors: false,
        logLevel: "error",
        version: "1.2",
      });
    } catch (error) {
      // The parser recurses: text that only opens brackets exhausts the stack.
      if (!(error instanceof RangeError)) throw error;
      return this.#failDepth();
    }
  }

  /** Aliases make a value deep, or endless, whose text is neither. */
  #limitDepth(data: unknown): void {
    const pending: { value: unknown; depth: number }[] = [{ value: data, depth: 0 }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { value, depth } = next;
      if (typeof value !== "object" || value === null) continue;
      if (depth > DEPTH_MAX) this.#failDepth();
      for (const inner of Object.values(value)) pending.push({ value: inner, depth: depth + 1 });
    }
  }

  /** Offset of the node at a path, or of its key; of the nearest written place above when it is missing. */
  #offsetOf(path: SourcePath, atKey: boolean): number {
    let node: unknown = this.#document.contents;
    let offset = offsetOfNode(node) ?? 0;
    for (const [depth, key] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document);
      const { child, keyOffset } = entryOf(node, key);
      if (child === undefined) return offset;
      if (atKey && depth === path.length - 1 && keyOffset !== undefined) return keyOffset;
      offset = offsetOfNode(child) ?? keyOffset ?? offset;
      node = child;
    }
    return offset;
  }

  #positionAt(offset: number): SourcePosition {
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: Math.max(1, low), column: offset - (starts[low - 1] ?? 0) + 1 };
  }

  #problem(
    message: string,
    offset: number,
    { expected, remedy }: { expected: string; remedy: string },
  ): ScenarioProblem {
    const position = this.#positionAt(offset);
    const start = this.#lineStarts[position.line - 1] ?? 0;
    const end = this.#text.indexOf("\n", start);
    const sourceLine = this.#text.slice(start, end < 0 ? undefined : end).replace(/\r$/u, "");
    return { message, expected, remedy, path: "", position, sourceLine };
  }

  #fail(message: string, advice: { expected: string; remedy: string }): never {
    throw new ScenarioError(this.file, [this.#problem(message, 0, advice)]);
  }

  #refuseUnknownAliases(): void {
    const faults = unknownAliases(this.#document);
    if (faults.length === 0) return;
    throw new ScenarioError(
      this.file,
      faults.map(({ message, offset, advice }) => this.#problem(message, offset, advice)),
    );
  }

  /** Before the schema looks at every entry and finds as many problems. */
  #limitLists(data: unknown): void {
    if (typeof data !== "object" || data === null) return;
    for (const [key, value] of Object.entries(data)) {
      const lengthMax = key === "events" ? EVENTS_WRITTEN_MAX : ITEMS_WRITTEN_MAX;
      if (!Array.isArray(value) || value.length <= lengthMax) continue;
      const advice = {
        expected: `at most ${lengthMax}`,
        remedy: "repeat events with every, or split the scenario",
      };
      throw new ScenarioError(this.file, [
        this.problemAt([key], `${value.length} entries are too many`, advice),
      ]);
    }
  }

  #failDepth(): never {
    return this.#failUnread("the file is nested too deeply", {
      expected: `at most ${DEPTH_MAX} levels`,
      remedy: "check brackets, indentation and aliases",
    });
  }

  #failUnread(message: string, advice: { expected: string; remedy: string }): never {
    throw new ScenarioError(this.file, [
      { message, ...advice, path: "", position: null, sourceLine: "" },
    ]);
  }
}

/** One mistake makes the parser complain about everything after it. */
function firstOfEachLine(problems: readonly ScenarioProblem[]): ScenarioProblem[] {
  const seen = new Set<number | undefined>();
  return problems.filter(({ position }) => {
    const isFirst = !seen.has(position?.line);
    seen.add(position?.line);
    return isFirst;
  });
}

function yamlRemedy(code: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "remove one of the two keys";
    case "TAB_AS_INDENT":
      return "indent with blanks";
    case "MULTIPLE_DOCS":
      return "write one scenario a file";
    default:
      return "check indentation, quotes and brackets";
  }
}

/** `events[2].at` of `["events", 2, "at"]`. */
export function formatPath(path: SourcePath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

function offsetOfNode(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** What a map or a list has under a key, and where the key is; `child` is undefined when it has nothing. */
function entryOf(
  node: unknown,
  key: string | number,
): { readonly child: unknown; readonly keyOffset: number | undefined } {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isScalar(item.key) && String(item.key.value) === String(key),
    );
    return { child: pair?.value, keyOffset: offsetOfNode(pair?.key) };
  }
  return { child: isCollection(node) ? node.get(key, true) : undefined, keyOffset: undefined };
}
