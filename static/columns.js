// The columns of the shared table: chosen, moved, resized and sorted, and remembered by the server for the person.
// Without this module the form of the Columns menu still chooses them, and links sort.

const NARROWEST = 40, WIDEST = 1200, STEP = 16;
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

let table = null;
let load = () => {};
const widths = new Map(); // what the person chose, as the server keeps it

const heads = () => [...(table?.querySelectorAll("thead th[data-column]") ?? [])];
const form = () => table?.querySelector("[data-columns]");
const nameOf = (head) => head.dataset.column;

/** Keep a part of the layout for this person; nobody waits for it, and a failure is tried again by the next change. */
function save(parts) {
  const token = form()?.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (!token) return Promise.resolve();
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, quietly: "1", ...parts });
  return fetch(form().action, { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => {});
}

function address(columns) {
  const url = new URL(location.href);
  if (columns) url.searchParams.set("columns", columns.join(",")); else url.searchParams.delete("columns");
  return `${url.pathname}${url.search}`;
}

async function showColumns(columns, source) {
  await save({ columns: columns.join(",") });
  load(address(columns), source);
}

// ---------- widths: rules in a sheet of our own, for the cells carry neither name nor style
function draw() {
  const all = [...(table.querySelector("thead tr")?.cells ?? [])];
  const rules = heads().filter((head) => widths.has(nameOf(head))).map((head) => {
    const px = `${widths.get(nameOf(head))}px`;
    const cell = `:nth-child(${all.indexOf(head) + 1})`;
    return `#table-view table.data tr:not(.detail) > ${cell} { width: ${px}; min-width: ${px}; max-width: ${px}; overflow: hidden; text-overflow: ellipsis; }`;
  });
  sheet.replaceSync(rules.join("\n"));
}

let saving = 0;
function setWidth(head, px) {
  if (px === null) widths.delete(nameOf(head)); else widths.set(nameOf(head), Math.round(Math.max(NARROWEST, Math.min(WIDEST, px))));
  draw();
  clearTimeout(saving);
  saving = setTimeout(() => save({ widths: [...widths].map(([name, width]) => `${name}:${width}`).join(",") }), 300);
}

document.addEventListener("pointerdown", (event) => {
  const edge = event.target.closest?.("[data-edge]");
  if (!edge || !table?.contains(edge) || event.button !== 0) return;
  event.preventDefault();
  const head = edge.closest("th");
  const from = event.clientX, before = head.getBoundingClientRect().width;
  edge.setPointerCapture(event.pointerId);
  const move = (moved) => setWidth(head, before + moved.clientX - from);
  const end = () => edge.removeEventListener("pointermove", move);
  edge.addEventListener("pointermove", move);
  edge.addEventListener("pointerup", end, { once: true });
  edge.addEventListener("pointercancel", end, { once: true });
});
document.addEventListener("dblclick", (event) => {
  const edge = event.target.closest?.("[data-edge]");
  if (edge && table?.contains(edge)) setWidth(edge.closest("th"), null);
});

// ---------- moving: heads dragged onto each other, or Shift and an arrow while a head has the focus
let dragged = null;

function place(head, before, source) {
  const names = heads().map(nameOf);
  const moved = nameOf(head);
  const others = names.filter((name) => name !== moved);
  const at = before === null ? others.length : others.indexOf(before);
  others.splice(at, 0, moved);
  if (others.join() !== names.join()) showColumns(others, source);
}

function side(head, event) {
  const box = head.getBoundingClientRect();
  return event.clientX > box.left + box.width / 2 ? "after" : "before";
}
function unmark() {
  for (const head of table.querySelectorAll("th[data-drop]")) delete head.dataset.drop;
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("#table-view thead th[data-column]") ?? null;
  if (dragged) {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(dragged));
  }
});
document.addEventListener("dragover", (event) => {
  const head = dragged && event.target.closest?.("#table-view thead th[data-column]");
  if (!head) return;
  event.preventDefault();
  unmark();
  if (head !== dragged) head.dataset.drop = side(head, event);
});
document.addEventListener("drop", (event) => {
  const head = dragged && event.target.closest?.("#table-view thead th[data-column]");
  if (!head || head === dragged) return;
  event.preventDefault();
  const all = heads();
  const next = side(head, event) === "before" ? head : all[all.indexOf(head) + 1];
  place(dragged, next ? nameOf(next) : null, dragged.querySelector("a"));
});
document.addEventListener("dragend", () => {
  dragged = null;
  if (table) unmark();
});

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("#table-view thead a.sort");
  if (!link || !event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
  const head = link.closest("th"), all = heads(), at = all.indexOf(head);
  const width = head.getBoundingClientRect().width;
  const done = {
    ArrowLeft: () => at > 0 && place(head, nameOf(all[at - 1]), link),
    ArrowRight: () => at < all.length - 1 && place(head, all[at + 2] ? nameOf(all[at + 2]) : null, link),
    ArrowUp: () => setWidth(head, width + STEP),
    ArrowDown: () => setWidth(head, width - STEP),
  }[event.key];
  if (!done) return;
  event.preventDefault();
  done();
});

// ---------- sorting is remembered as it is done
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#table-view a.sort, #table-view [data-unsorted]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const url = event.shiftKey && link.dataset.also ? link.dataset.also : link.href;
  save({ sort: new URL(url, location.href).searchParams.get("sort") ?? "" });
}, true);

// ---------- the Columns menu
function ordered() {
  return [...form().querySelectorAll("li input:checked")].map((box) => box.value);
}
function note() {
  form().elements.columns.value = ordered().join(",");
}

function button(words, text, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "icon-only small quiet", textContent: text, title: words });
  made.setAttribute("aria-label", words);
  made.addEventListener("click", () => {
    act();
    made.focus();
    note();
  });
  return made;
}

/** Buttons to move and size a column, made when the menu opens: of 260 columns few are ever touched. */
function tools(item) {
  const label = item.querySelector(".label").textContent;
  const head = () => heads().find((each) => nameOf(each) === item.dataset.column);
  const sized = (by) => () => head() && setWidth(head(), head().getBoundingClientRect().width + by);
  const moves = document.createElement("span");
  moves.className = "column-moves";
  moves.append(
    button(`Move ${label} to the left`, "↑", () => item.previousElementSibling?.before(item)),
    button(`Move ${label} to the right`, "↓", () => item.nextElementSibling?.after(item)),
    button(`Make ${label} narrower`, "−", sized(-2 * STEP)),
    button(`Make ${label} wider`, "+", sized(2 * STEP)),
  );
  item.append(moves);
}

function opened() {
  if (form().classList.contains("has-script")) return;
  form().classList.add("has-script");
  for (const item of form().querySelectorAll("li:has(input:checked)")) tools(item);
  const search = form().querySelector("[data-column-search]");
  search.hidden = false;
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const item of form().querySelectorAll("li")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
  form().addEventListener("change", (event) => {
    const item = event.target.closest("li");
    if (event.target.checked && item && !item.querySelector(".column-moves")) tools(item);
    if (item) note();
  });
}

document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.contains(form() ?? null)) opened();
}, true);

document.addEventListener("submit", (event) => {
  if (!event.target.matches("#table-view [data-columns]")) return;
  event.preventDefault();
  const source = table.querySelector("[data-columns-menu] summary");
  if (event.submitter?.name !== "forget") return void showColumns(ordered(), source);
  widths.clear();
  save({ forget: "1" }).then(() => load(address(null), source));
});

/** Take over the heads of a table that has just come; `show(url, source)` loads another state of it. */
export function begin(view, show) {
  table = view;
  load = show;
  if (!form()) return;
  if (!saving) widths.clear();
  for (const head of heads()) {
    if (head.dataset.width && !widths.has(nameOf(head))) widths.set(nameOf(head), Number(head.dataset.width));
  }
  draw();
}
