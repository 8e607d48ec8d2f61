"""One question about many targets: names and positions, each with its radius, and criteria they share."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mastportal.mast import target_wording
from mastportal.mast.column_filters import ColumnFilter
from mastportal.mast.criteria import Criteria, parse_criteria
from mastportal.mast.errors import BadQuestion, TooMany
from mastportal.mast.fields import OBSERVATION_FIELDS, Field
from mastportal.mast.target import DEFAULT_RADIUS_DEG, format_radius
from mastportal.mast.target_entries import COLLECTION, Entry, parse_entry, radius_of

MAX_TARGETS = 1_000
SEARCHED_TARGET = Field(
    "searched_target",
    "Searched target",
    "string",
    "",
    "The target of the list that this observation belongs to; several where it belongs to several",
    "values",
    ";",
    visible=True,
    group="Target",
)
SEARCHED_DISTANCE = Field(
    "searched_distance",
    "Distance",
    "float",
    "arcsec",
    "From the nearest of the searched targets to the footprint; 0 inside",
    "range",
    visible=True,
    group="Target",
)
_KNOWN = frozenset({"collection", "targets", "radius_deg", "criteria"})


@dataclass(frozen=True, slots=True)
class TargetList:
    """A valid question about many targets, made by `parse_target_list`, which reads `as_json()` back."""

    entries: tuple[Entry, ...]
    radius_deg: float | None = None
    filters: tuple[ColumnFilter, ...] = ()
    collection: str = COLLECTION

    @property
    def target(self) -> None:
        """There are many."""
        return

    @property
    def fields(self) -> tuple[Field, ...]:
        return (SEARCHED_TARGET, SEARCHED_DISTANCE, *OBSERVATION_FIELDS)

    def question_of(self, entry: Entry) -> Criteria:
        """The question about one of the targets, with the list's radius where it has none of its own."""
        target = entry.target
        if target.radius_deg is None and self.radius_deg is not None:
            target = replace(target, radius_deg=self.radius_deg)
        return Criteria("observations", target=target, filters=self.filters)

    def as_json(self) -> dict[str, object]:
        parts: dict[str, object] = {"collection": self.collection}
        parts["targets"] = [entry.as_json() for entry in self.entries]
        if self.radius_deg is not None:
            parts["radius_deg"] = self.radius_deg
        if self.filters:
            parts["criteria"] = {each.column: each.as_json() for each in self.filters}
        return parts

    def fingerprint(self) -> str:
        """SHA-256 in hex; the order of the targets does not matter."""
        told = self.as_json() | {"targets": sorted(entry.canonical() for entry in self.entries)}
        return hashlib.sha256(json.dumps(told, sort_keys=True).casefold().encode()).hexdigest()

    def words(self) -> str:
        return target_wording.sentence(
            [entry.label for entry in self.entries], self.radius_words(), self.filters
        )

    def radius_words(self) -> str:
        """How large the circles are, the default spelled out."""
        if self.radius_deg is not None:
            return f"{format_radius(self.radius_deg)} radius"
        return f"{DEFAULT_RADIUS_DEG:g}° radius, or the object's own size where that is larger"

    def code(self) -> str:
        """The lines of Python that ask MAST the same through astroquery, target by target."""
        questions = [(entry.label, self.question_of(entry)) for entry in self.entries]
        return target_wording.astroquery_lines(questions, self.filters)


def is_target_list(question: Mapping[str, object]) -> bool:
    """Whether the body of a search is one for a list of targets."""
    return str(question.get("collection") or "").strip().casefold() == COLLECTION


def parse_target_list(question: Mapping[str, object]) -> TargetList:
    """Reads the body of a search for a list of targets. Raises BadQuestion naming the part at fault."""
    if unknown := next((key for key in question if key not in _KNOWN), None):
        raise BadQuestion(
            f"A search for targets takes no {str(unknown)[:40]}; leave it out.", field=str(unknown)
        )
    items = checked_items(question.get("targets"))
    filters = parse_criteria(question.get("criteria"))
    read = [_entry(item, number) for number, item in enumerate(items, 1)]
    entries: dict[str, Entry] = {}
    for entry in read:
        entries.setdefault(entry.canonical(), entry)  # as it was written first
    return TargetList(tuple(entries.values()), radius_of(question.get("radius_deg")), filters)


def checked_items(given: object) -> list[object]:
    """The items of a list of targets, not yet read. Raises BadQuestion or TooMany (field "targets")."""
    if not isinstance(given, list | tuple):
        raise BadQuestion("The targets must be a list of names and positions.", field=COLLECTION)
    if not given:
        raise BadQuestion("Give at least one target, a name or a position.", field=COLLECTION)
    if len(given) > MAX_TARGETS:
        raise too_many(len(given))
    return list(given)


def too_many(count: int) -> TooMany:
    return TooMany(
        f"At most {MAX_TARGETS:,} targets can be searched for at once; these are {count:,}. Search in parts.",
        count=count,
        limit=MAX_TARGETS,
        field=COLLECTION,
    )


def _entry(item: object, number: int) -> Entry:
    try:
        return parse_entry(item)
    except BadQuestion as error:
        raise BadQuestion(f"Target {number:,}: {error}", field=COLLECTION) from None


def duplicates(entries: Sequence[Entry | None]) -> list[int | None]:
    """For each entry the place of an earlier one that says the same."""
    first: dict[str, int] = {}
    return [
        None if entry is None or (at := first.setdefault(entry.canonical(), place)) == place else at
        for place, entry in enumerate(entries)
    ]
