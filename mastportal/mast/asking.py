"""Turns a question into the requests that MAST's services take: filters, position, lists of ids in parts.

Source: the filter grammar of MAST's services page; wildcards are `%` in `freeText`, any of which or of
`values` may match. It has no negation: what is left out is asked for too, and left out here (`leaving_out`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from mastportal.mast.column_filters import ColumnFilter, is_pattern
from mastportal.mast.fields import Field, fields_by_name
from mastportal.mast.question import Question

IDS_A_REQUEST = 500
COUNT = "COUNT_BIG(*)"
MOST_COUNTED_OUT = 3  # columns with values left out whose count is exact: each doubles the requests
_OPEN_END = 1e12
_KEYWORD_SERVICES = {
    "nircam": "Nircam",
    "niriss": "Niriss",
    "nirspec": "Nirspec",
    "miri": "Miri",
    "fgs": "Fgs",
    "guidestar": "GuideStar",
    "wss": "Wss",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: a service and its parameters. No row answers two requests of one question."""

    service: str
    params: dict[str, Any]


def rows_requests(question: Question) -> list[Asked]:
    """The requests whose rows together answer the question, whose target must be located.

    Rows with a value to be left out are among them.
    """
    position = position_of(question)
    if position is not None and not any(each.is_asked for each in question.filters):
        ra_deg, dec_deg, radius_deg = position
        return [Asked("Mast.Caom.Cone", {"ra": ra_deg, "dec": dec_deg, "radius": radius_deg})]
    return _requests(question, "*")


def count_requests(question: Question) -> list[tuple[int, Asked]]:
    """The requests whose counts, each times its sign, add up to the question's number of rows.

    With values left out of several columns, rows that have two of them were taken away twice: inclusion and
    exclusion. Where `counts_exactly` does not hold, nothing is taken away and the sum is an upper bound.
    """
    left_out = [each.as_wanted() for each in question.filters if each.excluded]
    if not counts_exactly(question):
        left_out = []
    return [
        ((-1) ** size, asked)
        for size in range(len(left_out) + 1)
        for those in combinations(left_out, size)
        for asked in _requests(question, COUNT, those)
    ]


def rows_count_requests(question: Question) -> list[Asked]:
    """The requests whose counts add up to the rows that `rows_requests` brings."""
    return _requests(question, COUNT)


def values_requests(question: Question, columns: Sequence[str]) -> list[Asked]:
    """The requests for these columns only of the question's rows, those to be left out among them."""
    return _requests(question, ",".join(columns))


def counts_exactly(question: Question) -> bool:
    """Whether `count_requests` gives the number of rows, not only an upper bound."""
    return sum(bool(each.excluded) for each in question.filters) <= MOST_COUNTED_OUT


def position_of(question: Question) -> tuple[float, float, float] | None:
    """(ra, dec, radius) in degrees. Raises ValueError where a name has not been resolved."""
    target = question.target
    if target is None:
        return None
    if target.ra_deg is None or target.dec_deg is None:
        raise ValueError("A named target must be located before it is asked for.")
    located = target.located(target.ra_deg, target.dec_deg, None)
    assert located.radius_deg is not None
    return target.ra_deg, target.dec_deg, located.radius_deg


def filter_sets(question: Question, more: Sequence[ColumnFilter] = ()) -> list[list[ColumnFilter]]:
    """The column conditions, in as many sets as it takes; each row matches one set at most."""
    named: list[ColumnFilter] = []
    if question.programs:
        named.append(ColumnFilter("proposal_id", question.programs))
    if question.ids:
        named.append(ColumnFilter("obs_id", question.ids))
    sets = [[]] if not named else [[part] for each in named for part in _in_parts(each)]
    for each in (*question.filters, *more):
        if not each.is_asked:
            continue
        sets = [[*others, part] for others in sets for part in _instrument_sets(each)]
    return sets


def _requests(question: Question, columns: str, more: Sequence[ColumnFilter] = ()) -> list[Asked]:
    fields = fields_by_name(question.collection, question.instrument)
    position = position_of(question)
    service, place = "Mast.Caom.Filtered", {}
    if question.instrument:
        service = f"Mast.Jwst.Filtered.{_KEYWORD_SERVICES[question.instrument]}"
    elif position is not None:
        service, place = "Mast.Caom.Filtered.Position", {"position": ", ".join(map(repr, position))}
    return [
        Asked(service, {"columns": columns, "filters": [_encoded(each, fields) for each in chosen], **place})
        for chosen in filter_sets(question, more)
    ]


def _in_parts(chosen: ColumnFilter) -> list[ColumnFilter]:
    values = chosen.values
    parts = range(0, len(values), IDS_A_REQUEST)
    return [replace(chosen, values=values[start : start + IDS_A_REQUEST]) for start in parts]


def _instrument_sets(chosen: ColumnFilter) -> list[ColumnFilter]:
    """An instrument's name alone stands for the name and all its modes: "NIRCAM" or "NIRCAM/%".

    A request takes one wildcard a column, so each further instrument is a request of its own.
    """
    if chosen.column != "instrument_name" or chosen.exact:
        return [chosen]
    families = [value for value in chosen.values if "/" not in value and not is_pattern(value)]
    if not families:
        return [chosen]
    rest = [value for value in chosen.values if value not in families]
    sets = [_family(chosen, family, ()) for family in families[1:]]
    return [_family(chosen, families[0], rest), *sets]


def _family(chosen: ColumnFilter, family: str, modes: Sequence[str]) -> ColumnFilter:
    return replace(chosen, values=(family, *modes, f"{family}/*"))


def _encoded(chosen: ColumnFilter, fields: dict[str, Field]) -> dict[str, Any]:
    field = fields[chosen.column.casefold()]
    encoded: dict[str, Any] = {"paramName": chosen.column}
    if field.separator:
        encoded["separator"] = field.separator
    if chosen.is_range:
        low = -_OPEN_END if chosen.minimum is None else chosen.minimum
        high = _OPEN_END if chosen.maximum is None else chosen.maximum
        return encoded | {"values": [{"min": low, "max": high}]}
    exact = [value for value in chosen.values if not is_pattern(value)]
    encoded["values"] = [value.capitalize() for value in exact] if field.type == "bool" else exact
    if chosen.wildcard is not None:
        encoded["freeText"] = chosen.wildcard.replace("*", "%")
    return encoded
