// The pages of protocols: their scenarios run and hold, and the sizes of their messages are those of the wire.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHORD_MESSAGES } from "../../src/protocol/chord-messages.js";
import { CYCLON_MESSAGES } from "../../src/protocol/cyclon-messages.js";
import { GOSSIPSUB_MESSAGES } from "../../src/protocol/gossipsub-messages.js";
import { HYPARVIEW_MESSAGES } from "../../src/protocol/hyparview-messages.js";
import { KADEMLIA_MESSAGES } from "../../src/protocol/kademlia-messages.js";
import { SAMPLING_MESSAGES } from "../../src/protocol/peer-sampling-messages.js";
import { PLUMTREE_MESSAGES } from "../../src/protocol/plumtree-messages.js";
import { SWIM_MESSAGES } from "../../src/protocol/swim-messages.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { runText } from "../convergence/trial.js";
import { markedBlocks } from "./marked-blocks.js";

const PAGES = [
  ["hyparview", HYPARVIEW_MESSAGES],
  ["plumtree", PLUMTREE_MESSAGES],
  ["gossipsub", GOSSIPSUB_MESSAGES],
  ["cyclon", CYCLON_MESSAGES],
  ["peer-sampling", SAMPLING_MESSAGES],
  ["swim", SWIM_MESSAGES],
  ["kademlia", KADEMLIA_MESSAGES],
  ["chord", CHORD_MESSAGES],
] as const;

describe.each(PAGES)("docs/protocols/%s.md", (name, messageTypes) => {
  const page = readFileSync(`docs/protocols/${name}.md`, "utf8");

  it("has a scenario that holds", () => {
    const scenarios = markedBlocks(page).filter(({ language }) => language === "yaml");
    expect(scenarios).toHaveLength(1);
    for (const { text } of scenarios) expect(runText(text).failures).toEqual([]);
  });

  it("gives the largest size of every message", () => {
    for (const { type, bytesMax } of messageTypes) {
      const row = page.split("\n").find((line) => line.startsWith(`| \`${type}\``));
      expect(row?.split("|").at(-2)?.trim(), type).toBe(String(bytesMax));
    }
  });

  it("names every parameter", () => {
    const definition = SHIPPED_PROTOCOLS.find((each) => each.name === name);
    for (const parameter of Object.keys(definition?.shape ?? {})) {
      expect(page, parameter).toContain(`| \`${parameter}\``);
    }
  });
});
