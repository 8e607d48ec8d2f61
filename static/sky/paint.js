// Draws over the map: density, footprints and markers, the regions in force, what is lit, selected or being drawn.
import { REGION } from "./colours.js";
import { outline } from "./regions.js";
import { direction, dot, vector } from "./sphere.js";

const RAD = Math.PI / 180;
const DENSITY = "86, 180, 233";
const CASING = "rgba(4, 8, 16, 0.75)";
// Less than this is drawn as a dot, or nobody would find it on a wide sky.
const SMALLEST_PX = 3;
const DOT_PX = 3;
const MARKER_PX = 5;
// Outlines of one path: software draws many small paths much faster than a large one.
const AT_ONCE = 64;

function ink(pen, { colour, dash, width, fill }) {
  if (fill) {
    pen.fillStyle = fill;
    pen.fill();
  }
  Object.assign(pen, { lineJoin: "round", strokeStyle: colour, lineWidth: width });
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

function diamond(size, line, scale) {
  const canvas = document.createElement("canvas");
  const half = size + line.width + 1;
  canvas.width = canvas.height = Math.ceil(2 * half * scale);
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height / 2);
  pen.moveTo(0, -size);
  for (const [x, y] of [[size, 0], [0, size], [-size, 0]]) pen.lineTo(x, y);
  pen.closePath();
  ink(pen, line);
  return canvas;
}

export class Painter {
  constructor(canvas, map) {
    this.canvas = canvas;
    this.map = map;
    // What does not change while one points at things, kept to be copied.
    this.still = document.createElement("canvas");
    this.drawn = [];
    this.stamps = new Map();
  }

  /** `scene`: footprints, styles, coverage, regions, selected (Set), lit (key), sketch (pixels); its objects are replaced, never changed. */
  paint(scene) {
    this.look();
    const { footprints, styles, coverage, regions, selected } = scene;
    const wanted = [this.view, footprints, styles, coverage, regions, selected];
    if (wanted.some((each, index) => each !== this.drawn[index])) this.redraw(scene);
    this.drawn = wanted;
    this.begin(this.canvas);
    this.pen.drawImage(this.still, 0, 0, ...this.size);
    this.lit(scene);
    if (scene.sketch) this.sketch(scene.sketch);
  }

  redraw(scene) {
    this.begin(this.still);
    if (scene.coverage) this.density(scene.coverage);
    if (scene.footprints) this.footprints(scene);
    for (const region of scene.regions) this.region(region);
  }

  /** Take a canvas of the map's size, wiped, to draw on. */
  begin(canvas) {
    const [wide, high] = this.size.map((side) => Math.round(side * this.scale));
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    this.pen = canvas.getContext("2d");
    this.pen.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    this.pen.clearRect(0, 0, ...this.size);
  }

  look() {
    this.size = this.map.size;
    this.scale = window.devicePixelRatio;
    const [width] = this.size;
    this.view = `${this.map.view},${this.map.isFlat},${this.scale}`;
    this.centre = vector(...this.map.centre);
    this.reach = this.map.reach;
    this.pixel = this.map.degPerPixel;
    // On a flat map a line that would cross all of it goes over the edge and comes in on the other side.
    this.jump = this.map.isFlat ? width / 2 : Infinity;
  }

  sees({ centre, radius }) { return dot(centre, this.centre) >= Math.cos(Math.min(180, this.reach + radius) * RAD); }

  /** Add a closed outline to the pen's path; one that goes behind the sky or over the map's edge is left open there. */
  trace(path) {
    const first = this.map.toPixel(path[0], path[1]);
    let last = null;
    let isWhole = true;
    for (let at = 0; at < path.length; at += 2) {
      const pixel = at ? this.map.toPixel(path[at], path[at + 1]) : first;
      if (pixel && last && Math.abs(pixel[0] - last[0]) < this.jump) this.pen.lineTo(pixel[0], pixel[1]);
      else if (pixel) this.pen.moveTo(pixel[0], pixel[1]);
      if (at && !(pixel && last && Math.abs(pixel[0] - last[0]) < this.jump)) isWhole = false;
      last = pixel;
    }
    isWhole &&= Boolean(first && last && Math.abs(first[0] - last[0]) < this.jump);
    if (isWhole) this.pen.closePath();
    return isWhole;
  }

  density(coverage) {
    for (const cell of coverage.cells.filter((each) => this.sees(each))) {
      this.pen.beginPath();
      if (!this.trace(cell.path)) continue;
      this.pen.fillStyle = `rgba(${DENSITY}, ${coverage.opacity(cell)})`;
      this.pen.fill();
    }
  }

  /** Add one row's outlines to the pen's path; what is a dot or a marker goes to `dots` as [pixel, size]. */
  row(row, dots) {
    for (const shape of row.shapes) {
      if (!this.sees(shape)) continue;
      if (shape.radius >= SMALLEST_PX * this.pixel) this.trace(shape.path);
      else dots.push([this.map.toPixel(shape.path[0], shape.path[1]), DOT_PX]);
    }
    if (row.marker && this.sees({ centre: row.marker, radius: 0 })) dots.push([this.map.toPixel(...direction(row.marker)), MARKER_PX]);
  }

  /** Rows in one line; filled only where they are few, for many fills over each other hide the sky. */
  stroke(rows, { colour, dash }, width, fill = null) {
    const line = { colour, dash, width, fill: rows.length > AT_ONCE ? null : fill };
    for (let first = 0; first < rows.length; first += AT_ONCE) {
      const dots = [];
      this.pen.beginPath();
      for (const row of rows.slice(first, first + AT_ONCE)) this.row(row, dots);
      ink(this.pen, line);
      for (const [pixel, size] of dots) if (pixel) this.stamp(pixel, size, line);
    }
  }

  /** A diamond, drawn once for each line and copied from then on. */
  stamp([x, y], size, line) {
    const { colour, dash, width, fill } = line;
    const name = [size, colour, width, fill, this.scale, ...dash].join();
    if (!this.stamps.has(name)) this.stamps.set(name, diamond(size, line, this.scale));
    const stamp = this.stamps.get(name);
    const [left, top] = [x, y].map((at) => Math.round(at * this.scale - stamp.width / 2) / this.scale);
    this.pen.drawImage(stamp, left, top, stamp.width / this.scale, stamp.height / this.scale);
  }

  footprints({ footprints, styles, selected }) {
    const groups = Map.groupBy(footprints.rows, (row) => styles.get(row.colour));
    for (const [style, rows] of groups) this.stroke(rows, style, 1.25);
    const chosen = footprints.rows.filter((row) => selected.has(row.key));
    if (chosen.length) this.stroke(chosen, { colour: CASING, dash: [] }, 5.5);
    for (const [style, rows] of Map.groupBy(chosen, (row) => styles.get(row.colour))) {
      this.stroke(rows, { colour: style.colour, dash: [] }, 3, "rgba(255, 255, 255, 0.08)");
    }
  }

  lit({ footprints, lit }) {
    const row = lit === null ? null : footprints?.byKey.get(lit);
    if (!row) return;
    this.stroke([row], { colour: CASING, dash: [] }, 5.5);
    this.stroke([row], { colour: "#ffffff", dash: [] }, 2.5, "rgba(255, 255, 255, 0.22)");
  }

  region(region) {
    this.pen.beginPath();
    this.trace(outline(region).flat());
    for (const [colour, width, dash] of [[CASING, 4, []], [REGION, 1.75, [8, 5]]]) {
      Object.assign(this.pen, { strokeStyle: colour, lineWidth: width });
      this.pen.setLineDash(dash);
      this.pen.stroke();
    }
    this.pen.setLineDash([]);
  }

  /** What the person is drawing: {points, radius}, in pixels. */
  sketch({ points, radius }) {
    this.pen.beginPath();
    if (radius) this.pen.arc(...points[0], radius, 0, 2 * Math.PI);
    else points.forEach(([x, y], index) => (index ? this.pen.lineTo(x, y) : this.pen.moveTo(x, y)));
    this.pen.closePath();
    Object.assign(this.pen, { strokeStyle: REGION, lineWidth: 1.5, fillStyle: "rgba(255, 255, 255, 0.12)" });
    this.pen.fill();
    this.pen.stroke();
    for (const [x, y] of points) this.pen.strokeRect(x - 2.5, y - 2.5, 5, 5);
  }
}
