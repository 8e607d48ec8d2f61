// Which colour and which line a value has on the sky, and the legend that names them. Told apart by people of any colour sight.

// Okabe and Ito's colours, lightened where the dark sky would swallow them; the ninth line and further are grey.
const STYLES = [
  ["#56b4e9", []], ["#e69f00", [7, 3]], ["#00c48c", [2, 3]], ["#f0e442", []], ["#ff7f50", [7, 3]], ["#d891c0", [2, 3]],
  ["#8fa8ff", [9, 3, 2, 3]], ["#ffffff", [1, 3]],
];
const OTHER = { colour: "#a8b3c2", dash: [4, 4], words: "other" };
const ACCESS = { PUBLIC: "public", EXCLUSIVE_ACCESS: "exclusive access" };
export const REGION = "#ffffff";
export const COVERED = "#e69f00";

const number = (count) => count.toLocaleString("en");

/** Styles by value, most frequent first: Map of value to {colour, dash, words, count}. */
export function stylesOf(rows) {
  const counts = new Map();
  for (const { colour } of rows) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const order = [...counts].sort(([one, a], [other, b]) => b - a || String(one).localeCompare(String(other)));
  const styles = new Map();
  order.forEach(([value, count], index) => {
    const words = ACCESS[value] ?? (value === null || value === "" ? "none given" : String(value));
    if (index < STYLES.length) styles.set(value, { colour: STYLES[index][0], dash: STYLES[index][1], words, count });
    else styles.set(value, { ...OTHER, count });
  });
  return styles;
}

function line({ colour, dash }) {
  const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  swatch.setAttribute("viewBox", "0 0 28 12");
  swatch.setAttribute("aria-hidden", "true");
  swatch.classList.add("sky-line");
  const stroke = swatch.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  stroke.setAttribute("d", "M2 6H26");
  stroke.setAttribute("stroke", colour);
  if (dash.length) stroke.setAttribute("stroke-dasharray", dash.join(" "));
  return swatch;
}

function item(swatch, words, count) {
  const entry = document.createElement("li");
  const name = document.createElement("span");
  name.className = "label";
  name.textContent = words;
  name.title = words.slice(0, 200);
  entry.append(swatch, name);
  if (count) {
    const figure = entry.appendChild(document.createElement("span"));
    figure.className = "count";
    figure.textContent = count;
  }
  return entry;
}

/** The legend of footprints by value. */
export function showStyles(list, styles) {
  const named = [...styles.values()].filter((style) => style.words !== OTHER.words || style.colour !== OTHER.colour);
  const others = [...styles.values()].slice(named.length);
  const items = named.map((style) => item(line(style), style.words, number(style.count)));
  if (others.length) {
    const rows = others.reduce((sum, { count }) => sum + count, 0);
    items.push(item(line(OTHER), `${number(others.length)} other values`, number(rows)));
  }
  list.replaceChildren(...items);
}

/** The legend of counts by cell, and of the line round the area covered. */
export function showScale(list, scale) {
  const steps = scale.map(({ opacity, from, to }) => {
    const swatch = document.createElement("span");
    swatch.className = "sky-step";
    swatch.style.setProperty("--step", String(opacity));
    return item(swatch, from === to ? number(from) : `${number(from)} to ${number(to)}`);
  });
  list.replaceChildren(item(line({ colour: COVERED, dash: [] }), "area covered"), item("", "rows a cell:"), ...steps);
}
