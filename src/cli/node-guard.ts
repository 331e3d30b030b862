// The guard of sim/guard.ts, and with it what only Node.js has: chance from node:crypto, timers from node:timers.
// Modules that import those by name get the guarded ones too, as long as they load later.

import * as crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import * as timers from "node:timers";
import { promiseHooks } from "node:v8";
import { guardMethod, installGuard, noteNewPromise } from "../sim/guard.js";

const USE_RANDOM = "use context.random";
const USE_TIMER = "use context.clock.setTimer(delayMicros, kind)";

let isInstalled = false;

/** Installs the guard once a process. Call it before any module with a protocol is loaded. */
export function installNodeGuard(): void {
  if (isInstalled) return;
  isInstalled = true;
  installGuard();
  const cryptoModule = defaultOf(crypto);
  for (const name of ["randomBytes", "randomInt", "randomUUID", "randomFillSync", "randomFill"]) {
    guardMethod(cryptoModule, name, `crypto.${name}()`, USE_RANDOM);
  }
  const timersModule = defaultOf(timers);
  for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
    guardMethod(timersModule, name, `${name}()`, USE_TIMER);
  }
  syncBuiltinESMExports();
  // Asynchronous work that a handler starts and does not return would go on between events.
  promiseHooks.onInit(noteNewPromise);
}

/** The object behind a built-in module: its named exports follow it when they are synchronised. */
function defaultOf(module: object): object {
  return (module as { readonly default: object }).default;
}
