"""One question to the archive: validated, normalised, with a fingerprint all its spellings share.

Imports no astroquery; how it is asked is `asking`, how it reads is `wording`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mastportal.mast import wording
from mastportal.mast.column_filters import ColumnFilter, is_pattern, parse_filters
from mastportal.mast.errors import BadQuestion
from mastportal.mast.fields import FIELDS_WITH_DISTANCE, INSTRUMENTS, Field, fields_by_name, fields_of
from mastportal.mast.identifiers import MAX_IDS, parse_ids, parse_programs
from mastportal.mast.question import Question
from mastportal.mast.target import Target, parse_target

COLLECTIONS = ("observations", "programs", "jwst-keywords", "ids")
_PARTS = {"observations": "target", "programs": "programs", "jwst-keywords": "instrument", "ids": "ids"}
_KNOWN = {"collection", "criteria", "refresh", *_PARTS.values()}


class Place(Protocol):
    """What a resolver answers, as far as a question needs it; degrees, ICRS."""

    @property
    def ra_deg(self) -> float: ...
    @property
    def dec_deg(self) -> float: ...
    @property
    def radius_deg(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Criteria(Question):
    """A valid question, made by `parse_question`, which reads `as_json()` back.

    A located name is written with the radius in use; its position is not part of the question.
    """

    @property
    def name_to_resolve(self) -> str | None:
        """The name whose position must be asked for before the question can be."""
        target = self.target
        return target.name if target is not None and not target.has_position else None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns of the answer; with a position, the distance from it too."""
        return (
            FIELDS_WITH_DISTANCE if self.target is not None else fields_of(self.collection, self.instrument)
        )

    def located(self, place: Place) -> "Criteria":
        """The question with its name at a position, and with the default radius where none was given."""
        if self.target is None:
            return self
        return replace(self, target=self.target.located(place.ra_deg, place.dec_deg, place.radius_deg))

    def as_json(self) -> dict[str, object]:
        """The canonical body of the question."""
        parts: dict[str, object] = {"collection": self.collection}
        if self.instrument:
            parts["instrument"] = self.instrument
        if self.target:
            parts["target"] = self.target.canonical()
        if self.programs:
            parts["programs"] = list(self.programs)
        if self.ids:
            parts["ids"] = list(self.ids)
        if self.filters:
            parts["criteria"] = {each.column: each.as_json() for each in self.filters}
        return parts

    def fingerprint(self) -> str:
        """SHA-256 in hex of the canonical question, ignoring case as the archive does."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).casefold().encode()).hexdigest()

    def words(self) -> str:
        """The question as one English sentence, its defaults spelled out."""
        return wording.sentence(self)

    def code(self) -> str:
        """The lines of Python that ask MAST the same through astroquery."""
        return wording.astroquery_lines(self)


def parse_question(question: Mapping[str, object], max_ids: int = MAX_IDS) -> Criteria:
    """Reads the body of a search. Raises BadQuestion whose `field` is the key at fault."""
    collection = str(question.get("collection") or "").strip().casefold()
    if collection not in COLLECTIONS:
        raise BadQuestion(f"The collection must be one of {', '.join(COLLECTIONS)}.", field="collection")
    _refuse_strangers(question, collection)
    instrument = _instrument(question.get("instrument")) if collection == "jwst-keywords" else None
    filters = parse_criteria(question.get("criteria"), collection, instrument)
    criteria = Criteria(collection, instrument=instrument, filters=filters)
    if collection == "programs":
        return replace(criteria, programs=parse_programs(question.get("programs") or ""))
    if collection == "ids":
        return replace(criteria, ids=parse_ids(question.get("ids") or "", max_ids))
    if collection == "observations":
        return replace(criteria, target=_target(question.get("target"), filters))
    return criteria


def parse_criteria(
    given: object, collection: str = "observations", instrument: str | None = None
) -> tuple[ColumnFilter, ...]:
    """The conditions on a collection's columns. Raises BadQuestion (field "criteria.COLUMN")."""
    return tuple(map(_tidied_modes, parse_filters(given, fields_by_name(collection, instrument))))


def mode_less_question(criteria: Criteria) -> Criteria | None:
    """Where modes were asked for (NIRCAM/IMAGE), the same question for rows that name the instrument only.

    Its count is how many rows the mode leaves out; None where nothing can be left out.
    """
    chosen = criteria.filter_of("instrument_name")
    if chosen is None or chosen.exact:
        return None
    plain = {value.casefold() for value in chosen.values if "/" not in value}
    names = {value.split("/")[0] for value in chosen.values if "/" in value}
    names = {name for name in names if not is_pattern(name) and name.casefold() not in plain}
    if not names:
        return None
    exact = replace(chosen, values=tuple(sorted(names)), exact=True)
    return replace(criteria, filters=tuple(exact if each is chosen else each for each in criteria.filters))


def _refuse_strangers(question: Mapping[str, object], collection: str) -> None:
    for key, value in question.items():
        if key not in _KNOWN:
            raise BadQuestion(f"A search has no part called “{str(key)[:40]}”.", field=str(key))
        if key in _PARTS.values() and key != _PARTS[collection] and value not in (None, "", [], ()):
            raise BadQuestion(f"A search of {collection} takes no {key}; leave it out.", field=str(key))


def _instrument(given: object) -> str:
    wanted = "".join(str(given or "").casefold().split()).replace("-", "").replace("_", "")
    if wanted not in INSTRUMENTS:
        names = ", ".join(INSTRUMENTS.values())
        raise BadQuestion(f"Choose one instrument of {names}.", field="instrument")
    return wanted


def _target(given: object, filters: Sequence[ColumnFilter]) -> Target | None:
    if given is not None and not isinstance(given, str):
        raise BadQuestion("The target must be a text, for example m57 r=1m.", field="target")
    if filters and not (given or "").strip():
        if not any(each.is_asked for each in filters):
            raise BadQuestion(
                "Say what is wanted too, a target or another criterion; all but something is too much.",
                field="target",
            )
        return None
    return parse_target(given or "")


def _tidied_modes(chosen: ColumnFilter) -> ColumnFilter:
    if not chosen.excluded:
        return _without_covered_modes(chosen)
    excluded = _without_covered_modes(chosen.as_wanted()).values
    return replace(_without_covered_modes(chosen), excluded=excluded)


def _without_covered_modes(chosen: ColumnFilter) -> ColumnFilter:
    """NIRCAM stands for all its modes, so NIRCAM/IMAGE beside it says nothing more."""
    if chosen.column != "instrument_name" or chosen.exact:
        return chosen
    plain = {value.casefold() for value in chosen.values if "/" not in value and not is_pattern(value)}
    if plain and chosen.wildcard is not None:
        raise BadQuestion(
            "Ask for instruments by name or by one pattern with *, not by both.",
            field="criteria.instrument_name",
        )
    kept = tuple(
        value for value in chosen.values if value.split("/")[0].casefold() not in plain or "/" not in value
    )
    return replace(chosen, values=kept)
