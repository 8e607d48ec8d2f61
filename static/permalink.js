// The links of a result: whole addresses of what the table shows now, to be copied; and the save form put away.

const menu = document.querySelector("[data-permalinks]");
const state = () => document.getElementById("table-state")?.value ?? location.search.slice(1);

function addresses() {
  const view = document.getElementById("table-view");
  const path = view?.dataset.path ?? location.pathname;
  const query = state();
  const ask = menu.dataset.ask;
  return {
    newest: query ? `${path}?${query}` : path,
    pinned: `${path}?result=${view?.dataset.result}${query ? `&${query}` : ""}`,
    ask: query ? `${ask}&then=${encodeURIComponent(query)}` : ask,
  };
}

function fill() {
  const found = addresses();
  for (const link of menu.querySelectorAll("[data-permalink]")) {
    const address = location.origin + found[link.dataset.permalink];
    link.href = address;
    const copy = link.parentElement.querySelector("[data-copy]");
    copy.dataset.copy = address;
    copy.setAttribute("aria-label", `Copy the link: ${link.textContent}`);
    copy.hidden = false;
  }
}

menu?.addEventListener("toggle", () => {
  if (menu.open) fill();
});

document.addEventListener("click", (event) => {
  const away = event.target.closest("[data-close]");
  const place = away?.closest("#save-place");
  if (!place) return;
  event.preventDefault();
  place.replaceChildren();
});

// The table is swapped and this panel is not: its filters in words are those of the table now.
const asked = document.querySelector("details.asked");
asked?.addEventListener("toggle", () => {
  const place = asked.querySelector("[data-filter-words]");
  if (asked.open && place) place.textContent = document.getElementById("table-words")?.textContent || "not at all";
});
