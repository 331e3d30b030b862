// The guard around a user's protocol: while one of its handlers runs in simulation, ambient time and chance
// throw, with an error that names the node, the handler, the call and what to use instead.
//
// The globals are replaced once, before user modules load, so that even a captured `const now = Date.now` is
// caught; outside handlers the replacements call the originals.

/** What the running handler belongs to: looked up only when something is refused. */
const running: { names: readonly string[]; node: number; handler: string } = {
  names: [],
  node: -1,
  handler: "",
};
let isRunning = false;
/** Whether the running handler has made a promise, where the platform can tell. */
let hasMadePromise = false;

/** Where the rule was broken, and by what. */
export interface DeterminismFault {
  /** Name of the node. */
  readonly node: string;
  /** Name of the method, as `onMessage`. */
  readonly handler: string;
  /** The call or the field that is not allowed, as `Math.random()`. */
  readonly what: string;
  /** What is wrong and what to do, without where it is: for whoever knows the place better. */
  readonly problem: string;
}

/** A protocol's handler did something that would make the run impossible to repeat. */
export class DeterminismError extends Error implements DeterminismFault {
  override readonly name = "DeterminismError";
  readonly node: string;
  readonly handler: string;
  readonly what: string;
  readonly problem: string;

  constructor({ node, handler, what, problem }: DeterminismFault) {
    super(`Node ${node}, in ${handler}: ${problem}`);
    this.node = node;
    this.handler = handler;
    this.what = what;
    this.problem = problem;
  }
}

/** Marks that a handler of the node of this index begins. Cheap: it runs once an event. */
export function enterHandler(nodeNames: readonly string[], node: number, handler: string): void {
  running.names = nodeNames;
  running.node = node;
  running.handler = handler;
  isRunning = true;
}

/** Marks that the handler has ended, however it did. */
export function leaveHandler(): void {
  isRunning = false;
  hasMadePromise = false;
}

/** Marks that the handler has returned. Throws when it left something behind that goes on outside virtual time. */
export function completeHandler(): void {
  isRunning = false;
  if (!hasMadePromise) return;
  hasMadePromise = false;
  throw refused(
    "a promise",
    "started asynchronous work, which goes on outside virtual time; set a timer instead",
  );
}

/** Told by platforms that can watch promises, for every promise that is made. */
export function noteNewPromise(): void {
  if (isRunning) hasMadePromise = true;
}

/** The error for a call or value in the handler that runs. */
function refused(what: string, problem: string): DeterminismError {
  const node = running.names[running.node] ?? "unknown";
  return new DeterminismError({ node, handler: running.handler, what, problem });
}

/** The error for a call that answers differently each time. */
function refusedCall(call: string, remedy: string): DeterminismError {
  return refused(call, `${call} cannot be repeated; ${remedy}`);
}

/** Throws when a handler returned anything that can be waited for. */
export function refuseThenable(result: unknown): void {
  if (typeof result !== "object" || result === null || !("then" in result)) return;
  throw refused(
    "a returned promise",
    "returned a promise; handlers are synchronous, since virtual time cannot wait: set a timer instead",
  );
}

const USE_CLOCK = "use context.clock.nowMicros()";
const USE_TIMER = "use context.clock.setTimer(delayMicros, kind)";
const USE_RANDOM = "use context.random";
const USE_FIXED_MATH =
  "its last digits differ between engines: use fixedMath of peerscape (log, exp, pow, sin, cos)";
const USE_MESSAGES = "reach the world through context.transport only";

const INEXACT_MATH = [
  "log",
  "log2",
  "log10",
  "log1p",
  "exp",
  "expm1",
  "pow",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "atan2",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "cbrt",
  "hypot",
] as const;

let isInstalled = false;

/**
 * Replaces the ambient sources of time, chance and asynchrony by guarded ones, once a process. Call it before any
 * module with a protocol is loaded; later calls do nothing.
 */
export function installGuard(): void {
  if (isInstalled) return;
  isInstalled = true;
  guardMethod(Math, "random", "Math.random()", USE_RANDOM);
  for (const name of INEXACT_MATH) guardMethod(Math, name, `Math.${name}()`, USE_FIXED_MATH);
  guardDate();
  guardMethod(globalThis.performance, "now", "performance.now()", USE_CLOCK);
  for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) {
    guardMethod(globalThis, name, `${name}()`, USE_TIMER);
  }
  guardMethod(globalThis, "fetch", "fetch()", USE_MESSAGES);
  guardMethod(globalThis.crypto, "getRandomValues", "crypto.getRandomValues()", USE_RANDOM);
  guardMethod(globalThis.crypto, "randomUUID", "crypto.randomUUID()", USE_RANDOM);
  const { process } = globalThis as { process?: object };
  if (process !== undefined) {
    guardMethod(process, "nextTick", "process.nextTick()", USE_TIMER);
    guardMethod(process, "hrtime", "process.hrtime()", USE_CLOCK);
  }
}

/** Guards further functions of an object under the same rule, such as node:crypto's. */
export function guardMethod(owner: object, name: string, call: string, remedy: string): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") return;
  const guarded = function (this: unknown, ...values: unknown[]): unknown {
    if (isRunning) throw refusedCall(call, remedy);
    return Reflect.apply(original, this, values);
  };
  for (const key of Reflect.ownKeys(original)) {
    const property = Reflect.getOwnPropertyDescriptor(original, key);
    if (property !== undefined && key !== "prototype")
      Reflect.defineProperty(guarded, key, property);
  }
  if (name === "hrtime") {
    const { bigint } = original as { bigint?: () => bigint };
    Reflect.set(guarded, "bigint", function (this: unknown): unknown {
      if (isRunning) throw refusedCall("process.hrtime.bigint()", remedy);
      return bigint?.();
    });
  }
  Reflect.defineProperty(owner, name, { value: guarded, writable: true, configurable: true });
}

/** `Date.now()` and a `Date` made without an instant read the wall clock; one made from a number does not. */
function guardDate(): void {
  const Original = globalThis.Date;
  const refuse = (call: string): void => {
    if (isRunning) throw refusedCall(call, USE_CLOCK);
  };
  const originalNow = Original.now.bind(Original);
  Original.now = (): number => {
    refuse("Date.now()");
    return originalNow();
  };
  globalThis.Date = new Proxy(Original, {
    construct(target, values: unknown[], newTarget): object {
      if (values.length === 0) refuse("new Date()");
      return Reflect.construct(
        target,
        values,
        newTarget === globalThis.Date ? target : newTarget,
      ) as object;
    },
    apply(target, self, values: unknown[]): unknown {
      refuse("Date()");
      return Reflect.apply(target as unknown as () => string, self, values);
    },
  });
  // `new Date(0).constructor` leads to the guarded one as well.
  Reflect.defineProperty(Original.prototype, "constructor", {
    value: globalThis.Date,
    writable: true,
    configurable: true,
  });
}
