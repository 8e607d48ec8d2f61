// Colours that people of every colour vision can tell apart: viridis for numbers, eight after Okabe and Ito for values.

const VIRIDIS = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const VALUES = {
  light: ["#0072b2", "#c75200", "#00805c", "#a8457f", "#806000", "#5b4fc4", "#2b2f33", "#c0392b"],
  dark: ["#56b4e9", "#e69f00", "#2fc495", "#e58fc4", "#f0e442", "#a9b4ff", "#dfe5eb", "#ff8f66"],
};
// The ends of viridis that the ground would swallow are left out.
const PART = { light: [0, 0.86], dark: [0.2, 1] };
export const LEVELS = 24;
const SYMBOLS = ["circle", "rect", "triangle", "diamond", "arrow", "roundRect"];

function channels(hex) { return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)); }

function viridis(part) {
  const at = Math.max(0, Math.min(1, part)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [channels(VIRIDIS[low]), channels(VIRIDIS[low + 1])];
  const mixed = from.map((value, band) => Math.round(value + (to[band] - value) * (at - low)));
  return `rgb(${mixed.join(",")})`;
}

export function ramp(scheme, count = LEVELS) {
  const [first, last] = PART[scheme];
  return Array.from({ length: count }, (_, at) => viridis(first + ((last - first) * at) / (count - 1)));
}

/** Rows in groups of one colour: [{name, colour, symbol, rows: Uint32Array}]; those without a value come first. */
export function groups({ header, arrays }, look) {
  const count = header.binned ? arrays.x.length : header.shown;
  if (!arrays.colour) return [{ name: "", colour: look.accent, symbol: "circle", rows: Uint32Array.from({ length: count }, (_, at) => at) }];
  const kinds = header.colour.is_category ? byValue(header.colour, look) : byLevel(header, look);
  const codes = header.colour.is_category ? arrays.colour : levels(header, arrays.colour);
  const sizes = new Uint32Array(kinds.length);
  for (const code of codes) sizes[code] += 1;
  const rows = Array.from(sizes, (size) => new Uint32Array(size));
  sizes.fill(0);
  for (let at = 0; at < count; at += 1) rows[codes[at]][sizes[codes[at]]++] = at;
  const made = kinds.map((kind, code) => ({ ...kind, rows: rows[code] })).filter((kind) => kind.rows.length);
  return [...made.filter((kind) => kind.isRest).reverse(), ...made.filter((kind) => !kind.isRest)];
}

function byValue({ labels }, look) {
  const colours = VALUES[look.scheme];
  const named = labels.map((name, at) => ({ name: name === "" ? "(empty)" : name, colour: colours[at % colours.length], symbol: SYMBOLS[at % SYMBOLS.length] }));
  // Names of a legend must differ, also where two long ones were cut to the same.
  named.forEach((kind, at) => { kind.id = `${at}`; });
  return [...named, { name: "all others", id: "others", colour: look.muted, symbol: "circle", isRest: true }, { name: "no value", id: "none", colour: look.strong, symbol: "circle", isRest: true }];
}

function byLevel(header, look) {
  const colours = ramp(look.scheme);
  return [...colours.map((colour, at) => ({ name: "", id: `level-${at}`, colour, symbol: "circle" })), { name: "no value", id: "none", colour: look.strong, symbol: "circle", isRest: true }];
}

/** A colour scale goes by ratios where numbers span more than a thousandfold, and for counts. */
export const isSteep = ({ min, max }, binned) => min > 0 && (binned || max / min > 1000);

function levels({ colour, binned }, values) {
  const { min, max } = colour;
  const flat = isSteep(colour, binned) ? Math.log : (value) => value;
  const [low, span] = [flat(min), flat(max) - flat(min) || 1];
  return Uint8Array.from(values, (value) => (Number.isNaN(value) ? LEVELS : Math.min(LEVELS - 1, Math.max(0, Math.floor(((flat(value) - low) / span) * LEVELS)))));
}
