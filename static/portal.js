// What every page needs and HTML alone cannot do: close menus, copy text, say when a fragment failed, "/" to the search.

const messages = () => document.getElementById("messages");

/** Show one plain sentence in the message area. */
export function say(text, level = "error") {
  const notice = document.createElement("div");
  notice.className = `notice ${level}`;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  notice.append(paragraph);
  messages()?.replaceChildren(notice);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

async function copyFrom(button) {
  const source = button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(source.trim());
    button.dataset.copied = "true";
    setTimeout(() => delete button.dataset.copied, 1500);
  } catch {
    say("The browser did not allow copying; select the text and copy it by hand.");
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (button) copyFrom(button);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    closeMenus();
    menu?.querySelector("summary")?.focus();
  }
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search-box]");
    if (search) {
      event.preventDefault();
      for (let fold = search.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      search.focus();
      search.select?.();
    }
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form?.requestSubmit();
});

// What nobody asked for by hand, [data-quiet], fails without a word and is asked again.
function onFailure(name, tell) {
  document.addEventListener(name, (event) => { if (!event.target.closest?.("[data-quiet]")) tell(event); });
}
onFailure("htmx:sendError", () => say("The portal did not answer; check your connection and try again."));
onFailure("htmx:timeout", () => say("The portal took too long to answer; try again."));
onFailure("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401) location.reload();
  else if (status === 403) say("You may not do that, or your session ended; load the page again.");
  else if (status === 404) say("That is no longer here; load the page again.");
  else if (status === 429) say("Too many requests at once; wait a moment and try again.");
  else if (status === 503) say("The portal is busy; try again in a moment.");
  else say("The portal made a mistake; load the page again, and tell your administrator if it stays.");
});
