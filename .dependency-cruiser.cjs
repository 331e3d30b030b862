// The import rules of docs/ARCHITECTURE.md. Imports of types count as well: a layer that knows another
// layer's types knows that layer.

/** Files that use Node's own modules: everything else runs in a browser too. */
const NODE_FILES = ["^src/cli/", "^src/(trace|transport|scenarios)/.*node-[^/]+\\.ts$"];

/** What protocols may see of the transport layer: its contracts and the declaration of messages. */
const TRANSPORT_CONTRACTS =
  "^src/transport/(peer|codec|clock|transport|message-type|signatures|foreign-wire)\\.ts$";

/** What protocols may see of the simulator: contracts, and arithmetic that is the same everywhere. */
const SIM_CONTRACTS = "^src/sim/(random|plain-data|fixed-math|mix)\\.ts$";

/** A layer and the layers it may import, besides itself. */
function layer(name, mayImport) {
  const allowed = [name, ...mayImport].join("|");
  return {
    name: `layer-${name}`,
    comment: `${name} imports ${mayImport.length > 0 ? mayImport.join(", ") : "no other layer"}.`,
    severity: "error",
    from: { path: `^src/${name}/` },
    to: { path: "^src/", pathNot: `^src/(${allowed})/` },
  };
}

/** A package that one place alone may import, so that it can be replaced there. */
function packageOnlyIn(packageName, place, reason) {
  return {
    name: `${packageName}-only-in-${place}`,
    comment: reason,
    severity: "error",
    from: { path: "^src/", pathNot: `^src/${place}/` },
    to: { path: [`^${packageName}$`, `(^|/)node_modules/(@types/)?${packageName}/`] },
  };
}

module.exports = {
  forbidden: [
    layer("trace", []),
    layer("sim", ["trace"]),
    layer("transport", ["sim", "trace"]),
    layer("protocol", ["transport", "sim", "trace"]),
    layer("analysis", ["trace"]),
    layer("scenarios", ["analysis", "protocol", "transport", "sim", "trace"]),
    layer("cli", ["scenarios", "analysis", "protocol", "transport", "sim", "trace"]),
    layer("viewer", ["analysis", "trace"]),
    {
      name: "protocol-sees-transport-contracts-only",
      comment: "One protocol source runs in simulation and live, so it knows no implementation.",
      severity: "error",
      from: { path: "^src/protocol/" },
      to: { path: "^src/transport/", pathNot: TRANSPORT_CONTRACTS },
    },
    {
      name: "protocol-sees-sim-contracts-only",
      comment: "A protocol that reaches into the simulator cannot run live.",
      severity: "error",
      from: { path: "^src/protocol/" },
      to: { path: "^src/sim/", pathNot: SIM_CONTRACTS },
    },
    {
      name: "nobody-imports-the-surface",
      comment:
        "src/index.ts and node.ts are for users; a layer that imports them imports everything.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(index|node)\\.ts$" },
      to: { path: "^src/(index|node)\\.ts$" },
    },
    {
      name: "node-built-ins-in-node-files",
      comment:
        "Node's modules are used in cli and in files named node-* of trace, transport, scenarios.",
      severity: "error",
      from: { path: "^src/", pathNot: NODE_FILES },
      to: { dependencyTypes: ["core"] },
    },
    packageOnlyIn("seedrandom", "sim", "Chance comes from the named streams of sim alone."),
    packageOnlyIn("yargs", "cli", "The command line is the only reader of arguments."),
    packageOnlyIn("sigma", "viewer", "The viewer is the only thing that draws."),
    {
      name: "no-circular",
      comment: "A cycle is one module in two files: move what both need into a third.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "A file that imports nothing and that nothing imports is left over.",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: "\\.d\\.ts$" },
      to: {},
    },
    {
      name: "not-unresolvable",
      comment: "The file or package does not exist.",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-packages",
      comment: "A published package has its dependencies alone, not its devDependencies.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/viewer/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-undeclared-packages",
      comment: "The package is not in package.json: it would vanish with whoever brought it.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types"],
    },
    moduleSystems: ["es6", "cjs"],
  },
};
