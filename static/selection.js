// Which rows are selected, across pages and filters of one table; kept for the browser's session.

const store = (table) => `selection:${table.dataset.selection}`;
let table = null;
let chosen = new Set();

function load() {
  try { chosen = new Set(JSON.parse(sessionStorage.getItem(store(table))) ?? []); } catch { chosen = new Set(); }
}
function save() {
  try { sessionStorage.setItem(store(table), JSON.stringify([...chosen])); } catch { /* too many: kept until the page goes */ }
}

const boxes = () => [...table.querySelectorAll("td.check input[type=checkbox]")];
const number = (count) => count.toLocaleString("en");

function draw() {
  for (const box of boxes()) {
    box.checked = chosen.has(box.value);
    box.closest("tr").classList.toggle("selected", box.checked);
  }
  const all = table.querySelector("[data-select-page]");
  if (all) {
    const on = boxes().filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = on > 0 && on === boxes().length;
    all.indeterminate = on > 0 && on < boxes().length;
  }
  const words = chosen.size ? `${number(chosen.size)} selected` : "";
  for (const place of table.querySelectorAll("[data-selected-count]")) {
    place.hidden = !words;
    place.textContent = words && `· ${words}`;
  }
  for (const place of table.querySelectorAll("[data-selected-number]")) place.textContent = chosen.size ? ` (${number(chosen.size)})` : "";
  for (const button of table.querySelectorAll("[data-add-selected]")) {
    button.disabled = !chosen.size;
    button.classList.toggle("primary", chosen.size > 0);
  }
  for (const button of table.querySelectorAll("[data-clear-selection]")) button.hidden = !chosen.size;
}

function set(values, on) {
  for (const value of values) {
    if (on) chosen.add(value); else chosen.delete(value);
  }
  save();
  draw();
}

/** Take over the boxes of a table that has just come into the page. */
export function begin(element) {
  table = element;
  if (!table.dataset.selection) return;
  load();
  // Boxes the browser kept ticked when the page was loaded again.
  draw();
  baskets();
}

let lastBox = null;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clear-selection]")) set([...chosen], false);
  const box = event.target.closest("td.check input[type=checkbox]");
  if (!box || !table?.contains(box)) return;
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
  for (const old of form.querySelectorAll("[data-off-page]")) old.remove();
  const here = new Set(boxes().map((box) => box.value));
  for (const value of chosen) {
    if (here.has(value)) continue;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: table.dataset.key, value });
    input.dataset.offPage = "";
    form.append(input);
  }
  sessionStorage.removeItem(store(table));
});
