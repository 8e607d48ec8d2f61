// The search panel: short addresses, and the seconds of a wait counted while it lasts.

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
