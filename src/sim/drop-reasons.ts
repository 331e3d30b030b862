// Every reason that a shipped rule, stream or host gives for a message that did not arrive: what a bound on a count may
// name although the run never came to it.

export const DROP_REASONS: readonly string[] = [
  // In the network, and on the way into it and out of it.
  "loss",
  "partition",
  "undialable",
  "corrupt",
  "uplink-queue",
  "downlink-queue",
  // At the receiver.
  "host-down",
  "not-listening",
  "no-connection",
  "closing",
  // With the connection that it waited for or went by.
  "disconnected",
  "closed",
  "replaced",
  "reset",
  "refused",
  "timeout",
  "overflow",
];
