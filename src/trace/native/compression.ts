// How the parts of a trace are compressed: deflate without a header, which Node and every browser know. Handed in,
// since each does it in its own way.

/** Compresses bytes as raw deflate, at once: a writer stands in the middle of a run. */
export type DeflateRaw = (bytes: Uint8Array) => Uint8Array;

/**
 * Decompresses raw deflate. Rejects unless the result has exactly `size` bytes, and never makes more than that: the
 * bytes may come from anywhere.
 */
export type InflateRaw = (bytes: Uint8Array, size: number) => Promise<Uint8Array>;
