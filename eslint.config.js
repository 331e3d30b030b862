// Lint rules: typed rules everywhere, the determinism bans in the deterministic layers, and sizes as a
// warning that asks for a second thought. Import rules are in .dependency-cruiser.cjs.

import tseslint from "typescript-eslint";
import determinism from "./tooling/determinism.js";

/** What runs in simulation: repeatable to the bit, and in a browser too. */
const DETERMINISTIC_FILES = [
  "src/trace/**/*.ts",
  "src/sim/**/*.ts",
  "src/transport/**/*.ts",
  "src/protocol/**/*.ts",
  "src/analysis/**/*.ts",
  "src/scenarios/**/*.ts",
];

/** Where time and chance of the real world are the point. Files for Node.js are known by their imports. */
const LIVE_FILES = [
  "src/transport/node-{monotonic-time,peers}.ts",
  // Reads finished traces with what browsers have, and is never part of a run.
  "src/trace/**/web-*.ts",
];

/** An index read within known bounds, or taking from an array known not to be empty. */
const KNOWN_READ =
  ":not([expression.type='MemberExpression'][expression.computed=true])" +
  ":not([expression.callee.property.name=/^(pop|shift|at)$/])";

export default tseslint.config(
  { ignores: ["dist/", "dist-bench/", "coverage/", ".cache/", "node_modules/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // A contract's parameter that this implementation does not need is named with an underscore.
      "@typescript-eslint/no-unused-vars": [
        "error",
        {
          argsIgnorePattern: "^_",
          destructuredArrayIgnorePattern: "^_",
          varsIgnorePattern: "^_",
          ignoreRestSiblings: true,
        },
      ],
      // Objects sorted without a comparator are sorted by "[object Object]".
      "@typescript-eslint/require-array-sort-compare": ["error", { ignoreStringArrays: true }],
      // Loops that end with `while (true)` say so.
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: "only-allowed-literals" },
      ],
      // Replaced below: `x[i]!` within known bounds is how typed arrays are read.
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector: `TSNonNullExpression${KNOWN_READ}`,
          message: "Handle the absent case or state an invariant: ! is for reads by a known index.",
        },
      ],
      eqeqeq: "error",
      "no-constructor-return": "error",
      "no-self-compare": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "max-lines": ["warn", { max: 400, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["warn", { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ["warn", 20],
    },
  },
  {
    files: DETERMINISTIC_FILES,
    ignores: LIVE_FILES,
    plugins: { determinism },
    rules: {
      "determinism/no-ambient": "error",
      "determinism/no-for-in": "error",
      "determinism/no-unfixed-result": "error",
    },
  },
  {
    // It replaces the ambient globals, so it has to name them.
    files: ["src/sim/guard.ts"],
    rules: { "determinism/no-ambient": "off" },
  },
  {
    // Walks the fields of a message, which are declared and never numeric: measured as the fastest way.
    files: ["src/transport/shape.ts"],
    rules: { "determinism/no-for-in": "off" },
  },
  {
    // What a schema reads is inferred from it: written out, each type would be there twice.
    files: ["src/scenarios/*-schema.ts", "src/scenarios/{strict-map,written-values}.ts"],
    rules: { "@typescript-eslint/explicit-module-boundary-types": "off" },
  },
  {
    // Reads the fields of messages, the hottest loop there is, and holds each name against the declared order.
    files: ["src/transport/shape.ts"],
    rules: { "determinism/no-unfixed-result": "off" },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: {
      // A describe block is a table of contents, however long; a failed read fails the test.
      "max-lines-per-function": "off",
      "no-restricted-syntax": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    rules: { eqeqeq: "error", "no-undef": "off", "no-var": "error", "prefer-const": "error" },
  },
);
