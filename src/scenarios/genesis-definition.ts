// How scenarios write genesis discovery.

import * as z from "zod";
import { GenesisDiscovery } from "../protocol/genesis-discovery.js";
import { FULL_MEMBERSHIP_NODES_MAX, GENESIS_DEFAULTS } from "../protocol/genesis-options.js";
import type { GenesisSettings, MemberScope } from "../protocol/genesis-options.js";
import { defineProtocol } from "./protocol-definition.js";
import type { OverlayTraits } from "./protocol-definition.js";
import { strictMap } from "./strict-map.js";
import { formatDuration, UnitError } from "./units.js";
import { positiveDuration, wholeNumber, writtenAs } from "./written-values.js";

/** A sample larger than the limit of full membership would be no sample. */
const sampleSize = wholeNumber({ min: 1, max: FULL_MEMBERSHIP_NODES_MAX });

const members = writtenAs(z.union([z.literal("all"), strictMap({ sample: sampleSize })]), {
  id: "members",
  pattern: "^(all|sample\\(\\d+\\))$",
  description: "Which members a node remembers: `all`, or `sample(32)` for that many of them.",
  examples: ["all", "sample(32)"],
  parse: (text): MemberScope => {
    if (text === "all") return "all";
    const size = Number(/^sample\((\d{1,4})\)$/u.exec(text)?.[1] ?? 0);
    if (size >= 1 && size <= FULL_MEMBERSHIP_NODES_MAX) return { sample: size };
    throw new UnitError(
      text,
      "a choice of members",
      `write all, or sample(n) with n from 1 to ${FULL_MEMBERSHIP_NODES_MAX}`,
    );
  },
  format: (scope) => (scope === "all" ? "all" : `sample(${scope.sample})`),
});

const links = wholeNumber({ min: 1, max: 1_000 });

/** A length of time with the protocol's default. */
function lasting(micros: number, description: string) {
  return positiveDuration.prefault(formatDuration(micros)).describe(description);
}

const shape = {
  members: members
    .prefault(GENESIS_DEFAULTS.members)
    .describe(
      "Which members a node remembers: `all` (memory grows with the square of the network), or " +
        "`sample(n)`, a partial view that does not grow.",
    ),
  force: z
    .boolean()
    .prefault(GENESIS_DEFAULTS.forcesAll)
    .describe(`Allow \`members: all\` above ${FULL_MEMBERSHIP_NODES_MAX} nodes.`),
  period: lasting(
    GENESIS_DEFAULTS.periodMicros,
    "Between two rounds of repair. Longer saves traffic and mends later.",
  ),
  shuffle: lasting(
    GENESIS_DEFAULTS.shuffleMicros,
    "With a sample, between two swaps of members. Longer saves messages and mixes later.",
  ),
  links: links
    .prefault(GENESIS_DEFAULTS.linksWanted)
    .describe("Links a node asks for. Each costs a share of every flood."),
  linksMax: links
    .prefault(GENESIS_DEFAULTS.linksMax)
    .describe("Links a node accepts. More lets busy nodes grow."),
  linksUrgentMax: links
    .prefault(GENESIS_DEFAULTS.linksUrgentMax)
    .describe("Links it accepts from peers that have none; shed later."),
  neighbours: links
    .prefault(GENESIS_DEFAULTS.neighboursTold)
    .describe("Neighbours that a member tells a joiner about. More clusters the overlay."),
  announceTtl: wholeNumber({ min: 1, max: 64 })
    .optional()
    .describe("Hops that news travel; enough for everyone with `all`, 3 with a sample."),
  batch: lasting(
    GENESIS_DEFAULTS.batchMicros,
    "How long news are collected before they go out. Longer saves messages, delays each hop.",
  ),
  probe: lasting(
    GENESIS_DEFAULTS.probeMicros,
    "Between two rounds of probes. Longer saves datagrams, finds the dead later.",
  ),
  probesAtOnce: links.optional().describe("Members probed in one round."),
  probeTries: wholeNumber({ min: 1, max: 100 })
    .prefault(GENESIS_DEFAULTS.probeTries)
    .describe("Unanswered probes before a member is suspected."),
  suspicion: lasting(
    GENESIS_DEFAULTS.suspicionMicros,
    "Time a suspect has to refute. Longer spares the slow.",
  ),
  lostBackOffMax: lasting(
    GENESIS_DEFAULTS.lostBackOffMicrosMax,
    "Longest pause between two tries of lost peers: how late a healed cut is noticed.",
  ),
  joinTimeout: lasting(
    GENESIS_DEFAULTS.joinTimeoutMicros,
    "How long one attempt to join may stand still.",
  ),
  joinBackOff: lasting(
    GENESIS_DEFAULTS.joinBackOffMicros,
    "First pause between attempts to join; it doubles.",
  ),
  joinBackOffMax: lasting(
    GENESIS_DEFAULTS.joinBackOffMicrosMax,
    "Longest pause between attempts to join. Longer spares a contact, delays the join.",
  ),
} as const;

type Written = z.output<z.ZodObject<typeof shape>>;

/** What a scenario settles of genesis discovery; the placement gives the rest. */
type GenesisChoices = Omit<GenesisSettings, "genesis">;

function choices(written: Written): GenesisChoices {
  const { announceTtl, probesAtOnce } = written;
  return {
    members: written.members,
    forcesAll: written.force,
    periodMicros: written.period,
    shuffleMicros: written.shuffle,
    linksWanted: written.links,
    linksMax: written.linksMax,
    linksUrgentMax: written.linksUrgentMax,
    neighboursTold: written.neighbours,
    ...(announceTtl === undefined ? {} : { newsHopsMax: announceTtl }),
    ...(probesAtOnce === undefined ? {} : { probesAtOnce }),
    batchMicros: written.batch,
    probeMicros: written.probe,
    probeTries: written.probeTries,
    suspicionMicros: written.suspicion,
    lostBackOffMicrosMax: written.lostBackOffMax,
    joinTimeoutMicros: written.joinTimeout,
    joinBackOffMicros: written.joinBackOff,
    joinBackOffMicrosMax: written.joinBackOffMax,
  };
}

/** `members` is what a node knows, `neighbours` whom it is linked with. */
function overlays(options: GenesisChoices): readonly OverlayTraits[] {
  const { members: scope = GENESIS_DEFAULTS.members } = options;
  const periodMicros = options.periodMicros ?? GENESIS_DEFAULTS.periodMicros;
  return [
    {
      overlay: "members",
      membership: scope === "all" ? "full" : "partial",
      viewSize: scope === "all" ? null : scope.sample,
      isSymmetric: false,
      periodMicros,
    },
    {
      overlay: "neighbours",
      membership: "partial",
      viewSize: options.linksWanted ?? GENESIS_DEFAULTS.linksWanted,
      isSymmetric: true,
      periodMicros,
    },
  ];
}

/** Discovery through a genesis node. */
export const genesisDefinition = defineProtocol({
  slot: "discovery",
  name: "genesis",
  description: "Joins through a well-known node, then knows every member or a sample of them.",
  usesDatagrams: true,
  shape,
  options: choices,
  overlays,
  check: ({ members: scope, forcesAll }, nodeCount) =>
    scope === "all" && forcesAll !== true && nodeCount > FULL_MEMBERSHIP_NODES_MAX
      ? {
          option: "members",
          message: `every node would know all ${nodeCount} nodes`,
          expected: `members: all up to ${FULL_MEMBERSHIP_NODES_MAX} nodes`,
          remedy: "write members: sample(32), or force: true beside it",
        }
      : null,
  create: (options, { contacts, startPeers, nodeCount }) => {
    const [genesis, ...others] = contacts;
    if (genesis === undefined) throw new RangeError("genesis discovery needs a contact, got none");
    return new GenesisDiscovery({
      ...options,
      genesis,
      contacts: others,
      startPeers,
      expectedNodes: nodeCount,
    });
  },
});
