"""How a question about many targets reads: as one English sentence, and as lines of Python for astroquery."""

from collections.abc import Sequence

from mastportal.mast import wording
from mastportal.mast.asking import filter_sets
from mastportal.mast.column_filters import ColumnFilter
from mastportal.mast.question import Question
from mastportal.mast.target import DEFAULT_RADIUS_DEG, format_number

_MOST_NAMED = 3


def sentence(labels: Sequence[str], radius: str, filters: tuple[ColumnFilter, ...]) -> str:
    """One sentence that says all that is asked; the criteria as those of any question about observations."""
    rest = wording.sentence(Question("observations", filters=filters)).removeprefix("Observations")
    named = ", ".join(labels[:_MOST_NAMED])
    if len(labels) > _MOST_NAMED:
        named += f" and {len(labels) - _MOST_NAMED:,} more"
    targets = "target" if len(labels) == 1 else "targets"
    return f"Observations of {len(labels):,} {targets} ({named}), {radius} unless a target has its own{rest}"


def astroquery_lines(questions: Sequence[tuple[str, Question]], filters: tuple[ColumnFilter, ...]) -> str:
    """Python that asks for each target and tags its rows; `questions` are one for each label."""
    rest = Question("observations", filters=filters)
    calls = [
        wording.call("query_criteria" if chosen else "query_region", _PLACE, chosen, rest)
        for chosen in filter_sets(rest)
    ]
    lines = [
        "from astropy.table import unique, vstack",
        "from astroquery.mast import Observations",
        "targets = [  # label, position, radius in degrees",
        *(f"    ({label!r}, {_place(question)}, {_radius(question)})," for label, question in questions),
        "]",
        "found = []",
        "for label, position, radius in targets:",
        *(line for call in calls for line in (f"    rows = {call}", *_TAG)),
        "observations = vstack(found)",
        *wording.mask_lines(rest, "observations"),
        "# A row that belongs to several targets is here once for each: unique(observations, keys='obsid')",
    ]
    return "\n".join(lines)


_PLACE = 'coordinates=position, radius=f"{radius} deg"'
_TAG = ["    rows['searched_target'] = [label] * len(rows)", "    found.append(rows)"]


def _place(question: Question) -> str:
    target = question.target
    assert target is not None
    if target.name is not None:
        return f"Observations.resolve_object({target.name!r})"
    return repr(f"{format_number(target.ra_deg or 0.0, 7)}d {format_number(target.dec_deg or 0.0, 7)}d")


def _radius(question: Question) -> str:
    radius_deg = question.target.radius_deg if question.target else None
    return format_number(DEFAULT_RADIUS_DEG if radius_deg is None else radius_deg, 7)
