// The search panel: short addresses, a count that follows what is typed, and the seconds of a wait.
import { remember, remembered } from "./remember.js";

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-search-panel]")) return;
  // Empty fields say nothing: leave them out of the address.
  for (const field of event.target.elements) {
    if (field.name && field.value === "" && !["target", "programs", "ids"].includes(field.name)) field.disabled = true;
  }
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-search-panel] :disabled")) field.disabled = false;
});

function words(seconds) {
  return seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// Counted from what the server said, since the clocks of the two need not agree.
const began = new WeakMap();
setInterval(() => {
  for (const place of document.querySelectorAll("[data-waited]")) {
    if (!began.has(place)) began.set(place, Date.now() - Number(place.dataset.waited) * 1000);
    place.textContent = words(Math.max(0, Math.round((Date.now() - began.get(place)) / 1000)));
  }
}, 1000);

// ---------- the count that follows ----------
const SETTLED_MS = 400;
const NOT_ASKED = new Set(["csrfmiddlewaretoken", "advanced", "random"]);
const WHERE = new Set(["collection", "instrument"]);
let counted = "";
let settling = 0;

/** What a panel asks, as one text; empty where nothing is filled in yet. */
function questionOf(form) {
  const filled = [...new FormData(form)].filter(([name, value]) => !NOT_ASKED.has(name) && typeof value === "string" && value.trim());
  return filled.some(([name]) => !WHERE.has(name) && !name.endsWith("instrument")) ? JSON.stringify(filled.map(([name, value]) => [name, value.trim()])) : "";
}

function recount(form) {
  const line = form.querySelector("#search-count");
  const question = questionOf(form);
  if (!line || question === counted) return;
  counted = question;
  forgetMistake();
  if (question) line.dispatchEvent(new CustomEvent("recount"));
  else for (const part of line.children) part.replaceChildren();
}

function settle(event) {
  const form = event.target.closest?.("[data-search-panel]");
  if (!form?.querySelector("#search-count")) return;
  clearTimeout(settling);
  settling = setTimeout(() => recount(form), SETTLED_MS);
}
document.addEventListener("input", settle);
document.addEventListener("change", settle);

// ---------- a mistake stands beside its field ----------
function forgetMistake() {
  for (const told of document.querySelectorAll("[data-search-panel] .field-error")) {
    told.closest("[data-criterion]")?.classList.remove("has-error");
    told.remove();
  }
  for (const field of document.querySelectorAll("[data-search-panel] [aria-invalid]")) field.removeAttribute("aria-invalid");
}

function showMistake() {
  forgetMistake();
  const told = document.querySelector("#count-state [data-mistake]");
  if (!told?.dataset.mistake) return;
  const place = document.querySelector(`[data-search-panel] [data-criterion="${CSS.escape(told.dataset.mistake)}"]`);
  const field = place?.querySelector("input:not([type=checkbox]), textarea");
  if (!field?.value.trim() && !place?.matches("fieldset")) return; // nothing is written there yet: no mistake of theirs
  const sentence = document.createElement("p");
  sentence.className = "field-error";
  sentence.textContent = told.textContent;
  place.append(sentence);
  place.classList.add("has-error");
  field?.setAttribute("aria-invalid", "true");
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "count-state") {
    showMistake();
    askValues();
  }
  if (event.target.id === "values-state") showValues();
});

/** A panel that came filled in is counted at once. */
function begin(root) {
  const form = root.querySelector?.("[data-search-panel]");
  if (!form?.querySelector("#search-count")) return;
  const known = form.querySelector("#count-number").childElementCount > 0;
  counted = known ? questionOf(form) : "";
  recount(form);
}
document.addEventListener("htmx:load", (event) => begin(event.detail.elt));

// ---------- how many rows have each value ----------
const WITH_VALUES = "with-values";
const withValues = () => document.querySelector("[data-search-panel] [data-with-values]");

/** Asked for once the number of rows is known, and only by people who want it. */
function askValues() {
  const known = document.querySelector("#count-number")?.childElementCount > 0 && !document.querySelector("#count-state [data-poll]");
  if (withValues()?.checked && known) document.querySelector("#values-state").dispatchEvent(new CustomEvent("recount"));
}

function showValues() {
  const told = document.querySelector("#values-state [data-values]");
  const counts = new Map([...(told?.children ?? [])].map((each) => [`${each.dataset.column}\n${each.value}`, Number(each.textContent)]));
  const columns = new Set(told?.dataset.values.split(" "));
  for (const place of document.querySelectorAll("[data-search-panel] [data-count]")) {
    const option = place.parentElement.querySelector("input");
    const column = option.name.slice(2);
    const count = counts.get(`${column}\n${option.value}`) ?? (columns.has(column) ? 0 : null);
    place.textContent = count === null ? "" : count.toLocaleString("en-US");
    place.parentElement.classList.toggle("is-none", count === 0);
  }
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-with-values]")) return;
  remember(WITH_VALUES, event.target.checked);
  if (event.target.checked) askValues();
  else {
    document.querySelector("#values-state").replaceChildren();
    showValues();
  }
});

// ---------- find a field ----------
function findFields(box) {
  const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of document.querySelectorAll("[data-search-panel] .criteria-group")) {
    let inGroup = 0;
    for (const criterion of group.querySelectorAll(".criterion")) {
      const text = `${criterion.dataset.criterion} ${criterion.title} ${criterion.textContent}`.toLowerCase();
      criterion.hidden = !words.every((word) => text.includes(word));
      inGroup += criterion.hidden ? 0 : 1;
    }
    group.hidden = inGroup === 0;
    if (words.length && inGroup) group.open = true;
    found += inGroup;
  }
  box.closest(".field-finder").querySelector("[data-found]").textContent = words.length ? `${found} found` : "";
}
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-find-field]")) findFields(event.target);
});
// Enter in the finder looks no further; it does not send the search.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-find-field]")) event.preventDefault();
});
document.addEventListener("htmx:load", () => {
  const box = withValues();
  if (box && !box.dataset.begun) {
    box.dataset.begun = "1";
    box.checked = Boolean(remembered(WITH_VALUES, false));
  }
});
