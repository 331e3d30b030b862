// The command that repeats a run: everything that changed it, and nothing that only looked.

import type { SimArguments } from "./sim-arguments.js";

/** The command line that gives the same digest, or runs live as it did. */
export function repeatCommand(given: SimArguments): string {
  const parts = ["npm run sim --", quote(given.scenario)];
  const add = (option: string, value: string | number | undefined): void => {
    if (value !== undefined) parts.push(option, quote(String(value)));
  };
  add("--seed", given.seed);
  add("--nodes", given.nodes);
  add("--until", given.until);
  for (const setting of given.set) add("--set", setting);
  for (const file of given.protocols) add("--protocols", file);
  if (given.transport !== "sim") add("--transport", given.transport);
  add("--security", given.security);
  add("--processes", given.processes);
  return parts.join(" ");
}

/** Quotes a word for a shell when it needs it. */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
