// Flood broadcast with one thing wrong at a time. README.md says what catches each.

import { FloodBroadcast } from "../../src/protocol/flood-broadcast.js";
import type { Rumour } from "../../src/protocol/flood-broadcast.js";
import type { Peer } from "../../src/transport/peer.js";
import { broadcastMutant } from "./mutant-definition.js";
import { NoDuplicateCheck } from "./protocol-mutants.js";

/** How long a dawdler keeps what it should pass on. */
const DAWDLE_MICROS = 2_000_000;

/** Passes everything on, two seconds late. */
class Dawdles extends FloodBroadcast {
  protected readonly kept: { readonly rumour: Rumour; readonly from: Peer }[] = [];

  override onTimer(): void {
    const next = this.kept.shift();
    if (next !== undefined) super.pass(next.rumour, next.from);
  }

  protected override pass(rumour: Rumour, from: Peer): void {
    this.kept.push({ rumour, from });
    this.context.clock.setTimer(DAWDLE_MICROS, "go");
  }
}

/** By the names under which scenarios find them. */
export const BROADCAST_MUTANTS = [
  broadcastMutant("knows-no-duplicates", NoDuplicateCheck),
  broadcastMutant("dawdles", Dawdles),
];
