"""Reads what a person types as a target, "m57 r=1m" and every coordinate form; imports no astropy.

Source of the forms: the Portal's Basic Search page (names, sexagesimal with spaces, colons or unit
letters, galactic `g102.0373+59.7711`, decimal degrees, and a radius `r=` in d, m or s).
"""

import re
from dataclasses import dataclass, replace

from mastportal.mast import coordinates
from mastportal.mast.errors import BadQuestion

DEFAULT_RADIUS_DEG = 0.2
SMALLEST_RADIUS_DEG = 1e-7
MAX_RADIUS_DEG = 30.0
LONGEST_TARGET = 200
_ARCMIN, _ARCSEC = 60.0, 3600.0

_UNITS = {"d": 1.0, "deg": 1.0, "°": 1.0, "m": _ARCMIN, "arcmin": _ARCMIN, "'": _ARCMIN, "′": _ARCMIN}
_UNITS |= {"s": _ARCSEC, "arcsec": _ARCSEC, '"': _ARCSEC, "″": _ARCSEC, "": 1.0}
_RADIUS = re.compile(
    r"^(?P<rest>.*?)(?:(?<=\d)|(?<=\s)|(?<=[.,])|^)(?:r|radius)\s*=\s*(?P<radius>.*)$", re.I | re.S
)
_QUANTITY = re.compile(r"^(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))\s*(?P<unit>[a-z°'′\"″]*)$", re.I)
_CATALOGUE = re.compile(r"^([a-z]{1,8})[\s]*0*([1-9]\d*)([a-z]?)$")


@dataclass(frozen=True, slots=True)
class Target:
    """One place on the sky: a name still to be resolved, a position (ICRS), or a name with its position.

    `radius_deg` is None where the person gave none. Raises nothing: made by `parse_target` only.
    """

    text: str
    name: str | None
    ra_deg: float | None
    dec_deg: float | None
    radius_deg: float | None

    @property
    def has_position(self) -> bool:
        return self.ra_deg is not None and self.dec_deg is not None

    def canonical(self) -> str:
        """The one spelling that all spellings of this target share; `parse_target` reads it back."""
        place = tidy_name(self.name) if self.name is not None else self._canonical_position()
        return place if self.radius_deg is None else f"{place} r={format_number(self.radius_deg, 7)}"

    def _canonical_position(self) -> str:
        assert self.ra_deg is not None
        assert self.dec_deg is not None
        return f"{round(self.ra_deg, 7) % 360:.7f} {round(self.dec_deg, 7) + 0.0:+.7f}"

    def located(self, ra_deg: float, dec_deg: float, size_deg: float | None) -> "Target":
        """The same target at a position; without a radius asked for, the default or the object's own size."""
        radius_deg = self.radius_deg
        if radius_deg is None:
            radius_deg = min(max(DEFAULT_RADIUS_DEG, size_deg or 0.0), MAX_RADIUS_DEG)
        return replace(self, ra_deg=ra_deg, dec_deg=dec_deg, radius_deg=radius_deg)


def parse_target(text: str) -> Target:
    """Reads one target. Raises BadQuestion (field "target") with the sentence a person should see."""
    cleaned = text.strip()
    _check_shape(cleaned)
    place, radius_deg = _split_radius(cleaned)
    if not place:
        raise _bad("Give a name or a position before the radius, for example m57 r=1m.")
    position = coordinates.parse_position(place)
    if position is not None:
        return Target(cleaned, None, position[0], position[1], radius_deg)
    if not re.search(r"[^\W_]", place):
        raise _bad(f"“{place}” is neither a name nor a position; try m57 or 283.396 +33.029.")
    if re.search(r"[;,|]", place):
        raise _bad("Ask for one target at a time; several names cannot be searched together.")
    return Target(cleaned, " ".join(place.split()), None, None, radius_deg)


def tidy_name(name: str) -> str:
    """A name without what resolvers ignore: case, extra space, leading zeros of a catalogue number.

    >>> tidy_name("M  057")
    'm57'
    """
    folded = " ".join(name.casefold().split())
    match = _CATALOGUE.match(folded)
    return "".join(match.groups()) if match else folded


def display_name(name: str) -> str:
    """The name as people write it: catalogue letters in capitals, all else as typed."""
    match = _CATALOGUE.match(" ".join(name.casefold().split()))
    return f"{match[1].upper()} {match[2]}{match[3]}" if match and len(match[1]) <= 4 else name


def format_number(value: float, digits: int = 6) -> str:
    """A decimal without exponent or trailing zeros."""
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") or "0"


def format_radius(radius_deg: float) -> str:
    """A radius in the unit people would use: 0.2°, 1′, 30″."""
    if radius_deg * _ARCSEC < 60 - 1e-9:
        return f"{format_number(radius_deg * _ARCSEC, 3)}″"
    if radius_deg * _ARCMIN < 10:
        return f"{format_number(radius_deg * _ARCMIN, 3)}′"
    return f"{format_number(radius_deg, 4)}°"


def _bad(sentence: str) -> BadQuestion:
    return BadQuestion(sentence, field="target")


def _check_shape(text: str) -> None:
    if not text:
        raise _bad("Enter an object name or a position, for example m57 r=1m.")
    if len(text) > LONGEST_TARGET:
        raise _bad(f"A target has at most {LONGEST_TARGET} characters; this one has {len(text)}.")
    if any(not character.isprintable() and character != "\t" for character in text):
        raise _bad("A target is one line of text; remove line breaks and control characters.")


def _split_radius(text: str) -> tuple[str, float | None]:
    match = _RADIUS.match(text)
    if match is None:
        return text, None
    return match["rest"].strip().rstrip(",").strip(), parse_radius(match["radius"].strip())


def parse_radius(text: str) -> float:
    """Degrees of "1m", "30s", "0.5" or "1.2d". Raises BadQuestion (field "target")."""
    match = _QUANTITY.match(text)
    unit = _UNITS.get(match["unit"].casefold()) if match else None
    if match is None or unit is None:
        raise _bad(
            f"The radius “{text}” is not a number with d, m or s behind it; try r=0.5, r=1.2m or r=30s."
        )
    radius_deg = float(match["number"]) / unit
    if radius_deg < SMALLEST_RADIUS_DEG:
        raise _bad(f"The radius must be greater than zero; r={text} is not.")
    if radius_deg > MAX_RADIUS_DEG:
        raise _bad(f"The radius may be at most {MAX_RADIUS_DEG:g} degrees; r={text} is {radius_deg:g}.")
    return radius_deg
