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

export class Painter {
  constructor(canvas, map) {
    this.canvas = canvas;
    this.map = map;
    this.pen = canvas.getContext("2d");
  }

  /** All of it again. `scene`: footprints, styles, coverage, regions, selected (Set), lit (key), sketch (pixels). */
  paint(scene) {
    this.prepare();
    if (scene.coverage) this.density(scene.coverage);
    if (scene.footprints) this.footprints(scene);
    for (const region of scene.regions) this.region(region);
    if (scene.sketch) this.sketch(scene.sketch);
  }

  prepare() {
    const [width, height] = this.map.size;
    const scale = window.devicePixelRatio;
    const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
    this.pen.setTransform(scale, 0, 0, scale, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    this.centre = vector(...this.map.centre);
    this.reach = this.map.reach;
    this.pixel = this.map.degPerPixel;
    // On a flat map a line that would cross all of it goes over the edge and comes in on the other side.
    this.jump = this.map.isFlat ? width / 2 : Infinity;
  }

  sees({ centre, radius }) { return dot(centre, this.centre) >= Math.cos(Math.min(180, this.reach + radius) * RAD); }

  /** Add a closed outline to the pen's path; one that goes behind the sky or over the map's edge is left open there. */
  trace(path) {
    let last = null;
    let isWhole = true;
    for (let at = 0; at < path.length; at += 2) {
      const pixel = this.map.toPixel(path[at], path[at + 1]);
      if (pixel && last && Math.abs(pixel[0] - last[0]) < this.jump) this.pen.lineTo(pixel[0], pixel[1]);
      else if (pixel) this.pen.moveTo(pixel[0], pixel[1]);
      if (at && !(pixel && last && Math.abs(pixel[0] - last[0]) < this.jump)) isWhole = false;
      last = pixel;
    }
    const first = this.map.toPixel(path[0], path[1]);
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

  shape(shape) {
    if (!this.sees(shape)) return;
    if (shape.radius >= SMALLEST_PX * this.pixel) {
      this.trace(shape.path);
      return;
    }
    const pixel = this.map.toPixel(shape.path[0], shape.path[1]);
    if (pixel) this.diamond(pixel, DOT_PX);
  }

  row(row) {
    for (const shape of row.shapes) this.shape(shape);
    if (row.marker && this.sees({ centre: row.marker, radius: 0 })) this.marker(row.marker);
  }

  marker(at) {
    const pixel = this.map.toPixel(...direction(at));
    if (pixel) this.diamond(pixel, MARKER_PX);
  }

  diamond([x, y], size) {
    this.pen.moveTo(x, y - size);
    for (const [right, down] of [[size, 0], [0, size], [-size, 0]]) this.pen.lineTo(x + right, y + down);
    this.pen.closePath();
  }

  stroke(rows, { colour, dash }, width, fill) {
    this.pen.beginPath();
    for (const row of rows) this.row(row);
    if (fill) {
      this.pen.fillStyle = fill;
      this.pen.fill();
    }
    this.pen.lineJoin = "round";
    this.pen.setLineDash(dash);
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = width;
    this.pen.stroke();
    this.pen.setLineDash([]);
  }

  footprints({ footprints, styles, selected, lit }) {
    const groups = Map.groupBy(footprints.rows, (row) => styles.get(row.colour));
    for (const [style, rows] of groups) this.stroke(rows, style, 1.25);
    const chosen = footprints.rows.filter((row) => selected.has(row.key));
    if (chosen.length) this.stroke(chosen, { colour: CASING, dash: [] }, 5.5);
    for (const [style, rows] of Map.groupBy(chosen, (row) => styles.get(row.colour))) {
      this.stroke(rows, { colour: style.colour, dash: [] }, 3, "rgba(255, 255, 255, 0.08)");
    }
    const row = lit === null ? null : footprints.byKey.get(lit);
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
