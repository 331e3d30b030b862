// Genesis discovery with one thing wrong at a time, as scenarios name it. README.md says what catches each.

import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import type { MemberStamp } from "../../src/protocol/member-stamp.js";
import type { Peer } from "../../src/transport/peer.js";
import { discoveryMutant } from "./mutant-definition.js";
import {
  KeepsNewsToItself,
  LostForGood,
  NeverRefutes,
  TombstoneForgotten,
} from "./protocol-mutants.js";

/** One of twelve members in 16 s: a sample of twelve withers for as long as the run lasts. */
const WITHERING_PROBABILITY = 1 / 8;

/** Notes that a peer is gone, and leaves it in its view. */
class KeepsTheDead extends GenesisDiscovery {
  protected override bury(peer: Peer, stamp: MemberStamp): void {
    super.bury(peer, stamp);
    this.memberView.add(peer);
  }
}

/** Tries to join once. */
class JoinsOnce extends GenesisDiscovery {
  protected override beginJoin(): void {
    if (this.failedJoins === 0) super.beginJoin();
  }
}

/** Takes twice as many into its sample as it was told to. */
class TakesTooMany extends GenesisDiscovery {
  protected override get membersMax(): number {
    return 2 * super.membersMax;
  }
}

/** Asks everyone it knows for a link, and sheds none. */
class WantsEveryone extends GenesisDiscovery {
  protected override keepLinks(): void {
    for (const peer of this.members()) this.requestLink(peer, true);
  }
}

/** Probes everyone it knows every second. */
class ProbesEveryone extends GenesisDiscovery {
  protected override onProbeRound(): void {
    super.onProbeRound();
    for (const peer of this.members()) this.probe(peer);
  }
}

/** Wants no links but with its own kind, by a bit of their ids: two overlays instead of one. */
class KeepsToItsKind extends GenesisDiscovery {
  protected override requestLink(peer: Peer, isUrgent: boolean): void {
    // Without exception nobody would get in.
    if (this.context.status === "joining" || this.isAlike(peer)) super.requestLink(peer, isUrgent);
  }

  protected override acceptsLink(from: Peer, isUrgent: boolean): boolean {
    return (isUrgent || this.isAlike(from)) && super.acceptsLink(from, isUrgent);
  }

  protected override keepLinks(): void {
    for (const peer of [...this.neighbourView.peers()]) if (!this.isAlike(peer)) this.unlink(peer);
    super.keepLinks();
  }

  protected isAlike(peer: Peer): boolean {
    const kind = ({ id }: Peer): number => Number.parseInt(id.slice(-1), 16) % 2;
    return kind(peer) === kind(this.context.self);
  }
}

/** Counts links that have ended as standing. */
class KeepsDeadLinks extends GenesisDiscovery {
  protected override removeLink(): void {
    // The view keeps the peer.
  }
}

/** Lets its sample wither: it swaps members with nobody, and forgets one now and then. */
class NeverMixes extends GenesisDiscovery {
  protected override reconcile(): void {
    const { random } = this.context;
    if (this.memberCount > 1 && random.chance(WITHERING_PROBABILITY)) {
      this.forget(random.pick(this.members()));
    }
  }
}

/** By the names under which scenarios find them. */
export const DISCOVERY_MUTANTS = [
  discoveryMutant("forgets-tombstones", TombstoneForgotten),
  discoveryMutant("keeps-the-dead", KeepsTheDead),
  discoveryMutant("never-refutes", NeverRefutes),
  discoveryMutant("keeps-news-to-itself", KeepsNewsToItself),
  discoveryMutant("gives-up-the-lost", LostForGood),
  discoveryMutant("joins-once", JoinsOnce),
  discoveryMutant("takes-too-many", TakesTooMany),
  discoveryMutant("wants-everyone", WantsEveryone),
  discoveryMutant("probes-everyone", ProbesEveryone),
  discoveryMutant("keeps-to-its-kind", KeepsToItsKind),
  discoveryMutant("keeps-dead-links", KeepsDeadLinks),
  discoveryMutant("never-mixes", NeverMixes),
];
