// Regions a person draws or writes: the words of the address, `circle ra dec radius` and `polygon ra dec …`, both ways.
import { apart, arc, arcsCross, cap, ring, vector } from "./sphere.js";

const FORMS = "Write “circle RA Dec radius” or “polygon RA Dec RA Dec RA Dec …”, all in degrees.";
const MOST_CORNERS = 500;
const DIGITS = 6;

/** A region from its words: {kind, ra, dec, radius} or {kind, corners}. Throws an Error whose message is a sentence. */
export function read(words) {
  const [kind, ...rest] = words.trim().toLowerCase().split(/[\s,]+/);
  const numbers = rest.filter((word, index) => index || !["icrs", "j2000"].includes(word)).map(Number);
  if (!["circle", "polygon"].includes(kind) || !numbers.length || !numbers.every(Number.isFinite)) throw new Error(FORMS);
  const region = kind === "circle" ? circle(numbers) : polygon(numbers);
  const decs = region.corners?.map((corner) => corner[1]) ?? [region.dec];
  if (decs.some((dec) => Math.abs(dec) > 90)) throw new Error("Dec is between -90 and 90 degrees.");
  return checked(region);
}

function circle(numbers) {
  if (numbers.length !== 3) throw new Error("A circle is three numbers: RA, Dec and radius, in degrees.");
  const [ra, dec, radius] = numbers;
  if (!(radius > 0 && radius <= 90)) throw new Error("A circle's radius is more than 0 and at most 90 degrees.");
  return { kind: "circle", ra, dec, radius };
}

function polygon(numbers) {
  if (numbers.length < 6 || numbers.length % 2) throw new Error("A polygon is at least three corners, each an RA and a Dec.");
  const corners = [];
  for (let at = 0; at < numbers.length; at += 2) corners.push([numbers[at], numbers[at + 1]]);
  if (corners.length > MOST_CORNERS) throw new Error(`A polygon has at most ${MOST_CORNERS} corners.`);
  return { kind: "polygon", corners };
}

/** The region itself, when its outline does not cross itself. Throws an Error whose message is a sentence. */
export function checked(region) {
  const corners = (region.corners ?? []).map(([ra, dec]) => vector(ra, dec));
  const edges = corners.map((corner, index) => [corner, corners[(index + 1) % corners.length]]);
  // Neighbours meet in a corner, which by rounding may look like a crossing.
  const apartBy = (one, other) => other - one > 1 && other - one < edges.length - 1;
  const crosses = edges.some((edge, one) => edges.some((each, other) => apartBy(one, other) && arcsCross(...edge, ...each)));
  if (crosses) throw new Error("The outline crosses itself: a region needs an inside and an outside.");
  return region;
}

const word = (value) => String(Number(value.toFixed(DIGITS)));

/** The region as the address writes it. */
export function words(region) {
  const numbers = region.kind === "circle" ? [region.ra, region.dec, region.radius] : region.corners.flat();
  return [region.kind, ...numbers.map(word)].join(" ");
}

/** Its outline as directions, edges along great circles. */
export function outline(region) {
  if (region.kind === "circle") return ring(vector(region.ra, region.dec), region.radius);
  const corners = region.corners.map(([ra, dec]) => vector(ra, dec));
  return corners.flatMap((corner, index) => arc(corner, corners[(index + 1) % corners.length]));
}

/** A circle from its middle and a point of its edge. */
export function circleThrough([ra, dec], edge) {
  return { kind: "circle", ra, dec, radius: apart(vector(ra, dec), vector(...edge)) };
}

/** The regions of a table's filters; of one that cannot be read nothing is drawn. */
export function inForce(filters) {
  return new URLSearchParams(filters).getAll("sky").flatMap((text) => {
    try { return [read(text)]; } catch { return []; }
  });
}

/** Where a region is, to look there: {centre, radius}. */
export function around(region) {
  if (region.kind === "circle") return { centre: vector(region.ra, region.dec), radius: region.radius };
  return cap(region.corners.map(([ra, dec]) => vector(ra, dec)));
}
