// What the memory test measures, and on what: read by the test and by the process that it starts.

/** Seconds after which what is bounded has filled: every node has been gone, and ids are forgotten after 30 s. */
export const WARM_SECONDS = 150;

/**
 * Fifty nodes that come and go for as long as the run lasts, talk, and forget. The limits are those of the protocols
 * made small, so that the run outlives each of them many times.
 */
export const MEMORY_SCENARIO = `
name: memory
seed: 1
params: { seenMax: 100, seenFor: 30s }
nodes: { genesis: 1, peer: 50 }
start: { overlay: join, contact: genesis, rate: 20/s }
phases: { build: 10s, run: 1491s }
protocols:
  discovery: { use: genesis }
  status: { use: heartbeat, goneMax: 16 }
  broadcast: { use: flood, seenMax: "\${seenMax}", seenFor: "\${seenFor}" }
network: { latency: { uniform: { min: 10ms, max: 100ms } }, loss: 1% }
churn:
  in: run
  nodes: peer
  session: { exponential: { mean: 60s } }
  downtime: { exponential: { mean: 10s } }
  graceful: 50%
  restart: with-state
workload:
  - { do: broadcast, in: run, arrivals: { every: 300ms } }
  - { do: send, in: run, arrivals: { every: 500ms } }
expect: [{ delivered: 50%, within: 5s }]
`;

/** What a run holds at one time. */
export interface MemoryFigures {
  /** After the garbage collector has run. */
  readonly heapBytes: number;
  /** All state that the run would need to go on elsewhere, serialised. */
  readonly snapshotBytes: number;
  /** Messages on their way and timers. */
  readonly pendingEvents: number;
  /** Ends of connections, dialled ones included. */
  readonly connections: number;
  readonly liveNodes: number;
}
