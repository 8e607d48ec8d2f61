// The timeline: exposures as bars in a lane each value. Bars that fall into the same pixels are drawn as one.
import { axis, scale, words } from "./scales.js";

const GRID = { left: 108, right: 18, top: 14, bottom: 78 };
const LANE_MOST = 15;
const THINNEST_PX = 1.5;
const REACH_PX = 4;
const FAINTEST = 0.45;

export class Timeline {
  constructor(figure) {
    this.figure = figure;
    this.points = null;
    this.zoom = null;
  }

  show(points) {
    this.points = points;
    const { x, end } = points.header;
    // The axis must hold the ends of the bars too.
    this.told = end && end.max !== null ? { ...x, max: Math.max(x.max, end.max) } : x;
    this.x = scale(this.told, false);
    const { labels, others, without } = points.header.lane;
    this.lanes = [...labels, ...(others ? ["all others"] : []), ...(without ? ["no value"] : [])];
    this.laneOf = [...labels.map((_, at) => at), labels.length, labels.length + (others ? 1 : 0)];
    this.zoom = null;
    this.redraw();
  }

  range() {
    if (this.zoom) return this.zoom;
    const { min, max } = this.told;
    const margin = (max - min || 1) * 0.02;
    return [min - margin, max + margin];
  }

  redraw() {
    if (!this.points?.header.shown) {
      this.figure.chart?.clear();
      return;
    }
    const look = this.figure.look();
    const [low, high] = this.range();
    const names = this.lanes.map((name) => (name === "" ? "(empty)" : name));
    const full = this.whole();
    this.figure.draw({
      grid: GRID,
      useUTC: true,
      xAxis: axis(this.x, look, { nameGap: 26, min: this.x.at(full[0]), max: this.x.at(full[1]), boundaryGap: false }),
      yAxis: { type: "category", inverse: true, data: names.map((_, at) => String(at)), axisLabel: { color: look.ink, interval: 0, hideOverlap: true, width: GRID.left - 14, overflow: "truncate", formatter: (at) => { const name = names[Number(at)] ?? ""; return name.length > LANE_MOST ? `${name.slice(0, LANE_MOST - 1)}…` : name; } }, axisTick: { show: false }, axisLine: { show: false }, splitArea: { show: true, areaStyle: { color: ["transparent", look.lane] } } },
      dataZoom: [
        { type: "inside", filterMode: "none", moveOnMouseMove: false, zoomOnMouseWheel: true, moveOnMouseWheel: false, startValue: this.x.at(low), endValue: this.x.at(high) },
        { type: "slider", filterMode: "none", showDataShadow: false, bottom: 8, height: 18, startValue: this.x.at(low), endValue: this.x.at(high), labelFormatter: "", borderColor: look.line, fillerColor: look.lane, handleStyle: { color: look.ground, borderColor: look.strong }, moveHandleSize: 0, brushSelect: false },
      ],
      series: [this.series(low, high, look)],
    }, look);
  }

  whole() {
    const { min, max } = this.told;
    const margin = (max - min || 1) * 0.02;
    return [min - margin, max + margin];
  }

  /** After the wheel or the slider: the bars again, as fine as they are now seen. */
  zoomed() {
    const { startValue, endValue } = this.figure.chart.getOption().dataZoom[0];
    this.zoom = [this.x.from(startValue), this.x.from(endValue)];
    const look = this.figure.look();
    const series = [this.series(...this.zoom, look)];
    Object.assign(this.figure.option, { series, dataZoom: this.figure.option.dataZoom.map((each) => ({ ...each, startValue, endValue })) });
    this.figure.chart.setOption({ series });
  }

  zoomBy(factor) {
    const [first, last] = this.whole();
    const [low, high] = this.range();
    const [middle, half] = [(low + high) / 2, ((high - low) / 2) * factor];
    this.zoom = factor === 0 ? null : [Math.max(first, middle - half), Math.min(last, middle + half)];
    this.redraw();
  }

  /** How many exposures lie in each pixel of each lane, as runs of [from pixel, to pixel, lane, most]. */
  runs(low, high) {
    const { arrays, header } = this.points;
    const width = Math.max(1, this.figure.place.clientWidth - GRID.left - GRID.right);
    const steps = new Float64Array(this.lanes.length * (width + 1));
    const slope = width / (high - low);
    for (let at = 0; at < arrays.x.length; at += 1) {
      const last = (arrays.end ?? arrays.x)[at];
      if (arrays.x[at] > high || last < low) continue;
      const [a, b] = [arrays.x[at], last].map((value) => Math.max(0, Math.min(width - 1, Math.floor((value - low) * slope))));
      const count = header.binned ? arrays.colour[at] : 1;
      const lane = this.laneOf[arrays.lane[at]] * (width + 1);
      steps[lane + a] += count;
      steps[lane + b + 1] -= count;
    }
    return this.joined(steps, width);
  }

  joined(steps, width) {
    const found = [];
    for (let lane = 0; lane < this.lanes.length; lane += 1) {
      let [depth, begun, shade] = [0, -1, 0];
      for (let at = 0; at <= width; at += 1) {
        depth += at < width ? steps[lane * (width + 1) + at] : -depth;
        const next = depth > 0.5 ? Math.ceil(Math.log2(depth + 1)) : 0;
        if (next === shade) continue;
        if (shade) found.push([begun, at, lane, shade]);
        [begun, shade] = [at, next];
      }
    }
    return found;
  }

  series(low, high, look) {
    const runs = this.runs(low, high);
    const deepest = runs.reduce((most, run) => Math.max(most, run[3]), 1);
    const width = Math.max(1, this.figure.place.clientWidth - GRID.left - GRID.right);
    const at = (pixel) => this.x.at(low + (pixel * (high - low)) / width);
    return {
      type: "custom",
      id: "bars",
      silent: true,
      progressive: 0,
      clip: true,
      data: runs.map(([from, to, lane, shade]) => [at(from), at(to), lane, shade]),
      encode: { x: [0, 1], y: 2 },
      renderItem: (_, api) => {
        const [left, middle] = api.coord([api.value(0), api.value(2)]);
        const [right] = api.coord([api.value(1), api.value(2)]);
        const height = Math.max(3, Math.min(22, api.size([0, 1])[1] * 0.66));
        const shape = { x: left, y: middle - height / 2, width: Math.max(THINNEST_PX, right - left), height };
        const opacity = FAINTEST + (1 - FAINTEST) * (api.value(3) / deepest);
        return { type: "rect", shape, style: { fill: look.accent, opacity } };
      },
    };
  }

  // ---------- places
  inside(left, top) {
    const { clientWidth, clientHeight } = this.figure.place;
    return left >= GRID.left && left <= clientWidth - GRID.right && top >= GRID.top && top <= clientHeight - GRID.bottom;
  }

  upright() { return [GRID.top, this.figure.place.clientHeight - GRID.bottom]; }

  time(left) { return this.x.from(this.figure.chart.convertFromPixel({ xAxisIndex: 0 }, left)); }

  enclosed({ left, right }) { return { x: [this.time(left), this.time(right)] }; }

  /** The shortest exposure under the pointer. */
  nearest(left, top) {
    if (!this.points?.header.shown || !this.inside(left, top)) return -1;
    const lane = this.figure.chart.convertFromPixel({ yAxisIndex: 0 }, top);
    const [low, high] = [this.time(left - REACH_PX), this.time(left + REACH_PX)];
    const { x, end = x, lane: lanes } = this.points.arrays;
    let [found, shortest] = [-1, Infinity];
    for (let at = 0; at < x.length; at += 1) {
      if (x[at] > high || end[at] < low || this.laneOf[lanes[at]] !== lane) continue;
      if (end[at] - x[at] < shortest) [found, shortest] = [at, end[at] - x[at]];
    }
    return found;
  }

  pixel(at) {
    const { x, end = x, lane } = this.points.arrays;
    const middle = (x[at] + end[at]) / 2;
    const { chart } = this.figure;
    return [chart.convertToPixel({ xAxisIndex: 0 }, this.x.at(middle)), chart.convertToPixel({ yAxisIndex: 0 }, this.laneOf[lane[at]])];
  }

  wordsAt(at) {
    const { arrays, header } = this.points;
    const told = [this.lanes[this.laneOf[arrays.lane[at]]], `${header.x.label}: ${words(this.told, arrays.x[at])}`];
    if (header.end && arrays.end[at] > arrays.x[at]) told.push(`${header.end.label}: ${words(this.told, arrays.end[at])}`);
    if (header.binned) told.push(`${arrays.colour[at].toLocaleString("en")} rows begin here`);
    return told;
  }
}
