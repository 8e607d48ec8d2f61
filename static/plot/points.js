// Asks the portal for the columns of a plot and unpacks them; the rows are those the table shows.

/** The portal's own sentence about why there is no answer. */
export class NoPoints extends Error {}

const table = () => document.getElementById("table-view")?.dataset;

async function answer(path, signal) {
  let told;
  try {
    told = await fetch(path, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new NoPoints("The portal does not answer; the plot is as it was.");
  }
  if (told.ok) return told;
  const body = await told.json().catch(() => null);
  throw new NoPoints(body?.error?.message ?? "The portal could not make this plot.");
}

const KINDS = { f8: Float64Array, f4: Float32Array, u4: Uint32Array, u1: Uint8Array };

/** {header, arrays}: a uint32 length, a JSON header, then the arrays it names. */
export function unpacked(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const { name, type, offset, length: count } of header.arrays) {
    arrays[name] = new KINDS[type](buffer, 4 + length + offset, count);
  }
  return { header, arrays };
}

/** The points of all rows that pass the table's filters. `wanted`: x, y, lane, end, colour, log. */
export async function pointsOf(wanted, signal) {
  const { search, result, filters } = table();
  const said = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  const told = await answer(`/api/v1/searches/${search}/points?result=${result}&${said}${filters ? `&${filters}` : ""}`, signal);
  return unpacked(await told.arrayBuffer());
}

const known = new Map();
const KNOWN_MOST = 500;

/** {row, key, words} of one row by its number or its key; null where there is none. */
export async function rowOf(by) {
  const { search, result } = table();
  const address = `/api/v1/searches/${search}/points/row?result=${result}&${new URLSearchParams(by)}`;
  if (!known.has(address)) {
    if (known.size >= KNOWN_MOST) known.clear();
    known.set(address, answer(address).then((told) => told.json()).catch(() => null));
  }
  return known.get(address);
}

/** The number of a row that is on the table's page, without asking; null where it is on another. */
export function numberOnPage(key) {
  const link = document.querySelector(`#table-view tr[data-row="${CSS.escape(key)}"] a.open-row`);
  const number = link?.getAttribute("href").split("?")[0].split("/").pop();
  return number ? Number(number) : null;
}
