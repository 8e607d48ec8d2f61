// The pane beside the table: opened, folded, resized, and its tabs. Sky and plots are loaded when first shown.
import { hear } from "./events.js";
import { remember, remembered } from "./remember.js";

const pane = document.getElementById("side-pane");
const bench = document.querySelector("[data-workbench]");
const WIDEST_PART = 0.75;
const NARROWEST_PX = 240;
const modules = { sky: () => import("./sky.js"), plot: () => import("./plot.js"), timeline: () => import("./plot.js") };
const loaded = new Map();

const panel = (name) => pane.querySelector(`[data-side-panel="${name}"]`);

async function show(name) {
  for (const tab of pane.querySelectorAll("[data-side-tab]")) {
    const chosen = tab.dataset.sideTab === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    panel(tab.dataset.sideTab).hidden = !chosen;
  }
  const before = pane.dataset.tab;
  pane.dataset.tab = name;
  if (before && before !== name) loaded.get(before)?.hiddenAway?.(before);
  if (loaded.has(name)) {
    loaded.get(name).shown?.(name);
    return;
  }
  try {
    const module = await modules[name]();
    loaded.set(name, module);
    await module.open(panel(name), name);
  } catch (error) {
    const words = panel(name).querySelector("[data-side-words]");
    if (words) words.textContent = "This pane could not be loaded; the table beside it works without it.";
    throw error;
  }
}

function setOpen(open, name) {
  pane.hidden = !open;
  bench.classList.toggle("has-side", open);
  for (const button of document.querySelectorAll("[data-side-open]")) {
    button.setAttribute("aria-pressed", String(open && button.dataset.sideOpen === name));
  }
  if (open) show(name);
  else loaded.get(pane.dataset.tab)?.hiddenAway?.(pane.dataset.tab);
  remember("side-pane", { open, name });
}

function setWidth(width_px) {
  const most = bench.clientWidth * WIDEST_PART;
  const width = Math.round(Math.min(Math.max(width_px, NARROWEST_PX), most));
  bench.style.setProperty("--side-width", `${width}px`);
  pane.querySelector("[data-side-edge]").setAttribute("aria-valuenow", String(width));
  return width;
}

function resize(edge) {
  let from = null;
  edge.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, width: pane.clientWidth };
    edge.setPointerCapture(event.pointerId);
  });
  edge.addEventListener("pointermove", (event) => {
    if (from) setWidth(from.width + from.x - event.clientX);
  });
  edge.addEventListener("pointerup", () => {
    from = null;
    remember("side-width", pane.clientWidth);
  });
  edge.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
    if (!by) return;
    event.preventDefault();
    remember("side-width", setWidth(pane.clientWidth + by));
  });
}

function tabs(list) {
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-side-tab]");
    if (tab) setOpen(true, tab.dataset.sideTab);
  });
  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll("[data-side-tab]")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    next.focus();
    setOpen(true, next.dataset.sideTab);
  });
}

function begin() {
  const wide = window.innerWidth >= Number(pane.dataset.openFrom);
  const last = remembered("side-pane", { open: wide, name: "sky" });
  const asked = pane.querySelector(`[data-side-tab="${CSS.escape(location.hash.slice(1).split("?")[0])}"]`)?.dataset.sideTab;
  for (const button of document.querySelectorAll("[data-side-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const here = !pane.hidden && pane.dataset.tab === button.dataset.sideOpen;
      setOpen(!here, button.dataset.sideOpen);
    });
  }
  pane.querySelector("[data-side-close]").addEventListener("click", () => setOpen(false, pane.dataset.tab));
  tabs(pane.querySelector("[role=tablist]"));
  resize(pane.querySelector("[data-side-edge]"));
  const width_px = remembered("side-width", null);
  if (asked || last.open) setOpen(true, asked ?? last.name);
  if (width_px) setWidth(width_px);
}

if (pane) {
  let begun = false;
  // The table says when it is there: a result without rows has no panes.
  hear("table:arrived", () => {
    if (begun) return;
    begun = true;
    begin();
  });
}
