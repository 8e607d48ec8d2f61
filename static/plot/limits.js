// The limits of what is plotted: shown for the columns chosen, typed, taken away, and sent to the table's filters.
import { say } from "../events.js";
import { isDate, isoOf } from "./scales.js";

const ENDS = ["min", "max"];

function placeholder(told, end) {
  const value = told?.[end];
  if (value === null || value === undefined) return "";
  return isDate(told) ? isoOf(value, false) : String(Number(value.toPrecision(6)));
}

export class Limits {
  /** `form` holds a fieldset for each axis; `clear` is the button that takes all limits away. */
  constructor(form, clear) {
    this.form = form;
    this.clear = clear;
    this.wanted = {};
    this.axes = [...form.querySelectorAll("fieldset")].map((set) => set.querySelector("[data-axis]").dataset.axis);
  }

  field(axis, end) {
    return this.form.querySelector(`[data-axis="${axis}"][data-end="${end}"]`);
  }

  /** `wanted` are the columns by axis, `header` what the answer says of each. */
  show(wanted, header) {
    this.wanted = wanted;
    for (const axis of this.axes) {
      const set = this.field(axis, "min").closest("fieldset");
      set.hidden = !wanted[axis];
      for (const end of ENDS) {
        const field = this.field(axis, end);
        field.value = "";
        field.placeholder = placeholder(header[axis], end);
      }
      const { label, unit } = header[axis] ?? {};
      if (wanted[axis]) set.querySelector("legend").textContent = label + (unit ? ` [${unit}]` : "");
    }
    const now = new URLSearchParams(location.search);
    this.clear.disabled = !ENDS.some((end) => this.axes.some((axis) => now.has(`${end}.${wanted[axis]}`)));
  }

  /** Ranges by axis become filters; "" is no bound. */
  send(ranges) {
    const changes = {};
    for (const [axis, [low, high]] of Object.entries(ranges)) {
      changes[`min.${this.wanted[axis]}`] = low === "" ? null : [low];
      changes[`max.${this.wanted[axis]}`] = high === "" ? null : [high];
    }
    say("table:filter", { changes });
  }

  tie() {
    const all = (value) => Object.fromEntries(this.axes.map((axis) => [axis, ENDS.map((end) => value(axis, end))]));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(all((axis, end) => this.field(axis, end).value.trim()));
    });
    this.clear.addEventListener("click", () => this.send(all(() => "")));
  }
}
