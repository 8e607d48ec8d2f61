// The shared table: links swap the table in place, selection survives paging, keys, folding, column choice.
// Without this module every link and form still works; it only saves the person the reload.
import "./previews.js";
import { begin as beginColumns } from "./columns.js";
import { begin as beginFacets } from "./facets.js";
import { remember, remembered } from "./remember.js";
import { arrived, tie } from "./rows.js";
import { begin as beginSelection } from "./selection.js";

const view = () => document.getElementById("table-view");
const plainClick = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.altKey;
let focusKey = null;
let scrolled = new Map();

/** What a link or field is called, to find its like in the table that takes this one's place. */
function keyOf(element) {
  const facet = element?.closest("[data-facet]");
  const label = element?.closest("li")?.querySelector(".label")?.title;
  if (facet && label) return { facet: facet.dataset.facet, label };
  return { focus: element?.dataset?.focus ?? element?.id ?? "" };
}

function focusAgain({ facet, label, focus }) {
  const table = view();
  let found = null;
  if (facet) {
    const labels = table.querySelectorAll(`[data-facet="${CSS.escape(facet)}"] .label`);
    found = [...labels].find((each) => each.title === label)?.closest("a");
  } else if (focus) {
    found = table.querySelector(`[data-focus="${CSS.escape(focus)}"], #${CSS.escape(focus)}`);
  }
  found?.focus({ preventScroll: true });
}

function show(url, source) {
  focusKey = keyOf(source);
  scrolled = new Map([...document.querySelectorAll("[data-keep-scroll]")].map((each) => [each.dataset.keepScroll, each]));
  const places = new Map([...scrolled].map(([name, each]) => [name, [each.scrollTop, each.scrollLeft]]));
  const samePage = new URL(url, location.href).searchParams.get("page") === new URL(location.href).searchParams.get("page");
  if (!samePage) places.set("rows", [0, places.get("rows")?.[1] ?? 0]);
  scrolled = places;
  htmx.ajax("GET", url, { target: "#table-view", swap: "outerHTML", source: view() });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("#table-view a[href]");
  if (!link || !plainClick(event) || link.hasAttribute("download")) return;
  if (link.matches(".open-row")) {
    event.preventDefault();
    openRow(link);
    return;
  }
  if (new URL(link.href).pathname !== view().dataset.path) return;
  event.preventDefault();
  show(event.shiftKey && link.dataset.also ? link.dataset.also : link.href, link);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("#table-view form[method=get]") || new URL(form.action).pathname !== view().dataset.path) return;
  event.preventDefault();
  const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  show(`${view().dataset.path}?${said}`, form.querySelector("input:not([type=hidden])"));
});

async function openRow(link) {
  const row = link.closest("tr");
  const open = row.nextElementSibling?.matches("tr.detail") ? row.nextElementSibling : null;
  row.classList.toggle("is-open", !open);
  if (open) {
    open.remove();
    return;
  }
  const detail = document.createElement("tr");
  detail.className = "detail";
  const cell = detail.appendChild(document.createElement("td"));
  cell.colSpan = row.cells.length;
  row.after(detail);
  await htmx.ajax("GET", link.href, { target: cell, swap: "innerHTML" });
}

// ---------- folding: the filters' pane, single facets, and anything with data-remember
function fold() {
  const table = view();
  if (!table) return;
  table.dataset.folded = remembered("folded-panes", []).join(" ");
  for (const button of table.querySelectorAll("[data-fold]")) {
    button.hidden = false;
    button.setAttribute("aria-expanded", String(!remembered("folded-panes", []).includes(button.dataset.fold)));
  }
  const closed = new Set(remembered("closed-facets", []));
  for (const facet of table.querySelectorAll("[data-facet]")) facet.open = !closed.has(facet.dataset.facet);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fold]");
  if (!button) return;
  const folded = new Set(remembered("folded-panes", []));
  if (!folded.delete(button.dataset.fold)) folded.add(button.dataset.fold);
  remember("folded-panes", [...folded]);
  fold();
});

document.addEventListener("toggle", (event) => {
  const { facet, remember: name } = event.target.dataset ?? {};
  if (name) remember(`open:${name}`, event.target.open);
  if (!facet) return;
  const closed = new Set(remembered("closed-facets", []));
  if (event.target.open) closed.delete(facet); else closed.add(facet);
  remember("closed-facets", [...closed]);
}, true);

// ---------- keys
const KEYS = [["/", "search"], ["j k", "next and previous row"], ["x", "select the row"], ["o", "open the row in place"],
  ["b", "add the selected rows to the basket"], ["n p", "next and previous page"], ["f", "fold the filters"], ["⇧←→", "move the column whose head has the focus"], ["⇧↑↓", "make it wider or narrower"], ["?", "this list"]];

function rows() { return [...document.querySelectorAll("#table-view [data-row]")]; }

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("is-active"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  all[at]?.classList.remove("is-active");
  next.classList.add("is-active");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("input[type=checkbox], a")?.focus({ preventScroll: true });
}

function list() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-label", "Keys");
  const terms = dialog.appendChild(document.createElement("dl"));
  for (const [keys, words] of KEYS) {
    const term = terms.appendChild(document.createElement("dt"));
    for (const key of keys.split(" ")) term.appendChild(document.createElement("kbd")).textContent = key;
    terms.appendChild(document.createElement("dd")).textContent = words;
  }
  const close = dialog.appendChild(document.createElement("button"));
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const active = () => document.querySelector("#table-view [data-row].is-active");
const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => active()?.querySelector("[data-select-row]")?.click(),
  o: () => active()?.querySelector(".open-row, .card-open")?.click(),
  b: () => document.querySelector("[data-selection-form]")?.requestSubmit(),
  n: () => document.querySelector("#table-view a[rel=next]")?.click(),
  p: () => document.querySelector("#table-view a[rel=prev]")?.click(),
  f: () => document.querySelector("#table-view [data-fold=filters]")?.click(),
  "?": list,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !view()) return;
  if (!ACTIONS[event.key]) return;
  event.preventDefault();
  ACTIONS[event.key]();
});

// ---------- whenever a table arrives
function begin() {
  if (!view()) return;
  fold();
  beginColumns(view(), show);
  beginFacets();
  beginSelection(view());
  for (const each of view().querySelectorAll("[data-keep-scroll]")) {
    const [top, left] = scrolled.get(each.dataset.keepScroll) ?? [0, 0];
    each.scrollTop = top;
    each.scrollLeft = left;
  }
  if (focusKey) focusAgain(focusKey);
  focusKey = null;
  arrived();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id === "table-view") begin();
});
for (const each of document.querySelectorAll("[data-remember]")) each.open = remembered(`open:${each.dataset.remember}`, each.open);
tie(show);
begin();
