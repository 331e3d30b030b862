// Where in a user's own code an error was thrown, from its stack.

import { fileURLToPath } from "node:url";

/** A line of a stack, and the part of it that says where. */
const STACK_LINE = /^\s+at .*?((?:file:\/\/|\/|[A-Z]:\\|\\\\)[^()]*:\d+:\d+)\)?$/u;
/** Our own files, built or as sources: source maps name the latter. */
const OWN_FOLDERS = [ownFolder("../"), ownFolder("../../src/")];

/** The line that says where it happened, or nothing: authors of protocols need theirs, and none of ours. */
export function codePlace(error: Error): string {
  const thrown = error.cause instanceof Error ? error.cause : error;
  for (const line of (thrown.stack ?? "").split("\n")) {
    const [, place] = STACK_LINE.exec(line) ?? [];
    if (place === undefined) continue;
    const path = place.startsWith("file:") ? fileURLToPath(place) : place;
    if (!OWN_FOLDERS.some((folder) => path.startsWith(folder))) return `    at ${path}\n`;
  }
  return "";
}

function ownFolder(fromHere: string): string {
  return fileURLToPath(new URL(fromHere, import.meta.url));
}
