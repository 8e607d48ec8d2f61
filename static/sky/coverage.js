// Too many footprints to draw one by one: the area they cover and how many lie in each HEALPix cell.
import { cap, cellCorners, cellWidth, direction, dot, goesRound, vector } from "./sphere.js";

const STEPS = [0.2, 0.34, 0.5, 0.66, 0.85];

const pathOf = (corners) => Float64Array.from(corners.flatMap((corner) => direction(corner)));

function cellOf(order, number) {
  const corners = cellCorners(order, Number(number));
  return { ...cap(corners), corners, path: pathOf(corners) };
}

export class Coverage {
  /** From the portal's answer about all rows, or about those in sight. */
  constructor(answer) {
    this.rows = answer.shown;
    this.nowhere = answer.nowhere;
    const { order, cells, counts } = answer.density;
    this.order = order;
    this.most = counts.reduce((most, count) => Math.max(most, count), 1);
    this.cells = cells.map((number, index) => ({ ...cellOf(order, number), count: counts[index], step: this.stepOf(counts[index]) }));
    this.moc = answer.moc;
  }

  /** Which fifth of the scale a count is in; the scale is logarithmic. */
  stepOf(count) {
    const part = this.most > 1 ? Math.log(count) / Math.log(this.most) : 1;
    return Math.min(STEPS.length - 1, Math.floor(part * STEPS.length));
  }

  /** The scale in words and opacities: [{opacity, from, to}], steps that no count can be in left out. */
  get scale() {
    const edge = (step) => Math.ceil(this.most ** (step / STEPS.length) - 1e-9);
    return STEPS.map((opacity, step) => ({ opacity, from: Math.max(1, edge(step)), to: step === STEPS.length - 1 ? this.most : edge(step + 1) - 1 }))
      .filter(({ from, to }) => from <= to);
  }

  opacity(cell) { return STEPS[cell.step]; }

  /** The cell at a point, or null. */
  at(ra, dec) {
    const point = vector(ra, dec);
    return this.cells.find((cell) => dot(cell.centre, point) >= Math.cos(cell.radius * Math.PI / 180) && goesRound(cell.corners, point)) ?? null;
  }

  around() {
    if (!this.cells.length) return null;
    const { centre, radius } = cap(this.cells.map((cell) => cell.centre));
    return { centre, radius: radius + cellWidth(this.order) / 2 };
  }
}
