// The sky pane: footprints of the matching rows over a survey. Puts together the map, the portal's answers and the controls.
import { hear, say } from "./events.js";
import { selected } from "./selection.js";
import * as address from "./sky/address.js";
import { NoAnswer, ask } from "./sky/ask.js";
import { COVERED, showScale, showStyles, stylesOf } from "./sky/colours.js";
import { Controls } from "./sky/controls.js";
import { Coverage } from "./sky/coverage.js";
import { Footprints } from "./sky/footprints.js";
import { hasWebGL2, openMap } from "./sky/map.js";
import { Painter } from "./sky/paint.js";
import { asked, next } from "./sky/refine.js";
import { around, inForce, words } from "./sky/regions.js";
import { apart, vector } from "./sky/sphere.js";
import * as said from "./sky/words.js";

const REFINE_AFTER_MS = 300;
const NOTE_AFTER_MS = 400;
// Web servers take lines of 8 kB; the rest is for the path and what the pane adds when it asks.
const LONGEST_QUERY = 7500;
const scene = { footprints: null, styles: new Map(), coverage: null, regions: [], selected: new Set(), lit: null, sketch: null };
let controls = null;
let map = null;
let painter = null;
let shownFor = "";
let isAway = false;
let isFirst = true;
// Of more rows than can be drawn: {answer, coverage} about all of them, and the part that was asked for since.
let whole = null;
let part = null;
let refining = 0;
let noting = 0;
let painting = 0;

const table = () => document.getElementById("table-view")?.dataset;
const tooLong = (query) => `This region makes the address ${query.length.toLocaleString("en")} characters long, and at most ${LONGEST_QUERY.toLocaleString("en")} can be sent: leave out corners, or use a circle.`;
const allAround = () => whole?.coverage.around() ?? scene.footprints?.around() ?? null;

/** Paint now, in the frame in which the map has moved. */
function paint() {
  cancelAnimationFrame(painting);
  painting = 0;
  painter?.paint(scene);
}

/** Paint once in the next frame, whatever has changed by then. */
function repaint() { painting ||= requestAnimationFrame(paint); }

// ---------- what the portal knows
function take(answer) {
  scene.footprints = answer.kind === "footprints" ? new Footprints(answer.rows) : null;
  scene.coverage = answer.kind === "coverage" ? new Coverage(answer) : null;
  scene.styles = stylesOf(scene.footprints?.rows ?? []);
  if (scene.footprints) showStyles(controls.legend, scene.styles);
  else showScale(controls.legend, scene.coverage.scale);
  const sentence = scene.footprints ? said.ofFootprints(scene.footprints, part !== null) : said.ofCoverage(scene.coverage);
  controls.summary((part ? said.ofPart(answer.matched) : "") + sentence);
  controls.colourable(scene.footprints !== null);
  map?.cover(scene.coverage?.moc ?? null, COVERED);
}

/** Look at everything at first, and again when nothing of it is in sight. */
function lookAgain() {
  const cap = allAround() ?? (scene.regions.length ? around(scene.regions[0]) : null);
  if (!cap || !map) return;
  const isOut = apart(cap.centre, vector(...map.centre)) > map.reach + cap.radius;
  if (isFirst || isOut) map.fit(cap);
  isFirst = false;
}

async function answered(wanted) {
  controls.busy(true);
  try {
    const answer = await ask(table(), { colour_by: controls.colourBy, ...wanted });
    if (answer) controls.busy(false);
    return answer;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    controls.busy(false);
    controls.summary(error.message);
    return null;
  }
}

/** Everything that matches, as the table has it now. */
async function load() {
  const answer = await answered({});
  if (!answer) return;
  part = null;
  take(answer);
  whole = scene.coverage && { answer, coverage: scene.coverage };
  lookAgain();
  refineSoon();
  if (map) noteSoon();
  repaint();
}

async function refine() {
  const wanted = whole && next(map, whole.coverage, part);
  if (!wanted) return;
  const answer = wanted === "whole" ? whole.answer : await answered(asked(wanted));
  if (!answer) return;
  part = wanted === "whole" ? null : wanted;
  take(answer);
  repaint();
}

function arrived() {
  if (isAway || !table()?.search) return;
  const now = [table().search, table().result, table().filters].join();
  if (now === shownFor) return;
  shownFor = now;
  scene.regions = inForce(table().filters);
  controls.regions(scene.regions);
  load();
}

function refineSoon() {
  clearTimeout(refining);
  if (whole) refining = setTimeout(refine, REFINE_AFTER_MS);
}

// ---------- rows and footprints are one thing
function light(key, from) {
  if (scene.lit === key) return;
  scene.lit = key;
  controls.lit(scene.footprints?.byKey.has(key) ? key : null);
  if (from === "sky") say("row:hover", { key, from: "sky" });
  repaint();
}

const under = (position) => scene.footprints?.at(...position, 8 * map.degPerPixel) ?? [];

function pointed(position) {
  controls.place(position ?? map.centre, position ? "pointer" : "middle");
  const rows = position ? under(position) : [];
  const cell = position && scene.coverage?.at(...position);
  controls.note(rows.length ? said.ofRows(rows, scene.styles) : cell ? said.ofCell(cell) : "");
  light(rows[0]?.key ?? null, "sky");
}

/** The smallest footprint here, or, where it was chosen by the click before, the next one. */
let clicked = { keys: "", turn: 0 };
function pick(position) {
  controls.place(position, "clicked");
  const rows = under(position);
  if (!rows.length) return;
  const keys = rows.map((row) => row.key).join("\n");
  clicked = { keys, turn: clicked.keys === keys ? (clicked.turn + 1) % rows.length : 0 };
  const { key } = rows[clicked.turn];
  say("selection:set", { keys: [key], on: !scene.selected.has(key), from: "sky" });
  say("row:reveal", { key, from: "sky" });
}

/** Have the table filtered by these. Throws an Error whose message is a sentence. */
function filterBy(regions) {
  const sky = regions.map(words);
  const query = new URLSearchParams(location.search);
  query.delete("sky");
  for (const each of sky) query.append("sky", each);
  if (String(query).length > LONGEST_QUERY) throw new Error(tooLong(String(query)));
  say("table:filter", { changes: { sky: sky.length ? sky : null } });
}

// ---------- the pane itself
function noteSoon() {
  clearTimeout(noting);
  noting = setTimeout(() => { if (!isAway && !isFirst) address.note(map, controls.colourBy); }, NOTE_AFTER_MS);
}

function moved() {
  paint();
  refineSoon();
  noteSoon();
  controls.place(map.centre);
}

/** The view that the address names, where it names one. */
function lookAsAsked() {
  const { at, colour } = address.said();
  if (colour) controls.colourBy = colour;
  if (!at) return;
  map.look(...at);
  isFirst = false;
}

async function openTheMap(root) {
  if (!hasWebGL2()) return null;
  try {
    return await openMap(root.querySelector("[data-sky-map]"), root.dataset.survey);
  } catch (error) {
    console.warn("The sky could not be drawn:", error);
    return null;
  }
}

/** Called once, with the panel in which the sky is shown for the first time. */
export async function open(panel) {
  const root = panel.querySelector("[data-sky]");
  root.hidden = false;
  map = await openTheMap(root);
  panel.querySelector("[data-side-words]").hidden = true;
  panel.querySelector("[data-sky-without]").hidden = map !== null;
  controls = new Controls(root, map, {
    pointed,
    pick,
    filterBy: (region) => filterBy([region]),
    removed: (index) => filterBy(scene.regions.filter((_, other) => other !== index)),
    recoloured: () => load(),
    fitAll: () => { if (allAround()) map.fit(allAround()); },
    sketched: (sketch) => { scene.sketch = sketch; repaint(); },
  });
  if (map) {
    painter = new Painter(root.querySelector("[data-sky-over]"), map);
    lookAsAsked();
    map.follow(moved, paint);
  }
  scene.selected = new Set(selected());
  arrived();
}

export function shown() {
  isAway = false;
  if (!controls) return;
  map?.follow(moved, paint);
  arrived();
}

export function hiddenAway() {
  isAway = true;
  map?.rest();
}

hear("table:arrived", () => { if (controls) arrived(); });
hear("row:hover", ({ key, from }) => { if (controls && from !== "sky") light(key, from); });
hear("selection:changed", ({ keys }) => {
  scene.selected = new Set(keys);
  repaint();
});
