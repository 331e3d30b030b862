import { describe, expect, it } from "vitest";
import { concernedBy, finishedRun } from "./traced-run.js";

/** Ten nodes that leave politely, over uplinks on which a goodbye takes longer than they stay away. */
const HASTY = `
name: hasty
seed: 1
nodes: { boot: 1, home: { count: 10, link: { up: 20kbit/s } } }
start: { overlay: join, contact: boot }
phases: { build: 5s, run: 20s, settle: 10s }
network: { latency: 50ms }
protocols: { discovery: { use: genesis } }
churn:
  in: run
  nodes: home
  session: { fixed: 2s }
  downtime: { fixed: 2ms }
  start: fresh
  graceful: 100%
  settleBy: settle
`;

describe("churn", () => {
  it("brings a node back whose goodbye takes longer than its downtime", () => {
    const { run, lines } = finishedRun(HASTY);
    const [report] = run.world.churnReports(run.nowMicros);
    const statuses = lines.filter(({ kind, node }) => kind === "status" && node === "home-3");
    const joins = statuses.filter(({ name }) => name === "joining");
    // Twenty seconds hold about nine sessions of two seconds and a goodbye.
    expect(joins.length).toBeGreaterThanOrEqual(8);
    for (let i = 0; i < 10; i++) expect(run.network.lifeOf(1 + i)).toBe("active");
    // The time that goodbyes take is time away, and the report says how long it was.
    const { availability, meanDowntimeMicros } = report!.drawn;
    expect(meanDowntimeMicros).toBeGreaterThan(2_000);
    expect(availability).toBeCloseTo(2e6 / (2e6 + meanDowntimeMicros!), 2);
  });

  it("crashes a frozen node, which cannot say goodbye", () => {
    const text = `${HASTY}events: [{ name: freeze, at: run+1s, do: pause, who: home-3 }]\n`;
    const traced = finishedRun(text);
    expect(concernedBy(traced, "freeze")).toEqual(["home-3"]);
    const ofNode = traced.lines.filter(({ node }) => node === "home-3");
    const frozen = ofNode.findIndex(({ name }) => name === "pause");
    const back = ofNode.findIndex(({ name }, i) => i > frozen && name === "restart");
    expect(back).toBeGreaterThan(frozen);
    const between = ofNode.slice(frozen, back);
    expect(between.map(({ name }) => name)).toContain("crash-process");
    expect(between.map(({ kind }) => kind)).not.toContain("sent");
  });
});
