// Ports for the nodes of a live run, on the loopback address. They lie below those that systems hand out for outgoing
// connections (32768 on Linux, 49152 elsewhere), so that a node that comes back finds its port free.

import { randomInt } from "node:crypto";

const PORT_MIN = 10_000;
const PORT_MAX = 32_767;

export const LOOPBACK_HOST = "127.0.0.1";

/** Hands out port numbers, each once until all have had their turn. Whether one is free shows when it is opened. */
export class LoopbackPorts {
  // Two runs on one machine begin apart.
  #last = randomInt(PORT_MIN, PORT_MAX);

  next(): number {
    this.#last = this.#last >= PORT_MAX ? PORT_MIN : this.#last + 1;
    return this.#last;
  }
}
