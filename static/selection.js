// Which rows are selected, across pages and filters of one table; kept for the browser's session.
import { hear, say } from "./events.js";
import { say as tell } from "./portal.js";

const store = (table) => `selection:${table.dataset.selection}`;
const number = (count) => count.toLocaleString("en");
let table = null;
let chosen = new Set();
let outside = 0; // how many of the selected the filters leave out, as far as known
let asked = null;

function load() {
  try { chosen = new Set(JSON.parse(sessionStorage.getItem(store(table))) ?? []); } catch { chosen = new Set(); }
}
function save() {
  try { sessionStorage.setItem(store(table), JSON.stringify([...chosen])); } catch { /* too many: kept until the page goes */ }
}

const boxes = () => [...table.querySelectorAll("[data-select-row]")];
const filtered = () => Boolean(table.dataset.filters);
const matched = () => Number(table.dataset.matched ?? 0);
const api = (what) => `/api/v1/searches/${table.dataset.search}/${what}?result=${table.dataset.result}&${table.dataset.filters}`;

function words() {
  if (!chosen.size) return "";
  const gone = outside && filtered() ? `, ${number(outside)} filtered out` : "";
  return `${number(chosen.size)} selected${gone}`;
}

function draw() {
  for (const box of boxes()) {
    box.checked = chosen.has(box.value);
    box.closest("[data-row]").classList.toggle("selected", box.checked);
  }
  const all = table.querySelector("[data-select-page]");
  if (all) {
    const on = boxes().filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = on > 0 && on === boxes().length;
    all.indeterminate = on > 0 && on < boxes().length;
  }
  for (const place of table.querySelectorAll("[data-selected-count]")) {
    place.hidden = !chosen.size;
    place.textContent = chosen.size ? `· ${words()}` : "";
  }
  for (const place of table.querySelectorAll("[data-selected-number]")) place.textContent = chosen.size ? ` (${number(chosen.size)})` : "";
  for (const button of table.querySelectorAll("[data-add-selected]")) {
    button.disabled = !chosen.size;
    button.classList.toggle("primary", chosen.size > 0);
  }
  for (const button of table.querySelectorAll("[data-clear-selection]")) button.hidden = !chosen.size;
  const menu = table.querySelector("[data-select-menu]");
  if (menu) menu.hidden = false;
  for (const button of table.querySelectorAll("[data-select-matching]")) button.hidden = !table.dataset.search || matched() <= boxes().length;
}

/** Count the selected rows that the filters leave out: those of other pages only the server knows. */
async function count() {
  asked?.abort();
  outside = 0;
  const here = new Set(boxes().map((box) => box.value));
  const elsewhere = [...chosen].filter((key) => !here.has(key));
  if (!filtered() || !elsewhere.length) return;
  if (!table.dataset.search || here.size === matched()) {
    outside = elsewhere.length;
    return;
  }
  asked = new AbortController();
  const token = table.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  try {
    const answer = await fetch(api("keys"), { method: "POST", headers, body: JSON.stringify({ keys: elsewhere }), signal: asked.signal });
    if (answer.ok) outside = elsewhere.length - (await answer.json()).matching;
  } catch { /* overtaken by another selection, or the portal is away: the number of the selected still holds */ }
}

async function changed(from) {
  save();
  draw();
  say("selection:changed", { keys: [...chosen], from });
  await count();
  draw();
}

function set(values, on, from = "table") {
  for (const value of values) {
    if (on) chosen.add(value); else chosen.delete(value);
  }
  changed(from);
}

async function selectMatching(button) {
  button.disabled = true;
  const answer = await fetch(api("keys")).catch(() => null);
  button.disabled = false;
  const told = answer && await answer.json();
  if (answer?.ok) set(told.keys, true);
  else tell(told?.error?.message ?? "The portal did not answer; try again.");
}

function invertPage() {
  for (const { value } of boxes()) {
    if (!chosen.delete(value)) chosen.add(value);
  }
  changed("table");
}

/** The keys of the rows selected now. */
export const selected = () => [...chosen];

/** Take over the boxes of a table that has just come into the page. */
export function begin(element) {
  table = element;
  if (!table.dataset.selection) return;
  load();
  // Boxes the browser kept ticked when the page was loaded again.
  draw();
  count().then(draw);
  if (chosen.size) say("selection:changed", { keys: [...chosen], from: "table" });
  baskets();
}

hear("selection:set", ({ keys, on, from }) => {
  if (table?.dataset.selection && from !== "table") set(keys, on, from);
});

let lastBox = null;
document.addEventListener("click", (event) => {
  if (!table?.contains(event.target)) return;
  if (event.target.closest("[data-clear-selection]")) set([...chosen], false);
  if (event.target.closest("[data-select-invert]")) invertPage();
  if (event.target.closest("[data-select-here]")) set(boxes().map((box) => box.value), true);
  const matching = event.target.closest("[data-select-matching]");
  if (matching) selectMatching(matching);
  const menu = event.target.closest("[data-select-menu] button")?.closest("details");
  if (menu) menu.open = false;
  const box = event.target.closest("[data-select-row]");
  if (!box) return;
  const all = boxes();
  const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((one, other) => one - other);
  const range = event.shiftKey && from >= 0 ? all.slice(from, to + 1) : [box];
  lastBox = box;
  set(range.map((each) => each.value), box.checked);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-page]")) set(boxes().map((box) => box.value), event.target.checked);
  if (event.target.matches("[data-baskets]")) baskets();
});

// ---------- which basket: the name is asked for only when a new one is wanted
function baskets() {
  const choice = table.querySelector("[data-baskets]");
  const name = table.querySelector("[data-new-basket]");
  if (choice && name) name.hidden = choice.value !== "";
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const choice = table?.querySelector("[data-baskets]");
  const name = table?.querySelector("[data-new-basket]");
  if (form.matches("[data-matching-form]") && choice) {
    form.elements.basket.value = choice.value;
    form.elements.name.value = name?.value ?? "";
  }
  if (!form.matches("[data-selection-form]")) return;
  if (!chosen.size) {
    event.preventDefault();
    return;
  }
  form.querySelector("[data-off-page]")?.remove();
  const here = new Set(boxes().map((box) => box.value));
  // One field for all of them: a form of 50,000 fields is refused.
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "selected", value: [...chosen].filter((key) => !here.has(key)).join("\n") });
  input.dataset.offPage = "";
  form.append(input);
  sessionStorage.removeItem(store(table));
});
