// From classes of nodes as written to classes in base units, and where each node is.

import type { NodeDirectory, NodeRange } from "./node-directory.js";
import type { ProblemLog } from "./problem-log.js";
import type { ProtocolResolver } from "./protocol-resolution.js";
import type { NodeClass } from "./scenario.js";
import type { WrittenNodeClass } from "./scenario-schema.js";
import { didYouMean } from "./suggestion.js";

/** Classes as written, after the short forms are gone. */
export type WrittenClasses = Readonly<Record<string, WrittenNodeClass>>;

/** Shares that miss 100 % by less than this are rounded ones. */
const SHARE_SUM_TOLERANCE = 1e-9;

/** The classes in base units. */
export function resolveClasses(
  written: WrittenClasses,
  directory: NodeDirectory,
  protocols: ProtocolResolver,
): NodeClass[] {
  return directory.classes.map((range) => resolveClass(written[range.name]!, range, protocols));
}

function resolveClass(
  written: WrittenNodeClass,
  { name, count, firstNode }: NodeRange,
  protocols: ProtocolResolver,
): NodeClass {
  const { link, reach, behaviour, clock, processing, joins } = written;
  return {
    name,
    count,
    firstNode,
    link: {
      upBitsPerSecond: link.up ?? null,
      downBitsPerSecond: link.down ?? null,
      queue: link.queue,
    },
    dialableShare: reach.dialable,
    protocols: protocols.ofClass(written.protocols ?? {}, name),
    behaviour,
    clock: { driftPpmMax: clock.drift, skewMicrosMax: clock.skew },
    processingMicros: processing.perMessage,
    startsAtBeginning: joins === "start",
  };
}

/** The row of each node's region; empty when latency knows no regions. */
export function placeNodes(
  written: WrittenClasses,
  {
    directory,
    regions,
    log,
  }: {
    readonly directory: NodeDirectory;
    readonly regions: readonly string[];
    readonly log: ProblemLog;
  },
): Uint16Array {
  const regionOf = new Uint16Array(regions.length === 0 ? 0 : directory.nodeCount);
  for (const { name, count, firstNode } of directory.classes) {
    const { region } = written[name]!;
    if (regions.length === 0) {
      if (region === "spread") continue;
      log.report(["nodes", name, "region"], "a region, but latency knows no regions", {
        expected: "network: { latency: { use: aws-11 } }, or another table or matrix",
        remedy: "write a latency with regions, or remove region",
      });
      continue;
    }
    const rows = regionRows({ region, name, regions, log });
    spread(rows, regionOf.subarray(firstNode, firstNode + count));
  }
  return regionOf;
}

interface RegionRow {
  readonly row: number;
  readonly share: number;
}

/** Fills in a row for each node: equal shares in turns, others so that no prefix strays from its shares. */
function spread(rows: readonly RegionRow[], regionOf: Uint16Array): void {
  const [first] = rows;
  if (first === undefined) return;
  if (rows.every(({ share }) => share === first.share)) {
    for (let k = 0; k < regionOf.length; k++) regionOf[k] = rows[k % rows.length]!.row;
    return;
  }
  const assigned = new Uint32Array(rows.length);
  for (let k = 0; k < regionOf.length; k++) {
    let mostDue = 0;
    let lagMax = -Infinity;
    for (let i = 0; i < rows.length; i++) {
      const lag = rows[i]!.share * (k + 1) - assigned[i]!;
      if (lag <= lagMax + SHARE_SUM_TOLERANCE) continue;
      mostDue = i;
      lagMax = lag;
    }
    assigned[mostDue] = assigned[mostDue]! + 1;
    regionOf[k] = rows[mostDue]!.row;
  }
}

interface RegionChoice {
  readonly region: WrittenNodeClass["region"];
  readonly name: string;
  readonly regions: readonly string[];
  readonly log: ProblemLog;
}

/** The rows among which a class is spread, with their shares. */
function regionRows({ region, name, regions, log }: RegionChoice): RegionRow[] {
  if (region === "spread") return regions.map((_, row) => ({ row, share: 1 / regions.length }));
  const path = ["nodes", name, "region"];
  const shares: [string, number][] =
    typeof region === "string"
      ? [[region, 1]]
      : isList(region)
        ? region.map((place): [string, number] => [place, 1 / region.length])
        : Object.entries(region);
  for (const [place] of shares) {
    if (regions.includes(place)) continue;
    log.report(path, `${place} is not a region`, {
      expected: `one of ${regions.join(", ")}`,
      remedy: didYouMean(place, regions) || "choose one of them",
    });
  }
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (Math.abs(sum - 1) > SHARE_SUM_TOLERANCE) {
    log.report(path, `the shares add up to ${Math.round(sum * 1e8) / 1e6}%`, {
      expected: "shares that add up to 100%",
      remedy: "change one of them",
    });
  }
  return shares.map(([place, share]) => ({ row: Math.max(0, regions.indexOf(place)), share }));
}

function isList(region: WrittenNodeClass["region"]): region is string[] {
  return Array.isArray(region);
}
