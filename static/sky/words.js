// What the pane says in words: how many footprints, what is without one, where they are, what is under the pointer.
import { angleWords, decimal, direction, sexagesimal } from "./sphere.js";

const number = (count) => count.toLocaleString("en");
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

function where(cap) {
  if (!cap) return "";
  if (cap.radius > 60) return " all over the sky";
  const [ra, dec] = direction(cap.centre);
  return ` around ${ra.toFixed(4)} ${dec < 0 ? "" : "+"}${dec.toFixed(4)}, ${angleWords(2 * cap.radius)} across`;
}

/** A sentence or two about footprints, of all rows or of the part in sight. */
export function ofFootprints(footprints, isPart = false) {
  if (!footprints.rows.length) return isPart ? "none." : "No rows match, so there is nothing on the sky.";
  const said = [`${plural(footprints.drawn, "footprint")}${where(footprints.around())}.`];
  if (footprints.marked) said.push(`${plural(footprints.marked, "row")} without a footprint, shown as ${footprints.marked === 1 ? "a marker" : "markers"}.`);
  if (footprints.nowhere) said.push(`${plural(footprints.nowhere, "row")} with neither footprint nor position, not shown.`);
  return said.join(" ");
}

/** The same of coverage. */
export function ofCoverage(coverage) {
  const said = [`${number(coverage.rows)} rows${where(coverage.around())}: too many to draw one by one, so the sky shows how many lie in each cell. Zoom in for finer cells and footprints.`];
  if (coverage.nowhere) said.push(`${plural(coverage.nowhere, "row")} with neither footprint nor position, not counted.`);
  return said.join(" ");
}

/** Said before the rest, where only what is in sight was asked for. */
export const ofPart = (matched) => `In sight, of ${number(matched)} rows: `;

/** A position both ways: degrees, and hours with degrees. */
export const ofPlace = ([ra, dec]) => ({ decimal: decimal(ra, dec), sexagesimal: sexagesimal(ra, dec) });

/** The rows under the pointer. */
export function ofRows(rows, styles) {
  const [first] = rows;
  const facts = [first.name, styles.get(first.colour)?.words, first.marker ? "no footprint" : "", rows.length > 1 ? `${number(rows.length - 1)} more here` : ""];
  return facts.filter(Boolean).join(" · ");
}

export const ofCell = (cell) => `${plural(cell.count, "row")} in this cell`;
