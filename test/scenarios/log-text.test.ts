import { describe, expect, it } from "vitest";
import { logText } from "../../src/scenarios/log-text.js";
import { SimPeers } from "../../src/transport/sim-peers.js";

const peers = new SimPeers();
const [first, second] = ["aa", "bb"].map((id) => peers.declare(id.repeat(32)));
const nodeNames = ["boot-0", "home-0"];
const names = { peers, nameOf: (node: number) => nodeNames[node]! };

describe("a line of a log", () => {
  it("is the text alone where there are no fields", () => {
    expect(logText({ text: "joined" }, names)).toBe("joined");
  });

  it("has its fields behind it as JSON", () => {
    expect(logText({ text: "took half", fields: { weight: 0.5 } }, names)).toBe(
      'took half {"weight":0.5}',
    );
  });

  it("calls peers by the names of their nodes, however deep they lie", () => {
    const fields = {
      from: first,
      also: [second, { via: first }],
      copy: { id: second!.id, address: second!.address },
    };
    expect(logText({ text: "heard", fields }, names)).toBe(
      'heard {"from":"boot-0","also":["home-0",{"via":"boot-0"}],"copy":"home-0"}',
    );
  });

  it("calls addresses by the names of their nodes, in text and fields", () => {
    const text = `asked ${first!.address}, then ${second!.address}`;
    expect(logText({ text, fields: { peer: second!.address } }, names)).toBe(
      'asked boot-0, then home-0 {"peer":"home-0"}',
    );
  });

  it("leaves alone what is no node of the run", () => {
    const stranger = peers.intern("cc".repeat(32), "sim-000000002:1");
    const text = "no sim-000000002:1, sim-000000000:17, xsim-000000000:1";
    expect(logText({ text, fields: { stranger } }, names)).toBe(
      `${text} ${JSON.stringify({ stranger })}`,
    );
  });
});
