// The pane's buttons, form and words; knows the page, and nothing of rows or filters.
import { Drawing } from "./draw.js";
import { checked, read, words } from "./regions.js";
import { ofPlace } from "./words.js";

const PAN = 0.1;
const CLICK_PX = 4;
const HINTS = {
  box: "Drag a box over the sky; Escape gives it up.",
  circle: "Drag from the middle of a circle to its edge; Escape gives it up.",
  polygon: "Click the corners; a click on the first one or Enter closes it, Backspace takes one back, Escape gives it up.",
};
const KEYS = {
  ArrowLeft: (map) => map.pan(-PAN, 0), ArrowRight: (map) => map.pan(PAN, 0), ArrowUp: (map) => map.pan(0, PAN), ArrowDown: (map) => map.pan(0, -PAN),
  "+": (map) => map.zoom(0.7), "=": (map) => map.zoom(0.7), "-": (map) => map.zoom(1 / 0.7),
};

export class Controls {
  /** `told`: pointed, pick, filterBy, removed, recoloured, fitAll, sketched. Without a map only the form is there. */
  constructor(root, map, told) {
    Object.assign(this, { root, map, told });
    this.legend = this.find("legend");
    this.colourChoice = this.find("colour");
    this.form();
    for (const each of root.querySelectorAll("[data-sky-needs-map]")) each.hidden = map === null;
    if (map === null) return;
    this.remembered();
    this.buttons();
    this.pointer();
    this.drawing = new Drawing(this.find("over"), map, { sketched: told.sketched, done: (region) => this.drawn(region) });
  }

  find(name) { return this.root.querySelector(`[data-sky-${name}]`); }

  get colourBy() { return this.colourChoice.value; }
  set colourBy(value) {
    if ([...this.colourChoice.options].some((option) => option.value === value)) this.colourChoice.value = value;
  }

  /** Cells have counts and no colours to choose. */
  colourable(is) { this.colourChoice.disabled = !is; }

  remembered() {
    this.colourBy = localStorage.getItem("sky-colour");
    this.colourChoice.addEventListener("change", () => {
      localStorage.setItem("sky-colour", this.colourBy);
      this.told.recoloured();
    });
  }

  buttons() {
    this.find("fit").addEventListener("click", () => this.told.fitAll());
    for (const button of this.root.querySelectorAll("[data-sky-zoom]")) {
      button.addEventListener("click", () => this.map.zoom(Number(button.dataset.skyZoom)));
    }
    const grid = this.find("grid");
    grid.addEventListener("click", () => this.map.grid(this.press(grid)));
    for (const button of this.root.querySelectorAll("[data-sky-draw]")) {
      button.addEventListener("click", () => this.draw(button.getAttribute("aria-pressed") === "true" ? null : button.dataset.skyDraw));
    }
    this.fullScreen(this.find("full"));
    this.find("map").addEventListener("keydown", (event) => this.key(event));
  }

  press(button, on = button.getAttribute("aria-pressed") !== "true") {
    button.setAttribute("aria-pressed", String(on));
    return on;
  }

  fullScreen(button) {
    button.hidden = !document.fullscreenEnabled;
    button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen()));
    document.addEventListener("fullscreenchange", () => this.press(button, document.fullscreenElement === this.root));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = event.key === "0" ? () => this.told.fitAll() : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act(this.map);
  }

  // ---------- pointing and clicking
  pointer() {
    const place = this.find("map");
    let from = null;
    let waiting = null;
    const pixel = (event) => {
      const box = place.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    place.addEventListener("pointermove", (event) => {
      const last = pixel(event);
      if (!waiting) requestAnimationFrame(() => { this.told.pointed(waiting === "gone" ? null : this.map.toSky(...waiting)); waiting = null; });
      waiting = last;
    });
    place.addEventListener("pointerleave", () => {
      if (waiting) waiting = "gone";
      else this.told.pointed(null);
    });
    place.addEventListener("pointerdown", (event) => { from = pixel(event); }, true);
    place.addEventListener("click", (event) => {
      const at = pixel(event);
      const isClick = from && Math.hypot(at[0] - from[0], at[1] - from[1]) < CLICK_PX;
      const position = this.map.toSky(...at);
      if (isClick && position && !event.target.closest("a, button")) this.told.pick(position);
    });
  }

  // ---------- regions
  draw(kind) {
    for (const button of this.root.querySelectorAll("[data-sky-draw]")) this.press(button, button.dataset.skyDraw === kind);
    this.hint(kind ? HINTS[kind] : "");
    if (kind) this.drawing.start(kind);
    else this.drawing.stop();
  }

  drawn(region) {
    for (const button of this.root.querySelectorAll("[data-sky-draw]")) this.press(button, false);
    this.hint("");
    if (region) this.attempt(() => checked(region));
  }

  form() {
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt(() => read(event.target.elements.sky.value));
    });
    this.find("regions").addEventListener("click", (event) => {
      const index = event.target.closest("[data-sky-remove]")?.dataset.skyRemove;
      if (index !== undefined) this.told.removed(Number(index));
    });
  }

  attempt(make) {
    try {
      const region = make();
      this.complain("");
      this.told.filterBy(region);
    } catch (error) {
      this.complain(error.message);
    }
  }

  /** The regions in force, each with a button that takes it away; the form holds the first. */
  regions(regions) {
    this.find("form").elements.sky.value = regions.length ? words(regions[0]) : "";
    this.find("regions").replaceChildren(...regions.map((region, index) => {
      const entry = document.createElement("li");
      const name = entry.appendChild(document.createElement("span"));
      name.className = "label mono";
      name.textContent = words(region);
      name.title = words(region);
      const button = entry.appendChild(document.createElement("button"));
      Object.assign(button, { type: "button", className: "quiet small", textContent: "Remove" });
      button.setAttribute("aria-label", `Remove the region ${words(region).slice(0, 80)}`);
      button.dataset.skyRemove = String(index);
      return entry;
    }));
  }

  // ---------- words
  complain(sentence) { this.find("error").textContent = sentence; }
  summary(sentence) { this.find("summary").textContent = sentence; }
  busy(is) { this.root.toggleAttribute("data-busy", is); }

  /** Which footprint is lit, for the page's own styles and for who looks at it from outside. */
  lit(key) {
    if (key === null) delete this.root.dataset.lit;
    else this.root.dataset.lit = key;
  }

  hint(sentence) {
    this.find("hint").textContent = sentence;
    this.find("hint").hidden = !sentence;
  }

  note(sentence) {
    this.find("note").textContent = sentence;
    this.find("note").hidden = !sentence;
  }

  /** A position in words: under the `pointer`, `clicked`, or the `middle`; the two last can be copied. */
  place(position, which = "middle") {
    if (which === "middle" && this.clicked && this.find("place").dataset.which === "pointer") {
      this.place(this.clicked, "clicked");
      return;
    }
    this.clicked = { clicked: position, pointer: this.clicked, middle: null }[which];
    const both = ofPlace(position);
    this.find("place").dataset.which = which;
    const sexagesimal = document.createElement("span");
    sexagesimal.className = "nowrap";
    sexagesimal.textContent = both.sexagesimal;
    this.find("place").replaceChildren(`${which === "pointer" ? "" : `${which} `}${both.decimal}  `, sexagesimal);
    for (const button of this.root.querySelectorAll("[data-sky-copy]")) {
      button.hidden = false;
      if (which !== "pointer") button.dataset.copy = both[button.dataset.skyCopy];
    }
  }
}
