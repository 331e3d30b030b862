// Raw deflate from node:zlib.

import * as zlib from "node:zlib";
import { TraceDamageError } from "./byte-reader.js";
import type { DeflateRaw, InflateRaw } from "./compression.js";

/** Level 1: on columns the higher levels cost three times as much and save a tenth. */
const LEVEL = 1;

/** Compresses by the fastest level. */
export const nodeDeflateRaw: DeflateRaw = (bytes) => zlib.deflateRawSync(bytes, { level: LEVEL });

/** Decompresses; in place, since handing a block to another thread takes as long. */
export const nodeInflateRaw: InflateRaw = (bytes, size) => {
  try {
    const inflated = zlib.inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) });
    if (inflated.length === size) return Promise.resolve(inflated);
    const found = `inflates to ${inflated.length} bytes, and ${size} are promised`;
    return Promise.reject(new TraceDamageError(`A part ${found}`));
  } catch (error) {
    return Promise.reject(new TraceDamageError(`A part does not inflate: ${String(error)}`));
  }
};
