"""What a question leaves open, said one by one: hidden defaults are what people complain of most."""

from mastportal.mast.question import Question
from mastportal.mast.target import DEFAULT_RADIUS_DEG

# Of observations: the column, its name for people, and what leaving it out means.
_OPEN = (
    ("obs_collection", "Mission", "every mission and collection"),
    ("calib_level", "Calibration level", "every one, from −1 (planned, not observed yet) to 4 (contributed)"),
    ("dataRights", "Access", "public rows and those in their exclusive access period alike"),
    ("intentType", "Intent", "science and calibration"),
    ("instrument_name", "Instrument", "every instrument in every mode"),
    ("dataproduct_type", "Product type", "every kind: images, spectra, cubes, time series and others"),
    ("t_min", "Dates", "any, without a date too (planned rows have none)"),
    ("mtFlag", "Moving targets", "fixed and moving ones"),
)
_KEYWORD_RULES = (
    ("Files", "only the highest-level calibrated science FITS file of each exposure or product"),
    ("Access", "public files and those in their exclusive access period alike"),
)


def defaults_in_words(question: Question) -> list[tuple[str, str]]:
    """What was not said and how it was taken, as (name, words); what was said is left out."""
    if question.collection == "jwst-keywords":
        every = [("Programme", "every programme")] if question.filter_of("program") is None else []
        return [*every, *_KEYWORD_RULES, *_matching(question)]
    open_ends = [(name, words) for column, name, words in _OPEN if question.filter_of(column) is None]
    return [*_place(question), *open_ends, *_matching(question)]


def _place(question: Question) -> list[tuple[str, str]]:
    target = question.target
    if target is None:
        named = question.programs or question.ids
        return [] if named else [("Position", "anywhere on the sky")]
    matched = ("Position", "a row counts when its footprint meets the circle, wherever its centre is")
    if target.radius_deg is not None:
        return [matched]
    larger = "" if target.name is None else ", or the object's own size where that is larger"
    return [("Radius", f"{DEFAULT_RADIUS_DEG:g}°{larger}"), matched]


def _matching(question: Question) -> list[tuple[str, str]]:
    if not question.filters:
        return []
    return [
        ("Texts", "compared whole, ignoring case; * stands for any characters"),
        ("Rows without a value", "left out where a value is asked for"),
    ]
