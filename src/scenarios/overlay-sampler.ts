// Measures overlays during `measure` and at the end of the observation. It looks at what the tracker holds when
// virtual time passes an instant; the paths of large overlays are sampled by stateless draws of its own key.

import { measureSnapshot } from "../analysis/measure-overlay.js";
import type { OverlayMetrics } from "../analysis/measure-overlay.js";
import { snapshotOverlay } from "../analysis/overlay-snapshot.js";
import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import { mixUnit } from "../sim/mix.js";
import type { MixKey } from "../sim/mix.js";
import { NEVER } from "./checkers/checker.js";
import type { Sampler } from "./checkers/checker.js";
import type { OverlayReport, OverlaySample } from "./run-report.js";
import type { RunView } from "./run-view.js";
import type { Measure } from "./scenario.js";

export interface OverlaySamplerOptions {
  readonly tracker: OverlayTracker;
  readonly view: RunView;
  /** What the scenario wants sampled; null for the end alone. */
  readonly measure: Measure | null;
  /** Key of the draws that pick the sources of paths. */
  readonly pathKey: MixKey;
}

/** Samples overlays. What it measured at the last instant is the report's `overlay`. */
export class OverlaySampler implements Sampler {
  nextSampleMicros: number;
  readonly #options: OverlaySamplerOptions;
  readonly #samples = new Map<string, OverlaySample[]>();

  constructor(options: OverlaySamplerOptions) {
    this.#options = options;
    this.nextSampleMicros = options.measure?.startMicros ?? NEVER;
  }

  sampleAt(timeMicros: number): void {
    const { measure } = this.#options;
    if (measure === null) return;
    const nextMicros = timeMicros + measure.everyMicros;
    this.nextSampleMicros = nextMicros < measure.endMicros ? nextMicros : NEVER;
    for (const name of this.#names()) {
      const metrics = this.#measure(name, timeMicros, measure.paths);
      const samples = this.#samples.get(name) ?? [];
      this.#samples.set(name, samples);
      samples.push({ ...toSample(metrics, measure.paths), timeMicros });
    }
  }

  /** The overlays as they are now, paths included, with the samples taken before. */
  report(timeMicros: number): Record<string, OverlayReport> {
    const report: Record<string, OverlayReport> = {};
    for (const name of this.#names()) {
      const metrics = this.#measure(name, timeMicros, true);
      report[name] = { timeMicros, ...metrics, samples: this.#samples.get(name) ?? [] };
    }
    return report;
  }

  #names(): readonly string[] {
    const { measure, tracker } = this.#options;
    return measure === null || measure.overlays.length === 0
      ? tracker.overlayNames()
      : measure.overlays;
  }

  #measure(overlay: string, timeMicros: number, paths: boolean): OverlayMetrics {
    const { tracker, view, pathKey } = this.#options;
    const snapshot = snapshotOverlay(tracker, overlay, (index) => ({
      name: view.nodeName(index),
      className: view.className(index),
      region: view.regionName(index),
    }));
    let draw = 0;
    const pick = (bound: number): number =>
      Math.floor(mixUnit(pathKey, timeMicros, Math.floor(timeMicros / 2 ** 32), draw++, 0) * bound);
    return measureSnapshot(
      snapshot,
      paths ? { pick } : { pick, exactNodesMax: 0, sampledSources: 0 },
    );
  }
}

function toSample(metrics: OverlayMetrics, paths: boolean): Omit<OverlaySample, "timeMicros"> {
  const { histogram: _in, ...inDegree } = metrics.inDegree;
  const { histogram: _out, ...outDegree } = metrics.outDegree;
  return { ...metrics, inDegree, outDegree, paths: paths ? metrics.paths : null };
}
