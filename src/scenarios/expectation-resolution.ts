// From expectations as written to what checkers are built from.

import type {
  ConnectedExpectation,
  Expectation,
  Judged,
  SettledExpectation,
  Settling,
  TrafficExpectation,
  ViewSizeExpectation,
} from "./expectation.js";
import type { WrittenExpectation } from "./expectation-schema.js";
import { checkMetricPath } from "./metric-path.js";
import { checkKeyedOverlay } from "./process-resolution.js";
import type { ProblemLog } from "./problem-log.js";
import type { OverlayTraits } from "./protocol-definition.js";
import type { ProtocolResolver } from "./protocol-resolution.js";
import type { SourcePath } from "./scenario-source.js";
import type { WrittenWindow } from "./process-schema.js";
import type { Timeline } from "./timeline.js";
import type { WrittenTime } from "./written-values.js";

/** Periods that a condition must last to count as settled, unless the scenario says otherwise. */
const HOLD_PERIODS = 5;
/** Periods that a node may take before it is judged. */
const GRACE_PERIODS = 2;

/** Expectations whose bounds stand under the key that names them. */
const BOUNDED = ["messages-per-node-second", "bytes-per-node-second"] as const;

/** Stands for an overlay that does not exist; a problem is in the log then. */
const NO_TRAITS: OverlayTraits = {
  overlay: "",
  membership: "partial",
  viewSize: null,
  isSymmetric: false,
  periodMicros: 1,
};

/** What expectations are read against. */
export interface ExpectationSurroundings {
  readonly timeline: Timeline;
  readonly protocols: ProtocolResolver;
  readonly log: ProblemLog;
}

type Named<Written> = Written & { readonly name: string };

/** An expectation with the defaults that depend on its protocol, still in written form. */
export function completeExpectation<Written extends WrittenExpectation>(
  written: Written,
  path: SourcePath,
  { protocols }: ExpectationSurroundings,
): Written {
  if ("settled" in written) {
    const traits = protocols.overlay(written.settled, [...path, "settled"]) ?? NO_TRAITS;
    const as = traits.membership === "full" ? "full" : "valid";
    return { ...written, as: written.as ?? as, hold: written.hold ?? holdOf(traits) };
  }
  if ("connected" in written && written.within !== undefined) {
    const traits = protocols.overlay(written.connected, [...path, "connected"]) ?? NO_TRAITS;
    return { ...written, hold: written.hold ?? holdOf(traits) };
  }
  return written;
}

function holdOf({ periodMicros }: OverlayTraits): number {
  return HOLD_PERIODS * periodMicros;
}

/** One expectation in base units; `written` comes from `completeExpectation`. */
export function resolveExpectation(
  written: Named<WrittenExpectation>,
  path: SourcePath,
  surroundings: ExpectationSurroundings,
): Expectation {
  const { timeline, protocols } = surroundings;
  const { name } = written;
  checkBounds(written, path, surroundings.log);
  if ("settled" in written) return resolveSettled(written, path, surroundings);
  if ("connected" in written) return resolveConnected(written, path, surroundings);
  if ("stale-links" in written) {
    const overlay = written["stale-links"];
    return {
      kind: "stale-links",
      name,
      overlay: protocols.overlay(overlay, [...path, "stale-links"])?.overlay ?? overlay,
      shareMax: written.atMost,
      judged: judgedWhen(written, path, timeline),
    };
  }
  if ("delivered" in written) {
    return { kind: "delivered", name, shareMin: written.delivered, withinMicros: written.within };
  }
  if ("answered" in written) {
    checkKeyedOverlay(protocols, [...path, "answered"], surroundings.log);
    return {
      kind: "answered",
      name,
      ...timeline.window(written.in, [...path, "in"]),
      shareMin: written.answered,
      operation: written.of ?? null,
      withinMicros: written.within ?? null,
    };
  }
  if ("no-message-after-shutdown" in written) return { kind: "no-message-after-shutdown", name };
  if ("all-stopped" in written) return { kind: "all-stopped", name, withinMicros: written.within };
  if ("view-size" in written) return resolveViewSize(written, path, surroundings);
  if ("metric" in written) {
    checkMetricPath(written.metric, [...path, "metric"], surroundings.log);
    return {
      kind: "metric",
      name,
      path: written.metric,
      atLeast: written.atLeast ?? null,
      atMost: written.atMost ?? null,
      equals: written.equals ?? null,
    };
  }
  return resolveTraffic(written, path, surroundings);
}

/** Nothing lies between bounds that are the wrong way round. */
function checkBounds(written: WrittenExpectation, path: SourcePath, log: ProblemLog): void {
  const key = BOUNDED.find((bounded) => bounded in written);
  const bounds: unknown =
    key === undefined ? written : Object.entries(written).find(([name]) => name === key)?.[1];
  if (typeof bounds !== "object" || bounds === null) return;
  const { atLeast, atMost } = bounds as { readonly atLeast?: number; readonly atMost?: number };
  if (atLeast === undefined || atMost === undefined || atLeast <= atMost) return;
  log.report(
    [...path, ...(key === undefined ? [] : [key]), "atMost"],
    `atMost ${atMost} is below atLeast ${atLeast}`,
    {
      expected: "a bound at or above atLeast",
      remedy: "swap the two, or remove one",
    },
  );
}

function resolveTraffic(
  written: Named<
    | Extract<WrittenExpectation, { "messages-per-node-second": unknown }>
    | Extract<WrittenExpectation, { "bytes-per-node-second": unknown }>
  >,
  path: SourcePath,
  { timeline }: ExpectationSurroundings,
): TrafficExpectation {
  const kind =
    "messages-per-node-second" in written ? "messages-per-node-second" : "bytes-per-node-second";
  const bounds =
    "messages-per-node-second" in written
      ? written["messages-per-node-second"]
      : written["bytes-per-node-second"];
  return {
    kind,
    name: written.name,
    ...timeline.window(written.in, [...path, "in"]),
    atLeast: bounds.atLeast ?? null,
    atMost: bounds.atMost ?? null,
  };
}

function resolveViewSize(
  written: Named<Extract<WrittenExpectation, { "view-size": unknown }>>,
  path: SourcePath,
  { timeline, protocols }: ExpectationSurroundings,
): ViewSizeExpectation {
  const overlay = written["view-size"];
  const traits = protocols.overlay(overlay, [...path, "view-size"]) ?? NO_TRAITS;
  const { throughout } = written;
  return {
    kind: "view-size",
    name: written.name,
    overlay: traits.overlay,
    min: written.atLeast,
    max: written.atMost ?? null,
    graceMicros: GRACE_PERIODS * traits.periodMicros,
    judged:
      throughout === undefined
        ? { kind: "end" }
        : { kind: "throughout", ...timeline.window(throughout, [...path, "throughout"]) },
  };
}

function resolveSettled(
  written: Named<Extract<WrittenExpectation, { settled: unknown }>>,
  path: SourcePath,
  { timeline, protocols }: ExpectationSurroundings,
): SettledExpectation {
  const traits = protocols.overlay(written.settled, [...path, "settled"]) ?? NO_TRAITS;
  const { tolerances } = written;
  return {
    kind: "settled",
    name: written.name,
    overlay: traits.overlay,
    as: written.as ?? "valid",
    ...settling(written, path, { timeline, traits }),
    graceMicros: GRACE_PERIODS * traits.periodMicros,
    periodMicros: traits.periodMicros,
    viewSize: traits.viewSize,
    isSymmetric: traits.isSymmetric,
    tolerances: {
      strongShareMin: tolerances.strong,
      deadLinkShareMax: tolerances.dead,
      filledNodeShareMin: tolerances.filled,
      viewFillMin: tolerances.fill,
      reciprocityMin: tolerances.reciprocal,
    },
  };
}

function resolveConnected(
  written: Named<Extract<WrittenExpectation, { connected: unknown }>>,
  path: SourcePath,
  { timeline, protocols, log }: ExpectationSurroundings,
): ConnectedExpectation {
  const traits = protocols.overlay(written.connected, [...path, "connected"]) ?? NO_TRAITS;
  const { within, throughout, after, hold } = written;
  const common = { kind: "connected", name: written.name, overlay: traits.overlay } as const;
  if (within !== undefined) {
    const when = settling({ ...written, within }, path, { timeline, traits });
    return { ...common, when: { kind: "settling", ...when } };
  }
  if (after !== undefined || hold !== undefined) {
    log.report(
      [...path, after === undefined ? "hold" : "after"],
      "says nothing beside throughout",
      {
        expected: "after and hold beside within only",
        remedy: "remove it, or write within instead of throughout",
      },
    );
  }
  const window = timeline.window(throughout, [...path, "throughout"]);
  return { ...common, when: { kind: "throughout", ...window } };
}

function settling(
  written: {
    readonly within: number;
    readonly after?: WrittenTime | undefined;
    readonly hold?: number | undefined;
    readonly merge: number;
  },
  path: SourcePath,
  { timeline, traits }: { readonly timeline: Timeline; readonly traits: OverlayTraits },
): Settling {
  return {
    withinMicros: written.within,
    afterMicros:
      written.after === undefined
        ? null
        : timeline.timeBeforeEnd(written.after, [...path, "after"]),
    holdMicros: written.hold ?? holdOf(traits),
    mergeMicros: written.merge,
  };
}

function judgedWhen(
  written: {
    readonly throughout?: WrittenWindow | undefined;
    readonly onAverage?: WrittenWindow | undefined;
  },
  path: SourcePath,
  timeline: Timeline,
): Judged {
  const { throughout, onAverage } = written;
  if (throughout !== undefined) {
    return { kind: "throughout", ...timeline.window(throughout, [...path, "throughout"]) };
  }
  if (onAverage !== undefined) {
    return { kind: "average", ...timeline.window(onAverage, [...path, "onAverage"]) };
  }
  return { kind: "end" };
}
