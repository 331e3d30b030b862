// The bans of ambient time and chance, tried on snippets with the project's own lint configuration.

import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";
import tseslint from "typescript-eslint";
import { PROJECT_FOLDER } from "../support/built-program.js";

// Rules that need types cannot judge a file that is not on the disk; the bans need none.
const eslint = new ESLint({
  cwd: PROJECT_FOLDER,
  overrideConfig: [{ files: ["**/*.ts"], ...tseslint.configs.disableTypeChecked }],
});

/** What the bans say of a snippet, as if it stood in this file. */
async function complaints(code: string, file = "src/sim/snippet.ts"): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: file });
  const messages = result?.messages ?? [];
  expect(messages.filter((message) => message.fatal)).toEqual([]);
  return messages
    .filter(({ ruleId }) => ruleId?.startsWith("determinism/"))
    .map(({ message }) => message);
}

const REFUSED: readonly [snippet: string, replacement: string][] = [
  ["export const a = Date.now();", "clock"],
  ["export const a = new Date();", "clock"],
  ["const now = Date.now; export const a = now();", "clock"],
  ["export const a = performance.now();", "clock"],
  ["setTimeout(() => undefined, 1);", "setTimer"],
  ["setInterval(() => undefined, 1);", "setTimer"],
  ["setImmediate(() => undefined);", "setTimer"],
  ["queueMicrotask(() => undefined);", "clock"],
  ["export const a = Math.random();", "context's random"],
  ['export const a = Math["random"]();', "context's random"],
  ["const { random } = Math; export const a = random();", "member of Math"],
  ["const m = Math; export const a = m.random();", "member of Math"],
  ["export const a = globalThis.Math.random();", "name the global itself"],
  ...["log", "log2", "log10", "log1p", "exp", "expm1", "pow", "hypot", "cbrt"].map(mathCall),
  ...["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh"].map(mathCall),
  ["export const a = (b: number): number => b ** 0.5;", "pow of sim/fixed-math.ts"],
  ["export let a = 2; a **= 3;", "pow of sim/fixed-math.ts"],
  ["export const a = (n: number): number => 2 ** n;", "multiply or shift"],
  ["export const a = 2 ** -3;", "pow of sim/fixed-math.ts"],
  ["export const a = 3 ** 40;", "pow of sim/fixed-math.ts"],
  ["export const a = process.pid;", "hand it in"],
  ["export const a = process.hrtime();", "hand it in"],
  ["process.nextTick(() => undefined);", "hand it in"],
  ["export const a = crypto.randomUUID();", "context's random"],
  ['export const a = fetch("http://localhost");', "hand it in"],
  ['console.log("a");', "context's log"],
  ['export const a = Buffer.from("a");', "Uint8Array"],
  ['export const a = new Intl.NumberFormat("en");', "by hand"],
  ["export const a = new WeakRef({});", "keep the reference"],
  ['export const a = "a".localeCompare("b");', "< and >"],
  ["export const a = (5).toLocaleString();", "by hand"],
  ["for (const key in {}) String(key);", "for-of"],
  // Not a variable of the file but a global of the browser, which a missing declaration would meet.
  ["export const a = name;", "tooling/determinism.js"],
];

function mathCall(name: string): [string, string] {
  return [`export const a = Math.${name}(0.5);`, "sim/fixed-math.ts"];
}

describe("the determinism bans", () => {
  it.each(REFUSED)("refuse %s and name the replacement", async (snippet, replacement) => {
    expect(await complaints(snippet)).toEqual([expect.stringContaining(replacement)]);
  });

  it.each([
    "export const a = Math.floor(Math.sqrt(2)) + Math.imul(3, 5) + Math.PI;",
    "export const a = new Map([[1, new Uint8Array(2)]]);",
    "export const a = 2 ** 53 + 10 ** 6;",
    "export function at(name: string): string { return name; }",
    // A declaration of the file's own is no global, whatever it is called.
    "const process = (n: number): number => n; export const a = process(1);",
    "const random = { unit: () => 0.5 }; export const a = random.unit();",
    "export type A = Date; export type B = ReturnType<typeof setTimeout>;",
  ])("allow %s", async (snippet) => {
    expect(await complaints(snippet)).toEqual([]);
  });

  it.each([
    "trace/snippet",
    "sim/snippet",
    "sim/rules/snippet",
    "transport/snippet",
    "protocol/snippet",
    "analysis/snippet",
    "scenarios/snippet",
  ])("hold in src/%s.ts", async (file) => {
    const snippet = "export const a = Math.random();";
    expect(await complaints(snippet, `src/${file}.ts`)).toHaveLength(1);
  });

  it.each(["src/trace/node-snippet.ts", "src/scenarios/node-snippet.ts"])(
    "leave %s alone if it imports a module of Node.js, and hold in it otherwise",
    async (file) => {
      const snippet = "export const a = Date.now();";
      expect(await complaints(`import "node:fs";\n${snippet}`, file)).toEqual([]);
      // A node is a peer, too.
      expect(await complaints(`import "./peer.js";\n${snippet}`, file)).toHaveLength(1);
    },
  );

  it.each(["src/transport/node-peers.ts", "src/cli/snippet.ts", "test/snippet.ts"])(
    "leave %s alone, where the real world is",
    async (file) => {
      expect(await complaints("export const a = Date.now();", file)).toEqual([]);
    },
  );

  it("cannot be switched off by a comment", async () => {
    const snippet = "/* eslint-disable */\nexport const a = Math.random();";
    expect(await complaints(snippet)).toHaveLength(1);
  });
});
