"""How a question reads: as one English sentence, and as lines of Python for astroquery."""

from mastportal.mast.asking import filter_sets, position_of, rows_requests
from mastportal.mast.column_filters import ColumnFilter, is_pattern
from mastportal.mast.coordinates import as_sexagesimal
from mastportal.mast.fields import INSTRUMENTS, Field, fields_by_name
from mastportal.mast.leaving_out import unwanted_pattern
from mastportal.mast.question import Question
from mastportal.mast.target import DEFAULT_RADIUS_DEG, Target, display_name, format_number, format_radius

_MOST_NAMED = 5


def sentence(question: Question) -> str:
    """One sentence that says all that is asked, what is left to defaults included."""
    conditions = [_condition(each, question) for each in question.filters]
    where = f", where {_joined(conditions, 'and')}" if conditions else ""
    return f"{_subject(question)}{where}{_defaults(question)}."


def astroquery_lines(question: Question) -> str:
    """Python that runs as it stands with astroquery installed and fetches the same rows from MAST."""
    if question.collection == "jwst-keywords":
        return _keyword_lines(question)
    lines = ["from astroquery.mast import Observations"]
    place, target = "", question.target
    if target is not None and target.has_position:
        ra_deg, dec_deg, radius_deg = _rounded(question)
        place = f'coordinates="{ra_deg}d {dec_deg}d", radius="{radius_deg} deg"'
    elif target is not None:
        lines.append(f"position = Observations.resolve_object({target.name!r})")
        wanted_deg = DEFAULT_RADIUS_DEG if target.radius_deg is None else target.radius_deg
        place = f'coordinates=position, radius="{format_number(wanted_deg, 7)} deg"'
    is_filtered = any(each.is_asked for each in question.filters)
    method = "query_criteria" if is_filtered or not place else "query_region"
    calls = [call(method, place, chosen, question) for chosen in filter_sets(question)]
    masks = mask_lines(question, "observations")
    if len(calls) == 1:
        return "\n".join([*lines, f"observations = {calls[0]}", *masks])
    parts = [f"    {call}," for call in calls]
    whole = ["observations = vstack([", *parts, "])"]
    return "\n".join(["from astropy.table import vstack", *lines, *whole, *masks])


def mask_lines(question: Question, table: str) -> list[str]:
    """Lines that leave out what the archive cannot be told to: its filters know no "not"."""
    excluding = [each for each in question.filters if each.excluded]
    if not excluding:
        return []
    fields = fields_by_name(question.collection, question.instrument)
    lines = [
        "import re",
        "def unwanted(value, pattern, separator):",
        "    parts = [str(value), *str(value).split(separator)] if separator else [str(value)]",
        "    return any(re.fullmatch(pattern, part.strip(), re.I | re.S) for part in parts)",
    ]
    for each in excluding:
        separator = fields[each.column.casefold()].separator
        asked = f"unwanted(value, {unwanted_pattern(each)!r}, {separator!r})"
        lines.append(f"{table} = {table}[[not {asked} for value in {table}[{each.column!r}]]]")
    return lines


def _subject(question: Question) -> str:
    if question.collection == "jwst-keywords":
        return f"The highest-level FITS files in JWST's {INSTRUMENTS[question.instrument or '']} keywords"
    if question.programs:
        plural = "programmes" if len(question.programs) > 1 else "programme"
        return f"Observations of {plural} {_some(question.programs)}"
    if question.ids:
        plural = "ids" if len(question.ids) > 1 else "id"
        return f"Observations with the {plural} {_some(question.ids)}"
    return (
        f"Observations whose footprint meets {_circle(question.target)}"
        if question.target
        else "Observations"
    )


def _circle(target: Target) -> str:
    radius = (
        f"a circle of {format_radius(target.radius_deg)} radius"
        if target.radius_deg is not None
        else "a circle"
    )
    place = _sexagesimal(target) if target.name is None else display_name(target.name)
    if target.radius_deg is not None:
        return f"{radius} around {place}"
    larger = "" if target.name is None else ", or the object's own size where that is larger"
    return f"{radius} around {place} ({DEFAULT_RADIUS_DEG:g}° radius{larger})"


def _sexagesimal(target: Target) -> str:
    assert target.ra_deg is not None
    assert target.dec_deg is not None
    return as_sexagesimal(target.ra_deg, target.dec_deg)


def _condition(chosen: ColumnFilter, question: Question) -> str:
    field = fields_by_name(question.collection, question.instrument)[chosen.column.casefold()]
    label = field.label if question.collection != "jwst-keywords" else field.name
    parts = []
    if chosen.is_range:
        parts.append(_range(label, chosen, field))
    elif chosen.values:
        parts.append(f"{label} is {_choice(chosen)}")
    if chosen.excluded:
        parts.append(f"{label} is not {_choice(chosen.as_wanted())}")
    return " and ".join(parts)


def _choice(chosen: ColumnFilter) -> str:
    values = chosen.values
    if chosen.column == "instrument_name" and not chosen.exact:
        values = tuple(
            value if "/" in value or is_pattern(value) else f"{value} (every mode)" for value in values
        )
    like = "like " if len(values) == 1 and chosen.wildcard else ""
    return f"{like}{_some(values, 'or')}"


def _range(label: str, chosen: ColumnFilter, field: Field) -> str:
    unit = f" {field.unit}" if field.unit else ""
    low, high = chosen.minimum, chosen.maximum
    if low is None:
        return f"{label} is at most {_plain(high)}{unit}"
    if high is None:
        return f"{label} is at least {_plain(low)}{unit}"
    return (
        f"{label} is {_plain(low)}{unit}"
        if low == high
        else f"{label} is {_plain(low)} to {_plain(high)}{unit}"
    )


def _defaults(question: Question) -> str:
    kept = ["rows without such a value stay"] if any(each.excluded for each in question.filters) else []
    if question.collection == "jwst-keywords":
        every = ", of every programme" if question.filter_of("program") is None else ""
        return every + (f"; {kept[0]}" if kept else "")
    open_ends = kept + [
        words
        for column, words in (
            ("obs_collection", "every mission"),
            ("calib_level", "every level (planned ones too)"),
            ("dataRights", "every access right (exclusive ones too)"),
        )
        if question.filter_of(column) is None
    ]
    return f"; {_joined(open_ends, 'and')}" if open_ends else ""


def _plain(value: float | None) -> str:
    return format_number(value or 0.0, 6)


def _some(values: tuple[str, ...], word: str = "and") -> str:
    if len(values) > _MOST_NAMED:
        return f"{', '.join(values[: _MOST_NAMED - 1])} {word} {len(values) - _MOST_NAMED + 1:,} more"
    return _joined(list(values), word)


def _joined(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _rounded(question: Question) -> tuple[str, str, str]:
    position = position_of(question)
    assert position is not None
    ra_deg, dec_deg, radius_deg = position
    return format_number(ra_deg, 7), format_number(dec_deg, 7), format_number(radius_deg, 7)


def call(method: str, place: str, chosen: list[ColumnFilter], question: Question) -> str:
    arguments = ([place] if place else []) + [f"{each.column}={_argument(each, question)}" for each in chosen]
    return f"Observations.{method}({', '.join(arguments)})"


def _argument(chosen: ColumnFilter, question: Question) -> str:
    if chosen.is_range:
        low = -1e12 if chosen.minimum is None else chosen.minimum
        high = 1e12 if chosen.maximum is None else chosen.maximum
        return f"[{low!r}, {high!r}]"
    field = fields_by_name(question.collection)[chosen.column.casefold()]
    values = [value.capitalize() if field.type == "bool" else value for value in chosen.values]
    return repr(values[0] if len(values) == 1 else values)


def _keyword_lines(question: Question) -> str:
    asked = rows_requests(question)[0]
    return "\n".join(
        [
            "from astroquery.mast import Mast",
            "files = Mast.service_request(",
            f"    {asked.service!r},",
            f"    {asked.params!r},",
            ")",
            *mask_lines(question, "files"),
        ]
    )
