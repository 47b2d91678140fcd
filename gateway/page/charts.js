// Small charts of one signal over the stages, drawn by uPlot on a canvas.

import { element } from "./dom.js";
import { number } from "./words.js";

const HEIGHT = 96;
const drawn = new Set();

export function clearCharts() {
  for (const chart of drawn) chart.destroy();
  drawn.clear();
}

export function seriesChart(signal) {
  const measured = signal.series.filter((point) => point.value !== null);
  if (measured.length < 2) return null;
  const holder = element("div", { class: "chart", role: "img", "aria-label": spoken(signal) });
  const make = () => draw(holder, signal);
  // The width is known only once the holder stands in the page.
  const watcher = new ResizeObserver(() => {
    if (!holder.isConnected) return watcher.disconnect();
    if (holder.clientWidth === 0) return undefined;
    if (!holder.plot) {
      holder.plot = make();
      drawn.add(holder.plot);
    } else if (holder.plot.width !== holder.clientWidth) {
      holder.plot.setSize({ width: holder.clientWidth, height: HEIGHT });
    }
    return undefined;
  });
  watcher.observe(holder);
  return holder;
}

function spoken(signal) {
  const steps = signal.series.map((point, index) =>
    point.value === null ? `stage ${index + 1}: not measured` : `stage ${index + 1}: ${number(point.value, 2)}`);
  return `By stage. ${steps.join(", ")}`;
}

function draw(holder, signal) {
  const colours = getComputedStyle(holder);
  const colour = (name) => colours.getPropertyValue(name).trim();
  const values = signal.series.map((point) => point.value);
  const known = values.filter((value) => value !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(...known, low + 1e-9);
  const font = "11px system-ui, sans-serif";
  const axis = { stroke: () => colour("--muted"), font, ticks: { show: false } };
  const options = {
    width: holder.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 10, 0, 0],
    scales: {
      x: { time: false, range: [0.6, values.length + 0.4] },
      y: { range: [low - (low < 0 ? (high - low) * 0.08 : 0), high + (high - low) * 0.1] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        grid: { show: false },
        splits: () => values.map((_, index) => index + 1),
        values: (_, splits) => splits.map((split) => String(split)),
      },
      {
        ...axis,
        size: 38,
        gap: 4,
        splits: () => [...new Set([low, high])],
        values: (_, splits) => splits.map((split) => number(split, high - low < 10 ? 1 : 0)),
        grid: { stroke: () => colour("--line"), width: 1 },
      },
    ],
    series: [
      {},
      {
        stroke: () => colour("--accent"),
        width: 2,
        fill: () => colour("--accent-wash"),
        points: { show: true, size: 7, width: 2, stroke: () => colour("--accent"), fill: () => colour("--card") },
      },
    ],
  };
  return new window.uPlot(options, [values.map((_, index) => index + 1), values], holder);
}

// Canvases keep the colours they were drawn in.
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const chart of drawn) chart.redraw();
});
