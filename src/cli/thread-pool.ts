// Threads that run one worker module, for commands that do many runs: each is a run of its own and shares nothing.

import type { Piscina } from "piscina";

/** How a pool of so many threads is made that run a module of this folder. */
export function threadPoolOptions(
  worker: string,
  threads: number,
): { readonly filename: string; readonly maxThreads: number; readonly minThreads: number } {
  return {
    filename: new URL(worker, import.meta.url).href,
    maxThreads: threads,
    minThreads: 1,
  };
}

/** Uses a pool and ends its threads afterwards, whatever came of it. */
export async function usePool<Pool extends Piscina, Result>(
  pool: Pool,
  use: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(pool);
  } finally {
    await pool.destroy();
  }
}
