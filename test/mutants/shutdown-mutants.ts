// The shutdown with one thing wrong at a time, and someone who forges instructions. README.md says what catches each.

import type { ProtocolContext } from "../../src/protocol/protocol.js";
import { Shutdown } from "../../src/protocol/shutdown.js";
import type { ShutdownOptions } from "../../src/protocol/shutdown.js";
import { ShutdownInstruction } from "../../src/protocol/shutdown-instruction.js";
import { shutdownMutant } from "./mutant-definition.js";

/** When the forger strikes, after its start. */
const FORGERY_MICROS = 20_000_000;
const LIFETIME_MICROS = 60_000_000;
const SIGNATURE_BYTES = 64;

/** Obeys whoever gives an instruction. */
class TrustsAnyone extends Shutdown {
  protected override isSigned(): boolean {
    return true;
  }
}

/** Obeys and tells nobody. */
class TellsNobody extends Shutdown {
  protected override passOn(): void {
    // The instruction ends here.
  }

  override onConnected(): void {
    // Nor do those hear of it who come in now.
  }
}

/** No mutant but an attacker: sends everyone an instruction with a signature of zeros. */
class Forges extends Shutdown {
  readonly #networkId: string;

  constructor(options: ShutdownOptions) {
    super(options);
    this.#networkId = options.networkId;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    context.clock.setTimer(FORGERY_MICROS, "forge");
  }

  override onTimer(kind: string): void {
    if (kind !== "forge") return;
    const { clock } = this.context;
    const forged = ShutdownInstruction.create({
      networkId: this.#networkId,
      instructionId: 1,
      target: null,
      expiresAtMicros: clock.nowMicros() + LIFETIME_MICROS,
      signature: new Uint8Array(SIGNATURE_BYTES),
    });
    this.passOn(forged, null);
  }
}

/** By the names under which scenarios find them. */
export const SHUTDOWN_MUTANTS = [
  shutdownMutant("trusts-anyone", TrustsAnyone),
  shutdownMutant("tells-nobody", TellsNobody),
];

/** The attacker. */
export const FORGER = shutdownMutant("forges", Forges);
