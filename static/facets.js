// The filters' pane: ranges drawn on the histograms, and the pane's width. The inputs below a histogram do the same.
import { say } from "./events.js";
import { remember, remembered } from "./remember.js";

const NARROWEST = 180, WIDEST = 640, STEP = 20, USUAL = 248;

// ---------- a range drawn over the bars of a histogram
function barAt(drawing, event, count) {
  const box = drawing.getBoundingClientRect();
  return Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count)));
}

function mark(drawing, from, to) {
  [...drawing.querySelectorAll("rect")].forEach((bar, at) => bar.classList.toggle("is-brushed", at >= from && at <= to));
}

document.addEventListener("pointerdown", (event) => {
  const drawing = event.target.closest?.("#table-view svg[data-edges]");
  if (!drawing || event.button !== 0) return;
  event.preventDefault();
  const edges = drawing.dataset.edges.split(" ");
  const bars = edges.length - 1, start = barAt(drawing, event, bars);
  let end = start;
  mark(drawing, start, start);
  drawing.setPointerCapture(event.pointerId);
  const move = (moved) => {
    end = barAt(drawing, moved, bars);
    mark(drawing, Math.min(start, end), Math.max(start, end));
  };
  const stop = (act) => () => {
    drawing.removeEventListener("pointermove", move);
    if (!act) return void mark(drawing, 1, 0);
    const column = drawing.dataset.column;
    const [low, high] = [edges[Math.min(start, end)], edges[Math.max(start, end) + 1]];
    say("table:filter", { changes: { [`min.${column}`]: [low], [`max.${column}`]: [high] } });
  };
  drawing.addEventListener("pointermove", move);
  drawing.addEventListener("pointerup", stop(true), { once: true });
  drawing.addEventListener("pointercancel", stop(false), { once: true });
});

// ---------- the pane's width, kept in this browser; set on the page, which no swap replaces
function width() {
  return Number(remembered("filters-width", USUAL)) || USUAL;
}
function setWidth(px) {
  const kept = Math.round(Math.max(NARROWEST, Math.min(WIDEST, px)));
  document.documentElement.style.setProperty("--filters-width", `${kept}px`);
  for (const edge of document.querySelectorAll("[data-filters-edge]")) edge.setAttribute("aria-valuenow", String(kept));
  return kept;
}
function keep(px) {
  remember("filters-width", setWidth(px));
}

document.addEventListener("pointerdown", (event) => {
  const edge = event.target.closest?.("[data-filters-edge]");
  if (!edge || event.button !== 0) return;
  event.preventDefault();
  const from = event.clientX, before = edge.closest(".pane").clientWidth;
  edge.setPointerCapture(event.pointerId);
  const move = (moved) => setWidth(before + moved.clientX - from);
  edge.addEventListener("pointermove", move);
  edge.addEventListener("lostpointercapture", () => {
    edge.removeEventListener("pointermove", move);
    keep(edge.closest(".pane")?.clientWidth ?? width());
  }, { once: true });
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-filters-edge]") || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  keep(width() + (event.key === "ArrowRight" ? STEP : -STEP));
});

/** Whenever a table has come. */
export function begin() {
  setWidth(width());
}
