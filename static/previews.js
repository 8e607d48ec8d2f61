// Previews of rows: asked for when they come into sight, a few at a time; a picture still under way is asked for again.

const AT_ONCE = 6, FIRST_MS = 800, SLOWER = 1.6, SLOWEST_MS = 10_000, TRIES = 20;
const waiting = [];
let running = 0;

function words(place, text, kind) {
  place.dataset.state = kind;
  const said = place.querySelector(".preview-words");
  said.textContent = "";
  if (kind === "exclusive") {
    const lock = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = lock.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"));
    lock.setAttribute("class", "icon");
    lock.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${document.querySelector(".icon use")?.getAttribute("href")?.split("#")[0] ?? ""}#lock`);
    said.append(lock, " ");
  }
  said.append(text);
}

function picture(place) {
  const image = new Image();
  image.alt = `Preview of ${place.dataset.title}`;
  image.decoding = "async";
  image.addEventListener("load", () => {
    place.dataset.state = "ready";
    place.replaceChildren(image);
  });
  image.addEventListener("error", () => words(place, "The preview cannot be shown", "none"));
  image.src = place.dataset.preview;
}

async function ask(place, tries) {
  if (!place.isConnected) return;
  const answer = await fetch(place.dataset.preview).catch(() => null);
  if (!answer) return void words(place, "The portal did not answer", "none");
  if (answer.status === 200) return void picture(place);
  const text = await answer.text();
  if (answer.status === 202 && tries < TRIES) {
    words(place, text, "coming");
    setTimeout(() => queue(place, tries + 1), Math.min(SLOWEST_MS, FIRST_MS * SLOWER ** tries));
  } else if (answer.status === 403) words(place, text, "exclusive");
  else words(place, answer.status === 404 ? "No preview" : answer.status === 202 ? "The preview is slow to come" : text.slice(0, 80), "none");
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    const [place, tries] = waiting.shift();
    running += 1;
    ask(place, tries).finally(() => {
      running -= 1;
      next();
    });
  }
}
function queue(place, tries = 0) {
  waiting.push([place, tries]);
  next();
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    queue(entry.target);
  }
}, { rootMargin: "200px" });

function begin(root) {
  for (const place of root.querySelectorAll?.("[data-preview]:not([data-state])") ?? []) {
    place.dataset.state = "new";
    seen.observe(place);
  }
}

document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
begin(document.body);
