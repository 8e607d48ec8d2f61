// The footprints of the matching rows as the portal sent them: where each is, how large, and which are under a point.
import { apart, arc, cap, dot, goesRound, ring, vector } from "./sphere.js";

const WIDEST = 89;
const LONGEST_NAME = 80;
const ROUNDING = 1e-12;

const finite = (numbers) => Array.isArray(numbers) && numbers.length > 0 && numbers.every(Number.isFinite);

function polygonOf(numbers) {
  const corners = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) corners.push(vector(numbers[at], numbers[at + 1]));
  const { centre, radius } = cap(corners);
  const path = corners.flatMap((corner, index) => arc(corner, corners[(index + 1) % corners.length])).flat();
  return { centre, radius, path: Float64Array.from(path), corners };
}

function circleOf([ra, dec, radius]) {
  const centre = vector(ra, dec);
  return { centre, radius, path: Float64Array.from(ring(centre, radius, 48).flat()), corners: null };
}

function shapesOf(shapes) {
  return shapes.filter(([, numbers]) => finite(numbers)).map(([kind, numbers]) => (kind === "c" ? circleOf(numbers) : polygonOf(numbers)));
}

const near = (shape, point, reach) => dot(shape.centre, point) >= Math.cos(Math.min(180, shape.radius + reach) * Math.PI / 180) - ROUNDING;

function holds(shape, point, reach) {
  if (!near(shape, point, reach)) return false;
  const distance = apart(shape.centre, point);
  if (shape.radius < reach) return distance <= reach;
  return distance <= shape.radius && (!shape.corners || (shape.radius < WIDEST && goesRound(shape.corners, point)));
}

/** One row on the sky: `shapes`, or a `marker` (vector) where it has no footprint, or neither. */
function rowOf(row) {
  const shapes = shapesOf(row.shapes ?? []);
  const marker = !shapes.length && finite(row.at) ? vector(...row.at) : null;
  const size = shapes.reduce((most, shape) => Math.max(most, shape.radius), 0);
  const name = row.target_name ?? row.targname ?? row.obs_id ?? row.filename ?? row.key;
  return { key: row.key, name: String(name).slice(0, LONGEST_NAME), colour: row.colour ?? null, shapes, marker, size };
}

export class Footprints {
  /** From the rows of the portal's answer. */
  constructor(rows) {
    this.rows = rows.map(rowOf);
    this.byKey = new Map(this.rows.map((row) => [row.key, row]));
    this.drawn = this.rows.filter((row) => row.shapes.length).length;
    this.marked = this.rows.filter((row) => row.marker).length;
  }

  get nowhere() { return this.rows.length - this.drawn - this.marked; }

  /** The rows at a point, the smallest first; a marker or what is tiny counts within `reach` degrees. */
  at(ra, dec, reach) {
    const point = vector(ra, dec);
    const found = this.rows.filter((row) => (row.marker ? near({ centre: row.marker, radius: 0 }, point, reach) : row.shapes.some((shape) => holds(shape, point, reach))));
    return found.sort((one, other) => one.size - other.size);
  }

  /** The cap around everything, or null when nothing is anywhere. */
  around(rows = this.rows) {
    const places = rows.flatMap((row) => (row.marker ? [{ centre: row.marker, radius: 0 }] : row.shapes));
    if (!places.length) return null;
    const { centre } = cap(places.map((place) => place.centre));
    return { centre, radius: places.reduce((most, place) => Math.max(most, apart(centre, place.centre) + place.radius), 0) };
  }
}
