"""One question about many targets: names and positions, each with its radius, and criteria they share."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mastportal.mast import target_wording
from mastportal.mast.column_filters import ColumnFilter
from mastportal.mast.criteria import Criteria, parse_criteria
from mastportal.mast.errors import BadQuestion, TooMany
from mastportal.mast.fields import OBSERVATION_FIELDS, Field
from mastportal.mast.target import (
    DEFAULT_RADIUS_DEG,
    MAX_RADIUS_DEG,
    SMALLEST_RADIUS_DEG,
    Target,
    format_number,
    format_radius,
    parse_radius,
    parse_target,
)

COLLECTION = "targets"
MAX_TARGETS = 1_000
LONGEST_LABEL = 100
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
_PARTS = frozenset({"name", "ra", "dec", "radius_deg"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One target of a list and what its rows are tagged with."""

    label: str
    target: Target

    def as_json(self) -> object:
        """As `parse_entry` reads it back."""
        target = self.target
        if target.name is not None:
            radius = "" if target.radius_deg is None else f" r={format_number(target.radius_deg, 7)}"
            return f"{target.name}{radius}"
        told = {"name": self.label, "ra": target.ra_deg, "dec": target.dec_deg}
        return told | ({} if target.radius_deg is None else {"radius_deg": target.radius_deg})

    def canonical(self) -> str:
        """What all spellings of this entry share; of a position its label is a part."""
        label = "" if self.target.name is not None else f"{self.label}|"
        return f"{label}{self.target.canonical()}".casefold()


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


def radius_of(given: object) -> float | None:
    """A radius in degrees, as a number or a text with a unit, "30s". Raises BadQuestion ("radius_deg")."""
    if given is None or given == "":
        return None
    try:
        return (
            parse_radius(given.strip().removeprefix("r=")) if isinstance(given, str) else _radius_deg(given)
        )
    except BadQuestion as error:
        raise BadQuestion(str(error), field="radius_deg") from None


def _radius_deg(given: object) -> float:
    radius_deg = _number(given, "radius_deg")
    if not SMALLEST_RADIUS_DEG <= radius_deg <= MAX_RADIUS_DEG:
        raise BadQuestion(
            f"A radius is greater than zero and at most {MAX_RADIUS_DEG:g} degrees.", field=COLLECTION
        )
    return radius_deg


def parse_entry(item: object) -> Entry:
    """One target: a text as in the search box, or name, ra, dec and radius_deg. Raises BadQuestion."""
    if isinstance(item, str):
        target = parse_target(item)
        label = target.name if target.name is not None else _place_label(target)
        return Entry(_label(label), target)
    if not isinstance(item, Mapping):
        raise BadQuestion(
            "A target is a text or an object of name, ra, dec and radius_deg.", field=COLLECTION
        )
    if unknown := set(item) - _PARTS:
        raise BadQuestion(f"A target has no part called {str(min(unknown, key=str))[:40]}.", field=COLLECTION)
    return _located_entry(item) if "ra" in item or "dec" in item else _named_entry(item)


def _named_entry(item: Mapping[str, object]) -> Entry:
    entry = parse_entry(str(item.get("name") or ""))
    radius = item.get("radius_deg")
    if radius in (None, ""):
        return entry
    return replace(entry, target=replace(entry.target, radius_deg=_radius_deg(radius)))


def _located_entry(item: Mapping[str, object]) -> Entry:
    ra, dec = item.get("ra"), item.get("dec")
    if isinstance(ra, str) or isinstance(dec, str):
        target = parse_target(f"{ra} {dec}")
        if target.name is not None:
            raise BadQuestion(f"“{str(ra)[:40]} {str(dec)[:40]}” is not a position.", field=COLLECTION)
    else:
        ra_deg, dec_deg = _number(ra, "ra"), _number(dec, "dec")
        if not (0 <= ra_deg <= 360 and -90 <= dec_deg <= 90):
            raise BadQuestion(f"{ra_deg:g} {dec_deg:g} lies outside the sky.", field=COLLECTION)
        target = Target("", None, ra_deg, dec_deg, None)
    if item.get("radius_deg") not in (None, ""):
        target = replace(target, radius_deg=_radius_deg(item["radius_deg"]))
    return Entry(_label(str(item.get("name") or "").strip() or _place_label(target)), target)


def _place_label(target: Target) -> str:
    return f"{format_number(target.ra_deg or 0.0)} {format_number(target.dec_deg or 0.0)}"


def _number(given: object, part: str) -> float:
    try:
        number = math.nan if isinstance(given, bool) else float(str(given))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadQuestion(f"“{str(given)[:40]}” is not a number, which {part} must be.", field=COLLECTION)
    return number + 0.0


def _label(text: str) -> str:
    """What rows are tagged with: one line, and no semicolon, which joins the targets of one row."""
    line = " ".join(text.replace(";", ",").split())
    if not line.isprintable():
        raise BadQuestion("A target is one line of text; remove control characters.", field=COLLECTION)
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1]}…"


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
