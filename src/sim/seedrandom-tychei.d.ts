// Types of the one generator that is used of seedrandom; `tychei.ts` says why its main module is not.

declare module "seedrandom/lib/tychei.js" {
  interface State {
    readonly a: number;
    readonly b: number;
    readonly c: number;
    readonly d: number;
  }

  /** `seed` is without effect where `state` gives all four words. */
  export default function tychei(
    seed: number,
    options: { state: State },
  ): { readonly int32: () => number; readonly state: () => State };
}
