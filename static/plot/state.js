// Which columns a plot shows: from the address, else as last chosen for this kind of table, else the usual ones.
import { remember, remembered } from "../remember.js";

const USUAL = {
  plot: { x: ["t_min", "expstart", "date_obs_mjd"], y: ["t_exptime", "effexptm", "duration"], colour: ["instrument_name", "exp_type", "filter"] },
  timeline: { x: ["t_min", "expstart", "date_obs_mjd"], lane: ["instrument_name", "exp_type", "detector"] },
};
// Where a bar that begins at one column ends.
const ENDS = { t_min: "t_max", expstart: "expend", vststart_mjd: "visitend_mjd", date_beg_mjd: "date_end_mjd", bstrtime: "bendtime", hstrtime: "hendtime", datastrt: "dataend", gf_start_mjd: "gf_end_mjd" };

const kind = () => document.getElementById("table-view")?.dataset.key ?? "";
const place = (name) => `plot:${name}:${kind()}`;

function addressed(name) {
  const [tab, said] = location.hash.slice(1).split("?");
  return tab === name && said ? Object.fromEntries(new URLSearchParams(said)) : null;
}

const has = (select, value) => [...select.options].some((option) => option.value === value);

/** Set the form's fields; true where a person chose them before. */
export function fill(form, name) {
  const said = addressed(name) ?? remembered(place(name), {});
  for (const field of form.querySelectorAll("select")) {
    const wanted = said[field.name];
    const usual = (USUAL[name][field.name] ?? []).find((each) => has(field, each));
    if (wanted !== undefined && has(field, wanted)) field.value = wanted;
    else if (usual) field.value = usual;
  }
  const log = (said.log ?? "").split(",");
  for (const box of form.querySelectorAll("[name=log]")) box.checked = log.includes(box.value);
  return said.x !== undefined;
}

/** What the form asks for, as `pointsOf` takes it. */
export function wantedOf(form) {
  const data = new FormData(form);
  const wanted = Object.fromEntries([...data].filter(([name]) => name !== "log"));
  const log = data.getAll("log");
  if (log.length) wanted.log = log.join(",");
  const end = ENDS[wanted.x];
  if (wanted.lane && end && has(form.elements.x, end)) wanted.end = end;
  return wanted;
}

/** Into the address, so that it can be shared, and into this browser's memory. */
export function keep(name, { end, ...wanted }) {
  remember(place(name), wanted);
  history.replaceState(history.state, "", `#${name}?${new URLSearchParams(wanted)}`);
}
