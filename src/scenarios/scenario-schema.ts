// The whole of a scenario as people write it, and what reading it gives: the same keys, values in base
// units, fixed defaults filled in. What needs several keys at once is in `scenario-checks.ts`.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { eventSchema } from "./event-schema.js";
import { expectationSchema } from "./expectation-schema.js";
import { networkSchema } from "./network-schema.js";
import { nodeClassSchema, nodesSchema } from "./node-schema.js";
import { churnSchema, measureSchema, workloadSchema } from "./process-schema.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { selector } from "./selector-schema.js";
import { EVENTS_WRITTEN_MAX, ITEMS_WRITTEN_MAX } from "./scenario-source.js";
import { positiveDuration, rate, wholeNumber, word } from "./written-values.js";

/** More phases than anyone can keep apart. */
const PHASE_COUNT_MAX = 100;
/** As `NODE_COUNT_MAX`, but a start overlay of more links a node than this is a full mesh. */
const OUT_DEGREE_MAX = 1_000;

const startSchema = z
  .discriminatedUnion("overlay", [
    strictMap({
      overlay: z.literal("join"),
      contact: selector.optional().describe("Whom to ask; the first node when left out."),
      rate: rate.optional().describe("How fast nodes come; all at time 0 when left out."),
    }).describe("Nodes join one after the other through a contact, which is there first."),
    strictMap({
      overlay: z.literal("star"),
      contact: selector.optional().describe("The hub; the first node when left out."),
    }).describe("Everyone knows the hub, and the hub knows everyone."),
    strictMap({ overlay: z.literal("chain") }).describe(
      "Each node knows the one before it and the one after it.",
    ),
    strictMap({
      overlay: z.literal("random"),
      k: wholeNumber({ min: 1, max: OUT_DEGREE_MAX }).describe("How many others each node knows."),
    }).describe("Each node knows k others at random."),
    strictMap({
      overlay: z.literal("file"),
      file: z
        .string()
        .min(1)
        .describe(
          "A text file with two nodes a line (`home-0 home-1`: the first knows the second), or GEXF, " +
            "where a node's label or else its id says which it is. A node is called by name or index.",
        ),
    }).describe("As drawn in a file."),
  ])
  .describe("How the nodes that are there from the beginning come to know each other.");

/** A protocol as written: its name and its options. */
export interface WrittenProtocol {
  readonly use: string;
  readonly [option: string]: unknown;
}

/** Protocols by slot; `none` for a slot that stays empty. */
export type WrittenProtocols = Readonly<Record<string, WrittenProtocol | "none" | undefined>>;

/** Slots and what may fill them; those of a whole scenario have defaults, those of a class have none. */
function protocolsSchema(
  definitions: readonly ProtocolDefinition[],
  { fillsSlots }: { readonly fillsSlots: boolean },
): z.ZodType<WrittenProtocols> {
  const slots: Record<string, z.ZodType> = {};
  for (const { slot } of definitions) {
    if (slots[slot] !== undefined) continue;
    const choices = definitions
      .filter((definition) => definition.slot === slot)
      .map(({ name, aliases, description, shape }) =>
        strictMap({ use: z.literal([name, ...aliases]), ...shape }).describe(description),
      );
    const [first, ...rest] = choices;
    if (first === undefined) continue;
    const choice = z.union([z.literal("none"), z.discriminatedUnion("use", [first, ...rest])]);
    const filler = definitions.find(
      (definition) => definition.slot === slot && definition.isDefault,
    );
    const written =
      fillsSlots && filler !== undefined
        ? choice.prefault({ use: filler.name })
        : choice.optional();
    slots[slot] = written.describe(`The protocol of the slot \`${slot}\`, or \`none\`.`);
  }
  return strictMap(slots) as unknown as z.ZodType<WrittenProtocols>;
}

const params = z
  .record(word, z.union([z.string(), z.number(), z.boolean()]))
  .prefault({})
  .describe("Values that `${name}` stands for anywhere below, and that --set overrides.");

/** The schemas of a scenario and of a class of nodes. */
export type ScenarioSchemas = ReturnType<typeof buildSchemas>;

/** Schemas compile themselves at first use, which takes longer than reading a scenario: one for each list. */
const builtFor = new WeakMap<readonly ProtocolDefinition[], ScenarioSchemas>();

/** The schemas of a scenario and of a class of nodes, given the protocols that they may name. */
export function scenarioSchema(definitions: readonly ProtocolDefinition[]): ScenarioSchemas {
  const known = builtFor.get(definitions);
  if (known !== undefined) return known;
  const built = buildSchemas(definitions);
  builtFor.set(definitions, built);
  return built;
}

function buildSchemas(definitions: readonly ProtocolDefinition[]) {
  const nodeClass = nodeClassSchema(protocolsSchema(definitions, { fillsSlots: false }));
  const scenario = strictMap({
    name: z.string().min(1).max(100).describe("What the scenario is called in reports."),
    description: z
      .string()
      .max(2_000)
      .prefault("")
      .describe("What it shows, in a sentence or two."),
    seed: z
      .union([z.number().int().min(0), z.string().min(1).max(100)])
      .describe("Where all chance comes from: another seed, another run."),
    params,
    nodes: nodesSchema(nodeClass).describe(
      "The nodes: a number, or classes of nodes that are alike.",
    ),
    start: startSchema.prefault({ overlay: "join" }),
    phases: z
      .record(word, positiveDuration)
      .refine((phases) => Object.keys(phases).length > 0, { error: "write at least one phase" })
      .refine((phases) => Object.keys(phases).length <= PHASE_COUNT_MAX, {
        error: `write at most ${PHASE_COUNT_MAX} phases`,
      })
      .prefault({ run: "60s" })
      .describe("Stretches of the run with their lengths, in order; together they are the run."),
    protocols: protocolsSchema(definitions, { fillsSlots: true })
      .prefault({})
      .describe("What the nodes speak, by slot. `shutdown` is filled unless `none` is written."),
    network: networkSchema.prefault({}).describe("What the network does to messages."),
    churn: z
      .union([churnSchema, z.array(churnSchema).max(ITEMS_WRITTEN_MAX)])
      .optional()
      .describe("Nodes that come and go: one process, or a list of them."),
    workload: z
      .array(workloadSchema)
      .max(ITEMS_WRITTEN_MAX)
      .prefault([])
      .describe("What applications send."),
    events: z
      .array(eventSchema)
      .max(EVENTS_WRITTEN_MAX)
      .prefault([])
      .describe("What happens when, in any order."),
    measure: measureSchema.optional(),
    expect: z
      .array(expectationSchema)
      .max(ITEMS_WRITTEN_MAX)
      .prefault([])
      .describe("What must hold; the run fails when one does not."),
  });
  return { scenario, nodeClass };
}

/** A scenario as written, in base units. */
export type WrittenScenario = z.output<ScenarioSchemas["scenario"]>;

/** A class of nodes as written, in base units. */
export type WrittenNodeClass = z.output<ScenarioSchemas["nodeClass"]>;
