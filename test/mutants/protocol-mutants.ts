// Protocols with one decisive step broken. A property or expectation that does not notice them proves nothing.

import { FloodBroadcast } from "../../src/protocol/flood-broadcast.js";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import { HeartbeatStatus } from "../../src/protocol/heartbeat-status.js";
import type { MemberStamp } from "../../src/protocol/member-stamp.js";
import type { PeerBelief } from "../../src/protocol/protocol.js";
import type { Peer } from "../../src/transport/peer.js";

/** Forgets at once that a peer is gone: old news bring it back. */
export class TombstoneForgotten extends GenesisDiscovery {
  protected override bury(peer: Peer, stamp: MemberStamp): void {
    super.bury(peer, stamp);
    this.table.gone.delete(peer);
    this.heard.delete(peer);
  }
}

/** Keeps everyone it ever knew in its views. */
export class ViewNeverPruned extends GenesisDiscovery {
  protected override bury(): void {}

  protected override removeLink(): void {}
}

/** Never looks for those it gave up on suspicion. */
export class LostForGood extends GenesisDiscovery {
  protected override tryLost(): void {}
}

/** Lets others say of it what they like. */
export class NeverRefutes extends GenesisDiscovery {
  protected override refute(): void {}
}

/** Never compares lists, and never tells others what it has heard. */
export class KeepsNewsToItself extends GenesisDiscovery {
  protected override reconcile(): void {}

  protected override isNews(): boolean {
    return false;
  }
}

/** Passes on every copy. Three hops, or the copies would outgrow the machine. */
export class NoDuplicateCheck extends FloodBroadcast {
  constructor() {
    super({ hopsMax: 3 });
  }

  protected override isFirst(): boolean {
    return true;
  }
}

/** Passes nothing on. */
export class NeverForwards extends FloodBroadcast {
  constructor() {
    super({ hopsMax: 1 });
  }
}

/** Takes the least silence for death. */
export class HastyHeartbeat extends HeartbeatStatus {
  protected override judge(silenceMicros: number): PeerBelief {
    return silenceMicros > this.options.periodMicros / 2 ? "dead" : "alive";
  }
}

/** Believes everyone alive for ever. */
export class TrustingHeartbeat extends HeartbeatStatus {
  protected override judge(): PeerBelief {
    return "alive";
  }
}
