// The scatter plot: two columns against each other, coloured by a third. Draws points and says where they are.
import { groups, isSteep, ramp } from "./palette.js";
import { indexOf } from "./pick.js";
import { axis, isDate, numberWords, scale, title, words } from "./scales.js";

const MANY = 3000;
const LEGEND_MOST = 22;
const GRID = { left: 64, right: 18, bottom: 44 };
// Each colour is drawn in turns with the others, so that the last does not cover all before it.
const TURNS = 6;
const PER_FRAME = 300;
const CROWDED = 30_000;
const LEGEND_LINE_PX = 18;

const shortened = (text) => (text.length > LEGEND_MOST ? `${text.slice(0, LEGEND_MOST - 1)}…` : text);

function turns(made, inTurns) {
  if (!inTurns) return made.map((group) => ({ ...group, turn: 0 }));
  return Array.from({ length: TURNS }, (_, turn) => made.map((group) => ({ ...group, turn, rows: group.rows.filter((_row, at) => at % TURNS === turn) }))).flat();
}

export class Scatter {
  constructor(figure) {
    this.figure = figure;
    this.points = null;
  }

  show(points) {
    this.points = points;
    const { header } = points;
    this.x = scale(header.x, header.log.includes("x"));
    this.y = scale(header.y, header.log.includes("y"));
    this.redraw();
  }

  redraw() {
    if (!this.points) return;
    const look = this.figure.look();
    const { header } = this.points;
    const made = groups(this.points, look);
    this.top = this.legendHeight(header, made);
    this.figure.draw({
      grid: { ...GRID, top: this.top },
      xAxis: axis(this.x, look, { nameGap: 28 }),
      yAxis: axis(this.y, look, { nameGap: 48 }),
      useUTC: true,
      ...this.legend(header, made, look),
      series: turns(made, header.shown > MANY && !header.binned).map((group) => this.series(group, header)),
    }, look);
    this.find = null;
  }

  series({ id, name, colour, symbol, rows, isRest, turn }, header) {
    const { x, y } = this.points.arrays;
    const data = new Float64Array(rows.length * 2);
    for (let at = 0; at < rows.length; at += 1) {
      data[2 * at] = this.x.at(x[rows[at]]);
      data[2 * at + 1] = this.y.at(y[rows[at]]);
    }
    const many = header.shown > MANY;
    return {
      type: "scatter",
      id: `${id ?? "all"}-${turn}`,
      name: id ?? name,
      data,
      dimensions: ["x", "y"],
      large: many,
      largeThreshold: 1,
      // Few points of each colour a frame: a hundred thousand take a dozen frames and stall none.
      progressive: many ? PER_FRAME : 0,
      progressiveThreshold: 0,
      silent: true,
      symbol: many ? "rect" : symbol,
      symbolSize: header.binned ? this.cell(header) : header.shown > CROWDED ? 2 : many ? 3 : 7,
      itemStyle: { color: colour, opacity: header.binned || isRest ? 0.9 : many ? 0.75 : 0.85 },
      emphasis: { disabled: true },
    };
  }

  /** The size of a counted cell on the screen. */
  cell({ cells }) {
    const { clientWidth, clientHeight } = this.figure.place;
    return [Math.max(2, Math.ceil((clientWidth - GRID.left - GRID.right) / cells[0])), Math.max(2, Math.ceil((clientHeight - this.top - GRID.bottom) / cells[1]))];
  }

  /** Room for the legend above the plot: lines of names as wide as they are, or the bar of a scale. */
  legendHeight({ colour }, made) {
    if (!colour) return 14;
    if (!colour.is_category) return 58;
    const width = this.figure.place.clientWidth - 16;
    let [lines, used] = [1, 0];
    for (const { name } of made) {
      const wide = 32 + this.figure.widthOf(shortened(name));
      if (used && used + wide > width) [lines, used] = [lines + 1, 0];
      used += wide;
    }
    return 16 + lines * LEGEND_LINE_PX;
  }

  legend(header, made, look) {
    if (!header.colour) return {};
    const { colour } = header;
    if (colour.is_category) {
      const names = new Map(made.map((group) => [group.id, group.name]));
      return { legend: { type: "plain", top: 6, left: 8, right: 8, itemWidth: 12, itemHeight: 8, itemGap: 12, selectedMode: false, data: made.filter((group) => !group.isRest).concat(made.filter((group) => group.isRest)).map((group) => group.id), formatter: (id) => shortened(names.get(id) ?? ""), textStyle: { color: look.ink } } };
    }
    if (colour.min === null || colour.min === undefined) return {};
    const told = (value) => (isDate(colour) ? words(colour, value).slice(0, 10) : numberWords(Number(value.toPrecision(4))));
    const bar = { type: "continuous", min: 0, max: 1, dimension: 0, seriesIndex: [], orient: "horizontal", left: "center", top: 22, itemWidth: 9, itemHeight: 150, calculable: false, hoverLink: false, inRange: { color: ramp(look.scheme) }, text: [told(colour.max), told(colour.min)], textStyle: { color: look.ink }, textGap: 8, show: true };
    const name = { text: title(colour) + (isSteep(colour, header.binned) ? " (log)" : ""), left: "center", top: 4, textStyle: { color: look.ink, fontSize: 11, fontWeight: 600 } };
    return { visualMap: [bar], title: [name] };
  }

  // ---------- places
  /** Pixels of values, by two probes each way: the chart is asked four times, not once a point. */
  places() {
    const { chart } = this.figure;
    const one = (name, { told, at, flat, isLog }) => {
      const [low, high] = told.min === told.max ? [told.min, isLog ? told.min * 2 : told.min + 1] : [told.min, told.max];
      const [a, b] = [low, high].map((value) => chart.convertToPixel({ [name]: 0 }, at(value)));
      const slope = (b - a) / (flat(high) - flat(low));
      return { offset: a - slope * flat(low), slope };
    };
    return { x: one("xAxisIndex", this.x), y: one("yAxisIndex", this.y) };
  }

  pixel(at) {
    const { x, y } = this.places();
    const { arrays } = this.points;
    return [x.offset + x.slope * this.x.flat(arrays.x[at]), y.offset + y.slope * this.y.flat(arrays.y[at])];
  }

  /** The point nearest to a place on the screen, -1 where none is near. */
  nearest(left, top) {
    if (!this.points?.arrays.x.length) return -1;
    this.find ??= this.index();
    return this.find(left, top);
  }

  index() {
    const { x, y } = this.places();
    const { arrays } = this.points;
    const xs = Float32Array.from(arrays.x, (value) => x.offset + x.slope * this.x.flat(value));
    const ys = Float32Array.from(arrays.y, (value) => y.offset + y.slope * this.y.flat(value));
    return indexOf(xs, ys, this.figure.place.clientWidth, this.figure.place.clientHeight);
  }

  inside(left, top) {
    const { clientWidth, clientHeight } = this.figure.place;
    return left >= GRID.left && left <= clientWidth - GRID.right && top >= this.top && top <= clientHeight - GRID.bottom;
  }

  /** The values a box encloses: {x: [low, high], y: [low, high]}. */
  enclosed({ left, right, top, bottom }) {
    const { x, y } = this.places();
    const range = (place, { steep }, a, b) => [a, b].map((pixel) => steep((pixel - place.offset) / place.slope)).sort((one, other) => one - other);
    return { x: range(x, this.x, left, right), y: range(y, this.y, top, bottom) };
  }

  wordsAt(at) {
    const { header, arrays } = this.points;
    const told = [`${header.x.label}: ${words(header.x, arrays.x[at])}`, `${header.y.label}: ${words(header.y, arrays.y[at])}`];
    if (header.binned) told.push(`${arrays.colour[at].toLocaleString("en")} rows in this cell`);
    else if (header.colour && !header.colour.is_category) told.push(`${header.colour.label}: ${words(header.colour, arrays.colour[at])}`);
    else if (header.colour) told.push(`${header.colour.label}: ${[...header.colour.labels, "one of the others", "no value"][arrays.colour[at]]}`);
    return told;
  }
}
