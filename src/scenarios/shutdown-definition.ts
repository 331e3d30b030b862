// How scenarios write the shutdown of the network.

import { Shutdown } from "../protocol/shutdown.js";
import { defineProtocol } from "./protocol-definition.js";
import { duration } from "./written-values.js";

/** Shutdown by signed instruction; there unless a scenario says `none`, since it costs nothing until used. */
export const shutdownDefinition = defineProtocol({
  slot: "shutdown",
  name: "shutdown",
  description: "Stops a node or the network on an instruction that the network's key has signed.",
  isDefault: true,
  usesDatagrams: false,
  shape: {
    leaveDelay: duration
      .optional()
      .describe("How long a node passes the instruction on before it leaves; 500ms when left out."),
  },
  options: ({ leaveDelay }) => (leaveDelay === undefined ? {} : { leaveDelayMicros: leaveDelay }),
  create: (options: { readonly leaveDelayMicros?: number }, { network }) =>
    new Shutdown({
      networkId: network.id,
      networkKey: network.publicKey,
      signatures: network.signatures,
      ...options,
    }),
});
