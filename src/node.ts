// The library's part that needs Node.js, imported from "peerscape/node": files, hashes, keys. Exports only.

export { readScenarioFile } from "./scenarios/node-scenario-file.js";
export type { ScenarioFileInput } from "./scenarios/node-scenario-file.js";
export { nodePlatform } from "./scenarios/node-platform.js";
export {
  TraceFileError,
  TraceFileWriter,
  readTraceFile,
  readTraceFooter,
} from "./trace/node-trace-file.js";
