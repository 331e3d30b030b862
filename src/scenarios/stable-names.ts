// Names for what was written without one. They come from the content and never from the place in a list,
// so that removing, adding or moving one thing leaves the draws of all others where they were.

import { hashText } from "../trace/names.js";

/** Something that may have been given a name. */
interface Nameable {
  readonly name?: string | undefined;
}

/**
 * The things with a name each: given, or `stem-hash`. Equal things are numbered from the second on; being
 * equal, it does not matter which is which. Different things of one hash are numbered in the order of their
 * content.
 */
export function withStableNames<Thing extends Nameable>(
  things: readonly Thing[],
  stemOf: (thing: Thing) => string,
): (Thing & { readonly name: string })[] {
  const contents = things.map((thing) => contentOf(thing));
  const taken = new Set(things.flatMap(({ name }) => (name === undefined ? [] : [name])));
  const named = new Array<string | undefined>(things.length).fill(undefined);
  const order = things
    .map((_, i) => i)
    .filter((i) => things[i]!.name === undefined)
    .sort((a, b) => (contents[a]! < contents[b]! ? -1 : contents[a]! > contents[b]! ? 1 : a - b));
  for (const i of order) {
    const base = `${stemOf(things[i]!)}-${hashText(contents[i]!).toString(16).padStart(8, "0")}`;
    let name = base;
    for (let rank = 2; taken.has(name); rank++) name = `${base}.${rank}`;
    taken.add(name);
    named[i] = name;
  }
  return things.map((thing, i) => ({ ...thing, name: thing.name ?? named[i]! }));
}

/** The content as text, the same for the same content: the schema gives keys their order. */
function contentOf(thing: Nameable): string {
  return JSON.stringify({ ...thing, name: undefined });
}
