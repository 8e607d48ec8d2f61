// Ties the table's rows to the other panes: the row under the pointer, the row to be shown, filters set elsewhere.
import { hear, say } from "./events.js";

const view = () => document.getElementById("table-view");
const rowOf = (key) => view()?.querySelector(`[data-row="${CSS.escape(key)}"]`);
let lit = null;
let revealed = null;

document.addEventListener("pointerover", (event) => {
  const key = event.target.closest?.("#table-view [data-row]")?.dataset.row ?? null;
  if (key === lit) return;
  lit = key;
  say("row:hover", { key, from: "table" });
});

hear("row:hover", ({ key, from }) => {
  for (const row of document.querySelectorAll("#table-view .is-lit")) row.classList.remove("is-lit");
  if (key !== null && from !== "table") rowOf(key)?.classList.add("is-lit");
});

function scrollTo(row) {
  for (const other of document.querySelectorAll("#table-view .is-active")) other.classList.remove("is-active");
  row.classList.add("is-active");
  row.scrollIntoView({ block: "nearest" });
}

/** The address of the table with some of its parameters changed, on its first page. */
export function changed(address, changes) {
  const url = new URL(address, location.href);
  for (const [name, values] of Object.entries({ page: null, ...changes })) {
    url.searchParams.delete(name);
    for (const value of values ?? []) url.searchParams.append(name, value);
  }
  return url.pathname + url.search;
}

/** Once, with the function that loads another address into the table. */
export function tie(show) {
  hear("table:filter", ({ changes }) => show(changed(location.href, changes), null));
  hear("row:reveal", async ({ key, from }) => {
    if (from === "table" || !view()) return;
    const row = rowOf(key);
    if (row) {
      scrollTo(row);
      return;
    }
    const { search, result, query } = view().dataset;
    const answer = await fetch(`/api/v1/searches/${search}/place?result=${result}&key=${encodeURIComponent(key)}&${query}`);
    if (!answer.ok) return;
    const { page } = await answer.json();
    if (page === null) return; // the filters leave it out
    revealed = key;
    show(changed(location.href, { page: [String(page)] }), null);
  });
}

/** Whenever a table has arrived. */
export function arrived() {
  lit = null;
  say("table:arrived", { view: view() });
  const row = revealed && rowOf(revealed);
  revealed = null;
  if (row) scrollTo(row);
}
