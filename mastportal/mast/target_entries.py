"""One target of a list: a name or a position, its radius, and the label that its rows are tagged with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mastportal.mast.errors import BadQuestion
from mastportal.mast.target import (
    MAX_RADIUS_DEG,
    SMALLEST_RADIUS_DEG,
    Target,
    format_number,
    parse_radius,
    parse_target,
)

COLLECTION = "targets"
LONGEST_LABEL = 100
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
