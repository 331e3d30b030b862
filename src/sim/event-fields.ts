// An event as its numbers: what the queue keeps of it beside a payload. Apart from the queue, since everyone who
// schedules or handles events knows it.

/** What is scheduled: filled in by the caller and copied into a row. */
export interface EventFields {
  timeMicros: number;
  origin: number;
  counter: number;
  causeTimeMicros: number;
  causeOrigin: number;
  causeCounter: number;
  /** What the kernel does with it; below 64. */
  kind: number;
  /** Index of the node at which it happens, or -1 for the world. */
  node: number;
  /** Three numbers below 2^32 whose meaning depends on the kind. */
  first: number;
  second: number;
  third: number;
  /** A whole number below 2^53 whose meaning depends on the kind. */
  wide: number;
}

/** Fields that say nothing yet. */
export function noFields(): EventFields {
  return {
    timeMicros: 0,
    origin: 0,
    counter: 0,
    causeTimeMicros: 0,
    causeOrigin: 0,
    causeCounter: 0,
    kind: 0,
    node: 0,
    first: 0,
    second: 0,
    third: 0,
    wide: 0,
  };
}
