// When a closer look at many footprints deserves another answer of the portal: finer cells, or the footprints themselves.
import { apart, direction, vector } from "./sphere.js";

const MARGIN = 1.4;
const MOST_ORDER = 12;
const CELLS_ACROSS = 48;
const WIDEST = 60;

/** The order at which a field of view is some dozens of cells across. */
export const orderFor = (fov_deg) => Math.max(0, Math.min(MOST_ORDER, Math.ceil(Math.log2(58.6 * CELLS_ACROSS / fov_deg))));

const holds = (outer, inner) => apart(outer.centre, inner.centre) + inner.radius <= outer.radius;

/**
 * What the view needs next: null when what is shown is good enough, "whole" for the answer about everything, or a
 * part {centre, radius, order} to ask for. `whole` is that answer's coverage, `part` what was asked for last, or null.
 */
export function next(map, whole, part) {
  const order = orderFor(map.fov);
  const view = { centre: vector(...map.centre), radius: map.reach };
  if (view.radius > WIDEST || order <= whole.order || holds(view, whole.around() ?? view)) return part ? "whole" : null;
  if (part && part.order === order && holds(part, view)) return null;
  return { centre: view.centre, radius: view.radius * MARGIN, order };
}

/** A part as the portal is asked for it. */
export function asked({ centre, radius, order }) {
  const [ra, dec] = direction(centre);
  return { region: `circle ${ra.toFixed(7)} ${dec.toFixed(7)} ${radius.toFixed(7)}`, order: String(order) };
}
