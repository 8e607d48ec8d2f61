// Axes: dates from MJD, right ascension from right to left, logarithms; and numbers in words. Knows no chart.

const DAY_MS = 86_400_000;
const EPOCH_MJD = 40_587; // 1970-01-01
// Dates that a calendar can show; others stay plain numbers.
const [FIRST_MJD, LAST_MJD] = [-50_000, 200_000];

export const msOf = (mjd) => (mjd - EPOCH_MJD) * DAY_MS;
export const mjdOf = (ms) => ms / DAY_MS + EPOCH_MJD;

export const isDate = (told) => Boolean(told?.is_time && told.min !== null && told.min > FIRST_MJD && told.max < LAST_MJD);

/** 2022-07-12, or with the time of day where it matters. */
export function isoOf(mjd, withTime = true) {
  const text = new Date(msOf(mjd)).toISOString();
  return withTime ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : text.slice(0, 10);
}

export function numberWords(value) {
  if (!Number.isFinite(value)) return "no value";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(3).replace("e+", "e");
  return String(Number(value.toPrecision(8)));
}

export const words = (told, value) => (isDate(told) ? `${isoOf(value)} (MJD ${value.toFixed(5)})` : `${numberWords(value)}${told.unit ? ` ${told.unit}` : ""}`);
export const title = (told) => (told.unit && !isDate(told) ? `${told.label} [${told.unit}]` : told.label);

/** A bound as the filter takes it: no finer than a ten-thousandth of what is in sight. */
export function bound(value, span, isLog) {
  if (isLog) return String(Number(value.toPrecision(5)));
  const digits = Math.max(0, Math.min(12, Math.ceil(4 - Math.log10(Math.abs(span) || 1))));
  return value.toFixed(digits);
}

/** A column on one axis: `at` places a value on the chart, `from` is its inverse. */
export function scale(told, isLog) {
  const dated = isDate(told) && !isLog;
  return {
    told,
    isLog,
    dated,
    at: dated ? msOf : (value) => value,
    from: dated ? mjdOf : (value) => value,
    flat: isLog ? Math.log10 : (value) => value,
    steep: isLog ? (value) => 10 ** value : (value) => value,
  };
}

/** The chart library's words for one axis. */
export function axis({ told, isLog, dated }, look, more = {}) {
  return {
    type: dated ? "time" : isLog ? "log" : "value",
    name: title(told),
    nameLocation: "middle",
    nameTextStyle: { color: look.ink, fontWeight: 600 },
    inverse: Boolean(told.is_ra),
    scale: true,
    // Where nothing is below zero and much is near it, the axis begins there.
    ...(!dated && !isLog && told.min >= 0 && told.min < told.max / 10 ? { min: 0 } : {}),
    boundaryGap: dated || isLog ? false : ["2%", "2%"],
    axisLine: { show: true, onZero: false, lineStyle: { color: look.strong } },
    axisTick: { show: true, lineStyle: { color: look.strong } },
    axisLabel: { color: look.muted, fontSize: 11, hideOverlap: true, ...(dated ? {} : { formatter: numberWords }) },
    splitLine: { show: true, lineStyle: { color: look.line } },
    minorTick: { show: isLog },
    ...more,
  };
}
