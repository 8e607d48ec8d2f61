// Where one looks, in the page's address, so that it can be sent to somebody: #sky?at=10.68,41.27,0.5&colour=instrument

const DIGITS = 5;

/** What the address says: {at: [ra, dec, fov] or null, colour: text or null}. */
export function said() {
  const [tab, words] = location.hash.slice(1).split("?");
  const params = new URLSearchParams(tab === "sky" ? words : "");
  const at = (params.get("at") ?? "").split(",").map(Number);
  const isPlace = at.length === 3 && at.every(Number.isFinite) && Math.abs(at[1]) <= 90 && at[2] > 0;
  return { at: isPlace ? at : null, colour: params.get("colour") };
}

/** Put the view into the address, without a step of the browser's history. */
export function note(map, colour) {
  const at = [...map.centre, map.fov].map((value) => Number(value.toFixed(DIGITS))).join(",");
  history.replaceState(history.state, "", `#sky?at=${at}&colour=${encodeURIComponent(colour)}`);
}
