// Asks again for parts of a page that grow: [data-poll] with hx-get and hx-trigger="look-again".
// Quick at first, slower as long as nothing changes, never while the page is hidden.

const FIRST_S = 1;
const SLOWEST_S = 20;
const SLOWER = 1.25;
const waits = new WeakMap();

function schedule(element, wait) {
  waits.set(element, wait);
  setTimeout(() => look(element), wait * 1000);
}

function look(element) {
  if (!element.isConnected) return;
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => schedule(element, FIRST_S), { once: true });
    return;
  }
  element.dispatchEvent(new CustomEvent("look-again"));
}

function begin(root) {
  const found = root.matches?.("[data-poll]") ? [root] : root.querySelectorAll?.("[data-poll]") ?? [];
  for (const element of found) if (!waits.has(element)) schedule(element, FIRST_S);
}

document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => {
  const element = event.target;
  if (!element.matches?.("[data-poll]") || !element.isConnected) return;
  // Still the same element: the answer was 204, or none.
  schedule(element, Math.min(SLOWEST_S, (waits.get(element) ?? FIRST_S) * SLOWER));
});
begin(document.body);
