// Drawing a region by hand: a box or circle is dragged, a polygon clicked corner by corner. Escape gives it up.
import { circleThrough } from "./regions.js";

const LEAST_PX = 4;
const CLOSE_PX = 9;

const far = ([x, y], [a, b]) => Math.hypot(x - a, y - b);
const boxOf = ([x, y], [a, b]) => [[x, y], [a, y], [a, b], [x, b]];

export class Drawing {
  /** On a canvas over the map; `sketched` is told of every change, `done` of a region, `given up` of null. */
  constructor(canvas, map, { sketched, done }) {
    Object.assign(this, { canvas, map, sketched, done, kind: null, points: [] });
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => this.stop());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  start(kind) {
    this.kind = kind;
    this.points = [];
    this.canvas.classList.add("is-drawing");
    this.sketched(null);
  }

  stop(region = null) {
    this.kind = null;
    this.points = [];
    this.canvas.classList.remove("is-drawing");
    this.sketched(null);
    this.done(region);
  }

  pixel(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (!this.kind || event.button !== 0) return;
    event.preventDefault();
    const pixel = this.pixel(event);
    if (this.kind === "polygon") {
      const closes = this.points.length >= 3 && far(pixel, this.points[0]) <= CLOSE_PX;
      if (closes) this.finish(this.points);
      else if (!this.points.length || far(pixel, this.points.at(-1)) > LEAST_PX) this.points.push(pixel);
      else this.finish(this.points);
    } else {
      this.points = [pixel];
      this.canvas.setPointerCapture(event.pointerId);
    }
    this.show(pixel);
  }

  move(event) {
    if (this.kind && this.points.length) this.show(this.pixel(event));
  }

  up(event) {
    if (!this.kind || this.kind === "polygon" || !this.points.length) return;
    const [from, to] = [this.points[0], this.pixel(event)];
    if (far(from, to) < LEAST_PX) this.points = [];
    else this.finish(this.kind === "box" ? boxOf(from, to) : [from, to]);
  }

  key(event) {
    if (!this.kind || !["Escape", "Enter", "Backspace"].includes(event.key)) return;
    if (event.target.closest?.("input, select, textarea")) return;
    event.preventDefault();
    if (event.key === "Escape") this.stop();
    else if (this.kind !== "polygon") return;
    else if (event.key === "Enter") this.finish(this.points);
    else this.sketched(this.points.splice(-1) && this.points.length ? { points: this.points, radius: 0 } : null);
  }

  show(pixel) {
    if (!this.kind) return;
    const from = this.points[0];
    if (this.kind === "box") this.sketched({ points: boxOf(from, pixel), radius: 0 });
    else if (this.kind === "circle") this.sketched({ points: [from], radius: far(from, pixel) });
    else this.sketched({ points: [...this.points, pixel], radius: 0 });
  }

  finish(points) {
    const corners = points.map(([x, y]) => this.map.toSky(x, y));
    const isWhole = corners.every(Boolean) && (this.kind === "circle" || corners.length >= 3);
    if (!isWhole) this.stop();
    else this.stop(this.kind === "circle" ? circleThrough(...corners) : { kind: "polygon", corners });
  }
}
