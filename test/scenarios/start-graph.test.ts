import { describe, expect, it } from "vitest";
import { ImportError } from "../../src/scenarios/import-error.js";
import { NodeDirectory } from "../../src/scenarios/node-directory.js";
import { parseStartGraph } from "../../src/scenarios/start-graph.js";

const NODES = new NodeDirectory([
  { name: "boot", count: 1 },
  { name: "home", count: 3 },
]);

function gexf({ kind, edges }: { readonly kind: string; readonly edges: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph defaultedgetype="${kind}">
<nodes><node id="boot-0"/><node id="b" label="home-0"/><node id="2" label="x"/></nodes>
<edges>${edges}</edges></graph></gexf>`;
}

describe("parseStartGraph", () => {
  it("reads a list of links by names or indexes, with blanks, commas or arrows", () => {
    const text = "# ring\nboot-0 home-0\nhome-0, home-1 # remark\n2 -> 3\n\n3\t0\n";
    expect(parseStartGraph(text, NODES)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ]);
  });

  it("reads GEXF by ids, labels or indexes", () => {
    const edges = '<edge id="0" source="boot-0" target="b"/><edge id="1" source="b" target="2"/>';
    expect(parseStartGraph(gexf({ kind: "directed", edges }), NODES)).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("takes a label before a key that is a node's index as well", () => {
    const text = gexf({ kind: "directed", edges: '<edge id="0" source="boot-0" target="2"/>' });
    expect(parseStartGraph(text.replace('label="x"', 'label="home-2"'), NODES)).toEqual([[0, 3]]);
  });

  it("names label and key of what is no node", () => {
    const text = gexf({ kind: "directed", edges: '<edge id="0" source="boot-0" target="q"/>' });
    const drawn = text.replace('id="2" label="x"', 'id="q" label="hoem-1"');
    expect(() => parseStartGraph(drawn, NODES)).toThrow(
      "neither the label hoem-1 nor the key q is a node",
    );
  });

  it("takes an undirected link in both directions", () => {
    const edges = '<edge id="0" source="boot-0" target="b"/>';
    expect(parseStartGraph(gexf({ kind: "undirected", edges }), NODES)).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it.each([
    ["an unknown node", "boot-0 home-3"],
    ["an unknown index", "0 4"],
    ["one end", "boot-0"],
    ["three ends", "0 1 2"],
    ["a link to itself", "0 0"],
    ["XML that is cut off", gexf({ kind: "directed", edges: "" }).slice(0, 200)],
    ["XML of another kind", "<?xml version='1.0'?><graphml></graphml>"],
    [
      "GEXF with an edge to nowhere",
      gexf({ kind: "directed", edges: '<edge id="0" source="b" target="q"/>' }),
    ],
  ])("refuses %s", (_, text) => {
    expect(() => parseStartGraph(text, NODES)).toThrow(ImportError);
  });

  it("names the line and what there is instead", () => {
    try {
      parseStartGraph("0 1\nhome-0 hoem-1\n", NODES);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ remedy: "did you mean home?" });
      expect(error).toHaveProperty("message", "line 2: hoem-1 is not a node");
    }
  });
});
