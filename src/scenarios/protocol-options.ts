// The options of a protocol as the scenario language passes them on.

/** Options in the protocol's own terms; what they hold is the protocol's business. */
export type ProtocolOptions = Readonly<Record<string, unknown>>;
