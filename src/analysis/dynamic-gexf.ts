// An overlay over a span of time as a dynamic GEXF 1.3 file, by whose timeline Gephi plays it. graphology's writer knows
// no time, so this one is our own. Times are seconds of virtual time.

import { isLiveStatus } from "./live-nodes.js";
import type { OverlaySpells, Spell, StatusSpell } from "./overlay-history.js";
import type { NodeDescription } from "./overlay-snapshot.js";
import { escapeXml } from "./xml-text.js";

export interface DynamicGexfOptions extends Spell {
  readonly description: string;
  readonly describe: (index: number) => NodeDescription;
}

/**
 * The text of the file in pieces, one for each node and link: nodes with label, index, class and region, their status
 * over time, and spells during which they ran; a directed edge for each pair, with spells during which the source had
 * the target in its view. The key of a node is `n` and its index.
 */
export function* writeDynamicGexf(
  { nodes, links }: OverlaySpells,
  { description, describe, startMicros, endMicros }: DynamicGexfOptions,
): Generator<string> {
  yield head(description, { startMicros, endMicros });
  const known = new Set(nodes.keys());
  for (const [source, targets] of links) {
    known.add(source);
    for (const target of targets.keys()) known.add(target);
  }
  for (const index of [...known].sort((a, b) => a - b)) {
    yield nodeElement(index, describe(index), nodes.get(index) ?? []);
  }
  yield "    </nodes>\n    <edges>\n";
  let edge = 0;
  for (const [source, targets] of [...links].sort(([a], [b]) => a - b)) {
    for (const [target, spells] of [...targets].sort(([a], [b]) => a - b)) {
      yield (
        `      <edge id="e${edge++}" source="n${source}" target="n${target}">` +
        `${spellsElement(spells)}</edge>\n`
      );
    }
  }
  yield "    </edges>\n  </graph>\n</gexf>\n";
}

function head(description: string, span: Spell): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3">
  <meta><creator>Peerscape</creator><description>${escapeXml(description)}</description></meta>
  <graph mode="dynamic" defaultedgetype="directed" timeformat="double" timerepresentation="interval" ${time(span)}>
    <attributes class="node" mode="static">
      <attribute id="index" title="index" type="integer"/>
      <attribute id="class" title="class" type="string"/>
      <attribute id="region" title="region" type="string"/>
    </attributes>
    <attributes class="node" mode="dynamic">
      <attribute id="status" title="status" type="string"/>
    </attributes>
    <nodes>
`;
}

function nodeElement(
  index: number,
  { name, className, region }: NodeDescription,
  statuses: readonly StatusSpell[],
): string {
  const values = [
    `<attvalue for="index" value="${index}"/>`,
    `<attvalue for="class" value="${escapeXml(className)}"/>`,
    `<attvalue for="region" value="${escapeXml(region)}"/>`,
    ...statuses.map((spell) => `<attvalue for="status" value="${spell.status}" ${time(spell)}/>`),
  ];
  const live = joinSpells(statuses.filter(({ status }) => isLiveStatus(status)));
  return (
    `      <node id="n${index}" label="${escapeXml(name)}">` +
    `<attvalues>${values.join("")}</attvalues>${spellsElement(live)}</node>\n`
  );
}

/** Spells that follow each other without a gap as one: a node that turns from joining to active runs on. */
function joinSpells(spells: readonly Spell[]): Spell[] {
  const joined: Spell[] = [];
  for (const { startMicros, endMicros } of spells) {
    const last = joined[joined.length - 1];
    if (last?.endMicros !== startMicros) joined.push({ startMicros, endMicros });
    else joined[joined.length - 1] = { startMicros: last.startMicros, endMicros };
  }
  return joined;
}

function spellsElement(spells: readonly Spell[]): string {
  return `<spells>${spells.map((spell) => `<spell ${time(spell)}/>`).join("")}</spells>`;
}

function time({ startMicros, endMicros }: Spell): string {
  return `start="${seconds(startMicros)}" end="${seconds(endMicros)}"`;
}

function seconds(micros: number): string {
  return (micros / 1_000_000).toFixed(6);
}
