// A map whose keys are all known: its complaint about another key carries the keys that it knows, which is
// what a suggestion is made from.

import * as z from "zod";

/** A map with these keys and no other. */
export function strictMap<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? Object.keys(shape).join(KEY_SEPARATOR) : undefined,
  });
}

const KEY_SEPARATOR = ", ";

/** The known keys that a `strictMap` named when it met another one. */
export function keysFromMessage(message: string): readonly string[] {
  return message.split(KEY_SEPARATOR);
}
