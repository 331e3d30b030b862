// The program of a worker process: nodes of a live run, steered over a pipe that whoever started it holds as its third
// descriptor after the standard ones. It reads no arguments, and can be started by another program in between
// (`ip netns exec NAME node dist/cli/live-worker.js`), as long as that passes the pipe on.

import { Socket } from "node:net";
import { LiveWorker } from "../scenarios/node-live-worker.js";
import { WORKER_PIPE } from "../scenarios/node-worker-process.js";
import { explainError } from "./exit-code.js";
import { loadProtocols } from "./protocol-files.js";

// Ctrl-C reaches every process of a terminal. The run decides what it means, and tells its workers.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);

new LiveWorker({
  stream: new Socket({ fd: WORKER_PIPE, readable: true, writable: true }),
  loadProtocols,
  explain: explainError,
  onDone: () => {
    process.exit(0);
  },
});
