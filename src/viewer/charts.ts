// The measures of a run over time, with the moment that is shown. A click goes there.

import uPlot from "uplot";
import type { TraceReader } from "../trace/native/trace-reader.js";

const COLOURS = ["#0072b2", "#009e73", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9"];
const HEIGHT_PIXELS = 110;
/** Lines that one chart bears. */
const LINES_MAX = 4;
const MICROS_PER_SECOND = 1_000_000;

/** All charts of a trace. */
export class Charts {
  readonly #plots: readonly uPlot[];
  #seconds = 0;

  private constructor(plots: readonly uPlot[]) {
    this.#plots = plots;
    for (const plot of plots) {
      plot.hooks.draw = [...(plot.hooks.draw ?? []), () => this.#drawMoment(plot)];
    }
  }

  /** Makes a chart for each table of measures, `LINES_MAX` lines each. */
  static async of(
    place: HTMLElement,
    reader: TraceReader,
    onSeek: (timeMicros: number) => void,
  ): Promise<Charts> {
    place.replaceChildren();
    const plots: uPlot[] = [];
    for (const { names, rows } of await reader.metrics()) {
      const columns = names.map((_, i) => i).filter((i) => names[i] !== "bytes");
      const times = rows.map((row) => (row[0] ?? 0) / MICROS_PER_SECOND);
      for (let from = 0; from < columns.length; from += LINES_MAX) {
        const shown = columns.slice(from, from + LINES_MAX);
        const lines = shown.map((column) => rows.map((row) => row[column + 1] ?? null));
        const labels = shown.map((column) => names[column] ?? "");
        plots.push(makePlot(place, [times, ...lines], labels, onSeek));
      }
    }
    return new Charts(plots);
  }

  show(timeMicros: number): void {
    this.#seconds = timeMicros / MICROS_PER_SECOND;
    for (const plot of this.#plots) plot.redraw(false, false);
  }

  destroy(): void {
    for (const plot of this.#plots) plot.destroy();
  }

  #drawMoment(plot: uPlot): void {
    const x = plot.valToPos(this.#seconds, "x", true);
    const { top, height } = plot.bbox;
    plot.ctx.fillStyle = "#888888";
    plot.ctx.fillRect(x - 1, top, 2, height);
  }
}

function makePlot(
  place: HTMLElement,
  data: uPlot.AlignedData,
  labels: readonly string[],
  onSeek: (timeMicros: number) => void,
): uPlot {
  const stroke = getComputedStyle(place).color;
  const axis = {
    stroke,
    grid: { stroke: "#88888833" },
    ticks: { show: false },
    font: "10px system-ui",
  };
  const plot = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT_PIXELS,
      scales: { x: { time: false } },
      axes: [
        { ...axis, size: 22 },
        { ...axis, size: 44 },
      ],
      legend: { live: false },
      cursor: { y: false },
      series: [
        {},
        ...labels.map((label, i) => ({
          label,
          stroke: COLOURS[i % COLOURS.length] ?? stroke,
          width: 1,
        })),
      ],
    },
    data,
    place,
  );
  plot.over.addEventListener("click", (event) => {
    onSeek(plot.posToVal(event.offsetX, "x") * MICROS_PER_SECOND);
  });
  return plot;
}
