// The determinism bans of the deterministic layers, as an eslint plugin. Instead of a list of what is
// forbidden it holds a list of what is known to give the same answer on every engine: a global that
// nobody thought of is refused too, and so is one of the browser's (`name`, `status`, `event`).

/** Globals of the language whose every use is repeatable. `Math` is judged member by member. */
const REPEATABLE_GLOBALS = new Set([
  ..."undefined NaN Infinity isFinite isNaN parseFloat parseInt".split(" "),
  ..."Object Function Array Map Set WeakMap Iterator Symbol".split(" "),
  ..."Number String Boolean BigInt JSON RegExp Proxy Reflect Promise".split(" "),
  ..."Error AggregateError EvalError RangeError ReferenceError".split(" "),
  ..."SyntaxError TypeError URIError".split(" "),
  ..."ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array".split(" "),
  ..."Uint16Array Int32Array Uint32Array Float32Array Float64Array".split(" "),
  ..."BigInt64Array BigUint64Array TextEncoder TextDecoder structuredClone".split(" "),
]);

/** Members of `Math` that the language defines to the bit. */
const EXACT_MATH = new Set([
  ..."abs ceil clz32 floor fround imul max min round sign sqrt trunc".split(" "),
  ..."PI E LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2".split(" "),
]);

const USE_CLOCK = "use the context's clock (nowMicros, setTimer)";
const USE_RANDOM = "use the context's random, or passage.draw in a link rule";
const USE_FIXED_MATH = "use sim/fixed-math.ts, which gives the same bits on every engine";
const HAND_IT_IN = "hand it in from a node-* file or the command line";

/** What to use in place of the globals that people reach for. */
const REPLACEMENTS = new Map([
  ...["Date", "performance", "Temporal"].map((name) => [name, USE_CLOCK]),
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval"].map((name) => [
    name,
    USE_CLOCK,
  ]),
  ...["queueMicrotask", "requestAnimationFrame"].map((name) => [name, USE_CLOCK]),
  ["crypto", `${USE_RANDOM}; hashing is handed in (trace/hashing.ts)`],
  ["fetch", HAND_IT_IN],
  ["process", HAND_IT_IN],
  ["console", "use the context's log, or return what a caller prints"],
  ["Buffer", "use Uint8Array, which browsers have too"],
  ["Intl", "its answers follow the machine's language: format by hand"],
  ["WeakRef", "when it empties is up to the garbage collector: keep the reference"],
  ["FinalizationRegistry", "when it runs is up to the garbage collector: release explicitly"],
  ["globalThis", "name the global itself, so that this rule can judge it"],
]);

/** Methods whose answers follow the machine's language. */
const LOCALE_METHODS = new Set([
  "localeCompare",
  "toLocaleString",
  "toLocaleDateString",
  "toLocaleTimeString",
  "toLocaleLowerCase",
  "toLocaleUpperCase",
]);

/** Whether a reference reads a value: types of the same name cost and change nothing. */
function isValueReference(reference) {
  return reference.isValueReference !== false && !isInTypeof(reference.identifier);
}

/** Whether the identifier stands in a type query (`typeof setTimeout` as a type). */
function isInTypeof(identifier) {
  return identifier.parent?.type === "TSTypeQuery";
}

/** References to globals: names that no declaration of the file introduces. */
function globalReferences(globalScope) {
  const ofKnownGlobals = [...globalScope.set.values()]
    .filter((variable) => variable.defs.length === 0)
    .flatMap((variable) => variable.references);
  return new Set([...ofKnownGlobals, ...globalScope.through]);
}

/** Name of a member that is written out (`a.b` or `a["b"]`), or undefined. */
function memberName(node) {
  if (node.type !== "MemberExpression") return undefined;
  if (!node.computed) return node.property.name;
  return node.property.type === "Literal" ? String(node.property.value) : undefined;
}

/**
 * Whether this is a file for Node.js: named `node-*`, and importing one of its modules. The name alone does not
 * count, since a node is a peer as well.
 */
function isNodeFile({ filename, sourceCode }) {
  const imports = sourceCode.ast.body.filter(({ type }) => type === "ImportDeclaration");
  return (
    /[\\/]node-[^\\/]+$/.test(filename) &&
    imports.some(({ source }) => source.value.startsWith("node:"))
  );
}

const noAmbient = {
  meta: {
    type: "problem",
    docs: { description: "Allow only globals that answer the same on every machine." },
    schema: [],
    messages: {
      global: "{{name}} is not repeatable here: {{replacement}}.",
      math: "Math.{{name}} may differ between engines: {{replacement}}.",
      random: "Math.random is not repeatable: {{replacement}}.",
      mathAlias: "Name the member of Math at each use, so that this rule can judge it.",
    },
  },
  create(context) {
    if (isNodeFile(context)) return {};
    const checkMath = (identifier) => {
      const name = identifier.parent?.object === identifier ? memberName(identifier.parent) : null;
      if (name === null || name === undefined) {
        context.report({ node: identifier, messageId: "mathAlias" });
      } else if (!EXACT_MATH.has(name)) {
        const isRandom = name === "random";
        context.report({
          node: identifier.parent,
          messageId: isRandom ? "random" : "math",
          data: { name, replacement: isRandom ? USE_RANDOM : USE_FIXED_MATH },
        });
      }
    };
    return {
      Program(program) {
        for (const reference of globalReferences(context.sourceCode.getScope(program))) {
          const { identifier } = reference;
          if (!isValueReference(reference) || REPEATABLE_GLOBALS.has(identifier.name)) continue;
          if (identifier.name === "Math") {
            checkMath(identifier);
            continue;
          }
          const replacement =
            REPLACEMENTS.get(identifier.name) ??
            "it is not among the globals that tooling/determinism.js knows to be";
          const data = { name: identifier.name, replacement };
          context.report({ node: identifier, messageId: "global", data });
        }
      },
    };
  },
};

const noUnfixedResult = {
  meta: {
    type: "problem",
    docs: { description: "Refuse operators and methods whose result is not fixed." },
    schema: [],
    messages: {
      power: "** may differ between engines: multiply or shift, or use pow of sim/fixed-math.ts.",
      locale: "{{name}} follows the machine's language: compare with < and >, or format by hand.",
    },
  },
  create(context) {
    return {
      "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']"(node) {
        if (!isExactPower(node)) context.report({ node, messageId: "power" });
      },
      MemberExpression(node) {
        const name = memberName(node);
        if (LOCALE_METHODS.has(name)) {
          context.report({ node, messageId: "locale", data: { name } });
        }
      },
    };
  },
};

/** A power of two literal whole numbers that a double holds exactly is exact on every engine. */
function isExactPower({ left, right }) {
  const isWhole = ({ type, value }) => type === "Literal" && Number.isSafeInteger(value);
  return (
    isWhole(left) && isWhole(right) && left.value ** right.value <= Number.MAX_SAFE_INTEGER + 1
  );
}

const noForIn = {
  meta: {
    type: "problem",
    docs: { description: "Refuse for-in." },
    schema: [],
    messages: {
      forIn:
        "for-in visits inherited keys, and numeric ones first: use for-of over Object.keys or a Map.",
    },
  },
  create(context) {
    return {
      ForInStatement(node) {
        context.report({ node, messageId: "forIn" });
      },
    };
  },
};

export default {
  meta: { name: "peerscape-determinism" },
  rules: {
    "no-ambient": noAmbient,
    "no-for-in": noForIn,
    "no-unfixed-result": noUnfixedResult,
  },
};
