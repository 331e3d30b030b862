// The library's part that needs Node.js, imported from "peerscape/node": files, hashes, keys. Exports only.

export { readScenarioFile } from "./scenarios/node-scenario-file.js";
export type { ScenarioFileInput } from "./scenarios/node-scenario-file.js";
export { nodePlatform } from "./scenarios/node-platform.js";
export { TraceFileWriter, readTraceFile, readTraceFooter } from "./trace/node-trace-file.js";
export { TraceFileError } from "./trace/trace-file-error.js";

// One live node, as `npm run node` has it.
export { LiveNode } from "./scenarios/node-live-node.js";
export type { LiveNetworkIdentity, LiveNodeOptions } from "./scenarios/node-live-node.js";
export { LiveTrace } from "./scenarios/node-live-trace.js";
export type { LiveTraceOptions } from "./scenarios/node-live-trace.js";
export { networkKeyIn, publicKeyFile } from "./scenarios/node-network-key.js";
export type { NetworkKey } from "./scenarios/node-network-key.js";
export type { NodeWatcher } from "./scenarios/node-watchers.js";

// Live nodes: the same contracts over real sockets and real time.
export { IdentityFileError, NodeIdentity } from "./transport/node-identity.js";
export { NodePeers } from "./transport/node-peers.js";
export type { LivePeerTable } from "./transport/node-peers.js";
export type { Security } from "./transport/node-secure-socket.js";
export { SystemClock } from "./transport/node-system-clock.js";
export { DEFAULT_TCP_LIMITS } from "./transport/node-tcp-limits.js";
export type { TcpLimits } from "./transport/node-tcp-limits.js";
export { TcpTransport, TransportSetupError } from "./transport/node-tcp-transport.js";
export type { TcpTransportOptions } from "./transport/node-tcp-transport.js";
export type { SendConditions, SendVerdict } from "./transport/send-conditions.js";
export type {
  ConnectionChange,
  MessageFact,
  Refusal,
  TransportObserver,
} from "./transport/transport-observer.js";

// A node of the Mainline DHT: Kademlia as BitTorrent speaks it.
export { peerAddresses } from "./protocol/compact-address.js";
export { MainlineDiscovery } from "./protocol/mainline-discovery.js";
export { keyOfMainlineId, mainlineIdOfKey } from "./protocol/mainline-id.js";
export { MainlineNode } from "./scenarios/node-mainline-node.js";
export type { MainlineNodeOptions } from "./scenarios/node-mainline-node.js";
export type { UdpObserver } from "./transport/node-udp-transport.js";
