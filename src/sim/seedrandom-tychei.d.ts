// Types of the one generator that is used of seedrandom. Its main module is not loaded on purpose: it draws
// from Math.random when it loads.

declare module "seedrandom/lib/tychei.js" {
  /** Tyche-i's 128 bits as four signed 32-bit numbers. */
  export interface TycheiState {
    readonly a: number;
    readonly b: number;
    readonly c: number;
    readonly d: number;
  }

  export interface TycheiGenerator {
    (): number;
    /** The next output: a signed whole number of 32 bits. */
    readonly int32: () => number;
    /** A copy of the state. Present since the generator was made with the `state` option. */
    readonly state: () => TycheiState;
  }

  /** `seed` is without effect where `state` gives all four words. */
  export default function tychei(seed: number, options: { state: TycheiState }): TycheiGenerator;
}
