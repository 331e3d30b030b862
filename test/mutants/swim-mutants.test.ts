// Conditions on SWIM, and variants of it with one step broken: a condition that does not notice them proves nothing.

import { describe, expect, it } from "vitest";
import type { Peer } from "../../src/transport/peer.js";
import type { PingRequest } from "../../src/protocol/swim-messages.js";
import type { SwimOptions } from "../../src/protocol/swim-options.js";
import { SwimStatus } from "../../src/protocol/swim-status.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { range } from "../protocol/genesis-network.js";
import { SECOND } from "../protocol/overlay-network.js";
import { heldBy, holdEachOtherAlive, swimNetwork } from "../protocol/swim-network.js";

type Swim = new (options: Partial<SwimOptions>) => SwimStatus;

/** A helper that does not help. */
class UnhelpfulSwim extends SwimStatus {
  protected override onPingRequest(_from: Peer, _request: PingRequest): void {}
}

/** Lets others say of it what they like. */
class MeekSwim extends SwimStatus {
  protected override refute(): void {}
}

/** Finds out, and tells nobody. */
class SilentSwim extends SwimStatus {
  protected override tell(): void {}
}

/** Suspects for ever. */
class UndecidedSwim extends SwimStatus {
  protected override onSuspicionTimer(): void {}
}

/** Asks no helper. */
class LonelySwim extends SwimStatus {
  protected override onHelpersTimer(): void {}
}

const NODES = 16;
const ALL = range(0, NODES);

/** Who has crashed is held dead by all others. */
function buriesTheDead(Swim: Swim): boolean {
  const network = swimNetwork({ nodeCount: NODES, Swim, options: { syncMicros: 0 } });
  network.run(5 * SECOND);
  network.crash(5, "host");
  network.run(35 * SECOND);
  return ALL.every((index) => index === 5 || heldBy(network, index).get(5) === "dead");
}

/** A tenth of all messages lost: some are suspected, and everyone refutes. */
function sparesTheLiving(Swim: Swim): boolean {
  const rules = [new Loss({ name: "loss", probability: 0.1 })];
  const network = swimNetwork({ nodeCount: NODES, Swim, rules, options: { helpers: 1 } });
  network.run(300 * SECOND);
  return network.beliefs.every(({ belief }) => belief !== "dead");
}

/** With three helpers one probe in 130 fails where a tenth of the messages is lost, and not one in fifty. */
function getsHelp(Swim: Swim): boolean {
  const rules = [new Loss({ name: "loss", probability: 0.1 })];
  const options = { helpers: 3, adaptsProbe: false };
  const network = swimNetwork({ nodeCount: NODES, Swim, rules, options });
  network.run(100 * SECOND);
  const failed = network.observations.filter(({ name }) => name === "swim-failed-probe").length;
  return failed < (NODES * 100) / 50;
}

/** Who was cut off for a moment is alive again to everyone. */
function forgives(Swim: Swim): boolean {
  const network = swimNetwork({ nodeCount: NODES, Swim, options: { suspicionFactor: 60 } });
  network.run(5 * SECOND);
  network.cut(
    [3],
    ALL.filter((index) => index !== 3),
  );
  network.run(10 * SECOND);
  network.heal();
  network.run(40 * SECOND);
  return holdEachOtherAlive(network, ALL);
}

const CONDITIONS = [buriesTheDead, sparesTheLiving, getsHelp, forgives].map((condition) => ({
  condition,
}));

describe("the conditions of SWIM's tests", () => {
  it.each(CONDITIONS)("hold for SWIM as it is: $condition.name", ({ condition }) => {
    expect(condition(SwimStatus)).toBe(true);
  });

  it.each([
    { condition: buriesTheDead, Swim: SilentSwim },
    { condition: buriesTheDead, Swim: UndecidedSwim },
    { condition: sparesTheLiving, Swim: MeekSwim },
    { condition: getsHelp, Swim: UnhelpfulSwim },
    { condition: getsHelp, Swim: LonelySwim },
    { condition: forgives, Swim: MeekSwim },
  ])("fail where a step is broken: $condition.name, $Swim.name", ({ condition, Swim }) => {
    expect(condition(Swim)).toBe(false);
  });
});
