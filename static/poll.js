// Asks again for parts of a page that grow, [data-poll], or that others may change, [data-live]: both with hx-get
// and hx-trigger="look-again". Quick at first, slower as long as nothing changes, never while the page is hidden.
// What is less urgent says how many seconds it waits, at first and at most: data-poll-first, data-poll-slowest.
// What others change waits while somebody is writing, or has written and not sent it yet: what comes in its place
// would take the words away.

const POLLED = "[data-poll], [data-live]";
const WRITING = "input:not([type=checkbox], [type=radio]), textarea, select";
const FIRST_S = 1;
const FIRST_LIVE_S = 3;
const SLOWEST_S = 20;
const SLOWER = 1.25;
const waits = new WeakMap();

const first = (element) => Number(element.dataset.pollFirst ?? (element.matches("[data-live]") ? FIRST_LIVE_S : FIRST_S));
const isWriting = () => document.activeElement?.matches(WRITING) ?? false;
const isUnsent = (field) => field.defaultValue !== undefined && field.value !== field.defaultValue;
const hasUnsent = (element) => [...element.querySelectorAll(WRITING)].some(isUnsent);

function schedule(element, wait) {
  waits.set(element, wait);
  setTimeout(() => look(element), wait * 1000);
}

function look(element) {
  if (!element.isConnected) return;
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => schedule(element, first(element)), { once: true });
    return;
  }
  if (element.matches("[data-live]") && (isWriting() || hasUnsent(element))) schedule(element, first(element));
  else element.dispatchEvent(new CustomEvent("look-again"));
}

function begin(root) {
  const found = root.matches?.(POLLED) ? [root] : root.querySelectorAll?.(POLLED) ?? [];
  for (const element of found) if (!waits.has(element)) schedule(element, first(element));
}

document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => {
  const element = event.target;
  if (!element.matches?.(POLLED) || !element.isConnected) return;
  // Still the same element: the answer was 204, or none.
  const slowest = Number(element.dataset.pollSlowest ?? SLOWEST_S);
  schedule(element, Math.min(slowest, (waits.get(element) ?? first(element)) * SLOWER));
});
begin(document.body);
