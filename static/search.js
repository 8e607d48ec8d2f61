// The search panel: short addresses, a count that follows what is typed, and the seconds of a wait.

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
  return filled.some(([name]) => !WHERE.has(name)) ? JSON.stringify(filled.map(([name, value]) => [name, value.trim()])) : "";
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
  if (event.target.id === "count-state") showMistake();
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
