"""What the name resolver answers: where a name is, that nobody knows it, or that it moves. Asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mastportal.mast.errors import NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name stands for: ICRS degrees, the object's radius where the resolver knows it, and who knew."""

    name: str
    ra_deg: float
    dec_deg: float
    radius_deg: float | None
    resolver: str


def place_in(answer: Mapping[str, Any], name: str) -> Resolved | None:
    """The place that an answer of Mast.Name.Lookup gives for a name; None where there is none.

    Raises Unavailable for an answer that is broken, or of a resolver that could not answer.
    """
    places = answer.get("resolvedCoordinate")
    if places:
        return _resolved(name, places[0])
    if places is None and answer.get("status") == "ERROR":
        raise Unavailable("The archive's name resolver could not answer.")
    return None


def _resolved(name: str, place: dict[str, Any]) -> Resolved:
    try:
        radius_deg = float(place.get("radius") or 0) or float(place.get("majorAxis") or 0) / 2
        return Resolved(
            name=" ".join(str(place.get("canonicalName") or name).split()),
            ra_deg=float(place["ra"]) % 360,
            dec_deg=float(place["decl"]),
            radius_deg=radius_deg if radius_deg > 0 else None,
            resolver=str(place.get("resolver") or ""),
        )
    except (KeyError, TypeError, ValueError):
        raise Unavailable("The archive's name resolver answered without a position.") from None


def nobody_knows(name: str) -> NotFound:
    return NotFound(f"No resolver knows “{name}”; check the spelling, or give a position.")


def it_moves(name: str, suggestion: dict[str, object], how_many: str) -> NotFound:
    """Of a body of the solar system: it has no position, but `suggestion` asks for observations named so."""
    error = NotFound(
        f"“{name}” moves across the sky, so it has no position; search by target name instead: {how_many}."
    )
    error.suggestion = suggestion
    return error
