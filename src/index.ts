// The library: what those who write protocols, scenarios and programs around them import from "peerscape". It runs in
// a browser too; what needs Node.js is in "peerscape/node". Exports only.
//
// A run takes three steps: `parseScenario` (or `readScenarioFile` in Node.js) makes a `Scenario` of a text, a
// `SimulatedRun` advances it event by event, and `finish` says what was seen.

// Participants and the network: what an application holds in its hands, in every world.
export { Connection } from "./protocol/connection.js";
export type { ConnectionState } from "./protocol/connection.js";
export { Message } from "./protocol/message.js";
export { Network, NetworkShutdownError } from "./protocol/network.js";
export type { NetworkStatus } from "./protocol/network.js";
export type { NetworkHost } from "./protocol/network-host.js";
export type { NetworkTruth } from "./protocol/network-truth.js";
export { MissingProtocolError, Node } from "./protocol/node.js";
export type { MessageListener } from "./protocol/node.js";
export { PAYLOAD_BYTES_MAX } from "./protocol/node-message.js";
export { Status } from "./protocol/status.js";
export type { NetworkBelief, PeerStatus } from "./protocol/status.js";

// Writing a protocol: the contract, its bases, and what a handler may touch.
export { Broadcast } from "./protocol/broadcast.js";
export { Discovery } from "./protocol/discovery.js";
export { HandlerError } from "./protocol/handler-error.js";
export { StateError } from "./protocol/plain-state.js";
export { PlainStateProtocol } from "./protocol/plain-state-protocol.js";
export type {
  LogLevel,
  NodeStatus,
  PeerBelief,
  Protocol,
  ProtocolContext,
  ProtocolTransport,
  View,
} from "./protocol/protocol.js";
export { Shutdown } from "./protocol/shutdown.js";
export type { ShutdownRefusal } from "./protocol/shutdown.js";
export { StatusProtocol } from "./protocol/status-protocol.js";
export type { Belief } from "./protocol/status-protocol.js";
export { DeterminismError, installGuard } from "./sim/guard.js";
export type { PlainData } from "./sim/plain-data.js";
export type { Random } from "./sim/random.js";
/** Logarithm, exponential, power, sine and cosine that give the same bits on every engine. */
export * as fixedMath from "./sim/fixed-math.js";
export type { Clock, TimerArgument, TimerHandle } from "./transport/clock.js";
export { comparePeers, shortId } from "./transport/peer.js";
export type { Peer } from "./transport/peer.js";
export {
  DATAGRAM_BYTES_MAX,
  QUEUE_LIMIT_BYTES,
  STREAM_MESSAGE_BYTES_MAX,
} from "./transport/transport.js";
export type { DisconnectReason } from "./transport/transport.js";

// Declaring messages: `defineMessage("gossip/news", { id: applicationId(), text: text({ maxBytes: 100 }) })`.
export {
  MessageType,
  applicationId,
  boolean,
  bytes,
  defineMessage,
  float,
  integer,
  list,
  optional,
  peer,
  record,
  text,
} from "./transport/message-type.js";
export type { MessageOf } from "./transport/message-type.js";
export { MessageError } from "./transport/codec.js";
/** A message between protocols, as `onMessage` receives it: a plain object with its `type`. */
export type { Message as ProtocolMessage } from "./transport/codec.js";

// The shipped protocols, to build on.
export { ChordDiscovery } from "./protocol/chord-discovery.js";
export { CHORD_DEFAULTS } from "./protocol/chord-options.js";
export type { ChordOptions } from "./protocol/chord-options.js";
export { FLOOD_DEFAULTS, FloodBroadcast } from "./protocol/flood-broadcast.js";
export type { FloodOptions } from "./protocol/flood-broadcast.js";
export { GenesisDiscovery } from "./protocol/genesis-discovery.js";
export { GENESIS_DEFAULTS } from "./protocol/genesis-options.js";
export type { GenesisOptions, GenesisSettings } from "./protocol/genesis-options.js";
export { GossipSubBroadcast } from "./protocol/gossipsub-broadcast.js";
export type { Verdict } from "./protocol/gossipsub-broadcast.js";
export type { Published as GossipSubPublished } from "./protocol/gossipsub-messages.js";
export { GOSSIPSUB_DEFAULTS } from "./protocol/gossipsub-options.js";
export type { GossipSubOptions } from "./protocol/gossipsub-options.js";
export { GOSSIPSUB_SCORE_DEFAULTS } from "./protocol/gossipsub-score-options.js";
export type { GossipSubScoreOptions } from "./protocol/gossipsub-score-options.js";
export { HEARTBEAT_DEFAULTS, HeartbeatStatus } from "./protocol/heartbeat-status.js";
export type { HeartbeatOptions } from "./protocol/heartbeat-status.js";
export { KADEMLIA_DEFAULTS } from "./protocol/kademlia-options.js";
export type { KademliaOptions } from "./protocol/kademlia-options.js";
export { KademliaDiscovery } from "./protocol/kademlia-discovery.js";
export type { KeyOperation, KeyOutcome, KeyQuestion } from "./protocol/key-operation.js";
export { KeyedOverlay, VALUE_BYTES_MAX } from "./protocol/keyed-overlay.js";
export { SWIM_DEFAULTS, SWIM_PROFILES } from "./protocol/swim-options.js";
export type { SwimOptions } from "./protocol/swim-options.js";
export { SwimStatus } from "./protocol/swim-status.js";

// Making a protocol known to scenarios, and how its options are written there.
export { defineProtocol } from "./scenarios/protocol-definition.js";
export type {
  NetworkIdentity,
  OptionProblem,
  OverlayTraits,
  ProtocolDefinition,
  ProtocolDescription,
  ProtocolPlacement,
} from "./scenarios/protocol-definition.js";
export { SHIPPED_PROTOCOLS } from "./scenarios/protocol-registry.js";
export { positiveDuration, rate, share, size, wholeNumber } from "./scenarios/written-values.js";

// Scenarios: from text to what a run is built from.
export { expandScenario } from "./scenarios/expand-scenario.js";
export { scenarioJsonSchema } from "./scenarios/json-schema.js";
export { parseScenario } from "./scenarios/parse-scenario.js";
export type { ParsedScenario, ScenarioInput } from "./scenarios/parse-scenario.js";
export { ScenarioError } from "./scenarios/scenario-error.js";
export type { ScenarioProblem } from "./scenarios/scenario-error.js";
export type {
  Churn,
  NodeClass,
  Phase,
  Scenario,
  ScenarioAction,
  ScenarioEvent,
  Workload,
} from "./scenarios/scenario.js";
export type { Selector } from "./scenarios/selector.js";
export { formatDuration, parseDurationMicros } from "./scenarios/units.js";

// Running: step by step, with faults between the steps, and cut and continued elsewhere.
export type { CheckResult, Sampler } from "./scenarios/checkers/checker.js";
export type { EmptyPick } from "./scenarios/empty-picks.js";
export type { Platform } from "./scenarios/platform.js";
export type { RunReport, WatchReport } from "./scenarios/run-report.js";
export type { RunView } from "./scenarios/run-view.js";
export { RestoreError, SimulatedRun } from "./scenarios/simulated-run.js";
export { SNAPSHOT_FORMAT, SnapshotError } from "./scenarios/snapshot-identity.js";
export type { SnapshotIdentity } from "./scenarios/snapshot-identity.js";
export type { SimulatedRunOptions } from "./scenarios/simulated-run.js";
export { DEFAULT_LIMITS, LimitError } from "./sim/limits.js";
export type { Limits } from "./sim/limits.js";
export type { WireMode } from "./transport/sim-wire.js";

// Records: what a run leaves behind, and reading a trace.
export { InvariantError } from "./trace/invariant.js";
export { TraceFormatError, isFooter, isRecordLine, readEntries } from "./trace/json-lines.js";
export type { TraceEntry, TraceFooter, TraceHeader } from "./trace/json-lines.js";
export { RECORD_FIELDS, RECORD_KIND_NAMES, RecordKind, RunRecord, WORLD } from "./trace/record.js";
export type { RecordField, RecordSink } from "./trace/record.js";
export { traceLine } from "./trace/trace-line.js";
export type { RecordWords, TraceLine } from "./trace/trace-line.js";

// Overlays: measured, drawn, and written as graphs.
export { writeGexf } from "./analysis/gexf.js";
export { writeGraphMl } from "./analysis/graphml.js";
export { measureOverlay } from "./analysis/measure-overlay.js";
export type { OverlayMetrics } from "./analysis/measure-overlay.js";
export { buildOverlayGraph } from "./analysis/overlay-graph.js";
export { snapshotOverlay } from "./analysis/overlay-snapshot.js";
export type { OverlayNode, OverlaySnapshot } from "./analysis/overlay-snapshot.js";
export { OverlayTracker } from "./analysis/overlay-tracker.js";
export { drawPicture } from "./analysis/picture.js";
export type { PictureLayout, PictureOptions } from "./analysis/picture.js";
