// The plot and the timeline beside the table: ask for points, draw them, and pass on what is pointed at or enclosed.
import { hear, say } from "./events.js";
import { Figure } from "./plot/figure.js";
import { Limits } from "./plot/limits.js";
import { placeOf } from "./plot/pick.js";
import { NoPoints, numberOnPage, pointsOf, rowOf } from "./plot/points.js";
import { follow } from "./plot/pointer.js";
import { bound, isDate } from "./plot/scales.js";
import { Scatter } from "./plot/scatter.js";
import { fill, keep, wantedOf } from "./plot/state.js";
import { Timeline } from "./plot/timeline.js";

const HOVER_MS = 90;
const panes = new Map();
const count = (number) => number.toLocaleString("en");
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

class Pane {
  constructor(panel, name) {
    this.name = name;
    this.root = panel.querySelector("[data-plot]");
    this.part = (what) => this.root.querySelector(`[data-plot-${what}]`);
    this.words = panel.querySelector("[data-side-words]");
    this.form = this.part("form");
    this.limits = new Limits(this.part("limits"), this.part("clear"));
    this.figure = new Figure(this.part("figure"));
    this.drawing = name === "plot" ? new Scatter(this.figure) : new Timeline(this.figure);
    this.isShown = true;
    this.asked = null;
    this.drawnFor = "";
    this.hovering = 0;
    this.lit = -1;
  }

  async begin() {
    const chosen = fill(this.form, this.name);
    this.words.textContent = "Loading the chart …";
    await this.figure.begin(this.root.dataset.chart, () => {
      this.mark(-1);
      this.drawing.redraw();
    });
    this.root.hidden = false;
    this.words.classList.add("plot-summary");
    this.tie();
    await this.ask();
    if (!chosen) await this.lookFurther();
  }

  // ---------- what is drawn
  /** Where the usual columns hold nothing in these rows, the next ones that do. */
  async lookFurther() {
    if (document.getElementById("table-view").dataset.matched === "0") return;
    const field = this.form.elements.x;
    const others = [...field.options].filter((option) => option.dataset.unit === "MJD").slice(0, 3);
    for (const { value } of others) {
      if (!this.drawing.points || this.drawing.points.header.shown) return;
      field.value = value;
      await this.ask();
    }
  }

  async ask() {
    const wanted = wantedOf(this.form);
    const { result, filters, search } = document.getElementById("table-view").dataset;
    const asking = JSON.stringify([search, result, filters, wanted]);
    if (asking === this.drawnFor) return;
    this.asked?.abort();
    this.asked = new AbortController();
    this.root.setAttribute("aria-busy", "true");
    try {
      const points = await pointsOf(wanted, this.asked.signal);
      this.drawnFor = asking;
      this.wanted = wanted;
      this.show(points);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.drawnFor = "";
      if (!(error instanceof NoPoints)) throw error;
      this.words.textContent = error.message;
    }
    this.root.removeAttribute("aria-busy");
  }

  show(points) {
    this.mark(-1);
    this.figure.place.hidden = points.header.shown === 0;
    this.part("none").hidden = points.header.shown > 0;
    this.figure.fit();
    this.logarithms(points.header);
    if (points.header.shown) this.drawing.show(points);
    else this.drawing.points = points;
    this.summary(points.header);
    this.limits.show(this.wanted, points.header);
  }

  /** A logarithm is offered where all values allow it. */
  logarithms({ x, y, log }) {
    for (const box of this.form.querySelectorAll("[name=log]")) {
      const told = box.value === "x" ? x : y;
      const possible = told && told.min > 0 && !isDate(told);
      box.disabled = !possible && !log.includes(box.value);
      box.closest("label").classList.toggle("is-off", box.disabled);
    }
  }

  summary({ shown, without_value: without, binned, x, y, lane, end, colour }) {
    const what = this.name === "plot" ? `${y?.label} against ${x.label}` : `${x.label}${end && !binned ? ` to ${end.label}` : ""} in a lane for each ${lane.label}`;
    const coloured = !binned && colour ? `, coloured by ${colour.label}` : "";
    const cells = binned ? `; so many that they are counted in cells` : "";
    const rest = without ? ` ${plural(without, "row")} without a value ${without === 1 ? "is" : "are"} not shown.` : "";
    this.words.textContent = `${plural(shown, "row")}: ${what}${coloured}${cells}.${rest}`;
    this.figure.place.setAttribute("aria-label", this.words.textContent);
  }

  boxed(edges) {
    const found = this.drawing.enclosed(edges);
    const bounds = ([axis, [low, high]]) => {
      const isLog = this.drawing[axis].isLog;
      return [axis, [bound(low, high - low, isLog), bound(high, high - low, isLog)]];
    };
    this.limits.send(Object.fromEntries(Object.entries(found).map(bounds)));
  }

  // ---------- points and rows
  mark(at) {
    this.lit = at;
    const [ring, tip] = [this.part("ring"), this.part("tip")];
    ring.hidden = at < 0;
    tip.hidden = at < 0;
    if (at < 0) return;
    const [x, y] = this.drawing.pixel(at);
    Object.assign(ring.style, { left: `${x}px`, top: `${y}px` });
    tip.replaceChildren(...this.drawing.wordsAt(at).map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    const { clientWidth, clientHeight } = this.figure.place;
    const left = Math.max(4, Math.min(x + 12, clientWidth - tip.offsetWidth - 4));
    const below = y + 14 + tip.offsetHeight < clientHeight;
    Object.assign(tip.style, { left: `${left}px`, top: `${Math.max(4, below ? y + 14 : y - 14 - tip.offsetHeight)}px` });
  }

  hover(x, y) {
    const at = this.drawing.nearest(x, y);
    if (at === this.lit) return;
    this.mark(at);
    clearTimeout(this.hovering);
    const { row } = this.drawing.points?.arrays ?? {};
    if (at < 0 || !row) {
      say("row:hover", { key: null, from: "plot" });
      return;
    }
    this.hovering = setTimeout(() => this.tell(at, row[at]), HOVER_MS);
  }

  async tell(at, row) {
    const found = await rowOf({ row });
    if (!found || this.lit !== at) return;
    const name = Object.assign(document.createElement("p"), { className: "plot-name", textContent: found.words.join(" · ") });
    this.part("tip").prepend(name);
    say("row:hover", { key: found.key, from: "plot" });
  }

  async click(x, y) {
    const at = this.drawing.nearest(x, y);
    const row = at < 0 ? undefined : this.drawing.points.arrays.row?.[at];
    if (row === undefined) return;
    const found = await rowOf({ row });
    if (found) say("row:reveal", { key: found.key, from: "plot" });
  }

  async lightRow(key) {
    const rows = this.drawing.points?.arrays.row;
    if (key === null || !rows?.length) {
      this.mark(-1);
      return;
    }
    this.wantedKey = key;
    const number = numberOnPage(key) ?? (await rowOf({ key }))?.row;
    if (this.wantedKey !== key || number === undefined) return;
    this.mark(placeOf(rows, number));
  }

  // ---------- controls
  tie() {
    this.form.addEventListener("change", () => {
      keep(this.name, wantedOf(this.form));
      this.ask();
    });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.limits.tie();
    for (const button of this.root.querySelectorAll("[data-plot-save]")) {
      button.addEventListener("click", () => this.figure.save(button.dataset.plotSave, `${this.name}-${this.wanted.x}-${this.wanted.y ?? this.wanted.lane}`));
    }
    for (const button of this.root.querySelectorAll("[data-plot-zoom]")) {
      button.addEventListener("click", () => this.drawing.zoomBy(Number(button.dataset.plotZoom)));
    }
    const on = {
      hover: (x, y) => this.hover(x, y),
      leave: () => this.hover(-99, -99),
      click: (x, y) => this.click(x, y),
      box: (edges) => this.boxed(edges),
    };
    const upright = this.name === "timeline" ? () => this.drawing.upright() : null;
    follow(this.figure.place, on, (x, y) => Boolean(this.drawing.points?.header.shown) && this.drawing.inside(x, y), upright);
    this.figure.chart.on("datazoom", () => {
      this.mark(-1);
      this.drawing.zoomed();
    });
  }
}

hear("table:arrived", () => {
  for (const pane of panes.values()) if (pane.isShown) pane.ask();
});
hear("row:hover", ({ key, from }) => {
  if (from === "plot") return;
  for (const pane of panes.values()) if (pane.isShown) pane.lightRow(key);
});

/** Called by side.js the first time a tab is shown. */
export async function open(panel, name) {
  const pane = new Pane(panel, name);
  panes.set(name, pane);
  await pane.begin();
}

export function shown(name) {
  const pane = panes.get(name);
  if (!pane) return;
  pane.isShown = true;
  pane.figure.fit();
  pane.ask();
}

export function hiddenAway(name) {
  const pane = panes.get(name);
  if (!pane) return;
  pane.isShown = false;
  pane.mark(-1);
}
