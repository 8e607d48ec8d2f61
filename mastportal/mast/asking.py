"""Turns a question into the requests that MAST's services take: filters, position, lists of ids in parts.

Source: the filter grammar of MAST's services page; wildcards are `%` in `freeText`, any of which or of
`values` may match.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mastportal.mast.column_filters import ColumnFilter, is_pattern
from mastportal.mast.fields import Field, fields_by_name
from mastportal.mast.question import Question

IDS_A_REQUEST = 500
COUNT = "COUNT_BIG(*)"
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
    """The requests whose rows together answer the question, whose target must be located."""
    position = position_of(question)
    if position is not None and not question.filters:
        ra_deg, dec_deg, radius_deg = position
        return [Asked("Mast.Caom.Cone", {"ra": ra_deg, "dec": dec_deg, "radius": radius_deg})]
    return _requests(question, "*")


def count_requests(question: Question) -> list[Asked]:
    """The requests whose counts add up to the question's number of rows."""
    return _requests(question, COUNT)


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


def filter_sets(question: Question) -> list[list[ColumnFilter]]:
    """The column conditions, in as many sets as it takes; each row matches one set at most."""
    named: list[ColumnFilter] = []
    if question.programs:
        named.append(ColumnFilter("proposal_id", question.programs))
    if question.ids:
        named.append(ColumnFilter("obs_id", question.ids))
    sets = [[]] if not named else [[part] for each in named for part in _in_parts(each)]
    for each in question.filters:
        sets = [[*others, part] for others in sets for part in _instrument_sets(each)]
    return sets


def _requests(question: Question, columns: str) -> list[Asked]:
    fields = fields_by_name(question.collection, question.instrument)
    position = position_of(question)
    service, place = "Mast.Caom.Filtered", {}
    if question.instrument:
        service = f"Mast.Jwst.Filtered.{_KEYWORD_SERVICES[question.instrument]}"
    elif position is not None:
        service, place = "Mast.Caom.Filtered.Position", {"position": ", ".join(map(repr, position))}
    return [
        Asked(service, {"columns": columns, "filters": [_encoded(each, fields) for each in chosen], **place})
        for chosen in filter_sets(question)
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
