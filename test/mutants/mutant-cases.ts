// For each mutant the scenario that shows it: the shipped protocols hold every expectation of it, the mutant breaks
// the one that is named. `slot` says where the mutant goes.

/** A mutant and how it is caught. */
export interface MutantCase {
  readonly mutant: string;
  readonly slot: "discovery" | "broadcast" | "shutdown";
  /** Name of the expectation that notices. */
  readonly caughtBy: string;
  /** YAML, with the slots' protocols as params. */
  readonly scenario: string;
}

/** What all scenarios share: who runs which protocols, and who may be replaced. */
function scenario(discoveryOptions: string, rest: string): string {
  return `seed: 1
params: { discovery: genesis, broadcast: flood, shutdown: shutdown }
protocols:
  discovery: { use: "\${discovery}"${discoveryOptions} }
  broadcast: { use: "\${broadcast}", ttl: 5 }
  shutdown: { use: "\${shutdown}" }
${rest}`;
}

/** Forty nodes, a quarter of which says goodbye. */
const GOODBYES = `
name: goodbyes
nodes: 40
start: { overlay: join, rate: 20/s }
phases: { build: 30s, after: 60s }
events: [{ at: after, do: leave, who: { count: 10, of: { id: [1, 39] } } }]
expect:
  - { name: hear-of-it, settled: members, within: 4s, after: after+1s, hold: 20s }
  - { name: said-once, messages-per-node-second: { atMost: 9 }, in: [after, after+10s] }
`;

/** The same for a sample, which is judged by its dead links. */
const SAMPLE_GOODBYES = `
name: "goodbyes, with samples"
nodes: 40
start: { overlay: join, rate: 20/s }
phases: { build: 30s, after: 60s }
events: [{ at: after, do: leave, who: { count: 10, of: { id: [1, 39] } } }]
expect:
  - { name: sound, settled: members, within: 30s, after: after+1s, hold: 20s }
  - { name: bounded, view-size: members, atMost: 12, throughout: [0s, end] }
`;

/** Half of the network is cut off for a minute. */
const CUT = `
name: a cut
nodes: { east: 10, west: 10 }
start: { overlay: join, rate: 20/s }
phases: { build: 20s, cut: 60s, heal: 60s }
events: [{ at: cut, do: partition, groups: [east, west], for: 60s }]
expect:
  - { name: mends, settled: members, within: 30s, after: heal, hold: 20s }
  - { name: one-piece, connected: neighbours, within: 30s, after: heal, hold: 20s }
`;

/** Some nodes stand still for long enough to be held dead. */
const PAUSE = `
name: a pause
nodes: 20
start: { overlay: join, rate: 20/s }
phases: { build: 20s, pause: 15s, after: 60s }
events: [{ at: pause, do: pause, who: { count: 4, of: all }, for: 15s }]
expect:
  - { name: known-again, settled: members, within: 40s, after: after, hold: 15s }
`;

/** Nodes that come while genesis is away. */
const LATECOMERS = `
name: latecomers
nodes: { genesis: 1, early: 10, late: { count: 5, joins: event } }
start: { overlay: join, contact: genesis, rate: 20/s }
phases: { build: 20s, without: 20s, again: 50s }
events:
  - { at: without, do: crash, who: genesis, kind: host, for: 20s }
  - { at: without+5s, do: join, who: late }
expect:
  - { name: all-in, settled: members, within: 30s, after: again, hold: 15s }
`;

/** A quiet network that sends a message every two seconds. */
const MESSAGES = `
name: messages
nodes: 25
start: { overlay: join, rate: 20/s }
phases: { build: 20s, run: 30s }
workload: [{ do: broadcast, in: [run, end-10s], arrivals: { every: 2s } }]
expect:
  - { name: in-time-and-once, delivered: 100%, within: 3s }
  - { name: few-messages, messages-per-node-second: { atMost: 15 }, in: run }
  - { name: few-bytes, bytes-per-node-second: { atMost: 2kB }, in: run }
  - { name: in-one-piece, connected: neighbours, throughout: run }
  - { name: few-links, metric: overlay.neighbours.outDegree.mean, atMost: 8 }
`;

/** Crashes whose links must go. */
const CRASHES = `
name: crashes
nodes: 40
start: { overlay: join, rate: 20/s }
phases: { build: 30s, after: 60s }
events: [{ at: after, do: crash, who: { count: 10, of: { id: [1, 39] } }, kind: process }]
expect:
  - { name: no-dead-links, stale-links: neighbours, atMost: 0%, throughout: [after+30s, end] }
`;

/**
 * Samples in calm. Six hundred nodes: of three hundred, in-degrees scatter by more than the tenth that is allowed under
 * every sixth seed.
 */
const MIXING = `
name: mixing
nodes: 600
start: { overlay: join, rate: 50/s }
phases: { build: 30s, calm: 150s }
expect:
  - { name: well-mixed, settled: members, as: mixed, within: 60s, after: calm }
`;

/** The network is told to stop. */
const SHUTDOWN = `
name: a shutdown
nodes: 30
start: { overlay: join, rate: 20/s }
phases: { build: 20s, stop: 10s }
events: [{ at: stop, do: shutdown, who: network }]
expect:
  - { name: all-stop, all-stopped: true, within: 5s }
  - { name: silence, no-message-after-shutdown: true }
`;

/** One node sends everyone an instruction that nobody signed. */
const FORGERY = `
name: a forgery
nodes: { peer: 20, attacker: { count: 1, protocols: { shutdown: { use: forges } } } }
start: { overlay: join, rate: 20/s }
phases: { run: 40s }
expect:
  - { name: nobody-falls-for-it, metric: nodes.left, equals: 0 }
  - { name: it-was-tried, metric: observations.shutdown-refused/forged.count, atLeast: 1 }
`;

const ALL = "";
const SAMPLE = ", members: sample(12)";

/** Forty nodes that keep values for each other. */
const KEYS = `
name: keys
seed: 1
nodes: 40
params: { discovery: kademlia }
start: { overlay: join, rate: 20/s }
phases: { build: 30s, put: 20s, get: 20s }
protocols: { discovery: { use: "\${discovery}", k: 4, refresh: 20s } }
workload:
  - { do: put, in: put, keys: 30, arrivals: { every: 200ms } }
  - { do: get, in: get, keys: 30, arrivals: { every: 200ms } }
  - { do: lookup, in: get, arrivals: { every: 200ms } }
expect:
  - { name: values-found, answered: 99%, of: get, within: 10s }
  - { name: nearest-found, answered: 99%, of: lookup, within: 10s }
`;

function discovery(mutant: string, caughtBy: string, options: string, rest: string): MutantCase {
  return { mutant, slot: "discovery", caughtBy, scenario: scenario(options, rest) };
}

/** Every mutant, and every kind of expectation at least once. */
export const MUTANT_CASES: readonly MutantCase[] = [
  discovery("forgets-tombstones", "said-once", ALL, GOODBYES),
  discovery("keeps-the-dead", "hear-of-it", ALL, GOODBYES),
  discovery("keeps-the-dead", "sound", SAMPLE, SAMPLE_GOODBYES),
  discovery("keeps-news-to-itself", "hear-of-it", ALL, GOODBYES),
  discovery("takes-too-many", "bounded", SAMPLE, SAMPLE_GOODBYES),
  discovery("gives-up-the-lost", "mends", ALL, CUT),
  discovery("gives-up-the-lost", "one-piece", ALL, CUT),
  discovery("never-refutes", "known-again", ALL, PAUSE),
  discovery("joins-once", "all-in", ALL, LATECOMERS),
  discovery("keeps-to-its-kind", "in-one-piece", ALL, MESSAGES),
  discovery("wants-everyone", "few-links", ALL, MESSAGES),
  discovery("probes-everyone", "few-messages", ALL, MESSAGES),
  discovery("probes-everyone", "few-bytes", ALL, MESSAGES),
  discovery("keeps-dead-links", "no-dead-links", ALL, CRASHES),
  discovery("never-mixes", "well-mixed", SAMPLE, MIXING),
  {
    mutant: "keeps-no-values",
    slot: "discovery",
    caughtBy: "values-found",
    scenario: KEYS,
  },
  {
    mutant: "learns-nothing",
    slot: "discovery",
    caughtBy: "nearest-found",
    scenario: KEYS,
  },
  {
    mutant: "knows-no-duplicates",
    slot: "broadcast",
    caughtBy: "in-time-and-once",
    scenario: scenario(ALL, MESSAGES),
  },
  {
    mutant: "dawdles",
    slot: "broadcast",
    caughtBy: "in-time-and-once",
    scenario: scenario(ALL, MESSAGES),
  },
  {
    mutant: "tells-nobody",
    slot: "shutdown",
    caughtBy: "all-stop",
    scenario: scenario(ALL, SHUTDOWN),
  },
  {
    mutant: "trusts-anyone",
    slot: "shutdown",
    caughtBy: "nobody-falls-for-it",
    scenario: scenario(ALL, FORGERY),
  },
];

/** The network is told to stop: for what goes wrong below the protocols. */
export const SHUTDOWN_SCENARIO = scenario(ALL, SHUTDOWN);

/** Messages of very different delays over the same connections. */
export const MESSAGES_ACROSS_JITTER = scenario(
  ALL,
  `
name: messages across jitter
nodes: 10
start: { overlay: join, rate: 20/s }
phases: { build: 20s, run: 20s }
network: { latency: { uniform: { min: 1ms, max: 300ms }, per: message } }
workload: [{ do: broadcast, in: run, arrivals: { every: 50ms } }]
`,
);
