// Raw deflate from the web's own DecompressionStream: what a browser reads traces with. Node has it too.

import { TraceDamageError } from "./byte-reader.js";
import type { InflateRaw } from "./compression.js";

/** Decompresses chunk by chunk, and stops as soon as there is more than was promised. */
export const webInflateRaw: InflateRaw = async (bytes, size) => {
  const inflated: Uint8Array[] = [];
  let length = 0;
  try {
    const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    const reader = source.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > size) {
        await reader.cancel();
        break;
      }
      inflated.push(value);
    }
  } catch (error) {
    throw new TraceDamageError(`A part does not inflate: ${String(error)}`);
  }
  if (length !== size) {
    throw new TraceDamageError(`A part inflates to ${length} bytes, and ${size} are promised`);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of inflated) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};
