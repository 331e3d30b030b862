// State as plain data: what a snapshot consists of. It survives any encoding and any process.

/**
 * Numbers, text, bytes, lists and records of them; nothing with behaviour, no shared references. Encodings may give
 * `undefined` back as null: where the two mean different things, say it in another way.
 */
export type PlainData =
  | number
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly PlainData[]
  | { readonly [key: string]: PlainData };
