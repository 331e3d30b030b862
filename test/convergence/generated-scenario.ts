// Scenarios in the form in which people write them, drawn by fast-check: a network, a phase of faults that all end,
// and a quiet phase in which discovery must settle. Whatever fast-check leaves out of one makes a smaller scenario.

import fc from "fast-check";
import { LONGEST_FAULT_SECONDS, SETTLE_SECONDS } from "./settle-bound.js";

/** A scenario as written: plain data that YAML stringifies. */
export type WrittenScenario = Readonly<Record<string, unknown>>;

/** Seconds: nodes come in, things happen to them. */
const BUILD_SECONDS = 20;
const FAULT_SECONDS = 60;
/** How long a settled network must stay so. */
const HOLD_SECONDS = 20;

/**
 * Loss that never ends. Three tries to a probe and four more to a suspect make one false death in some 3,000 s
 * of 40 nodes at 10 %, and one in 30 s at 20 %: then no network is ever quiet for long, and none is promised to be.
 */
const STANDING_LOSS_PERCENT_MAX = 10;

/** Peers a node with a sample keeps: enough that one of the sample's nodes is in nobody's view in a million. */
const SAMPLE_SIZE = { min: 12, max: 20 };

/** Nodes of the network, besides those that come in later. */
export interface ScenarioSizes {
  readonly nodesMax: number;
  readonly faultsMax: number;
  /** The protocol in slot `discovery`; genesis unless said otherwise. */
  readonly discovery?: string;
}

/** Something that happens during the phase of faults. Times are tenths of a second. */
interface Fault {
  readonly at: number;
  readonly lasts: number;
  readonly what: FaultKind;
}

type FaultKind =
  | {
      readonly do: "crash";
      readonly kind: "process" | "host";
      readonly count: number;
      readonly returns: boolean;
      readonly keeps: boolean;
    }
  | { readonly do: "leave"; readonly count: number; readonly returns: boolean }
  | { readonly do: "join" }
  | { readonly do: "pause"; readonly count: number }
  | { readonly do: "genesis-crash"; readonly kind: "process" | "host"; readonly keeps: boolean }
  | { readonly do: "partition"; readonly percent: number; readonly oneWay: boolean }
  | { readonly do: "degrade"; readonly lossPercent: number; readonly delayMillis: number }
  | { readonly do: "hold"; readonly percent: number };

interface Plan {
  readonly seed: number;
  readonly peers: number;
  readonly latecomers: number;
  readonly contacts: number;
  readonly overlay: "join" | "star" | "chain" | "random";
  readonly joinsPerSecond: number;
  readonly sample: number | null;
  readonly latency: unknown;
  readonly lossPercent: number;
  /** Percent of datagrams that arrive twice, damaged, or late. */
  readonly duplicatePercent: number;
  readonly corruptPercent: number;
  readonly reorderPercent: number;
  readonly uplinkMegabits: number | null;
  readonly messageMicros: number;
  readonly dialablePercent: number;
  readonly clockDriftPpm: number;
  readonly clockSkewMillis: number;
  readonly hasHeartbeats: boolean;
  readonly genesisDiesAt: number | null;
  readonly churn: Churn | null;
  readonly faults: readonly Fault[];
}

interface Churn {
  readonly sessionSeconds: number;
  readonly downtimeSeconds: number;
  readonly law: "exponential" | "weibull";
  readonly gracefulPercent: number;
  readonly keeps: boolean;
}

const hostOrProcess = fc.constantFrom("process" as const, "host" as const);
const few = fc.integer({ min: 1, max: 8 });

const faultKind: fc.Arbitrary<FaultKind> = fc.oneof(
  fc.record({
    do: fc.constant("crash" as const),
    kind: hostOrProcess,
    count: few,
    returns: fc.boolean(),
    keeps: fc.boolean(),
  }),
  fc.record({ do: fc.constant("leave" as const), count: few, returns: fc.boolean() }),
  fc.record({ do: fc.constant("join" as const) }),
  fc.record({ do: fc.constant("pause" as const), count: few }),
  fc.record({
    do: fc.constant("genesis-crash" as const),
    kind: hostOrProcess,
    keeps: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("partition" as const),
    percent: fc.integer({ min: 10, max: 50 }),
    oneWay: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("degrade" as const),
    lossPercent: fc.integer({ min: 0, max: 60 }),
    delayMillis: fc.integer({ min: 1, max: 500 }),
  }),
  fc.record({ do: fc.constant("hold" as const), percent: fc.integer({ min: 10, max: 50 }) }),
);

const fault: fc.Arbitrary<Fault> = fc.record({
  at: fc.integer({ min: 0, max: FAULT_SECONDS * 10 - 1 }),
  lasts: fc.integer({ min: 1, max: LONGEST_FAULT_SECONDS * 10 }),
  what: faultKind,
});

const latency: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: 1, max: 200 }).map((millis) => `${millis}ms`),
  fc
    .integer({ min: 1, max: 400 })
    .map((millis) => ({ uniform: { min: "1ms", max: `${millis + 1}ms` } })),
  fc.integer({ min: 1, max: 100 }).map((millis) => ({
    "log-normal": { median: `${millis}ms`, sigma: 0.5 },
    per: "message",
  })),
  fc.constantFrom({ use: "aws-11", jitter: "10%" }, { use: "six-regions", jitter: "20%" }),
);

const churn: fc.Arbitrary<Churn> = fc.record({
  sessionSeconds: fc.integer({ min: 10, max: 120 }),
  downtimeSeconds: fc.integer({ min: 1, max: 40 }),
  law: fc.constantFrom("exponential" as const, "weibull" as const),
  gracefulPercent: fc.integer({ min: 0, max: 100 }),
  keeps: fc.boolean(),
});

/** Mostly 0, else up to `max`. */
function seldom(max: number): fc.Arbitrary<number> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max }));
}

function plan({ nodesMax, faultsMax }: ScenarioSizes): fc.Arbitrary<Plan> {
  return fc.record({
    seed: fc.nat({ max: 1_000_000 }),
    peers: fc.integer({ min: 1, max: nodesMax - 1 }),
    latecomers: fc.nat({ max: 5 }),
    contacts: fc.integer({ min: 1, max: 3 }),
    overlay: fc.constantFrom(
      "join" as const,
      "join" as const,
      "star" as const,
      "chain" as const,
      "random" as const,
    ),
    joinsPerSecond: fc.integer({ min: 3, max: 100 }),
    sample: fc.option(fc.integer(SAMPLE_SIZE), { nil: null }),
    latency,
    lossPercent: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: STANDING_LOSS_PERCENT_MAX })),
    duplicatePercent: seldom(10),
    corruptPercent: seldom(2),
    reorderPercent: seldom(20),
    uplinkMegabits: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null, freq: 3 }),
    messageMicros: seldom(1_000),
    dialablePercent: fc.constantFrom(100, 100, 70),
    clockDriftPpm: fc.constantFrom(0, 0, 200),
    clockSkewMillis: fc.constantFrom(0, 0, 3_000),
    hasHeartbeats: fc.boolean(),
    genesisDiesAt: fc.option(fc.nat({ max: FAULT_SECONDS * 10 - 1 }), { nil: null, freq: 6 }),
    churn: fc.option(churn, { nil: null, freq: 4 }),
    faults: fc.array(fault, { maxLength: faultsMax, size: "max" }),
  });
}

/** Scenarios of every kind that discovery must come out of. */
export function generatedScenario(sizes: ScenarioSizes): fc.Arbitrary<WrittenScenario> {
  const { discovery = "genesis" } = sizes;
  return plan(sizes).map((drawn) => written(drawn, discovery));
}

/** The scenario that a plan stands for. Every fault is undone before the quiet phase, or was meant for good. */
function written(plan: Plan, discovery: string): WrittenScenario {
  const { latecomers, sample, churn, dialablePercent } = plan;
  const events = survivable(plan.faults, plan).flatMap((each, i) => event(each, i, plan));
  const hasLatecomers = events.some((each) => each["do"] === "join");
  const genesisDies = mayGenesisDie(plan);
  if (genesisDies) {
    events.push({
      name: "end-of-genesis",
      at: at(plan.genesisDiesAt ?? 0),
      do: "crash",
      who: "genesis",
      kind: "host",
    });
  }
  const clock = {
    ...(plan.clockDriftPpm > 0 ? { drift: `${plan.clockDriftPpm}ppm` } : {}),
    ...(plan.clockSkewMillis > 0 ? { skew: `${plan.clockSkewMillis}ms` } : {}),
  };
  const traits = {
    ...(plan.uplinkMegabits === null
      ? {}
      : { link: { up: `${plan.uplinkMegabits}Mbit/s`, down: `${4 * plan.uplinkMegabits}Mbit/s` } }),
    ...(plan.messageMicros > 0 ? { processing: { perMessage: `${plan.messageMicros}us` } } : {}),
    ...(dialablePercent < 100 && !genesisDies
      ? { reach: { dialable: `${dialablePercent}%` } }
      : {}),
    ...(Object.keys(clock).length > 0 ? { clock } : {}),
  };
  return {
    name: "generated",
    seed: plan.seed,
    nodes: {
      genesis: plan.contacts,
      peer: { count: plan.peers, ...traits },
      ...(hasLatecomers ? { late: { count: latecomers, joins: "event", ...traits } } : {}),
    },
    start: start(plan),
    phases: {
      build: `${BUILD_SECONDS}s`,
      fault: `${FAULT_SECONDS}s`,
      settle: `${SETTLE_SECONDS + HOLD_SECONDS + 5}s`,
    },
    protocols: {
      discovery: { use: discovery, ...(sample === null ? {} : { members: `sample(${sample})` }) },
      ...(plan.hasHeartbeats ? { status: { use: "heartbeat" } } : {}),
    },
    network: {
      latency: plan.latency,
      ...percent("loss", plan.lossPercent),
      ...percent("duplicate", plan.duplicatePercent),
      ...percent("corrupt", plan.corruptPercent),
      ...(plan.reorderPercent > 0
        ? { reorder: { share: `${plan.reorderPercent}%`, by: "300ms" } }
        : {}),
    },
    ...(churn === null || genesisDies ? {} : { churn: writtenChurn(churn) }),
    events,
    expect: expectations(plan),
  };
}

/** Where genesis dies as well, one peer at least must stay: an empty network never counts as converged. */
function survivable(faults: readonly Fault[], plan: Plan): readonly Fault[] {
  if (!mayGenesisDie(plan)) return faults;
  let left = plan.peers;
  return faults.filter(({ what }) => {
    if (what.do !== "crash" && what.do !== "leave") return true;
    left -= what.count;
    return left >= 1;
  });
}

/** Without genesis nobody comes in: it dies for good only where nobody has to. */
function mayGenesisDie({ genesisDiesAt, peers, contacts, overlay, joinsPerSecond }: Plan): boolean {
  const areAllIn = overlay !== "join" || (peers + contacts) / joinsPerSecond <= BUILD_SECONDS / 2;
  return genesisDiesAt !== null && areAllIn && peers > 1;
}

function start({ overlay, joinsPerSecond, peers, contacts }: Plan): unknown {
  switch (overlay) {
    case "join":
      return { overlay, contact: "genesis", rate: `${joinsPerSecond}/s` };
    case "star":
      return { overlay, contact: "genesis-0" };
    case "chain":
      return { overlay };
    case "random":
      // Three links each leave hardly any network in two pieces; one link each would most.
      return { overlay, k: Math.min(3, peers + contacts - 1) };
  }
}

/** The event of one fault; none where nobody could come back from it. */
function event({ at: tenths, lasts, what }: Fault, i: number, plan: Plan): readonly WrittenEvent[] {
  const base = { name: `${what.do}-${i}`, at: at(tenths) };
  const undone = { for: seconds(Math.min(lasts, FAULT_SECONDS * 10 - tenths)) };
  const action = nodeAction(what, undone, plan) ?? networkAction(what, undone);
  return action === null ? [] : [{ ...base, ...action }];
}

type WrittenEvent = Readonly<Record<string, unknown>>;

/** What is done to nodes; null for something else, or for nothing. */
function nodeAction(what: FaultKind, undone: WrittenEvent, plan: Plan): WrittenEvent | null {
  const genesisDies = mayGenesisDie(plan);
  const state = (keeps: boolean): string => (keeps ? "keep" : "lose");
  switch (what.do) {
    case "crash": {
      const { kind, count, returns, keeps } = what;
      const who = { count, of: "peer" };
      // Without genesis a node that lost its state finds nobody.
      const isBack = returns && (!genesisDies || keeps);
      return { do: "crash", who, kind, ...(isBack ? { ...undone, state: state(keeps) } : {}) };
    }
    case "leave": {
      const { count, returns } = what;
      return {
        do: "leave",
        who: { count, of: "peer" },
        ...(returns && !genesisDies ? undone : {}),
      };
    }
    case "join":
      return plan.latecomers === 0 || genesisDies ? null : { do: "join", who: "late" };
    case "pause":
      return { do: "pause", who: { count: what.count, of: "all" }, ...undone };
    case "genesis-crash":
      if (genesisDies) return null;
      return { do: "crash", who: "genesis", kind: what.kind, ...undone, state: state(what.keeps) };
    default:
      return null;
  }
}

/** What is done to the network; null for something else. */
function networkAction(what: FaultKind, undone: WrittenEvent): WrittenEvent | null {
  switch (what.do) {
    case "partition": {
      const groups = [{ share: `${what.percent}%`, of: "all" }, "rest"];
      return { do: "partition", groups, ...(what.oneWay ? { oneWay: true } : {}), ...undone };
    }
    case "degrade": {
      const loss = what.lossPercent > 0 ? { loss: `${what.lossPercent}%` } : {};
      return { do: "degrade", ...loss, delay: { fixed: `${what.delayMillis}ms` }, ...undone };
    }
    case "hold":
      return { do: "hold", from: { share: `${what.percent}%`, of: "all" }, ...undone };
    default:
      return null;
  }
}

function writtenChurn({
  sessionSeconds,
  downtimeSeconds,
  law,
  gracefulPercent,
  keeps,
}: Churn): unknown {
  const session =
    law === "exponential"
      ? { exponential: { mean: `${sessionSeconds}s` } }
      : { weibull: { shape: 0.6, scale: `${sessionSeconds}s` } };
  return {
    in: ["fault", "settle-10s"],
    nodes: "peer",
    session,
    downtime: { exponential: { mean: `${downtimeSeconds}s` } },
    graceful: `${gracefulPercent}%`,
    settleBy: "settle",
    ...(keeps ? { restart: "with-state" } : {}),
  };
}

function expectations({ sample }: Plan): unknown[] {
  const settling = { within: `${SETTLE_SECONDS}s`, after: "settle", hold: `${HOLD_SECONDS}s` };
  return [
    { name: "members-settle", settled: "members", ...settling },
    { name: "overlay-connects", connected: "neighbours", ...settling },
    // The bound on links is that for peers in need; it is never passed, whatever happens.
    { name: "links-are-bounded", "view-size": "neighbours", atMost: 20, throughout: ["0s", "end"] },
    ...(sample === null
      ? []
      : [
          {
            name: "sample-is-bounded",
            "view-size": "members",
            atMost: sample,
            throughout: ["0s", "end"],
          },
        ]),
  ];
}

/** A share of messages under its name; nothing where none are concerned. */
function percent(name: string, value: number): WrittenEvent {
  return value > 0 ? { [name]: `${value}%` } : {};
}

function at(tenths: number): string {
  return tenths === 0 ? "fault" : `fault+${seconds(tenths)}`;
}

function seconds(tenths: number): string {
  return `${tenths / 10}s`;
}
