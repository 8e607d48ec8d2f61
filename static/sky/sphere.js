// Directions on the sphere: vectors, distances, what a polygon holds, corners of HEALPix cells. Degrees, ICRS; knows no map.

const DEG = Math.PI / 180;

/** The unit vector of a direction. */
export function vector(ra_deg, dec_deg) {
  const level = Math.cos(dec_deg * DEG);
  return [level * Math.cos(ra_deg * DEG), level * Math.sin(ra_deg * DEG), Math.sin(dec_deg * DEG)];
}

/** The direction of a vector, [ra, dec] with RA from 0 to 360. */
export function direction([x, y, z]) {
  return [((Math.atan2(y, x) / DEG) + 360) % 360, Math.atan2(z, Math.hypot(x, y)) / DEG];
}

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

function unit(v) {
  const length = Math.hypot(...v);
  return length ? v.map((each) => each / length) : [1, 0, 0];
}

/** The angle between two unit vectors; exact for small ones too. */
export const apart = (a, b) => Math.atan2(Math.hypot(...cross(a, b)), dot(a, b)) / DEG;

/** A cap that holds all of `vectors`: {centre, radius}, the middle of them and the farthest. */
export function cap(vectors) {
  const centre = unit(vectors.reduce((sum, v) => [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]], [0, 0, 0]));
  return { centre, radius: vectors.reduce((most, v) => Math.max(most, apart(centre, v)), 0) };
}

function axes(centre) {
  const east = Math.hypot(centre[0], centre[1]) > 1e-12 ? unit([-centre[1], centre[0], 0]) : [0, 1, 0];
  return [east, cross(centre, east)];
}

/** Whether a polygon's corners go round a point: the turns of their directions, seen from it, add up to a circle. */
export function goesRound(corners, point) {
  const [east, north] = axes(point);
  const seen = corners.map((corner) => Math.atan2(dot(corner, east), dot(corner, north)));
  let turned = 0;
  seen.forEach((angle, index) => {
    const step = seen[(index + 1) % seen.length] - angle;
    turned += step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
  });
  return Math.abs(turned) > Math.PI;
}

/** Whether the great circles from a to b and from c to d cross. */
export function arcsCross(a, b, c, d) {
  const [first, second] = [cross(a, b), cross(c, d)];
  const near = (a[0] + b[0]) * (c[0] + d[0]) + (a[1] + b[1]) * (c[1] + d[1]) + (a[2] + b[2]) * (c[2] + d[2]) > 0;
  return near && dot(first, c) * dot(first, d) < 0 && dot(second, a) * dot(second, b) < 0;
}

/** The great circle from one vector to another, without its end, as directions no farther apart than `step` degrees. */
export function arc(from, to, step = 1) {
  const angle = apart(from, to) * DEG;
  const pieces = Math.max(1, Math.ceil(angle / (step * DEG)));
  const found = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const part = piece / pieces;
    const [a, b] = piece ? [Math.sin((1 - part) * angle) / Math.sin(angle), Math.sin(part * angle) / Math.sin(angle)] : [1, 0];
    found.push(direction([0, 1, 2].map((axis) => a * from[axis] + b * to[axis])));
  }
  return found;
}

/** A circle's outline as directions. */
export function ring(centre, radius_deg, pieces = 64) {
  const [east, north] = axes(centre);
  const [level, up] = [Math.sin(radius_deg * DEG), Math.cos(radius_deg * DEG)];
  return Array.from({ length: pieces }, (_, piece) => {
    const turn = 2 * Math.PI * piece / pieces;
    return direction([0, 1, 2].map((axis) => up * centre[axis] + level * (Math.sin(turn) * east[axis] + Math.cos(turn) * north[axis])));
  });
}

/** The point `distance` degrees from another, towards east and north of it in the proportion given. */
export function moved(ra_deg, dec_deg, east_deg, north_deg) {
  const centre = vector(ra_deg, dec_deg);
  const [east, north] = axes(centre);
  return direction([0, 1, 2].map((axis) => centre[axis] + Math.tan(east_deg * DEG) * east[axis] + Math.tan(north_deg * DEG) * north[axis]));
}

// HEALPix by its formulae (Gorski et al. 2005, ApJ 622, 759), nested numbering.
const RING_OF_FACE = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4];
const TURN_OF_FACE = [1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7];

function onFace(face, x, y) {
  const row = RING_OF_FACE[face] - x - y;
  const width = Math.min(1, Math.max(0, Math.min(row, 4 - row)));
  let z = (2 - row) * 2 / 3;
  if (row < 1) z = 1 - width * width / 3;
  if (row > 3) z = width * width / 3 - 1;
  const turn = width ? (TURN_OF_FACE[face] * width + x - y) / width : 0;
  const level = Math.sqrt(Math.max(0, 1 - z * z));
  return [level * Math.cos(turn * Math.PI / 4), level * Math.sin(turn * Math.PI / 4), z];
}

/** The corners of a nested HEALPix cell as vectors; sides of large cells have points between. */
export function cellCorners(order, number) {
  const side = 2 ** order;
  const face = Math.floor(number / (side * side));
  let inside = number - face * side * side;
  let [x, y] = [0, 0];
  for (let bit = 1; bit < side; bit *= 2) {
    x += bit * (inside % 2);
    y += bit * (Math.floor(inside / 2) % 2);
    inside = Math.floor(inside / 4);
  }
  const pieces = Math.max(1, 8 >> order);
  const steps = Array.from({ length: pieces }, (_, piece) => piece / pieces);
  return [
    ...steps.map((part) => [part, 0]), ...steps.map((part) => [1, part]),
    ...steps.map((part) => [1 - part, 1]), ...steps.map((part) => [0, 1 - part]),
  ].map(([right, up]) => onFace(face, (x + right) / side, (y + up) / side));
}

/** The cells' usual width in degrees. */
export const cellWidth = (order) => 58.6 / 2 ** order;

const two = (value) => String(value).padStart(2, "0");

/** Hours, minutes and seconds of RA, degrees, minutes and seconds of Dec: "18 53 35.10 +33 01 45.0". */
export function sexagesimal(ra_deg, dec_deg) {
  const hundredths = Math.round(ra_deg * 24000) % 8640000;
  const tenths = Math.round(Math.abs(dec_deg) * 36000);
  const ra = `${two(Math.floor(hundredths / 360000))} ${two(Math.floor(hundredths / 6000) % 60)} ${(hundredths % 6000 / 100).toFixed(2).padStart(5, "0")}`;
  const dec = `${two(Math.floor(tenths / 36000))} ${two(Math.floor(tenths / 600) % 60)} ${(tenths % 600 / 10).toFixed(1).padStart(4, "0")}`;
  return `${ra} ${dec_deg < 0 ? "-" : "+"}${dec}`;
}

/** Decimal degrees: "10.684708 +41.268750". */
export const decimal = (ra_deg, dec_deg) => `${ra_deg.toFixed(6)} ${dec_deg < 0 ? "" : "+"}${dec_deg.toFixed(6)}`;

/** An angle in the unit a person would use: 12.3″, 4.5′, 2.31°. */
export function angleWords(deg) {
  if (deg >= 1) return `${deg.toFixed(deg < 10 ? 2 : 0)}°`;
  return deg * 60 >= 1 ? `${(deg * 60).toFixed(1)}′` : `${(deg * 3600).toFixed(1)}″`;
}
